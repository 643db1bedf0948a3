import {Direction} from '../account/schema.ts';
import {BIN_MS} from '../shared/bins.ts';
import {BinState} from '../shared/live.ts';
import type {Agent} from './agents.ts';
import type {Fabric} from './fabric.ts';
import type {Port} from './ports.ts';
import type {Row} from './rows.ts';

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
  const bins = presentBins(fabric, agent, Math.max(from, fabric.firstBin), to);
  if (bins.length === 0) return;
  const seconds = (bins.length * BIN_MS) / 1_000;
  for (const slot of agent.ports) {
    const rows = fabric.rows.of(slot, Direction.In);
    if (rows.length === 0) continue;
    const basis = fabric.rows.basisSince(slot, Direction.In, bins[0]!);
    let bytes = 0;
    for (const row of rows) {
      if (basis === undefined || basis === row.basis) bytes += bytesOf(fabric, row, bins, basis === undefined);
    }
    visit(fabric.ports.at(slot)!, bytes / seconds);
  }
}

function presentBins(fabric: Fabric, {presence}: Agent, from: number, to: number): number[] {
  const bins: number[] = [];
  for (let bin = from; bin <= to; bin++) {
    if (presence.state(bin) !== BinState.Absent && !fabric.skipped.has(bin)) bins.push(bin);
  }
  return bins;
}

/** Estimated bytes of a row in some bins; `changes`: only in those in which its basis is the one that counts. */
function bytesOf({rows, rings}: Fabric, row: Row, bins: readonly number[], changes: boolean): number {
  const chunk = rings.chunk(row.index);
  let bytes = 0;
  for (const bin of bins) {
    const sampled = chunk.bytes[rings.at(row.index, bin)]!;
    if (sampled === 0 || (changes && rows.basis(row.port.slot, row.direction, bin) !== row.basis)) continue;
    bytes += sampled * rows.weight(row, bin);
  }
  return bytes;
}
