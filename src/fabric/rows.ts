import {Basis, Direction} from '../account/schema.ts';

export {Direction};

import {REVISED_BINS} from '../shared/bins.ts';
import {Bases} from './bases.ts';
import type {Stream} from './corrections/stream.ts';
import type {Weigher} from './corrections/weigher.ts';
import type {Rings} from './history/rings.ts';
import type {Port} from './ports.ts';
import {Refusals} from './refusals.ts';
import {RowColumns} from './row-columns.ts';
import {RowLargest} from './row-largest.ts';

/** Rows past this bound are refused and counted. */
export const MAX_ROWS = 1_000_000;
/** A way of measuring that was not seen for so long no longer decides (10 minutes). */
export const BASIS_MEMORY_BINS = 6_000;

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
  /** How many frames its samples stand for. */
  weigher: Weigher;
  /** Whose samples they are; undefined where they were taken at other ports, and so of any stream. */
  stream: Stream | undefined;
}

/** Rows by port and direction. */
export class Rows {
  readonly all: (Row | undefined)[] = [];
  /** The same, for those who walk through all of them. */
  readonly columns = new RowColumns();
  refused = 0;
  readonly refusals = new Refusals();
  /** Whether any sample stands for another number than its rate; `Corrections` says so. */
  isCorrected = false;
  private readonly byKey = new Map<string, Row>();
  /** Numbers that may be given again, and those whose cells are to be emptied first. */
  private readonly free: number[] = [];
  private readonly stale: number[] = [];
  /** At slot * 2 + direction. */
  private readonly ofPort: Row[][] = [];
  private readonly largest = new RowLargest();
  /** Rows, by number, whose largest L is another one than was written down last, and the last bin that it was for. */
  readonly news: number[] = [];
  /** Whether any of those became smaller, or has left. */
  hasShrunk = false;
  private notedTo = Number.NEGATIVE_INFINITY;
  private readonly bases = new Bases(this.columns);

  /** How many there are. */
  get size(): number {
    return this.byKey.size;
  }

  /**
   * The row of a key, made when it is new; `weigher` is asked for then, and `hold` whether there is room for the cells of
   * its number. Undefined when there is none.
   */
  intern(
    port: Port,
    sourceClass: number,
    sourceIndex: number,
    rate: number,
    side: number,
    from: Stream,
    bin: number,
    weigher: () => Weigher,
    hold: (index: number) => boolean,
  ): Row | undefined {
    // Data sources are those of a sub-agent; derived rows are of all of them.
    const stream = side >>> 1 === Basis.Derived ? undefined : from;
    const key = `${port.slot}:${sourceClass}:${sourceIndex}:${rate}:${side}:${stream?.id}`;
    const known = this.byKey.get(key);
    if (known) return known;
    const index = this.free.at(-1) ?? this.all.length;
    if (this.byKey.size >= MAX_ROWS || !hold(index)) {
      this.refused++;
      // Where another way of measuring counts, nothing is missing.
      if (side >>> 1 <= this.basis(port.slot, side & 1, bin)) this.refusals.add(port.slot * 2 + (side & 1), bin);
      return undefined;
    }
    this.free.pop();
    const row: Row = {
      index,
      key,
      port,
      sourceClass,
      sourceIndex,
      direction: side & 1,
      basis: side >>> 1,
      rate,
      weigher: weigher(),
      stream,
    };
    this.all[row.index] = row;
    this.byKey.set(key, row);
    const at = port.slot * 2 + row.direction;
    this.columns.set(row.index, at, row.basis, rate, bin);
    this.largest.begin(row.index, bin);
    // An array that is pushed to has room for 17 from the first on.
    const beside = this.ofPort[at];
    if (beside && beside.length > 0) beside.push(row);
    else this.ofPort[at] = [row];
    return row;
  }

  /** A row, by its number, got samples in `bin`, the largest of these lengths. */
  touch(row: number, bin: number, largest: number, roceLargest: number): void {
    const {columns} = this;
    if (bin > columns.lastBin[row]!) columns.lastBin[row] = bin;
    const first = columns.firstAt(columns.place[row]!);
    if (first !== row || columns.nextOf(row) >= 0) this.succeed(row, first);
    this.largest.add(row, bin, largest, roceLargest);
    this.codeLargest(row);
  }

  /** Puts the largest L of a row into its columns. */
  private codeLargest(row: number): void {
    const {columns} = this;
    const isFormer = columns.isFormer[row] === 1;
    const code = isFormer ? 0 : this.largest.code(row);
    const roceCode = isFormer ? 0 : this.largest.roceCode(row);
    if (code === columns.largest[row] && roceCode === columns.roceLargest[row]) return;
    if (code < columns.largest[row]! || roceCode < columns.roceLargest[row]!) this.hasShrunk = true;
    columns.largest[row] = code;
    columns.roceLargest[row] = roceCode;
    this.news.push(row);
  }

  /** Rows of a data source at other rates, without samples since all bins of then are final, are former ones. */
  private succeed(row: number, first: number): void {
    const {columns} = this;
    columns.isFormer[row] = 0;
    if (columns.basis[row] === Basis.Derived) return;
    const {sourceIndex, sourceClass} = this.all[row]!;
    for (let other = first; other >= 0; other = columns.nextOf(other)) {
      if (columns.rate[other] === columns.rate[row] || columns.basis[other] !== columns.basis[row]) continue;
      if (columns.lastBin[other]! >= columns.lastBin[row]! - REVISED_BINS) continue;
      const beside = this.all[other]!;
      if (beside.sourceIndex !== sourceIndex || beside.sourceClass !== sourceClass) continue;
      columns.isFormer[other] = 1;
      this.codeLargest(other);
    }
  }

  /**
   * Writes down the largest L of every row for the bins from..to. Where it is what it was, the bins that have it already
   * are left alone: that is most rows in most bins.
   */
  noteLargest(rings: Rings, from: number, to: number): void {
    const {columns, news} = this;
    for (const index of news) {
      const [largest, roceLargest] = [columns.largest[index]!, columns.roceLargest[index]!];
      for (let bin = from; bin <= to; bin++) rings.setLargest(index, bin, largest, roceLargest);
    }
    news.length = 0;
    this.hasShrunk = false;
    for (let bin = Math.max(from, this.notedTo + 1); bin <= to; bin++) rings.setAllLargest(bin, columns);
    this.notedTo = to;
  }

  /** Whether a row, by its number, is measured in the way that counts for its port and direction in a bin. */
  counts(row: number, bin: number): boolean {
    const now = this.columns.counts(row, bin);
    if (now !== undefined) return now;
    const place = this.columns.place[row]!;
    return this.columns.basis[row] === this.basis(place >>> 1, place & 1, bin);
  }

  /** Frames that one sample of a row, by its number, stands for in a bin. */
  weightOf(row: number, bin: number): number {
    return this.isCorrected ? this.all[row]!.weigher.weight(bin) : this.columns.rate[row]!;
  }

  /** `clumping` of a row by its number. */
  clumpingOf(row: number, bin: number): number {
    return this.isCorrected ? this.all[row]!.weigher.clumping(bin) : 1;
  }

  /** Frames that one sample of a row stands for in a bin. */
  weight(row: Row, bin: number): number {
    return this.isCorrected ? row.weigher.weight(bin) : row.rate;
  }

  /** By how much the variance of a row's estimate in a bin is larger than its samples tell. */
  clumping(row: Row, bin: number): number {
    return this.isCorrected ? row.weigher.clumping(bin) : 1;
  }

  /** All rows of a port and direction, on any basis. */
  of(slot: number, direction: number): readonly Row[] {
    return this.ofPort[slot * 2 + direction] ?? [];
  }

  /** The basis that counts for a port and direction in a bin. */
  basis(slot: number, direction: number, bin: number): number {
    return this.bases.at(slot * 2 + direction, bin);
  }

  /** The basis of a port and direction in all bins from `from` on; undefined where it changes within them. */
  basisSince(slot: number, direction: number, from: number): number | undefined {
    return this.bases.since(slot * 2 + direction, from);
  }

  /** A row, by its number, has `samples` in a bin: its basis may count from `openFrom` on. Returns whether that changes anything. */
  prefer(row: number, samples: number, bin: number, openFrom: number): boolean {
    const {place, basis, rate} = this.columns;
    return this.bases.hear(place[row]!, basis[row]!, samples, rate[row]!, bin, openFrom);
  }

  /** The last bin with samples of a row. */
  lastBin({index}: Row): number {
    return this.columns.lastBin[index]!;
  }

  /** Forgets rows without samples since `before`, and bases without samples in ten minutes. */
  sweep(before: number, newest: number): void {
    for (const row of this.all) {
      if (row === undefined || this.lastBin(row) >= before) continue;
      this.forget(row);
      const at = row.port.slot * 2 + row.direction;
      this.ofPort[at] = this.of(row.port.slot, row.direction).filter((other) => other !== row);
    }
    this.ofPort.forEach((rows, at) => {
      const alive = rows.filter((row) => newest - this.lastBin(row) <= BASIS_MEMORY_BINS);
      // Where there is none nothing better is known.
      if (alive.length > 0) this.bases.fallBack(at, Math.min(...alive.map(({basis}) => basis)), newest + 1);
    });
  }

  /** The port of a slot has left: forgets its rows and bases. */
  release(slot: number): void {
    for (const at of [slot * 2 + Direction.In, slot * 2 + Direction.Out]) {
      for (const row of this.ofPort[at] ?? []) this.forget(row);
      this.ofPort[at] = [];
      this.bases.release(at);
      this.refusals.release(at);
    }
  }

  /** Empties the cells of forgotten rows, a few at a time, for it takes long: then their numbers may be given again. */
  clean(rings: Rings, most: number): void {
    for (let i = 0; i < most && this.stale.length > 0; i++) {
      const index = this.stale.pop()!;
      rings.clearRow(index);
      this.free.push(index);
    }
  }

  private forget({index, key}: Row): void {
    this.hasShrunk = true;
    this.all[index] = undefined;
    this.columns.forget(index);
    this.byKey.delete(key);
    this.stale.push(index);
  }
}

/** Names of the bases for people and REST. */
export const BASIS_NAMES: readonly string[] = ['measured', 'observed', 'derived'];
export const directionOf = (name: 'in' | 'out'): number => (name === 'in' ? Direction.In : Direction.Out);
