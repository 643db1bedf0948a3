import {describe, expect, it} from 'vitest';
import {foldAt} from '../../../src/analysis/period/fold.ts';
import {BINS_ALONE, PeriodWatch} from '../../../src/analysis/period/period-watch.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../../support/proof.ts';
import {finder, isRight, lookAt, shownAtEnd} from './period-looks.ts';
import {drawNull, happen, NULL_KINDS, poisson, randomScenario, TICK_MS} from './period-traffic.ts';

/** What carries a period: n · R² of the truth. */
const CARRIES = 30;

describe('a proof on drawn samples', () => {
  it('finds the period of a job in what its hosts carry, and the strongest one in everything together', () => {
    const seed = proofSeed();
    const scenarios = proofCount(16, 500);
    const alone = {jobs: 0, carry: 0, right: 0};
    const twoBursts = {carry: 0, right: 0};
    const mixed = {carry: 0, right: 0, shown: 0, wrong: 0};
    for (let i = 0; i < scenarios; i++) {
      const random = new Random(seed + i, 99);
      const scenario = randomScenario(random);
      const happened = happen(scenario, random);
      scenario.jobs.forEach((job, index) => {
        const drawn = happened.ofJob(index);
        const truth = drawn.truths[index];
        alone.jobs++;
        if (truth.carried < CARRIES) return;
        const [first] = shownAtEnd(drawn);
        const right = first !== undefined && isRight(first.periodMs, truth.periodMs) ? 1 : 0;
        const counts = job.shape === 'two bursts' ? twoBursts : alone;
        counts.carry++;
        counts.right += right;
      });
      const drawn = happened.mixed();
      const strongest = drawn.truths.reduce((best, truth) => (truth.carried > best.carried ? truth : best));
      const shown = shownAtEnd(drawn);
      mixed.shown += shown.length;
      mixed.wrong += shown.filter((one) => !drawn.truths.some((truth) => isRight(one.periodMs, truth.periodMs))).length;
      if (strongest.carried < CARRIES) continue;
      mixed.carry++;
      if (shown.some((one) => isRight(one.periodMs, strongest.periodMs))) mixed.right++;
    }
    console.log(`${scenarios} scenarios`, JSON.stringify({alone, twoBursts, mixed}));
    // A slice is so short that one more or less is two or three percent.
    const slack = scenarios < 500 ? 0.05 : 0;
    expect((alone.carry + twoBursts.carry) / alone.jobs).toBeGreaterThan(0.6);
    expect(alone.right / alone.carry).toBeGreaterThan(0.95 - slack);
    expect(twoBursts.right / twoBursts.carry).toBeGreaterThan(0.88 - 2 * slack);
    expect(mixed.carry / scenarios).toBeGreaterThan(0.6);
    expect(mixed.right / mixed.carry).toBeGreaterThan(0.87 - slack);
    expect(mixed.wrong / mixed.shown).toBeLessThan(0.15 + slack);
  });

  it('never shows a period in ten minutes of traffic that has none', () => {
    const seed = proofSeed();
    const scenarios = proofCount(6, 500);
    const everyTicks = scenarios < 500 ? 1_600 : 400;
    const invented: string[] = [];
    for (let i = 0; i < scenarios; i++) {
      const kind = NULL_KINDS[i % NULL_KINDS.length];
      const {counts, resolutionMs} = drawNull(kind, 600, new Random(seed + i, 77));
      const watch = new PeriodWatch(finder);
      for (let end = 1_000; end <= counts.length; end += everyTicks) {
        const [first] = lookAt(watch, counts, end, resolutionMs);
        if (!first) continue;
        invented.push(`${seed + i} ${kind}: ${first.periodMs} ms, score ${first.score}, after ${end / 100} s`);
        break;
      }
    }
    expect(invented.length, invented.join('\n')).toBeLessThanOrEqual(scenarios / 100);
  });
});

/** A job of one burst a cycle that stops after `seconds`. */
function burstsThenNothing(periodMs: number, duty: number, perSecond: number, seconds: number, random: Random) {
  const ticks = (seconds + 30) * 100;
  return new Float64Array(ticks).map((_, tick) => {
    const ms = tick * TICK_MS;
    const isOn = ms < seconds * 1_000 && ms % periodMs < duty * periodMs;
    return poisson(random, ((isOn ? perSecond : 0) + perSecond / 20) * (TICK_MS / 1_000));
  });
}

describe('a cycle', () => {
  it.each([200, 1_000, 5_000])('of %i ms that stops is lost within three cycles', (periodMs) => {
    const random = new Random(proofSeed(), periodMs);
    const seconds = 70;
    const counts = burstsThenNothing(periodMs, 0.4, 4_000, seconds, random);
    const watch = new PeriodWatch(finder);
    for (let end = (seconds - 8) * 100; end <= seconds * 100; end += 200) lookAt(watch, counts, end, TICK_MS);
    const before = lookAt(watch, counts, seconds * 100, TICK_MS);
    expect(isRight(before[0].periodMs, periodMs)).toBe(true);
    const later = seconds * 100 + Math.ceil(Math.max(3 * periodMs, 500) / TICK_MS);
    expect(lookAt(watch, counts, later, TICK_MS)).toEqual([]);
  });

  it('is told with its duty, its jitter and how sharp it is', () => {
    const random = new Random(proofSeed(), 5);
    for (const [duty, jitter] of [
      [0.2, 0],
      [0.5, 0.01],
      [0.8, 0.03],
    ] as const) {
      const periodMs = 700;
      const counts = new Float64Array(6_400);
      let start = 0;
      while (start < 64_000) {
        const length = periodMs * (1 + jitter * random.gaussian());
        for (let ms = start; ms < start + duty * length; ms += TICK_MS) counts[Math.floor(ms / TICK_MS)] += 40;
        start += length;
      }
      const drawn = counts.subarray(0, 6_400).map((mean) => poisson(random, mean));
      const [shown] = shownAtEnd({counts: drawn, resolutionMs: TICK_MS});
      expect(Math.abs(shown.periodMs / periodMs - 1)).toBeLessThan(0.01);
      expect(shown.confidence).toBeGreaterThan(0.99);
      expect(Math.abs(shown.duty - duty)).toBeLessThan(0.08);
      // Of some ninety cycles the deviation itself is known to about a tenth.
      expect(Math.abs(shown.jitter - jitter)).toBeLessThan(0.004 + 0.35 * jitter);
      expect(Math.abs(shown.sharpness - Math.sin(Math.PI * duty) / (Math.PI * duty))).toBeLessThan(0.06);
      expect(shown.ambiguous).toBe(false);
    }
  });

  it('faster than twice what agents hold back is not shown', () => {
    const random = new Random(proofSeed(), 6);
    const counts = burstsThenNothing(700, 0.3, 4_000, 70, random).subarray(0, 7_000);
    expect(shownAtEnd({counts, resolutionMs: 1_000}).filter(({periodMs}) => periodMs < 2_000)).toEqual([]);
  });

  it.each([0, 1, 5, 63, 64, 100, 640])('is not found in %i steps without samples, nor in one sample', (length) => {
    for (const first of [0, 1]) {
      const counts = new Float64Array(length);
      if (length > 0) counts[0] = first;
      expect(finder.find({counts, tickMs: 100, noise: 1, resolutionMs: 100}, BINS_ALONE)).toEqual([]);
      expect(shownAtEnd({counts, resolutionMs: TICK_MS})).toEqual([]);
    }
  });

  it('folds to its own shape', () => {
    const counts = new Float64Array(6_400).map((_, tick) => (tick % 50 < 10 ? 30 : 2));
    const {profile, jitter} = foldAt({counts, tickMs: TICK_MS, noise: 1, resolutionMs: TICK_MS}, 500);
    expect(jitter).toBeLessThan(0.001);
    expect(profile.filter((value) => value > 25).length).toBeGreaterThanOrEqual(9);
    expect(profile.filter((value) => value < 3).length).toBeGreaterThanOrEqual(38);
  });
});
