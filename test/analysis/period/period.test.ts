import {describe, expect, it} from 'vitest';
import {foldAt} from '../../../src/analysis/period/fold.ts';
import {BINS_ALONE, PeriodWatch} from '../../../src/analysis/period/period-watch.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../../support/proof.ts';
import {finder, isRight, lookAt, shownAtEnd} from './period-looks.ts';
import {outcomeOf, readScenario, readStop} from './period-score.ts';
import {drawNull, NULL_KINDS, poisson, TICK_MS} from './period-traffic.ts';

/** Ticks between two looks of the server. */
const LOOK_TICKS = 200;

/** How many of a kind carry a period, and of how many it is told right. */
class Tally {
  cases = 0;
  carried = 0;
  right = 0;

  add(isCarried: boolean, isRightOne: boolean): void {
    this.cases++;
    if (isCarried) this.carried++;
    if (isCarried && isRightOne) this.right++;
  }
}

describe('a proof on drawn samples', () => {
  it('finds the period of a job in what its hosts carry, and the strongest one in everything together', () => {
    const seed = proofSeed();
    const scenarios = proofCount(8, 500);
    const [jobs, twoBursts, alone, strongest, whole] = [
      new Tally(),
      new Tally(),
      new Tally(),
      new Tally(),
      new Tally(),
    ];
    for (let i = 0; i < scenarios; i++) {
      const readings = [...readScenario(seed + i)];
      const rightOnes = readings.map(({told, truth}) => outcomeOf(told?.periodMs, truth.periodMs) === 'right');
      readings.forEach(({series, truth, isCarried}, at) => {
        if (series === 'job') (truth.job.shape === 'two bursts' ? twoBursts : jobs).add(isCarried, rightOnes[at]!);
      });
      const inAll = readings.filter(({series}) => series === 'fabric');
      const best = inAll.reduce((most, one) => (one.truth.carried > most.truth.carried ? one : most));
      (inAll.length === 1 ? alone : strongest).add(best.isCarried, rightOnes[readings.indexOf(best)]!);
      const carried = readings.filter(({series, isCarried}) => series === 'job' && isCarried);
      whole.add(
        carried.length > 0,
        carried.every((one) => rightOnes[readings.indexOf(one)]),
      );
    }
    console.log(`${scenarios} scenarios`, JSON.stringify({jobs, twoBursts, alone, strongest, whole}));
    const isSlice = scenarios < 500;
    // Of a slice one may be wrong, which is many percent.
    const atLeast = (share: number, {right, carried}: Tally) =>
      expect(right).toBeGreaterThanOrEqual(isSlice ? Math.floor(0.8 * carried) : share * carried);
    expect(whole.carried).toBeGreaterThanOrEqual(0.6 * scenarios);
    atLeast(0.95, jobs);
    atLeast(0.92, twoBursts);
    atLeast(0.92, whole);
    atLeast(0.9, alone);
    atLeast(0.84, strongest);
  });

  it('never shows a period in ten minutes of traffic that has none', () => {
    const seed = proofSeed();
    const scenarios = proofCount(6, 500);
    const everyTicks = scenarios < 500 ? 1_600 : LOOK_TICKS;
    const invented: string[] = [];
    for (let i = 0; i < scenarios; i++) {
      const kind = NULL_KINDS[i % NULL_KINDS.length]!;
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

  it('loses a job that stops within three cycles', () => {
    const seed = proofSeed();
    const scenarios = proofCount(8, 200);
    const kept: string[] = [];
    let told = 0;
    for (let i = 0; i < scenarios; i++) {
      const stop = readStop(seed + i);
      if (!stop?.isTold) continue;
      told++;
      if (!stop.isLost) kept.push(`${seed + i}: ${stop.periodMs.toFixed(0)} ms`);
    }
    expect(told).toBeGreaterThan(scenarios / 2);
    expect(kept.length, kept.join('\n')).toBeLessThanOrEqual(0.02 * told);
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

  it('of micro-batches that stops leaves nothing of them to be told', () => {
    expect(readStop(21)).toMatchObject({isTold: true, isLost: true});
  });

  it('around micro-batches is told, not they', () => {
    const one = [...readScenario(137)].find(
      ({series, truth}) => series === 'job' && truth.job.shape === 'micro-batches',
    )!;
    expect(outcomeOf(one.told?.periodMs, one.truth.periodMs)).toBe('right');
  });

  it('that was held up once or twice is told all the same', () => {
    const random = new Random(proofSeed(), 8);
    const [periodMs, duty] = [532, 0.5];
    const counts = new Float64Array(4_000).map((_, tick) => {
      const ms = tick * TICK_MS;
      const heldUp = [14_000, 19_000].filter((from) => ms >= from);
      const isPaused = heldUp.some((from) => ms < from + 2_600);
      const isOn = !isPaused && (ms + 190 * heldUp.length) % periodMs < duty * periodMs;
      return poisson(random, isOn ? 20 : 1);
    });
    const [shown] = shownAtEnd({counts, resolutionMs: TICK_MS});
    expect(isRight(shown!.periodMs, periodMs)).toBe(true);
  });

  it('that stops leaves none of its remainders to be told', () => {
    for (const seed of [200_000, 200_052]) {
      const stop = readStop(seed);
      expect([stop?.isTold, stop?.isLost]).toEqual([true, true]);
    }
  });

  it('of like parts is told, not a part of it, where what they leave behind is evident', () => {
    const long = [...readScenario(700_204)].filter(({series, truth}) => series === 'job' && truth.periodMs > 40_000);
    expect(long).toHaveLength(1);
    expect(isRight(long[0]!.told!.periodMs, long[0]!.truth.periodMs)).toBe(true);
    expect(Math.abs(long[0]!.told!.duty - long[0]!.truth.job.duty)).toBeLessThan(0.1);
  });

  it('a few large bursts are no cycle, however alike their distances are for a while', () => {
    const {counts, resolutionMs} = drawNull('bursts', 600, new Random(700_062, 77));
    const watch = new PeriodWatch(finder);
    for (let look = 82; look < 96; look++) {
      expect(lookAt(watch, counts, 1_000 + LOOK_TICKS * look, resolutionMs)).toEqual([]);
    }
  });

  it('is not seen in a load that shifts now and then', () => {
    const {counts, resolutionMs} = drawNull('steady', 600, new Random(259, 77));
    expect(shownAtEnd({counts: counts.subarray(0, 27_600), resolutionMs})).toEqual([]);
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
