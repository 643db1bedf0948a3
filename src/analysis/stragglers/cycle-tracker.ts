import {CycleProfile, type Steps} from './cycle-profile.ts';

/** Cycles that a profile is first made of. */
const FIRST_CYCLES = 4;
/** What a cycle must score by what it looks like: even traffic seems to score half of it, by chance. */
const LEAST_EXPECTED = 30;
/** A cycle is looked for from here on, in cycles since the one before began, and up to one of these. */
const FROM = 0.55;
const UP_TO: readonly number[] = [1.35, 1.6, 2, 2.5, 3.2];
/** What is so near to where the search ends may be better behind it; in cycles. */
const EDGE = 0.02;
/**
 * What is found so late may have a cycle before it that few samples were taken of. One that is so much like a cycle,
 * so near to where it was expected, is believed to be one; then it is not known how long either of the two took.
 */
const LATE = 1.5;
const NEAR = 0.25;
const ALIKE = 0.08;
/** Innovations are remembered over some so many cycles. */
const MEMORY = 16;
/** Of an innovation, so much at least moves the phase, and so much of that the period. */
const LEAST_GAIN = 0.15;
const PERIOD_GAIN = 0.02;
/** What comes so many deviations, and so much of a cycle, beside what is expected is taken as it is. */
const SURPRISE = 5;
const LEAST_SURPRISE = 0.05;
const MOST_SURPRISES = 4;

/** One cycle of a job, as it was found. */
export interface Cycle {
  /** When its exchange began, epoch ms; and how long after the one before, undefined where that is not known. */
  startMs: number;
  lengthMs: number | undefined;
  /** The usual length now. */
  periodMs: number;
}

/** What a tracker reads: steps, and which of them there are. */
export interface KeptSteps extends Steps {
  /** The oldest step that is kept, and the first that is not complete. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Follows the cycles of a job one by one: each is looked for around where the ones before let expect it, and how much
 * of a difference is believed depends on how well it can be seen.
 */
export class CycleTracker {
  periodMs: number;
  profile: CycleProfile | undefined;
  private readonly steps: KeptSteps;
  private lastMs = Number.NaN;
  private isFirst = true;
  /** How many in a row came as a surprise, and how long they took. */
  private surprises = 0;
  private surpriseMs = 0;
  private variance: number;

  constructor(steps: KeptSteps, periodMs: number) {
    this.steps = steps;
    this.periodMs = periodMs;
    this.variance = (0.02 * periodMs) ** 2;
  }

  /** Whether cycles are being followed. */
  get isLocked(): boolean {
    return this.profile !== undefined;
  }

  /** Begins anew. */
  restart(): void {
    this.profile = undefined;
    this.lastMs = Number.NaN;
    this.surprises = 0;
  }

  /** The next cycle whose exchange is over, undefined when there is none yet. */
  next(): Cycle | undefined {
    const endMs = this.steps.end * this.steps.stepMs;
    if (!this.profile && !this.lock(endMs)) return undefined;
    const profile = this.profile!;
    const {periodMs, lastMs} = this;
    for (const upTo of UP_TO) {
      const toMs = lastMs + upTo * periodMs;
      if (toMs + profile.activeEnd * periodMs > endMs) return undefined;
      const match = profile.match(this.steps, lastMs + FROM * periodMs, toMs, lastMs + periodMs, periodMs);
      if (match && !match.isAtEdge && match.startMs < toMs - EDGE * periodMs - this.steps.stepMs)
        return this.accept(match.startMs, match.errorMs);
    }
    this.profile = undefined;
    return undefined;
  }

  /** Makes a profile of the newest cycles; none of them has been told yet. */
  private lock(endMs: number): boolean {
    const {steps, periodMs} = this;
    const beginMs = Math.max(steps.begin * steps.stepMs, Number.isNaN(this.lastMs) ? 0 : this.lastMs + periodMs);
    if (!(endMs - beginMs >= FIRST_CYCLES * periodMs)) return false;
    const {profile, startMs} = CycleProfile.fold(steps, beginMs, periodMs, FIRST_CYCLES);
    this.isFirst = true;
    if (profile.expected < LEAST_EXPECTED) {
      this.lastMs = beginMs; // and again, when there is one more cycle
      return false;
    }
    this.profile = profile;
    this.lastMs = startMs - periodMs;
    return true;
  }

  private accept(foundMs: number, errorMs: number): Cycle {
    const {periodMs, lastMs} = this;
    const expectedMs = lastMs + periodMs;
    const off = foundMs - expectedMs;
    const isSurprise = Math.abs(off) > Math.max(SURPRISE * Math.sqrt(this.variance), LEAST_SURPRISE * periodMs);
    const gain = isSurprise ? 1 : Math.max(LEAST_GAIN, 1 - errorMs ** 2 / Math.max(this.variance, 1e-9));
    if (!isSurprise) {
      this.variance += (off * off - this.variance) / MEMORY;
      this.periodMs += PERIOD_GAIN * gain * off;
    }
    this.surprises = isSurprise && off > 0 === this.surpriseMs > periodMs ? this.surprises + 1 : Number(isSurprise);
    this.surpriseMs = periodMs + off;
    // What surprises again and again is how it is now.
    if (this.surprises >= MOST_SURPRISES) {
      this.periodMs = periodMs + off;
      this.surprises = 0;
    }
    const startMs = expectedMs + gain * off;
    const lengthMs = this.isFirst || this.isMissed(foundMs) ? undefined : startMs - lastMs;
    this.lastMs = startMs;
    this.profile!.learn(this.steps, startMs, this.periodMs);
    this.isFirst = false;
    return {startMs, lengthMs, periodMs: this.periodMs};
  }

  /** Whether there was a cycle between the last one and the one that was found, though it was not seen well enough. */
  private isMissed(foundMs: number): boolean {
    const {profile, steps, lastMs, periodMs} = this;
    if (foundMs - lastMs < LATE * periodMs) return false;
    const toMs = Math.min(lastMs + (1 + NEAR) * periodMs, foundMs - periodMs / 2);
    return profile!.likeness(steps, lastMs + (1 - NEAR) * periodMs, toMs, periodMs) > ALIKE;
  }
}
