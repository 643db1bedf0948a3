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
  private usual: {mean: number; deviation: number; since: number} | undefined;
  private longer = 0;
  private shorter = 0;

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
    if (!this.usual) {
      const {steps} = this;
      if (steps.length < COMPARED) return undefined;
      const logs = steps.slice(-COMPARED).map((step) => Math.log(step.ms));
      const mean = medianOf(logs);
      const deviation = Math.max(LEAST_DEVIATION, MAD * medianOf(logs.map((log) => Math.abs(log - mean))));
      this.usual = {mean, deviation, since: this.count};
    }
    const {mean, deviation} = this.usual;
    const off = Math.max(-MOST, Math.min(MOST, (Math.log(ms) - mean) / deviation));
    this.longer = Math.max(0, this.longer + off - SLACK);
    this.shorter = Math.max(0, this.shorter - off - SLACK);
    if (this.longer < DECIDES && this.shorter < DECIDES) return undefined;
    const isLonger = this.longer >= DECIDES;
    const last = this.steps.slice(-LAST).map((step) => step.ms);
    const toMs = medianOf(last);
    const fromMs = Math.exp(mean);
    this.longer = 0;
    this.shorter = 0;
    const isReal = isLonger ? toMs > (1 + LEAST_SHIFT) * fromMs : toMs < (1 - LEAST_SHIFT) * fromMs;
    // What follows is held against what is usual from now on.
    this.usual = {mean: Math.log(toMs), deviation, since: this.count};
    return isReal ? {time, fromMs, toMs} : undefined;
  }
}

/** Steps that say what is usual after a change. */
const LAST = 6;

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
