import {describe, expect, it} from 'vitest';
import {DEFAULT_LIMITS} from '../src/account/accountant.ts';
import {limitsWithin} from '../src/ingest.ts';

const MB = 1024 ** 2;

describe('the tables of an ingest thread', () => {
  it('have room for a few thousand ports, however little memory there is', () => {
    expect(limitsWithin(1)).toEqual(DEFAULT_LIMITS);
    expect(limitsWithin(64 * MB)).toEqual(DEFAULT_LIMITS);
  });

  it('grow with the memory, by powers of two, up to what one machine watches', () => {
    const rows = [256, 512, 1_024, 2_048, 65_536].map((mb) => limitsWithin(mb * MB).rows);
    for (const [index, size] of rows.entries()) {
      expect(Number.isInteger(Math.log2(size))).toBe(true);
      expect(size).toBeGreaterThanOrEqual(rows[index - 1] ?? 0);
    }
    expect(rows.at(-1)).toBe(131_072);
    expect(limitsWithin(2_048 * MB).rows).toBe(131_072);
  });

  it('have room for the five counters of PFC of each port, which has two rows', () => {
    for (const mb of [1, 512, 4_096]) {
      const {rows, gauges} = limitsWithin(mb * MB);
      expect(gauges).toBeGreaterThanOrEqual((rows / 2) * 5);
    }
  });

  it('have a cell for each row at least', () => {
    for (const mb of [1, 512, 4_096]) {
      const {rows, cells} = limitsWithin(mb * MB);
      expect(cells).toBeGreaterThanOrEqual(rows);
    }
  });
});
