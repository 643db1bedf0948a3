import {describe, expect, it} from 'vitest';
import {marksRise, median, periodOf, sourcesAtLeast} from '../../../src/analysis/congestion/incast.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../../support/proof.ts';
import {poisson} from '../period/period-traffic.ts';

describe('sources', () => {
  it('are those seen, and of those not seen as many as single samples speak of', () => {
    expect(sourcesAtLeast([])).toBe(0);
    expect(sourcesAtLeast([5, 9, 3, 0])).toBe(3);
    expect(sourcesAtLeast([1, 1, 1, 1])).toBe(4 + (4 * 3) / 2);
    expect(sourcesAtLeast([1, 1, 2, 7])).toBe(4 + 2 / 4);
  });

  it('are counted right on average where most were seen', () => {
    const random = new Random(proofSeed());
    const runs = proofCount(2_000, 100_000);
    let sum = 0;
    for (let run = 0; run < runs; run++) sum += sourcesAtLeast(Array.from({length: 30}, () => poisson(random, 3)));
    expect(sum / runs).toBeGreaterThan(29);
    expect(sum / runs).toBeLessThan(31);
  });
});

describe('marks', () => {
  const random = () => new Random(proofSeed(), 1);

  it('that are as many as before hardly ever rise', () => {
    const drawn = random();
    const runs = proofCount(20_000, 1_000_000);
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const now = {marked: poisson(drawn, 6), samples: 300};
      if (marksRise(now, {marked: poisson(drawn, 20), samples: 1_000}) > 3.5) alarms++;
    }
    // One in 4,300 normal values; counts are discrete.
    expect(alarms).toBeLessThan(runs / 1_500);
  });

  it('that are six times as many are found', () => {
    const drawn = random();
    let found = 0;
    for (let run = 0; run < 200; run++) {
      const now = {marked: poisson(drawn, 36), samples: 300};
      if (marksRise(now, {marked: poisson(drawn, 20), samples: 1_000}) > 3.5) found++;
    }
    expect(found).toBeGreaterThan(190);
  });

  it('without anything to compare with must be many', () => {
    const nothing = {marked: 0, samples: 0};
    expect(marksRise({marked: 1, samples: 300}, nothing)).toBeLessThan(3.5);
    expect(marksRise({marked: 30, samples: 300}, nothing)).toBeGreaterThan(3.5);
    expect(marksRise(nothing, nothing)).toBe(0);
  });
});

describe('bursts', () => {
  const from = 1_790_000_000_000;

  it('keep to a period of the fabric, or to one of their own', () => {
    const random = new Random(proofSeed(), 2);
    const every = (ms: number, off = 30) => Array.from({length: 12}, (_, i) => from + i * ms + off * random.gaussian());
    expect(periodOf(every(1_500), [1_500, 700])).toBe(1_500);
    expect(periodOf(every(2_000), [])! / 2_000).toBeCloseTo(1, 1);
    expect(periodOf(every(3_000), [1_000])).toBe(1_000); // at every third cycle
    // Some were not seen.
    const seen = every(2_000).filter((_, i) => ![2, 3, 7].includes(i));
    expect(periodOf(seen, [])! / 2_000).toBeCloseTo(1, 1);
  });

  it('at any time keep to none, and few say nothing', () => {
    const random = new Random(proofSeed(), 3);
    let found = 0;
    for (let run = 0; run < 300; run++) {
      const times = Array.from({length: 12}, () => from + random.below(60_000)).sort((a, b) => a - b);
      if (periodOf(times, [1_000, 2_300]) !== undefined) found++;
    }
    expect(found).toBeLessThan(10);
    expect(periodOf([from, from + 2_000, from + 4_000], [2_000])).toBeUndefined();
  });
});

it('the median is the middle one', () => {
  expect([median([]), median([3]), median([9, 1, 4]), median([4, 1, 2, 9])]).toEqual([0, 3, 4, 3]);
});
