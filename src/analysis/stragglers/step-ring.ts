import {TICK_MS} from '../../shared/bins.ts';

/** Steps that are kept, at least; cycles take some two hundred. */
const LEAST_STEPS = 1_024;
/** Steps in a cycle, or as many as there are ticks. */
const STEPS_A_CYCLE = 200;
/** Cycles that are kept: a step may take several times as long as usual before it is given up. */
const CYCLES = 5;

/**
 * The last samples of a job's hosts, in steps of one or more ticks: short enough for its cycle, and no more of them
 * than are needed. A channel is one host and direction. Steps count from the epoch.
 */
export class StepRing {
  readonly stepMs: number;
  readonly channels: number;
  /** The first step that is not complete. */
  end = Number.NEGATIVE_INFINITY;
  private readonly steps: number;
  private readonly counts: Uint16Array;
  private readonly totals: Float64Array;
  private first = Number.POSITIVE_INFINITY;

  constructor(channels: number, periodMs: number) {
    this.channels = channels;
    this.stepMs = TICK_MS * Math.max(1, Math.floor(periodMs / STEPS_A_CYCLE / TICK_MS));
    this.steps = Math.max(LEAST_STEPS, Math.ceil((CYCLES * periodMs) / this.stepMs));
    this.counts = new Uint16Array(this.steps * channels);
    this.totals = new Float64Array(this.steps);
  }

  /** The oldest step that is kept. */
  get begin(): number {
    return Math.max(this.first, this.end - this.steps + 1);
  }

  /** Adds a tick's counts, all channels from `offset` on. Ticks come in order, and may leave some out. */
  add(tick: number, counts: ArrayLike<number>, offset = 0): void {
    const step = Math.floor((tick * TICK_MS) / this.stepMs);
    if (step < this.end) return;
    if (step > this.end) this.open(step);
    const at = step % this.steps;
    const from = at * this.channels;
    let sum = 0;
    for (let channel = 0; channel < this.channels; channel++) {
      const count = counts[offset + channel];
      if (count === 0) continue;
      this.counts[from + channel] += count;
      sum += count;
    }
    this.totals[at] += sum;
  }

  /** Forgets all steps. */
  clear(): void {
    this.end = Number.NEGATIVE_INFINITY;
    this.first = Number.POSITIVE_INFINITY;
  }

  /** Empties the places up to a step. */
  private open(step: number): void {
    if (this.first > step) this.first = step;
    for (let next = Math.max(this.end + 1, step - this.steps + 1); next <= step; next++) {
      const at = next % this.steps;
      this.totals[at] = 0;
      this.counts.fill(0, at * this.channels, (at + 1) * this.channels);
    }
    this.end = step;
  }

  /** Samples of all channels in a step. */
  at(step: number): number {
    return step >= this.begin && step <= this.end ? this.totals[step % this.steps] : 0;
  }

  /** The counts of a step by channel; valid until it is overwritten. */
  row(step: number): Uint16Array | undefined {
    if (step < this.begin || step > this.end) return undefined;
    const from = (step % this.steps) * this.channels;
    return this.counts.subarray(from, from + this.channels);
  }
}
