import {describe, expect, it} from 'vitest';
import {byteBand, frameBand, kindBand, shareBand} from '../../src/analysis/sampling-error.ts';
import {Moments} from '../../src/fabric/history/moments.ts';
import {QUARTER_SAMPLE, weightedPoissonBand} from '../../src/shared/band.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

/** Exact 95 % limits of a Poisson count from chi-square tables: χ²(0.025; 2n) / 2 and χ²(0.975; 2n + 2) / 2. */
const EXACT: readonly [n: number, low: number, high: number][] = [
  [1, 0.0253, 5.5716],
  [2, 0.2422, 7.2247],
  [3, 0.6187, 8.7673],
  [4, 1.0899, 10.2416],
  [5, 1.6235, 11.6683],
  [10, 4.7954, 18.3904],
  [20, 12.2165, 30.8884],
  [30, 20.2409, 42.8269],
  [50, 37.111, 65.9188],
  [100, 81.364, 121.6273],
];

/** Quantiles of the gamma distribution, 2.5 % with shape n + 1/4 and 97.5 % with shape n + 3/4, by its series. */
const DRAWN_IN: readonly [n: number, low: number, high: number][] = [
  [1, 0.0593, 5.1311],
  [2, 0.3247, 6.8243],
  [3, 0.7292, 8.3891],
  [4, 1.2183, 9.8781],
  [5, 1.7644, 11.3154],
  [10, 4.9679, 18.0653],
  [20, 12.4117, 30.5845],
  [30, 20.4461, 42.5326],
  [50, 37.3263, 65.6344],
  [100, 81.5895, 121.3524],
];

const ALL = [...EXACT.map((row) => [0, ...row] as const), ...DRAWN_IN.map((row) => [QUARTER_SAMPLE, ...row] as const)];

describe('the band of equal weights', () => {
  it.each(ALL)('drawn in by %d of a sample, of %i samples is nearly the exact one', (drawnIn, n, low, high) => {
    const weight = 1_500;
    const band = weightedPoissonBand(n * weight, n * weight ** 2, weight, drawnIn);
    expect(Math.abs(band.high / weight / high - 1)).toBeLessThan(0.005);
    if (n >= 3) expect(Math.abs(band.low / weight / low - 1)).toBeLessThan(n >= 10 ? 0.005 : 0.03);
    else expect(Math.abs(band.low / weight - low)).toBeLessThan(0.02);
  });

  it('of nothing is 0 to 3.69 times the largest weight', () => {
    for (const drawnIn of [0, QUARTER_SAMPLE]) {
      const {low, high} = weightedPoissonBand(0, 0, 9_000, drawnIn);
      expect(low).toBe(0);
      expect(high / 9_000).toBeCloseTo(3.689, 3);
    }
    expect(weightedPoissonBand(0, 0, 0)).toEqual({low: 0, high: 0});
  });
});

describe('of the frames of a kind', () => {
  const moments = Object.assign(new Moments(), {samples: 400, frames: 4e5, largestRate: 1_000});

  it('the count has the band of its samples', () => {
    const {low, high} = kindBand(20_000, moments);
    expect(low / 1_000).toBeCloseTo(12.4, 0);
    expect(high / 1_000).toBeCloseTo(30.6, 0);
    expect(kindBand(0, moments).high / 1_000).toBeCloseTo(3.689, 3);
    expect(kindBand(0, new Moments())).toEqual({low: 0, high: 0});
  });

  it('the share has Wilson’s', () => {
    const {low, high} = shareBand(0.05, moments);
    expect([low, high].map((bound) => bound.toFixed(4))).toEqual(['0.0326', '0.0760']);
    expect(shareBand(0, moments).low).toBeCloseTo(0, 12);
    expect(shareBand(0, moments).high).toBeCloseTo(0.00951, 4);
    expect(shareBand(1, moments).high).toBeCloseTo(1, 12);
    expect(shareBand(0, new Moments())).toEqual({low: 0, high: 1});
  });
});

describe('the band of any weights', () => {
  it('holds the sum, scales with the weights and grows with the largest', () => {
    const random = generator(7);
    for (let i = 0; i < 500; i++) {
      const weights = Array.from({length: Math.floor(random() * 40)}, () => 64 + Math.floor(random() * 9_000));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const squares = weights.reduce((total, weight) => total + weight ** 2, 0);
      const largest = Math.max(64, ...weights);
      const {low, high} = weightedPoissonBand(sum, squares, largest);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(sum);
      expect(high).toBeGreaterThan(sum);
      expect(weightedPoissonBand(sum * 100, squares * 1e4, largest * 100).high / high).toBeCloseTo(100, 6);
      expect(weightedPoissonBand(sum, squares, largest * 2).high).toBeGreaterThan(high);
    }
  });

  it('of moments comes from their sums, not from bands', () => {
    const one = Object.assign(new Moments(), {samples: 1, bytes: 1e6, squares: 1e12, largest: 1e6});
    const all = new Moments();
    for (let i = 0; i < 100; i++) all.add(one);
    const {low, high} = byteBand(all);
    expect([low, high].map((bound) => Math.round(bound / 1e6))).toEqual([81, 122]);
  });

  it('of frames is the same by rates in place of bytes', () => {
    const fine = Object.assign(new Moments(), {
      samples: 40,
      frames: 40_000,
      frameSquares: 40 * 1e6,
      largestRate: 1_000,
    });
    const coarse = Object.assign(new Moments(), {samples: 4, frames: 4e4, frameSquares: 4e8, largestRate: 10_000});
    const equal = (moments: Moments) => {
      const {low, high} = frameBand(moments);
      return [low / 1_000, high / 1_000].map((bound) => Math.round(bound * 10) / 10);
    };
    expect(equal(fine)).toEqual([28.8, 54.2]);
    // A sum of both is hardly better known than its coarse part, and what it could still hold is the coarse rate.
    expect(equal(fine.add(coarse))).toEqual([45.3, 137.3]);
    expect(equal(Object.assign(new Moments(), {largestRate: 10_000}))).toEqual([0, 36.9]);
  });
});

/** Mulberry32: small, seeded, good enough for sampling. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A Poisson count by multiplication (Knuth); for means up to some hundred. */
function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > limit; count++) product *= random();
  return count;
}

interface Mix {
  name: string;
  /** Frame length and its share of the samples. */
  sizes: readonly [length: number, share: number][];
}

const MIXES: readonly Mix[] = [
  {name: 'data only', sizes: [[4_178, 1]]},
  {
    name: 'data and acknowledgements',
    sizes: [
      [4_178, 0.6],
      [82, 0.4],
    ],
  },
  {
    name: 'mostly acknowledgements',
    sizes: [
      [4_178, 0.05],
      [82, 0.95],
    ],
  },
  {
    name: 'three sizes',
    sizes: [
      [9_018, 0.3],
      [1_518, 0.3],
      [64, 0.4],
    ],
  },
];
const MEANS = [0.5, 1, 2, 5, 10, 20, 50];

/**
 * Coverage by simulation. Fay and Feuer's interval is conservative by design: 95 % is promised, up to 98-99 % is its
 * price where samples are few. The threshold leaves 4 standard errors for chance. What is served is held to its goals
 * in test/proofs/coverage.test.ts.
 */
describe('the band covers the truth', () => {
  for (const {name, sizes} of MIXES) {
    it.each(MEANS)(`${name}, %d samples expected`, (mean) => {
      const seed = proofSeed();
      const runs = proofCount(2_000, 100_000);
      const random = generator(seed * 1_000 + mean);
      const largest = Math.max(...sizes.map(([length]) => length));
      const truth = sizes.reduce((sum, [length, share]) => sum + length * share * mean, 0);
      let covered = 0;
      for (let run = 0; run < runs; run++) {
        let sum = 0;
        let squares = 0;
        for (const [length, share] of sizes) {
          const count = poisson(mean * share, random);
          sum += count * length;
          squares += count * length * length;
        }
        const {low, high} = weightedPoissonBand(sum, squares, largest);
        if (low <= truth && truth <= high) covered++;
      }
      const error = Math.sqrt((0.95 * 0.05) / runs);
      expect(covered / runs).toBeGreaterThan(0.95 - 4 * error);
    });
  }
});
