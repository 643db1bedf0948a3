import fc from 'fast-check';
import {expect, it} from 'vitest';
import {quartilesOf} from '../../src/analysis/quartiles.ts';

it('interpolates between order statistics as R and NumPy do by default', () => {
  // quantile(c(7, 15, 36, 39, 40, 41)) of R 4.
  expect(quartilesOf([39, 7, 41, 15, 40, 36])).toEqual({min: 7, q1: 20.25, median: 37.5, q3: 39.75, max: 41});
  expect(quartilesOf([6, 47, 49, 15, 42, 41, 7, 39, 43, 40, 36])).toEqual({
    ...{min: 6, q1: 25.5, median: 40, q3: 42.5, max: 49},
  });
  expect(quartilesOf([1, 2])).toEqual({min: 1, q1: 1.25, median: 1.5, q3: 1.75, max: 2});
});

it('has one value five times, and none of nothing', () => {
  expect(quartilesOf([5])).toEqual({min: 5, q1: 5, median: 5, q3: 5, max: 5});
  expect(quartilesOf([])).toBeUndefined();
});

it('leaves its values alone, and does not mind their order', () => {
  const values = [3, 1, 20, 100];
  expect(quartilesOf(values)).toEqual(quartilesOf([100, 20, 3, 1]));
  expect(values).toEqual([3, 1, 20, 100]);
});

it('has a quarter of the values at or below each quartile, whatever they are', () => {
  const anyValues = fc.array(fc.double({min: 0, max: 1e13, noNaN: true}), {minLength: 1, maxLength: 200});
  fc.assert(
    fc.property(anyValues, (values) => {
      const {min, q1, median, q3, max} = quartilesOf(values)!;
      expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
      for (const [at, share] of [
        [q1, 0.25],
        [median, 0.5],
        [q3, 0.75],
      ] as const) {
        const last = values.length - 1;
        expect(values.filter((value) => value < at).length).toBeLessThanOrEqual(Math.floor(share * last) + 1);
        expect(values.filter((value) => value > at).length).toBeLessThanOrEqual(last - Math.floor(share * last));
      }
    }),
  );
});
