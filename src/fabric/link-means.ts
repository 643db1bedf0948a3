import {Direction} from '../account/schema.ts';
import {BIN_MS} from '../shared/bins.ts';
import type {Agent} from './agents.ts';
import {presentBins, visitCells} from './cells.ts';
import type {Fabric} from './fabric.ts';
import type {Port} from './ports.ts';

/**
 * Means over the bins from..to (inclusive) of what came in at an agent's links, all traffic, in bytes a second; bins in
 * which the agent was absent are left out, and with them all there is. Links that no frame was sampled at in the last
 * ten minutes are not among them. Thousands of links are read in a few milliseconds, for what needs figures and no bands.
 */
export function visitMeans(
  fabric: Fabric,
  agent: Agent,
  from: number,
  to: number,
  visit: (port: Port, bytesPerSecond: number) => void,
): void {
  const held = presentBins(fabric, agent, from, to);
  if (held.bins.length === 0) return;
  const seconds = (held.bins.length * BIN_MS) / 1_000;
  for (const slot of agent.ports) {
    if (fabric.rows.of(slot, Direction.In).length === 0) continue;
    let bytes = 0;
    visitCells(fabric, slot, Direction.In, held, (chunk, at, weight) => {
      bytes += chunk.bytes[at]! * weight;
    });
    visit(fabric.ports.at(slot)!, bytes / seconds);
  }
}
