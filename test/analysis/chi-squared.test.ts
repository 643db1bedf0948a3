import {describe, expect, it} from 'vitest';
import {chiSquaredTail, excessBand} from '../../src/analysis/chi-squared.ts';
import {chiSquaredQuantile} from '../../src/shared/band.ts';

describe('the upper tail', () => {
  it.each([
    [1, 3.841458820694124, 0.05],
    [1, 0.454936423119572, 0.5],
    [3, 16.26623619623013, 1e-3],
    [7, 24.32188634814464, 1e-3],
    [15, 8.69568, 0.893],
  ])('with %i degrees of freedom is that of the tables', (degrees, x, p) => {
    expect(chiSquaredTail(x, degrees) / p).toBeCloseTo(1, 3);
  });

  it('keeps its digits where one less the rest has none', () => {
    for (const x of [1, 10, 100, 600]) {
      expect(chiSquaredTail(x, 2) / Math.exp(-x / 2)).toBeCloseTo(1, 10);
      const six = Math.exp(-x / 2) * (1 + x / 2 + x ** 2 / 8);
      expect(chiSquaredTail(x, 6) / six).toBeCloseTo(1, 10);
    }
    // erfc(√50) = 2.0884875837625446e-45 (DLMF 7.12)
    expect(chiSquaredTail(100, 1) / 1.523970604832105e-23).toBeCloseTo(1, 8);
    expect(chiSquaredTail(5_000, 7)).toBe(0);
    expect(chiSquaredTail(0, 7)).toBe(1);
  });

  it('falls all the way', () => {
    for (const degrees of [1, 2, 3, 15, 63]) {
      let last = 1;
      for (let x = degrees / 2; x < 300; x += 0.5) {
        const p = chiSquaredTail(x, degrees);
        expect(p).toBeLessThan(last);
        last = p;
      }
    }
  });
});

it('a quantile is where the tail is what it should be', () => {
  for (const degrees of [2, 3, 7, 15]) {
    expect(chiSquaredTail(chiSquaredQuantile(degrees, 3.0902), degrees) * 1e3).toBeCloseTo(1, 0);
    expect(chiSquaredTail(chiSquaredQuantile(degrees, 0), degrees)).toBeCloseTo(0.5, 2);
  }
});

describe('what is beyond chance', () => {
  it('is nothing where chance explains it, and may be a little', () => {
    const {low, high} = excessBand(7, 7, 1);
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(7);
    expect(high).toBeLessThan(20);
    // What is too even to be true says no more.
    expect(excessBand(0, 7, 1)).toEqual(excessBand(7, 7, 1));
  });

  it('is known as well as a chi-squared value is, where it is all there is', () => {
    const {low, high} = excessBand(10_007, 7, 1);
    expect(low).toBeGreaterThan(10_000 - 2 * 200);
    expect(high).toBeLessThan(10_000 + 2 * 200);
    expect(excessBand(10_007, 7, 2).high).toBeGreaterThan(high);
  });
});
