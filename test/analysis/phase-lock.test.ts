import {describe, expect, it} from 'vitest';
import {type LockInput, locksOf} from '../../src/analysis/phase-lock.ts';
import {Random} from '../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {poisson} from './period/period-traffic.ts';

const TICK_MS = 10;
const LENGTH = 6_400;

interface Job {
  periodMs: number;
  /** Of the length of each cycle. */
  jitter: number;
}

/** Starts of the cycles of a job over 64 s and a little more. */
function startsOf({periodMs, jitter}: Job, random: Random): number[] {
  const starts = [-random.uniform() * periodMs];
  while (starts.at(-1)! < LENGTH * TICK_MS) starts.push(starts.at(-1)! + periodMs * (1 + jitter * random.gaussian()));
  return starts;
}

/** Samples of hosts that exchange in the first half of each cycle, so many a second; NaN before `fromMs`. */
function samplesOf(starts: readonly number[], perSecond: number, random: Random, fromMs = 0): Float32Array {
  const counts = new Float32Array(LENGTH).fill(perSecond * 0.002 * TICK_MS * 0.01);
  for (let i = 0; i + 1 < starts.length; i++) {
    const end = starts[i]! + (starts[i + 1]! - starts[i]!) / 2;
    for (let tick = Math.max(0, Math.ceil(starts[i]! / TICK_MS)); tick < Math.min(LENGTH, end / TICK_MS); tick++) {
      counts[tick]! += (2 * perSecond * TICK_MS) / 1_000;
    }
  }
  return counts.map((mean, tick) => (tick * TICK_MS < fromMs ? Number.NaN : poisson(random, mean)));
}

function inputOf(series: readonly Float32Array[], periods: readonly number[], hosts = series.map(() => 8)): LockInput {
  const counts = new Float32Array(series.length * LENGTH);
  for (const [at, one] of series.entries()) counts.set(one, at * LENGTH);
  const periodMs = Float64Array.from(periods);
  return {periodMs, hosts: Uint32Array.from(hosts), counts, length: LENGTH, tickMs: TICK_MS};
}

describe('two series', () => {
  it('of one job are in step, whatever its jitter, after 32 cycles', () => {
    const random = new Random(proofSeed(), 91);
    let joined = 0;
    let sure = 0;
    const runs = proofCount(40, 1_000);
    for (let run = 0; run < runs; run++) {
      const periodMs = 150 + 1_000 * random.uniform();
      const starts = startsOf({periodMs, jitter: 0.02 * random.uniform()}, random);
      const fromMs = Math.max(0, LENGTH * TICK_MS - Math.max(10_000, 33 * periodMs));
      const series = [0, 1].map(() => samplesOf(starts, 300, random, fromMs));
      const [lock] = locksOf(inputOf(series, [periodMs, periodMs]));
      if (lock) joined++;
      if (lock?.isSure) sure++;
      if (lock) expect(lock.cycles).toBeGreaterThanOrEqual(32);
    }
    expect(joined / runs).toBeGreaterThan(0.97);
    expect(sure / runs).toBeGreaterThan(0.9);
  });

  it('of two jobs of the same model are not, for they drift apart', () => {
    const random = new Random(proofSeed(), 92);
    let joined = 0;
    let sure = 0;
    const runs = proofCount(60, 3_000);
    for (let run = 0; run < runs; run++) {
      const periodMs = 150 + 1_000 * random.uniform();
      const jitter = 0.005 + 0.02 * random.uniform();
      // Nobody's clock is that of another, and neither are the lengths of two steps.
      const series = [1, 1 + 0.003 * random.gaussian()].map((by) =>
        samplesOf(startsOf({periodMs: periodMs * by, jitter}, random), 2_000, random),
      );
      const locks = locksOf(inputOf(series, [periodMs, periodMs]));
      joined += locks.length;
      sure += locks.filter(({isSure}) => isSure).length;
    }
    expect(joined / runs).toBeLessThanOrEqual(runs < 1_000 ? 0.05 : 0.015);
    expect(sure / runs).toBeLessThanOrEqual(runs < 1_000 ? 0 : 0.005);
  });

  it('that keep step and do not send at once are no rails of one job', () => {
    const random = new Random(proofSeed(), 95);
    const starts = startsOf({periodMs: 500, jitter: 0.005}, random);
    const sureOf = (behindMs: number) => {
      const series = [starts, starts.map((start) => start + behindMs)].map((one) => samplesOf(one, 500, random));
      return locksOf(inputOf(series, [500, 500])).map(({isSure}) => isSure);
    };
    expect([sureOf(0), sureOf(10), sureOf(150), sureOf(350)]).toEqual([[true], [true], [false], [false]]);
  });

  it('are not compared when they are too short, of another size or period, or too thin', () => {
    const random = new Random(proofSeed(), 93);
    const starts = startsOf({periodMs: 500, jitter: 0.005}, random);
    const make = (perSecond: number, fromMs = 0) => [0, 1].map(() => samplesOf(starts, perSecond, random, fromMs));
    expect(locksOf(inputOf(make(300), [500, 500]))).toHaveLength(1);
    expect(locksOf(inputOf(make(300, 64_000 - 31 * 500), [500, 500]))).toEqual([]);
    expect(locksOf(inputOf(make(300), [500, 500], [8, 9]))).toEqual([]);
    expect(locksOf(inputOf(make(300), [500, 510]))).toEqual([]);
    expect(locksOf(inputOf(make(1), [500, 500]))).toEqual([]);
  });

  it('more than two are each in step with the first', () => {
    const random = new Random(proofSeed(), 94);
    const [one, other] = [0, 1].map(() => startsOf({periodMs: 500, jitter: 0.01}, random));
    const series = [one, other, one, other, one].map((starts) => samplesOf(starts!, 500, random));
    const locks = locksOf(inputOf(series, new Array(5).fill(500)));
    expect(locks.map(({a, b}) => [a, b])).toEqual([
      [0, 2],
      [0, 4],
      [1, 3],
    ]);
  });
});
