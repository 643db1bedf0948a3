import {describe, expect, test} from 'vitest';
import {RandomSampling} from '../../src/simulator/binomial.ts';
import {Random} from '../../src/simulator/random.ts';

/** Standard deviations that a normal variable exceeds, on either side, once in a million. */
const SIGMAS = 4.9;

describe('random 1-in-N sampling', () => {
  for (const [rate, packets, draws] of [
    [2, 1, 200_000],
    [10, 7, 100_000],
    [400, 2_000, 50_000],
    [10_000, 2_200, 200_000],
  ]) {
    test(`takes Binomial(${packets}, 1/${rate})`, () => {
      const sampling = new RandomSampling([rate], new Random(11));
      const p = 1 / rate;
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < draws; i++) {
        const taken = sampling.take(0, packets);
        sum += taken;
        squares += taken * taken;
      }
      const mean = packets * p;
      const variance = packets * p * (1 - p);
      const measured = sum / draws;
      expect(Math.abs(measured - mean)).toBeLessThan(SIGMAS * Math.sqrt(variance / draws));
      // Var(s²) = (μ4 - σ⁴) / n, with the fourth central moment of the binomial distribution.
      const fourth = variance * (1 + 3 * (packets - 2) * p * (1 - p));
      const spread = Math.sqrt((fourth - variance ** 2) / draws);
      // For one packet a draw the variance follows from the mean and its own spread vanishes at p = 1/2.
      const bound = SIGMAS * spread + SIGMAS ** 2 * (variance / draws);
      expect(Math.abs(squares / draws - measured ** 2 - variance)).toBeLessThan(bound);
    });
  }

  test('says which packets, ascending, within range and without a gap at the seams', () => {
    const sampling = new RandomSampling([3, 3], new Random(5));
    const hits = new Array(10).fill(0);
    const rounds = 30_000;
    for (let i = 0; i < rounds; i++) {
      const taken = sampling.take(1, 10);
      let last = -1;
      for (let k = 0; k < taken; k++) {
        expect(sampling.positions[k]).toBeGreaterThan(last);
        last = sampling.positions[k];
        hits[last]++;
      }
      expect(last).toBeLessThan(10);
    }
    const bound = SIGMAS * Math.sqrt((rounds * 2) / 9);
    for (const count of hits) expect(Math.abs(count - rounds / 3)).toBeLessThan(bound);
  });

  test('of one in one takes all', () => {
    const sampling = new RandomSampling([1], new Random(1));
    expect(sampling.take(0, 100)).toBe(100);
    expect(Array.from(sampling.positions.subarray(0, 3))).toEqual([0, 1, 2]);
  });
});

describe('the generator', () => {
  test('repeats by seed and differs by stream', () => {
    const draw = (seed: number, stream: number) => {
      const random = new Random(seed, stream);
      return Array.from({length: 8}, () => random.next()).join();
    };
    expect(draw(1, 0)).toBe(draw(1, 0));
    expect(draw(1, 0)).not.toBe(draw(2, 0));
    expect(draw(1, 0)).not.toBe(draw(1, 1));
  });

  test('is uniform in mean and variance, and normal likewise', () => {
    const random = new Random(3);
    const n = 200_000;
    const moments = (draw: () => number) => {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        const value = draw();
        sum += value;
        squares += value * value;
      }
      return {mean: sum / n, variance: squares / n - (sum / n) ** 2};
    };
    const uniform = moments(() => random.uniform());
    expect(Math.abs(uniform.mean - 0.5)).toBeLessThan(SIGMAS * Math.sqrt(1 / 12 / n));
    expect(Math.abs(uniform.variance - 1 / 12)).toBeLessThan(SIGMAS * Math.sqrt((1 / 80 - 1 / 144) / n));
    const normal = moments(() => random.gaussian());
    expect(Math.abs(normal.mean)).toBeLessThan(SIGMAS * Math.sqrt(1 / n));
    expect(Math.abs(normal.variance - 1)).toBeLessThan(SIGMAS * Math.sqrt(2 / n));
  });
});
