/** Steps that are remembered, and that an unusual one is held against. */
export const STEPS_KEPT = 600;
const COMPARED = 60;
/** Steps before any is judged. */
const LEAST_COMPARED = 16;
/** A step is slow that is longer than the median by so many deviations, and by so much of it. */
const DEVIATIONS = 5;
const LEAST_SLOW = 0.1;
/** From a median of absolute deviations to a standard deviation. */
const MAD = 1.4826;
/** Of a step's length no deviation is believed that is smaller. */
const LEAST_DEVIATION = 0.003;
/** A lasting change is looked for by a cumulated sum: of two deviations is found in some eight steps. */
const SLACK = 1;
const DECIDES = 8.4;
/** A single step, however slow, counts for so much. */
const MOST = 3;
/** What a lasting change must come to. */
const LEAST_SHIFT = 0.02;

/** One step: when its exchange began, and how long it took since the one before; ms. */
export interface Step {
  time: number;
  ms: number;
}

/** A step that took longer than usual, by `share` of what is usual. */
export interface SlowStep extends Step {
  share: number;
}

/** Steps have become longer for good, or shorter. */
export interface StepShift {
  time: number;
  /** What a step took before and takes now. */
  fromMs: number;
  toMs: number;
}

/** Mean and quantiles of the remembered steps. */
export interface StepStatistics {
  count: number;
  mean: number;
  p50: number;
  p99: number;
}

/**
 * The lengths of a job's steps: which are slow against the last sixty, and whether all have become longer. A step that
 * is slow is judged by deviations and by how much, so that neither a steady job's trifles nor a restless one's usual
 * spread is told.
 */
export class StepWatch {
  readonly steps: Step[] = [];
  readonly slow: SlowStep[] = [];
  /** Since the start. */
  count = 0;
  /** What is usual, for the cumulated sums: logarithms. */
  private usual: {mean: number; deviation: number} | undefined;
  private readonly longer = new Cumulated();
  private readonly shorter = new Cumulated();
  /** Steps before the last change. */
  private changed = 0;

  /** Takes a step; tells whether it was slow, and whether a lasting change has been found. */
  take(step: Step): {slow?: SlowStep; shift?: StepShift} {
    const told: {slow?: SlowStep; shift?: StepShift} = {};
    const lengths = this.steps.slice(-COMPARED).map(({ms}) => ms);
    if (lengths.length >= LEAST_COMPARED) {
      const slow = slowAgainst(lengths, step);
      if (slow) {
        told.slow = slow;
        this.slow.push(slow);
        if (this.slow.length > STEPS_KEPT) this.slow.shift();
      }
    }
    this.count++;
    this.steps.push(step);
    if (this.steps.length > STEPS_KEPT) this.steps.shift();
    const shift = this.cumulate(step);
    if (shift) told.shift = shift;
    return told;
  }

  statistics(): StepStatistics | null {
    if (this.steps.length === 0) return null;
    const sorted = this.steps.map(({ms}) => ms).sort((a, b) => a - b);
    const quantile = (p: number) => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
    const mean = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length;
    return {count: this.count, mean, p50: quantile(0.5), p99: quantile(0.99)};
  }

  private cumulate({time, ms}: Step): StepShift | undefined {
    const lengths = this.steps.slice(-Math.min(COMPARED, this.count - this.changed)).map((step) => step.ms);
    if (!this.usual) {
      if (lengths.length < COMPARED) return undefined;
      const logs = lengths.map((length) => Math.log(length));
      const mean = medianOf(logs);
      const deviation = Math.max(LEAST_DEVIATION, MAD * medianOf(logs.map((log) => Math.abs(log - mean))));
      this.usual = {mean, deviation};
    }
    const off = (Math.log(ms) - this.usual.mean) / this.usual.deviation;
    const longer = this.longer.add(off);
    const shorter = this.shorter.add(-off);
    const since = Math.max(longer, shorter);
    if (since === 0) return undefined;
    const fromMs = Math.exp(this.usual.mean);
    const toMs = medianOf(lengths.slice(-since));
    this.longer.clear();
    this.shorter.clear();
    if (Math.abs(toMs / fromMs - 1) < LEAST_SHIFT) return undefined;
    // What follows is held against what it is from then on.
    this.changed = this.count - since;
    this.usual = undefined;
    return {time, fromMs, toMs};
  }
}

/** A cumulated sum of how far values lie above what is usual, in deviations. */
class Cumulated {
  private sum = 0;
  private since = 0;

  /** Returns over how many values it has come about that they are higher; 0 while that is not sure. */
  add(off: number): number {
    this.sum = Math.max(0, this.sum + Math.min(MOST, off) - SLACK);
    this.since = this.sum > 0 ? this.since + 1 : 0;
    return this.sum >= DECIDES ? this.since : 0;
  }

  clear(): void {
    this.sum = 0;
    this.since = 0;
  }
}

function slowAgainst(lengths: readonly number[], {time, ms}: Step): SlowStep | undefined {
  const median = medianOf(lengths);
  const deviation = MAD * medianOf(lengths.map((length) => Math.abs(length - median)));
  if (ms <= median + Math.max(DEVIATIONS * deviation, LEAST_SLOW * median)) return undefined;
  return {time, ms, share: ms / median - 1};
}

/** The middle value; of an even number the mean of the two. */
export function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
