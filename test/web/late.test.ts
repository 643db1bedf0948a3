import {describe, expect, test} from 'vitest';
import {BinState} from '../../src/shared/live.ts';
import {capacityOf, disturbedAt, extremesOf, lateBins} from '../../web/src/late.ts';
import {Series} from '../../web/src/series.ts';

/** Links of 10 Tbit/s; bins from 1,000 on in Tbit/s, with a band of 2 %. */
const CAPACITY = 10e12;
const FIRST = 1_000;

function late(values: number[], {capacity = CAPACITY as number | null, from = FIRST, to = FIRST + values.length} = {}) {
  return lateBins(seriesOf(values), from, to, capacity, []).map((span) => [span.from - FIRST, span.to - FIRST]);
}

function seriesOf(values: number[]): Series {
  const series = new Series();
  const column = (factor: number) => Float32Array.from(values, (value) => value * 1e12 * factor);
  series.write({
    ...{firstBin: FIRST, count: values.length, value: column(1), low: column(0.98), high: column(1.02)},
    ...{squares: column(0), largest: column(0), samples: new Uint32Array(values.length).fill(100)},
    state: new Uint8Array(values.length).fill(BinState.Present),
  });
  return series;
}

describe('bins whose samples arrived late', () => {
  test('a bin above what links can carry is shown with the empty ones before it, to which that belongs', () => {
    expect(late([8, 9, 4, 0, 8, 3, 0, 0, 0, 0, 29, 5, 0, 8])).toEqual([[6, 11]]);
  });

  test('it belongs into as many bins as it fills at least, also where none is empty', () => {
    expect(late([8, 9, 4, 5, 8, 3, 4, 6, 29, 28, 8, 9])).toEqual([[4, 10]]);
  });

  test('stretches that touch are one', () => {
    expect(late([8, 0, 0, 0, 29, 0, 0, 0, 29, 8])).toEqual([[1, 9]]);
    expect(late([8, 0, 0, 0, 29, 8, 29, 8])).toEqual([[1, 7]]);
    expect(late([8, 0, 0, 0, 29, 8, 8, 8, 0, 0, 0, 29, 8])).toEqual([
      [1, 5],
      [8, 12],
    ]);
  });

  test('full links are no sign of it, and neither are the edges of bins that are off by some ms', () => {
    expect(late([9.9, 10, 10.4, 9.6, 10.6, 9.4])).toEqual([]);
  });

  test('what is beyond for longer than samples wait has another cause, as a speed that is not true', () => {
    expect(late([...Array(30).fill(14)])).toEqual([]);
    expect(late([0, 0, 30, 8], {capacity: null})).toEqual([]);
  });

  test('a stretch that reaches into the window from the right is shown, one beside it is not', () => {
    const values = [8, 8, 8, 0, 0, 29, 8, 8];
    expect(late(values, {to: FIRST + 5})).toEqual([[3, 6]]);
    expect(late(values, {to: FIRST + 3})).toEqual([]);
  });

  test('a stall of the collector that was told then is named with its length', () => {
    const stalled = (bin: number) => [{kind: 'stalled', time: (FIRST + bin) * 100, figures: {stallMs: 320}}];
    const text = (bin: number) =>
      lateBins(seriesOf([8, 0, 0, 30, 8]), FIRST, FIRST + 5, CAPACITY, stalled(bin)).map((span) => span.text);
    expect(text(10)).toEqual(['collector stalled 320 ms: samples arrived late']);
    expect(text(-200)).toEqual(['samples arrived late']);
  });

  test('edge links together carry what each can; where one is not known, nor is that', () => {
    const link = (role: 'edge' | 'core', speed: number | null) => ({role, speed});
    expect(capacityOf([link('edge', 1e11), link('core', null), link('edge', 4e11)])).toBe(5e11);
    expect(capacityOf([link('edge', 1e11), link('edge', null)])).toBeNull();
    expect(capacityOf([])).toBeNull();
  });
});

describe('what came late is no peak', () => {
  const extremes = (values: number[], capacity: number | null) => {
    const series = seriesOf(values);
    const to = FIRST + values.length;
    const found = extremesOf(series, FIRST, to, lateBins(series, FIRST, to, capacity, []), capacity);
    return found && [found.peak, found.least, found.mean].map((value) => Math.round(value / 1e10) / 100);
  };

  test('neither it nor the empty bins before it, but the mean holds both', () => {
    expect(extremes([8, 9, 4, 6, 0, 0, 0, 28, 5, 4], CAPACITY)).toEqual([9, 4, 6.4]);
  });

  test('nor is what is surely more than links carry', () => {
    expect(extremes([8, 9, 10.5, 7], CAPACITY)?.[0]).toBe(9);
    expect(extremes([8, 9, 10.1, 7], CAPACITY)?.[0]).toBe(10.1);
  });

  test('where speeds are not known, or not true, all counts', () => {
    expect(extremes([8, 29, 4], null)).toEqual([29, 4, 13.67]);
    expect(extremes(Array(30).fill(14), CAPACITY)).toEqual([14, 14, 14]);
    expect(extremes([], CAPACITY)).toBeNull();
  });
});

test('measuring is disturbed some seconds around a stall, or samples that came late', () => {
  const series = seriesOf([8, 0, 0, 0, 29, ...Array(100).fill(8)]);
  const at = (bin: number, stalled: number[] = []) =>
    disturbedAt(
      (FIRST + bin) * 100,
      series,
      CAPACITY,
      stalled.map((one) => ({kind: 'stalled', time: (FIRST + one) * 100})),
    );
  expect([at(10), at(30), at(60)]).toEqual(['samples arrived late then', 'samples arrived late then', null]);
  expect([at(60, [80]), at(60, [95]), at(10, [20])]).toEqual([
    ...['the collector stalled then', null, 'the collector stalled then'],
  ]);
});
