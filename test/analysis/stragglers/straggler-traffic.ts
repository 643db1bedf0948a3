/**
 * The samples of a job's hosts, drawn straight into 10 ms ticks: a ring in which each pair exchanges its head start as
 * soon as both are ready and the rest once all are. What is random is drawn from the seed alone.
 */
import type {Random} from '../../../src/simulator/random.ts';
import {poisson} from '../period/period-traffic.ts';

const TICK_MS = 10;
/** 1 in 10,000 of 4,178 byte frames at 80 % of 100 Gbit/s, a second and direction. */
export const SAMPLES_PER_SECOND = 298 * 0.8;

export interface RingOptions {
  hosts: number;
  periodMs: number;
  duty: number;
  /** Share of an exchange that a pair does ahead; 1: nobody waits. */
  headStart: number;
  /** Deviation of when a host is ready, and of the length of computing, as shares of the period. */
  jitter?: number;
  drift?: number;
  samplesPerSecond?: number;
  /** How late a host is in a cycle, as a share of the period. */
  late?: (host: number, atMs: number) => number;
  /** How long the job computes in a cycle, as a multiple of what is usual. */
  computes?: (cycle: number, atMs: number) => number;
}

const START_MS = 1_790_000_000_000;

/** Draws cycle by cycle and gives out ticks in order: of host h what it sent at 2h, what it received behind that. */
export class DrawnRing {
  readonly channels: number;
  /** When each exchange could begin, ms: the truth of the steps. */
  readonly readyMs: number[] = [];
  private readonly options: Required<RingOptions>;
  private readonly random: Random;
  private readonly counts: Uint8Array;
  private readonly span: number;
  private nextMs: number;
  private tick: number;

  constructor(options: RingOptions, random: Random) {
    this.options = {
      ...{jitter: 0.005, drift: 0, samplesPerSecond: SAMPLES_PER_SECOND, late: () => 0, computes: () => 1},
      ...options,
    };
    this.random = random;
    this.channels = 2 * options.hosts;
    this.span = Math.ceil((8 * options.periodMs) / TICK_MS) + 16;
    this.counts = new Uint8Array(this.span * this.channels);
    this.nextMs = START_MS + options.periodMs * (1 + random.uniform());
    this.tick = START_MS / TICK_MS;
  }

  /** Draws a cycle; then gives out the ticks before the next can begin. */
  cycle(take: (tick: number, counts: Uint8Array, offset: number) => void): void {
    const {hosts, periodMs, duty, headStart, jitter, drift, late, computes} = this.options;
    const {random} = this;
    const base = this.nextMs;
    const workMs = duty * periodMs;
    const aheadMs = Math.min(1, headStart) * workMs;
    const ready = new Float64Array(hosts);
    for (let host = 0; host < hosts; host++) {
      ready[host] = base + periodMs * (late(host, base) + clipped(random, jitter));
    }
    this.readyMs.push(base);
    const all = ready.reduce((most, value) => Math.max(most, value));
    let end = all;
    for (let from = 0; from < hosts; from++) {
      const to = (from + 1) % hosts;
      const begin = Math.max(ready[from], ready[to]);
      const ahead = headStart >= 1 ? workMs : Math.min(aheadMs, all - begin);
      this.draw(2 * from, begin, ahead);
      this.draw(2 * to + 1, begin, ahead);
      this.draw(2 * from, all, workMs - ahead);
      this.draw(2 * to + 1, all, workMs - ahead);
      end = Math.max(end, headStart >= 1 ? 0 : all + workMs - ahead);
    }
    const computeMs = (1 - duty) * periodMs * computes(this.readyMs.length, base) + periodMs * clipped(random, drift);
    this.nextMs = headStart >= 1 ? base + workMs + computeMs : end + computeMs;
    this.giveOut(Math.floor((this.nextMs - 0.1 * periodMs) / TICK_MS), take);
  }

  private draw(channel: number, fromMs: number, lengthMs: number): void {
    const {random} = this;
    const samples = poisson(random, (this.options.samplesPerSecond * lengthMs) / 1_000);
    for (let i = 0; i < samples; i++) {
      const tick = Math.floor((fromMs + (random.next() / 2 ** 32) * lengthMs) / TICK_MS);
      this.counts[(tick % this.span) * this.channels + channel]++;
    }
  }

  private giveOut(to: number, take: (tick: number, counts: Uint8Array, offset: number) => void): void {
    for (; this.tick < to; this.tick++) {
      const offset = (this.tick % this.span) * this.channels;
      take(this.tick, this.counts, offset);
      this.counts.fill(0, offset, offset + this.channels);
    }
  }
}

function clipped(random: Random, sigma: number): number {
  return sigma > 0 ? sigma * Math.max(-3, Math.min(3, random.gaussian())) : 0;
}
