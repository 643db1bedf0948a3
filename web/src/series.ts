import {weightedPoissonBand} from '../../src/shared/band.ts';
import {BinState} from '../../src/shared/live.ts';
import type {Columns} from './frame.ts';

/** Bins that a ring holds: five minutes and as much again as a short pause needs. */
export const RING_BINS = 4096;

/** State of a bin that was never received, told apart from one whose agent was silent. */
export const NOT_HELD = 255;

/** One line of a chart: a ring of bins in columns. Bin b lives at index b mod RING_BINS. */
export class Series {
  readonly value = new Float32Array(RING_BINS);
  readonly low = new Float32Array(RING_BINS);
  readonly high = new Float32Array(RING_BINS);
  /** What bands of several bins are made from; see the layout of the live socket. */
  readonly squares = new Float32Array(RING_BINS);
  readonly largest = new Float32Array(RING_BINS);
  readonly samples = new Uint32Array(RING_BINS);
  readonly state = new Uint8Array(RING_BINS).fill(NOT_HELD);
  /** First bin that was ever received, -1 before. */
  first = -1;
  /** Last bin that was received, -1 before. */
  newest = -1;

  /** Takes the block's bins in place of those held. Bins that have left the ring are ignored. */
  write(block: Columns): void {
    const end = block.firstBin + block.count;
    if (block.count === 0) return;
    this.#advance(end - 1);
    const oldest = this.newest - RING_BINS + 1;
    if (this.first < 0 || block.firstBin < this.first) this.first = block.firstBin;
    if (this.first < oldest) this.first = oldest;
    for (let bin = Math.max(block.firstBin, oldest); bin < end; bin++) {
      const from = bin - block.firstBin;
      const to = bin % RING_BINS;
      this.value[to] = block.value[from]!;
      this.low[to] = block.low[from]!;
      this.high[to] = block.high[from]!;
      this.squares[to] = block.squares[from]!;
      this.largest[to] = block.largest[from]!;
      this.samples[to] = block.samples[from]!;
      this.state[to] = block.state[from]!;
    }
  }

  /** Index of a bin's figures in the columns, or -1 where there are none: not held, or a gap. */
  indexOf(bin: number): number {
    if (bin > this.newest || bin <= this.newest - RING_BINS || bin < 0) return -1;
    const index = bin % RING_BINS;
    const state = this.state[index];
    return state === NOT_HELD || state === BinState.Absent ? -1 : index;
  }

  /** State of a bin, `NOT_HELD` outside the ring. */
  stateOf(bin: number): number {
    if (bin > this.newest || bin <= this.newest - RING_BINS || bin < 0) return NOT_HELD;
    return this.state[bin % RING_BINS]!;
  }

  /** Forgets everything. */
  clear(): void {
    this.state.fill(NOT_HELD);
    this.first = this.newest = -1;
  }

  #advance(bin: number): void {
    if (bin <= this.newest) return;
    if (this.newest < 0 || bin - this.newest >= RING_BINS) this.state.fill(NOT_HELD);
    else for (let b = this.newest + 1; b <= bin; b++) this.state[b % RING_BINS] = NOT_HELD;
    this.newest = bin;
  }
}

/** What a legend says of a stretch of bins. */
export interface Mean {
  value: number;
  low: number;
  high: number;
  samples: number;
}

/** Bins of the settled two seconds that figures of the moment are taken over. */
export const SETTLED_BINS = 20;

/**
 * Mean of the bins `from` .. `to - 1`, its band from their moments added up: bounds never add. Null where no bin has a
 * figure.
 */
export function meanOf(series: Series, from: number, to: number): Mean | null {
  let bins = 0;
  let value = 0;
  let squares = 0;
  let largest = 0;
  let samples = 0;
  for (let bin = from; bin < to; bin++) {
    const i = series.indexOf(bin);
    if (i < 0) continue;
    bins++;
    value += series.value[i]!;
    squares += series.squares[i]!;
    largest = Math.max(largest, series.largest[i]!);
    samples += series.samples[i]!;
  }
  if (bins === 0) return null;
  const {low, high} = weightedPoissonBand(value, squares, largest);
  return {value: value / bins, low: low / bins, high: high / bins, samples};
}
