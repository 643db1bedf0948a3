import {describe, expect, test} from 'vitest';
import {weightedPoissonBand} from '../../src/shared/band.ts';
import {BinState} from '../../src/shared/live.ts';
import type {Columns} from '../../web/src/frame.ts';
import {meanOf, NOT_HELD, RING_BINS, Series} from '../../web/src/series.ts';

function block(firstBin: number, values: number[], state: number = BinState.Present): Columns {
  return {
    firstBin,
    count: values.length,
    value: Float32Array.from(values),
    low: Float32Array.from(values, (v) => v - 3),
    high: Float32Array.from(values, (v) => v + 4),
    squares: Float32Array.from(values, (v) => v * 5),
    largest: Float32Array.from(values, () => 5),
    samples: Uint32Array.from(values, () => 2),
    state: new Uint8Array(values.length).fill(state),
  };
}

describe('Series', () => {
  test('a later block replaces the bins it covers', () => {
    const series = new Series();
    series.write(block(100, [1, 2, 3]));
    series.write(block(101, [20]));
    expect([100, 101, 102].map((bin) => series.value[series.indexOf(bin)])).toEqual([1, 20, 3]);
  });

  test('bins that were skipped are not held, and are no gap', () => {
    const series = new Series();
    series.write(block(100, [1]));
    series.write(block(105, [2]));
    expect(series.stateOf(103)).toBe(NOT_HELD);
    expect(series.indexOf(103)).toBe(-1);
  });

  test('the ring forgets what it has no room for', () => {
    const series = new Series();
    series.write(block(100, [1]));
    series.write(block(100 + RING_BINS, [2]));
    expect(series.indexOf(100)).toBe(-1);
    expect(series.indexOf(100 + RING_BINS)).toBeGreaterThanOrEqual(0);
    series.write(block(99, [7]));
    expect(series.newest).toBe(100 + RING_BINS);
    expect(series.indexOf(99)).toBe(-1);
  });

  test('history that comes late goes before what is held', () => {
    const series = new Series();
    series.write(block(200, [1]));
    series.write(block(150, [5, 6]));
    expect(series.first).toBe(150);
    expect(series.value[series.indexOf(151)]).toBe(6);
    expect(series.newest).toBe(200);
  });
});

describe('meanOf', () => {
  test('moments add up, and bounds do not', () => {
    const series = new Series();
    series.write(block(10, [10, 10, 0, 20]));
    const {low, high} = weightedPoissonBand(40, 200, 5);
    expect(meanOf(series, 10, 14)).toEqual({value: 10, low: low / 4, high: high / 4, samples: 8});
  });

  test('gaps do not count, and nothing is not zero', () => {
    const series = new Series();
    series.write(block(10, [10]));
    series.write(block(11, [Number.NaN], BinState.Absent));
    expect(meanOf(series, 10, 12)?.value).toBe(10);
    expect(meanOf(series, 11, 12)).toBeNull();
  });
});
