import type {SectionData} from '../../account/codec.ts';
import {TICKS_PER_BIN} from './port-ticks.ts';

/** A Partial that is sent early has samples of bins that are still open. */
const MOST_AHEAD_BINS = 64;

/** RoCEv2 samples of the whole fabric by tick of 10 ms, unscaled, each once on every hop that sampled it. */
export class TickRing {
  /** Bins that are kept. */
  readonly depth: number;
  private readonly counts: Uint32Array;
  /** How far the ring has been emptied, a bin. */
  private upTo = Number.NEGATIVE_INFINITY;

  constructor(depth: number) {
    this.depth = depth;
    this.counts = new Uint32Array(depth * TICKS_PER_BIN);
  }

  /** Adds what a Partial says of ticks. Bins far ahead of its watermark cannot be: they would empty the ring. */
  apply({columns, rows}: SectionData, watermark: number): void {
    for (let row = 0; row < rows; row++) {
      const tick = columns[0]![row]!;
      const bin = Math.floor(tick / TICKS_PER_BIN);
      if (!(bin <= watermark + MOST_AHEAD_BINS)) continue;
      this.advance(bin);
      if (bin <= this.upTo - this.depth) continue;
      this.counts[tick % this.counts.length]! += columns[1]![row]!;
    }
  }

  /** Empties the places that bins up to this one take. */
  advance(bin: number): void {
    if (bin <= this.upTo) return;
    for (let next = Math.max(this.upTo + 1, bin - this.depth + 1); next <= bin; next++) {
      const at = (next % this.depth) * TICKS_PER_BIN;
      this.counts.fill(0, at, at + TICKS_PER_BIN);
    }
    this.upTo = bin;
  }

  /** Copies the ticks of a bin to `into` from `at` on; returns the samples in it. What is not kept is 0. */
  copy(bin: number, into: Float64Array, at: number): number {
    let sum = 0;
    const isKept = bin <= this.upTo && bin > this.upTo - this.depth;
    const from = (bin % this.depth) * TICKS_PER_BIN;
    for (let tick = 0; tick < TICKS_PER_BIN; tick++) {
      const count = isKept ? this.counts[from + tick]! : 0;
      into[at + tick] = count;
      sum += count;
    }
    return sum;
  }
}
