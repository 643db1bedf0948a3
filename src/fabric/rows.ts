import {Basis, Direction} from '../account/schema.ts';

export {Direction};

import {REVISED_BINS} from '../shared/bins.ts';
import {Bases} from './bases.ts';
import type {Stream} from './corrections/stream.ts';
import type {Weigher} from './corrections/weigher.ts';
import {lengthCode, type Rings} from './history/rings.ts';
import type {Port} from './ports.ts';
import {Refusals} from './refusals.ts';
import {RowColumns} from './row-columns.ts';

/** Rows past this bound are refused and counted. */
export const MAX_ROWS = 1_000_000;
/** A way of measuring that was not seen for so long no longer decides (10 minutes). */
export const BASIS_MEMORY_BINS = 6_000;
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
  /** How many frames its samples stand for. */
  weigher: Weigher;
  /** Whose samples they are; undefined where they were taken at other ports, and so of any stream. */
  stream: Stream | undefined;
  lastBin: number;
  /** The largest L of late, of all and of RoCEv2 samples: this generation's and the last one's. */
  largest: [number, number];
  roceLargest: [number, number];
  generation: number;
  /** Its data source samples at another rate now: no sample is to come that could have weighed so much. */
  isFormer: boolean;
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
  /** Rows whose largest L is another one than was written down last, and the last bin that it was for. */
  readonly news: Row[] = [];
  /** Whether any of those became smaller. */
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
      lastBin: bin,
      largest: [0, 0],
      roceLargest: [0, 0],
      generation: Math.floor(bin / LARGEST_GENERATION_BINS),
      isFormer: false,
    };
    this.all[row.index] = row;
    this.byKey.set(key, row);
    const at = port.slot * 2 + row.direction;
    this.columns.set(row.index, at, row.basis, rate);
    (this.ofPort[at] ??= []).push(row);
    return row;
  }

  /** The row got samples in `bin`, the largest of these lengths. */
  touch(row: Row, bin: number, largest: number, roceLargest: number): void {
    if (bin > row.lastBin) row.lastBin = bin;
    const beside = this.ofPort[row.port.slot * 2 + row.direction]!;
    if (beside.length > 1) this.succeed(row, beside);
    const generation = Math.floor(bin / LARGEST_GENERATION_BINS);
    if (generation > row.generation) {
      row.largest = [0, row.largest[0] || row.largest[1]];
      row.roceLargest = [0, row.roceLargest[0] || row.roceLargest[1]];
      row.generation = generation;
    }
    if (largest > row.largest[0]) row.largest[0] = largest;
    if (roceLargest > row.roceLargest[0]) row.roceLargest[0] = roceLargest;
    this.codeLargest(row);
  }

  /** Puts the largest L of a row into its columns. */
  private codeLargest(row: Row): void {
    const {columns} = this;
    const largest = row.isFormer ? 0 : Math.max(row.largest[0], row.largest[1]);
    const roceLargest = row.isFormer ? 0 : Math.max(row.roceLargest[0], row.roceLargest[1]) || largest;
    const [code, roceCode] = [lengthCode(largest), lengthCode(roceLargest)];
    if (code === columns.largest[row.index] && roceCode === columns.roceLargest[row.index]) return;
    if (code < columns.largest[row.index]! || roceCode < columns.roceLargest[row.index]!) this.hasShrunk = true;
    columns.largest[row.index] = code;
    columns.roceLargest[row.index] = roceCode;
    this.news.push(row);
  }

  /** Rows of a data source at other rates, without samples since all bins of then are final, are former ones. */
  private succeed(row: Row, beside: readonly Row[]): void {
    row.isFormer = false;
    if (row.basis === Basis.Derived) return;
    for (const other of beside) {
      if (
        other.rate !== row.rate &&
        other.sourceIndex === row.sourceIndex &&
        other.sourceClass === row.sourceClass &&
        other.basis === row.basis &&
        other.lastBin < row.lastBin - REVISED_BINS
      ) {
        other.isFormer = true;
        this.codeLargest(other);
      }
    }
  }

  /**
   * Writes down the largest L of every row for the bins from..to. Where it is what it was, the bins that have it already
   * are left alone: that is most rows in most bins.
   */
  noteLargest(rings: Rings, from: number, to: number): void {
    const {columns, news} = this;
    for (const {index} of news) {
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

  /** A row has `samples` in a bin: its basis may count from `openFrom` on. Returns whether that changes anything. */
  prefer({port, direction, basis, rate}: Row, samples: number, bin: number, openFrom: number): boolean {
    return this.bases.hear(port.slot * 2 + direction, basis, samples, rate, bin, openFrom);
  }

  /** Forgets rows without samples since `before`, and bases without samples in ten minutes. */
  sweep(before: number, newest: number): void {
    for (const row of this.all) {
      if (row === undefined || row.lastBin >= before) continue;
      this.forget(row);
      const at = row.port.slot * 2 + row.direction;
      this.ofPort[at] = this.of(row.port.slot, row.direction).filter((other) => other !== row);
    }
    this.ofPort.forEach((rows, at) => {
      const alive = rows.filter((row) => newest - row.lastBin <= BASIS_MEMORY_BINS);
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
    this.all[index] = undefined;
    this.columns.forget(index);
    this.byKey.delete(key);
    this.stale.push(index);
  }
}

/** Names of the bases for people and REST. */
export const BASIS_NAMES: readonly string[] = ['measured', 'observed', 'derived'];
export const directionOf = (name: 'in' | 'out'): number => (name === 'in' ? Direction.In : Direction.Out);
