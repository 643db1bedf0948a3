/** What is told as happening now is what happened in so many complete seconds. */
const SECONDS = 10;
/** The seconds, and the running one. */
const KEPT = SECONDS + 1;

/** What is kept per second, in this order. */
const What = {Samples: 0, Missing: 1, UncertainMs: 2} as const;
const SUMS = 3;

/** An agent's samples in the last seconds. */
export interface RecentSamples {
  /** Seconds that it has been known for, ten at most. */
  seconds: number;
  received: number;
  missing: number;
  /** Time that each sample may be off by, ms; null while there were none. */
  uncertainMs: number | null;
}

/** What came from an agent second by second, by the arrivals' time. */
export class Recent {
  private readonly sums = new Float64Array(KEPT * SUMS);
  private readonly seconds = new Float64Array(KEPT).fill(Number.NEGATIVE_INFINITY);
  private first = Number.POSITIVE_INFINITY;

  add(second: number, samples: number, missing: number, uncertainMs: number): void {
    const at = second % KEPT;
    if (this.seconds[at] !== second) {
      this.seconds[at] = second;
      this.sums.fill(0, at * SUMS, (at + 1) * SUMS);
    }
    if (second < this.first) this.first = second;
    this.sums[at * SUMS + What.Samples]! += samples;
    this.sums[at * SUMS + What.Missing]! += missing;
    this.sums[at * SUMS + What.UncertainMs]! += uncertainMs;
  }

  /** The ten complete seconds before `second`. */
  before(second: number): RecentSamples {
    const sums = [0, 0, 0];
    for (let at = 0; at < KEPT; at++) {
      const age = second - this.seconds[at]!;
      if (age < 1 || age > SECONDS) continue;
      for (let sum = 0; sum < SUMS; sum++) sums[sum]! += this.sums[at * SUMS + sum]!;
    }
    const [received, missing, uncertain] = sums as [number, number, number];
    return {
      seconds: Math.max(0, Math.min(SECONDS, second - this.first)),
      received,
      missing: Math.max(0, missing),
      uncertainMs: received > 0 ? uncertain / received : null,
    };
  }
}
