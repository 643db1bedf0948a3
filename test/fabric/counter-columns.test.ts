import {expect, it} from 'vitest';
import {CounterColumns} from '../../src/fabric/counter-columns.ts';
import type {CounterRates} from '../../src/fabric/ports.ts';

const reading = (time: number, rates: Partial<CounterRates>): CounterRates => ({
  ...{time, elapsedMs: 10_000, inOctetsPerSecond: null, inPacketsPerSecond: null, outOctetsPerSecond: null},
  ...{outPacketsPerSecond: null, fcsErrorsPerSecond: null, symbolErrorsPerSecond: null},
  ...{inDiscardsPerSecond: null, inErrorsPerSecond: null, outDiscardsPerSecond: null, outErrorsPerSecond: null},
  ...rates,
});
const NONE = {inErrors: null, outErrors: null, inDiscards: null, outDiscards: null};
const all = () => true;

it('sums what ports keep, of those that are asked for', () => {
  const columns = new CounterColumns();
  columns.set(3, reading(50_000, {inErrorsPerSecond: 1, outErrorsPerSecond: 0}));
  columns.set(1_000, reading(50_000, {inErrorsPerSecond: 2, inDiscardsPerSecond: 5}));
  expect(columns.sums(60_000, all)).toEqual({inErrors: 3, outErrors: 0, inDiscards: 5, outDiscards: null});
  expect(columns.sums(60_000, (slot) => slot === 3)).toEqual({...NONE, inErrors: 1, outErrors: 0});
});

it('leaves out readings that are old, and ports that have left', () => {
  const columns = new CounterColumns();
  expect(columns.sums(Number.NEGATIVE_INFINITY, all)).toEqual(NONE);
  columns.set(0, reading(50_000, {inErrorsPerSecond: 1}));
  columns.set(1, reading(70_000, {inErrorsPerSecond: 4}));
  expect(columns.sums(80_000, all)).toMatchObject({inErrors: 5});
  expect(columns.sums(80_001, all)).toMatchObject({inErrors: 4});
  columns.release(1);
  columns.release(999_999);
  expect(columns.sums(80_001, all)).toEqual(NONE);
});
