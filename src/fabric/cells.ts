import {BinState} from '../shared/live.ts';
import type {Agent} from './agents.ts';
import type {Fabric} from './fabric.ts';
import type {Chunk} from './rings.ts';

/** Told of a cell that has samples: where it stands in its chunk, and how many frames each sample stands for. */
export type CellVisitor = (chunk: Chunk, at: number, weight: number) => void;

/** The bins from..to (inclusive) that are held and in which the agent was there. */
export function presentBins(fabric: Fabric, {presence}: Agent, from: number, to: number): number[] {
  const bins: number[] = [];
  for (let bin = Math.max(from, fabric.firstBin); bin <= to; bin++) {
    if (presence.state(bin) !== BinState.Absent && !fabric.skipped.has(bin)) bins.push(bin);
  }
  return bins;
}

/**
 * Visits the cells of a port and direction in these bins, on the basis that counts in each: for sums over thousands of
 * ports that need no bands. Ascending `bins`, at least one.
 */
export function visitCells(
  {rows, rings}: Fabric,
  slot: number,
  direction: number,
  bins: readonly number[],
  visit: CellVisitor,
): void {
  const always = rows.basisSince(slot, direction, bins[0]!);
  for (const row of rows.of(slot, direction)) {
    if (always !== undefined && always !== row.basis) continue;
    const chunk = rings.chunk(row.index);
    for (const bin of bins) {
      const at = rings.at(row.index, bin);
      if (chunk.frames[at] === 0) continue;
      if (always === undefined && rows.basis(slot, direction, bin) !== row.basis) continue;
      visit(chunk, at, rows.weight(row, bin));
    }
  }
}
