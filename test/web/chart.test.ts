import {describe, expect, test} from 'vitest';
import {BinState, type LinkInfo} from '../../src/shared/live.ts';
import {decimate, Envelope, groupSize, Point} from '../../web/src/chart/decimate.ts';
import {heatColours} from '../../web/src/chart/palette.ts';
import {cutRows, labelledRows, orderRows, shortened} from '../../web/src/chart/rows.ts';
import {heldTop, niceCeil, valueTicks} from '../../web/src/chart/scale.ts';
import {timeTicks} from '../../web/src/chart/time-axis.ts';
import {Heat} from '../../web/src/heat.ts';
import {latenessOf} from '../../web/src/lateness.ts';
import {Series} from '../../web/src/series.ts';

function series(firstBin: number, values: (number | null)[]): Series {
  const all = new Series();
  all.write({
    firstBin,
    count: values.length,
    value: Float32Array.from(values, (v) => v ?? Number.NaN),
    low: Float32Array.from(values, (v) => (v ?? Number.NaN) - 1),
    high: Float32Array.from(values, (v) => (v ?? Number.NaN) + 1),
    squares: new Float32Array(values.length),
    largest: new Float32Array(values.length),
    samples: new Uint32Array(values.length),
    state: Uint8Array.from(values, (v) => (v === null ? BinState.Absent : BinState.Present)),
  });
  return all;
}

describe('decimate', () => {
  test('one point a bin where there is room', () => {
    const env = decimate(series(100, [1, null, 3, 4]), 98, 104, 1, 103, new Envelope());
    expect([...env.kind.subarray(0, env.count)]).toEqual([
      Point.Blank,
      Point.Blank,
      Point.Settled,
      Point.Gap,
      Point.Settled,
      Point.Provisional,
    ]);
    expect([...env.at.subarray(0, env.count)]).toEqual([0.5, 1.5, 2.5, 3.5, 4.5, 5.5]);
  });

  test('keeps every extreme where bins share a pixel', () => {
    const values = Array.from({length: 3000}, (_, i) => (i === 1717 ? 99 : i === 2000 ? -5 : 10));
    const env = decimate(series(3000, values), 3000, 6000, groupSize(3000, 700), 9999, new Envelope());
    expect(env.count).toBeLessThanOrEqual(701);
    expect(Math.max(...env.max.subarray(0, env.count))).toBe(99);
    expect(Math.min(...env.min.subarray(0, env.count))).toBe(-5);
    expect(Math.max(...env.high.subarray(0, env.count))).toBe(100);
  });

  test('a group keeps its members while the chart moves', () => {
    const all = series(
      1000,
      Array.from({length: 100}, (_, i) => (i * 37) % 11),
    );
    const peaks = (from: number): number[] => {
      const env = decimate(all, from, from + 60, 4, 9999, new Envelope());
      return [...env.max.subarray(1, 10)];
    };
    expect(peaks(1001)).toEqual(peaks(1003));
  });
});

describe('scales', () => {
  test.each([
    [23.9e12, 24e12],
    [1, 1],
    [0, 1],
    [101, 120],
    [7e9, 8e9],
  ])('nice number above %d', (value, nice) => expect(niceCeil(value)).toBeCloseTo(nice, -1));

  test('a top stands still until it must move', () => {
    expect(heldTop(23, 24)).toBe(24);
    expect(heldTop(26, 24)).toBe(28);
    expect(heldTop(12, 24)).toBe(24);
    expect(heldTop(5, 24)).toBe(5);
  });

  test('ticks reach from zero to the top', () => {
    expect(valueTicks(24, 3)).toEqual([0, 12, 24]);
    expect(valueTicks(100, 5)).toEqual([0, 25, 50, 75, 100]);
  });
});

describe('timeTicks', () => {
  test('live they count back from now', () => {
    expect(timeTicks(1000, 1150, 6, true).map((t) => [t.bin, t.label])).toEqual([
      [1000, '−15 s'],
      [1050, '−10 s'],
      [1100, '−5 s'],
      [1150, 'now'],
    ]);
    expect(timeTicks(0, 3000, 6, true).map((t) => t.label)[0]).toBe('−5 min');
  });

  test('held they are times of day', () => {
    const labels = timeTicks(17e9, 17e9 + 20, 4, false).map((t) => t.label);
    expect(labels.length).toBeGreaterThan(1);
    for (const label of labels) expect(label).toMatch(/^\d\d:\d\d:\d\d(\.\d)?$/);
  });
});

describe('the map', () => {
  test.each([true, false])('colours are monotone in lightness (dark: %s)', (dark) => {
    const colours = heatColours(dark);
    const light = (c: number): number => 0.2126 * (c & 255) + 0.7152 * ((c >> 8) & 255) + 0.0722 * ((c >> 16) & 255);
    expect(colours[0]).toBe(0);
    for (let cell = 2; cell < 256; cell++) {
      const step = light(colours[cell]!) - light(colours[cell - 1]!);
      expect(dark ? step : -step).toBeGreaterThan(-0.8);
    }
  });

  test('rows go by switch and port, by load, by lateness or by job', () => {
    const link = (slot: number, agent: string, ifIndex: number): LinkInfo => ({
      slot,
      id: `${agent}~${ifIndex}`,
      agent,
      ifIndex,
      name: '',
      role: 'edge',
      speed: null,
    });
    const links = [link(0, '10.0.0.10', 1), link(1, '10.0.0.2', 12), link(2, '10.0.0.2', 3)];
    const jobs = [{name: 'job 7', links: new Set(['10.0.0.2~12'])}];
    const facts = {loadOf: (slot: number) => slot, latenessOf: () => [-5, Number.NaN, 60], jobs};
    const rows = orderRows(links, 'switch', facts);
    expect([...rows.slots]).toEqual([2, 1, 0]);
    expect(rows.groups).toEqual([
      {label: '10.0.0.2', from: 0, to: 2},
      {label: '10.0.0.10', from: 2, to: 3},
    ]);
    expect([...orderRows(links, 'load', facts).slots]).toEqual([2, 1, 0]);
    expect([...orderRows(links, 'lateness', facts).slots]).toEqual([2, 0, 1]);
    const byJob = orderRows(links, 'job', facts);
    expect([...byJob.slots]).toEqual([1, 2, 0]);
    expect(byJob.groups.map(({label}) => label)).toEqual(['job 7', 'no job']);
    const cut = cutRows(rows, 1, 3);
    expect([...cut.slots]).toEqual([1, 0]);
    expect(cut.groups).toEqual([
      {label: '10.0.0.2', from: 0, to: 1},
      {label: '10.0.0.10', from: 1, to: 2},
    ]);
    expect(cutRows(rows, 0, 3)).toBe(rows);
    // Rows of one switch go by their ports' names, however they are sorted, but not beside jobs.
    expect(rows.isOneSwitch).toBe(false);
    const one = (sort: 'switch' | 'load' | 'job') => orderRows(links.slice(1), sort, facts).isOneSwitch;
    expect([one('switch'), one('load'), one('job')]).toEqual([true, true, false]);
  });

  test('rows are labelled at even round distances, never more than there is room for', () => {
    expect(labelledRows(5, 8)).toEqual([0, 1, 2, 3, 4]);
    expect(labelledRows(244, 25)).toEqual(Array.from({length: 25}, (_, i) => i * 10));
    expect(labelledRows(0, 8)).toEqual([]);
    for (const most of [0.3, 1, 3, 7, 100]) {
      for (const rows of [1, 12, 244, 4_096]) {
        expect(labelledRows(rows, most).length).toBeLessThanOrEqual(Math.max(1, most));
      }
    }
  });

  test('a link whose beat is late is told, and by how much', () => {
    const heat = new Heat();
    const first = 1_000;
    for (let bin = first; bin < first + 600; bin++) {
      // Cycles of 0.8 s; the third link is 200 ms behind, the fourth has no beat.
      const at = (shift: number): number => ((bin - shift + 8_000) % 8 < 4 ? 200 : 1);
      heat.write(0, 4, bin, 1, Uint8Array.of(at(0), at(0), at(2), 100));
    }
    const [a, b, late, steady] = latenessOf(heat, [0, 1, 2, 3], 800, first + 600);
    expect(late! - a!).toBeCloseTo(200, 3);
    expect(b).toBe(a);
    expect(steady).toBeNaN();
    expect(latenessOf(heat, [0], 150, first + 600)[0]).toBeNaN();
  });

  test('the ring keeps its columns when links are added', () => {
    const heat = new Heat();
    heat.write(0, 2, 5000, 2, Uint8Array.of(1, 2, 3, 4));
    heat.write(64, 100, 5001, 1, new Uint8Array(100).fill(9));
    expect(heat.cells[heat.offsetOf(5000) + 1]).toBe(2);
    expect(heat.cells[heat.offsetOf(5001)]).toBe(3);
    expect(heat.cells[heat.offsetOf(5001) + 64]).toBe(9);
    expect(heat.offsetOf(4999)).toBe(-1);
    heat.write(0, 2, 5001 + heat.bins, 1, Uint8Array.of(7, 7));
    expect(heat.offsetOf(5001)).toBe(-1);
  });
});

test('names of ports lose their kind before their number, addresses their beginning', () => {
  const to = (text: string, most: number) => shortened(text, (part) => part.length <= most);
  expect([to('Ethernet1/1', 11), to('Ethernet1/1', 8), to('Ethernet1/1', 4)]).toEqual(['Ethernet1/1', 'Eth1/1', '1/1']);
  expect([to('swp12', 4), to('10.0.0.1', 6), to('fd00::1:2', 5)]).toEqual(['12', '…0.0.1', '…1:2']);
  expect(to('Ethernet1/1', 0)).toBe('');
});
