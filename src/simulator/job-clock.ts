import type {JobSpec} from './job-spec.ts';
import type {Random} from './random.ts';

/** Jitter is cut off here, in standard deviations. */
const MOST_DEVIATIONS = 3;

/** One exchange of a job, as it really was. */
export interface Exchange {
  /** Counts from 0. */
  readonly number: number;
  /** When the hosts would have been ready without jitter and delay, when the last was, and when all had finished. */
  readonly readyMs: number;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The time of a job. An exchange is so many milliseconds of work; a pair of hosts does its head start as soon as both
 * are ready, and the rest once all are. When all have finished, the job computes, and then comes the next exchange: a
 * late host makes the cycle longer. Of a job in which nobody waits, cycles come by the clock.
 */
export class JobClock implements Exchange {
  number = -1;
  readyMs = 0;
  startMs = 0;
  endMs: number;
  /** Work of this exchange, and what of it is head start. */
  workMs = 0;
  private aheadMs = 0;
  private readonly spec: JobSpec;
  private readonly random: Random;
  private readonly pairs: readonly (readonly [a: number, b: number])[];
  private readonly ready: Float64Array;
  private readonly lateMs: Float64Array;
  private readonly gain: Float64Array;
  private readonly totalWeight: number;
  private nextMs: number;

  /** `pairs`: which hosts exchange with each other. */
  constructor(spec: JobSpec, pairs: readonly (readonly [number, number])[], beganMs: number, random: Random) {
    const hosts = spec.members[0].length;
    this.spec = spec;
    this.random = random;
    this.pairs = pairs;
    this.ready = new Float64Array(hosts);
    this.lateMs = new Float64Array(hosts);
    this.gain = new Float64Array(hosts).fill(1);
    for (const {host, by} of spec.late) this.lateMs[host] = by * spec.cycleMs;
    for (const {host, factor} of spec.slow) this.gain[host] = factor;
    this.totalWeight = spec.bursts.reduce((sum, weight) => sum + weight, 0);
    this.nextMs = beganMs + spec.phase * spec.cycleMs;
    this.endMs = this.nextMs;
  }

  /** Goes on to the next exchange; it may still lie ahead. */
  next(): void {
    const {spec, ready} = this;
    const {cycleMs, duty, bursts, jitter, drift, headStart, checkpoints} = spec;
    this.number++;
    this.readyMs = this.nextMs;
    this.workMs = (duty * cycleMs * bursts[this.number % bursts.length]) / this.totalWeight;
    this.aheadMs = Math.min(1, headStart) * this.workMs;
    const computeMs = ((1 - duty) * cycleMs) / bursts.length;
    for (let host = 0; host < ready.length; host++) {
      const deviation = this.deviation(jitter * cycleMs, computeMs / 2);
      ready[host] = this.readyMs + deviation + this.lateMs[host];
    }
    this.startMs = Math.max(...ready);
    this.endMs = this.startMs;
    for (const [a, b] of this.pairs) this.endMs = Math.max(this.endMs, this.finishMs(a, b));
    const drifted = drift > 0 ? this.deviation(drift * cycleMs, computeMs / 2) : 0;
    const byClock = this.readyMs + cycleMs / bursts.length;
    const isSaving = checkpoints !== undefined && this.number % checkpoints.every === checkpoints.every - 1;
    const saving = isSaving ? checkpoints.by * cycleMs : 0;
    this.nextMs = (headStart >= 1 ? byClock : this.endMs + computeMs) + drifted + saving;
  }

  /** Milliseconds of work that two hosts have done together by a time. */
  done(a: number, b: number, atMs: number): number {
    const begin = Math.max(this.ready[a], this.ready[b]);
    if (atMs <= begin) return 0;
    const gain = Math.min(this.gain[a], this.gain[b]);
    const ahead = Math.min(this.aheadMs, (Math.min(atMs, this.startMs) - begin) * gain);
    const together = Math.max(0, atMs - this.startMs) * gain;
    return Math.min(this.workMs, ahead + together);
  }

  private finishMs(a: number, b: number): number {
    const left = this.workMs - this.done(a, b, this.startMs);
    return this.startMs + left / Math.min(this.gain[a], this.gain[b]);
  }

  private deviation(sigma: number, most: number): number {
    const bound = Math.min(MOST_DEVIATIONS * sigma, most);
    return Math.max(-bound, Math.min(bound, this.random.gaussian() * sigma));
  }
}
