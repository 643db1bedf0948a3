import {Basis, Direction} from '../account/schema.ts';

export {Direction};

import type {Port} from './ports.ts';
import type {Rings} from './rings.ts';

/** Rows past this bound are refused and counted. */
const MAX_ROWS = 1_000_000;
/** A way of measuring that was not seen for so long no longer decides (rule 2: 10 minutes). */
const BASIS_MEMORY_BINS = 6_000;
/** The largest length is remembered for one to two of these with samples; a quiet row keeps the last it had. */
const LARGEST_GENERATION_BINS = 300;

/** One (data source, rate, port, side): the finest grain that is kept apart. */
export interface Row {
  index: number;
  key: string;
  port: Port;
  sourceClass: number;
  sourceIndex: number;
  direction: number;
  basis: number;
  /** Nominal sampling rate, N of 1-in-N. */
  rate: number;
  lastBin: number;
  /** The largest L of late, of all and of RoCEv2 samples: this generation's and the last one's. */
  largest: [number, number];
  roceLargest: [number, number];
  generation: number;
}

/** Rows by port and direction. */
export class Rows {
  readonly all: (Row | undefined)[] = [];
  refused = 0;
  private readonly byKey = new Map<string, Row>();
  private readonly free: number[] = [];
  /** At slot * 2 + direction. */
  private readonly ofPort: Row[][] = [];

  intern(
    port: Port,
    sourceClass: number,
    sourceIndex: number,
    rate: number,
    side: number,
    bin: number,
  ): Row | undefined {
    const key = `${port.slot}:${sourceClass}:${sourceIndex}:${rate}:${side}`;
    const known = this.byKey.get(key);
    if (known) return known;
    if (this.byKey.size >= MAX_ROWS) {
      this.refused++;
      return undefined;
    }
    const row: Row = {
      index: this.free.pop() ?? this.all.length,
      key,
      port,
      sourceClass,
      sourceIndex,
      direction: side & 1,
      basis: side >>> 1,
      rate,
      lastBin: bin,
      largest: [0, 0],
      roceLargest: [0, 0],
      generation: Math.floor(bin / LARGEST_GENERATION_BINS),
    };
    this.all[row.index] = row;
    this.byKey.set(key, row);
    const at = port.slot * 2 + row.direction;
    (this.ofPort[at] ??= []).push(row);
    return row;
  }

  /** The row got samples in `bin`, the largest of these lengths. */
  touch(row: Row, bin: number, largest: number, roceLargest: number): void {
    if (bin > row.lastBin) row.lastBin = bin;
    const generation = Math.floor(bin / LARGEST_GENERATION_BINS);
    if (generation > row.generation) {
      row.largest = [0, row.largest[0] || row.largest[1]];
      row.roceLargest = [0, row.roceLargest[0] || row.roceLargest[1]];
      row.generation = generation;
    }
    if (largest > row.largest[0]) row.largest[0] = largest;
    if (roceLargest > row.roceLargest[0]) row.roceLargest[0] = roceLargest;
  }

  /** Writes down the largest L of every row for the bins from..to. */
  noteLargest(rings: Rings, from: number, to: number): void {
    for (const row of this.all) {
      if (row === undefined) continue;
      const largest = Math.max(row.largest[0], row.largest[1]);
      const roceLargest = Math.max(row.roceLargest[0], row.roceLargest[1]) || largest;
      for (let bin = from; bin <= to; bin++) rings.setLargest(row.index, bin, largest, roceLargest);
    }
  }

  /** All rows of a port and direction, on any basis. */
  of(slot: number, direction: number): readonly Row[] {
    return this.ofPort[slot * 2 + direction] ?? [];
  }

  /**
   * The basis that counts for a port and direction: the best one of the last ten minutes. Never chosen per bin, or a
   * quiet bin would be filled from another measurement.
   */
  basis(slot: number, direction: number, newest: number): number {
    let best: number = Basis.Derived;
    for (const row of this.of(slot, direction)) {
      if (row.basis < best && newest - row.lastBin <= BASIS_MEMORY_BINS) best = row.basis;
    }
    return best;
  }

  /** Forgets rows without samples since `before`; their cells are empty by then. */
  sweep(before: number): void {
    for (const row of this.all) {
      if (row === undefined || row.lastBin >= before) continue;
      this.all[row.index] = undefined;
      this.byKey.delete(row.key);
      this.free.push(row.index);
      const at = row.port.slot * 2 + row.direction;
      this.ofPort[at] = this.of(row.port.slot, row.direction).filter((other) => other !== row);
    }
  }
}

/** Names of the bases for people and REST. */
export const BASIS_NAMES: readonly string[] = ['measured', 'observed', 'derived'];
export const directionOf = (name: 'in' | 'out'): number => (name === 'in' ? Direction.In : Direction.Out);
