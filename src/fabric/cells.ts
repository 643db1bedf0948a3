import {BinState} from '../shared/live.ts';
import type {Agent} from './agents.ts';
import type {Fabric} from './fabric.ts';
import {CHUNK_ROWS, type Chunk} from './history/rings.ts';

/** Told of a cell that has samples: where it stands in its chunk, and how many frames each sample stands for. */
export type CellVisitor = (chunk: Chunk, at: number, weight: number) => void;

/** Bins, ascending, and where each stands in a chunk. */
export interface HeldBins {
  bins: number[];
  places: number[];
}

/** The bins from..to (inclusive) that are held and in which the agent was there. */
export function presentBins({rings, skipped, firstBin}: Fabric, {presence}: Agent, from: number, to: number): HeldBins {
  const bins: number[] = [];
  for (let bin = Math.max(from, firstBin); bin <= to; bin++) {
    if (presence.state(bin) !== BinState.Absent && !skipped.has(bin)) bins.push(bin);
  }
  return {bins, places: bins.map((bin) => rings.at(0, bin))};
}

/**
 * Visits the cells of a port and direction in some bins, one at least, on the basis that counts in each: for sums over
 * thousands of ports that need no bands.
 */
export function visitCells(
  {rows, rings}: Fabric,
  slot: number,
  direction: number,
  {bins, places}: HeldBins,
  visit: CellVisitor,
): void {
  const always = rows.basisSince(slot, direction, bins[0]!);
  for (const row of rows.of(slot, direction)) {
    if (always !== undefined && always !== row.basis) continue;
    const chunk = rings.chunk(row.index);
    const first = row.index % CHUNK_ROWS;
    for (let i = 0; i < places.length; i++) {
      const at = places[i]! + first;
      if (chunk.frames[at] === 0) continue;
      if (always === undefined && rows.basis(slot, direction, bins[i]!) !== row.basis) continue;
      visit(chunk, at, rows.isCorrected ? rows.weight(row, bins[i]!) : row.rate);
    }
  }
}
