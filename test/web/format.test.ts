import {describe, expect, test} from 'vitest';
import {
  clock,
  cycle,
  day,
  delay,
  duration,
  errorDigits,
  grouped,
  HeldPrefix,
  holdPrefix,
  percent,
  plusMinus,
  prefixOf,
  scaled,
  tellTimesIn,
  tickLabel,
} from '../../web/src/format.ts';

describe('prefixes', () => {
  test.each([
    [0, 0],
    [999, 0],
    [999.6, 1],
    [1e9, 3],
    [999.4e9, 3],
    [11.82e12, 4],
  ])('%d has prefix %d', (value, prefix) => expect(prefixOf(value)).toBe(prefix));

  test('a prefix is held over its edge in both directions', () => {
    expect(holdPrefix(1.2e12, 3)).toBe(3);
    expect(holdPrefix(1.6e12, 3)).toBe(4);
    expect(holdPrefix(0.9e12, 4)).toBe(4);
    expect(holdPrefix(0.7e12, 4)).toBe(3);
    expect(holdPrefix(0, 4)).toBe(4);
    const held = new HeldPrefix();
    expect([0.99e12, 1.01e12, 0.98e12, Number.NaN].map((v) => held.of(v))).toEqual([3, 3, 3, 3]);
  });
});

describe('digits', () => {
  test.each([
    [11.82e12, 4, 4, '11.82'],
    [9.9996e9, 3, 3, '10.0'],
    [37.24e9, 3, 3, '37.2'],
    [1234e9, 3, 3, '1,234'],
    [0, 3, 3, '0'],
    [Number.NaN, 3, 3, '–'],
  ])('%d in prefix %d with %d digits', (value, prefix, digits, text) => {
    expect(scaled(value, prefix, digits)).toBe(text);
  });

  test('groups, signs and shares', () => {
    expect(grouped(1234567)).toBe('1,234,567');
    expect(grouped(-0.01, 1)).toBe('0.0');
    expect(grouped(-12, 0)).toBe('−12');
    expect([null, 0, 0.00004, 0.0031, 0.982, 1].map(percent)).toEqual(['–', '0', '<0.01', '0.31', '98.2', '100']);
    expect(tickLabel(2.5e12)).toBe('2.5\u202fT');
    expect(tickLabel(0)).toBe('0');
  });

  test('half a band is its larger half, and unknown where a bound is', () => {
    expect(plusMinus(10, 8, 15)).toBe(5);
    expect(plusMinus(10, null, 15)).toBeNaN();
  });

  test.each([
    [61.27, ['61.3', 'ms']],
    [803.4, ['803', 'ms']],
    [1_320.4, ['1.320', 's']],
    [59_996, ['60.00', 's']],
  ])('a cycle of %d ms', (ms, text) => expect(cycle(ms)).toEqual(text));

  test('times of day and dates in UTC and in local time', () => {
    const instant = Date.UTC(2026, 10, 23, 23, 59, 58, 760);
    tellTimesIn('utc');
    expect([clock(instant, true), clock(instant, false), day(instant)]).toEqual([
      '23:59:58.7',
      '23:59:58',
      '2026-11-23',
    ]);
    tellTimesIn('local');
    const local = new Date(instant);
    expect(clock(instant, false)).toBe(local.toTimeString().slice(0, 8));
    expect(Number(day(instant).slice(-2))).toBe(local.getDate());
  });

  test.each([
    [84, '84 ms'],
    [12_340, '12.3 s'],
    [245_000, '4 min 05 s'],
  ])('%d ms', (ms, text) => expect(duration(ms)).toBe(text));
});

test('tells delays in their unit, and of the longest that they are at least that', () => {
  expect([0, 999, 1_234, 999_499, 4_200_000, 0xfffffffe].map(delay)).toEqual([
    '0\u202fns',
    '999\u202fns',
    '1.2\u202fµs',
    '999.5\u202fµs',
    '4.2\u202fms',
    '4.3\u202fs',
  ]);
  expect(delay(0xffffffff)).toBe('≥\u202f4.3\u202fs');
});

test('errors stand in the unit of what they are of, with two digits that count', () => {
  const of = (error: number, prefix: number) => errorDigits(error, prefix);
  expect([of(17e9, 4), of(1.113e9, 3), of(438e6, 3), of(3_300, 1), of(0, 3), of(71_400, 1)]).toEqual([
    ...['0.017', '1.1', '0.44', '3.3', '0', '71'],
  ]);
  expect([of(9.96e6, 3), of(1_000, 4), of(Number.NaN, 1)]).toEqual(['0.010', '<0.0001', '–']);
});
