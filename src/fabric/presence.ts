import {BinState} from '../shared/live.ts';

/** Until an agent's habits are known, it may be silent for this long. */
const UNLEARNED_WINDOW_BINS = 900;
/** It takes as long to learn them. */
const LEARNED_AFTER_BINS = 900;
/** An agent is present for this many of its longest usual datagram intervals. */
const INTERVALS = 3;
/** The longest usual interval is remembered for one to two of these. */
const GENERATION_BINS = 3_000;
/** A silence longer than usual is an outage; so often in one generation it is a habit. */
const HABIT = 3;
/** Outages that are remembered, newest last; far more than the history holds of them. */
const MAX_GAPS = 64;

/**
 * When an agent could be heard, in bins. Present and no sample is a zero; absent is a gap; between its last datagram
 * and the end of its window nobody knows yet.
 */
export class Presence {
  firstBin: number;
  lastBin: number;
  private learnt = 0;
  private learning = 0;
  private generationAt: number;
  private unusual = 0;
  /** Pairs of (last bin heard, bin heard again), and the window in force then. */
  private readonly gaps: {last: number; again: number; window: number}[] = [];

  constructor(firstBin: number) {
    this.firstBin = firstBin;
    this.lastBin = firstBin;
    this.generationAt = firstBin;
  }

  /** How long the agent may be silent before it counts as absent, in bins. */
  windowBins(): number {
    const longest = Math.max(this.learnt, this.learning);
    // Nothing learnt is no habit of speaking all the time: all its silences so far were unusual ones.
    if (longest === 0 || this.lastBin - this.firstBin < LEARNED_AFTER_BINS) return UNLEARNED_WINDOW_BINS;
    return Math.max(1, Math.ceil(INTERVALS * longest));
  }

  /** The longest silence that is usual, in bins; 0 until its habits are known. */
  usualBins(): number {
    return this.lastBin - this.firstBin < LEARNED_AFTER_BINS ? 0 : Math.max(this.learnt, this.learning);
  }

  /**
   * The agent was heard in `bin`; `longestGapBins` is its longest silence since the last call. Returns the first bin
   * whose state is another one now: those before a bin that was heard in time are confirmed by it.
   */
  heard(bin: number, longestGapBins: number): number {
    if (bin < this.lastBin) return Number.POSITIVE_INFINITY;
    const window = this.windowBins();
    const isGap = bin - this.lastBin > window;
    const changed = isGap ? bin : this.lastBin + 1;
    if (isGap) {
      this.gaps.push({last: this.lastBin, again: bin, window});
      if (this.gaps.length > MAX_GAPS) this.gaps.shift();
    }
    this.lastBin = bin;
    this.learn(bin, longestGapBins, window);
    return changed;
  }

  /**
   * There is a sample of `bin`: the agent was there, whatever was believed so far. Returns the first bin whose state is
   * another one now, or Infinity.
   */
  witness(bin: number): number {
    if (bin < this.firstBin) {
      this.firstBin = bin;
      return bin;
    }
    if (bin >= this.lastBin) return Number.POSITIVE_INFINITY;
    const at = this.gaps.findLastIndex(({last, again}) => last < bin && bin < again);
    if (at < 0) return Number.POSITIVE_INFINITY;
    const {last, again, window} = this.gaps[at]!;
    const parts = [
      {last, again: bin, window},
      {last: bin, again, window},
    ];
    this.gaps.splice(at, 1, ...parts.filter((part) => part.again - part.last > window));
    return last + 1;
  }

  private learn(bin: number, longestGapBins: number, window: number): void {
    if (bin - this.generationAt > GENERATION_BINS) {
      this.learnt = this.learning;
      this.learning = 0;
      this.unusual = 0;
      this.generationAt = bin;
    }
    if (longestGapBins > window && ++this.unusual < HABIT) return;
    this.learning = Math.max(this.learning, longestGapBins);
  }

  /** What the figures of a bin are worth, as far as this agent goes. */
  state(bin: number): number {
    if (bin < this.firstBin) return BinState.Absent;
    if (bin > this.lastBin) return bin - this.lastBin <= this.windowBins() ? BinState.Unconfirmed : BinState.Absent;
    for (let i = this.gaps.length - 1; i >= 0; i--) {
      const {last, again, window} = this.gaps[i]!;
      if (bin >= again) break;
      if (bin > last) return bin - last <= window ? BinState.Unconfirmed : BinState.Absent;
    }
    return BinState.Present;
  }
}
