import {Direction} from '../account/schema.ts';
import {BIN_MS} from '../shared/bins.ts';
import type {Agent} from './agents.ts';
import {presentBins, visitCells} from './cells.ts';
import type {Fabric} from './fabric.ts';
import {CHUNK_ROWS} from './history/rings.ts';
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

/**
 * The same of the links of all agents, by slot; NaN where a link is not among them. Chunk by chunk: of tens of thousands
 * of links, one after another, it would hold up a bin.
 */
export function meansOfAll(fabric: Fabric, from: number, to: number): Float64Array {
  const {rows, ports, skipped} = fabric;
  const means = new Float64Array(ports.slots).fill(Number.NaN);
  const bins: number[] = [];
  for (let bin = Math.max(from, fabric.firstBin); bin <= to; bin++) if (!skipped.has(bin)) bins.push(bin);
  const {count} = rows.columns;
  for (let first = 0; first < count; first += CHUNK_ROWS) {
    addRows(fabric, first, Math.min(count, first + CHUNK_ROWS), bins, means);
  }
  for (const agent of fabric.agents.all) {
    const held = presentBins(fabric, agent, from, to).bins.length;
    for (const slot of agent.ports) means[slot]! /= (held * BIN_MS) / 1_000 || Number.NaN;
  }
  return means;
}

/** Adds what came in by the rows from..to-1, which are of one chunk: bytes by slot. */
function addRows(
  {rows, rings}: Fabric,
  from: number,
  to: number,
  bins: readonly number[],
  bytesOf: Float64Array,
): void {
  const {place} = rows.columns;
  const chunk = rings.chunk(from);
  for (let row = from; row < to; row++) {
    const slot = place[row]! >> 1;
    if (slot >= 0 && (place[row]! & 1) === Direction.In) bytesOf[slot] ||= 0;
  }
  for (const bin of bins) {
    const cells = rings.at(from, bin) - from;
    for (let row = from; row < to; row++) {
      if (chunk.frames[cells + row] === 0 || place[row]! < 0 || (place[row]! & 1) !== Direction.In) continue;
      if (rows.counts(row, bin)) bytesOf[place[row]! >> 1]! += chunk.bytes[cells + row]! * rows.weightOf(row, bin);
    }
  }
}
