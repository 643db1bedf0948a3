import {expect, it} from 'vitest';
import {BIN_MS, binOf, REVISED_BINS} from '../../src/shared/bins.ts';

it('a bin is 100 ms of epoch time, its start included', () => {
  expect(binOf(1_700_000_000_000)).toBe(17_000_000_000);
  expect(binOf(1_700_000_000_099.999)).toBe(17_000_000_000);
  expect(binOf(1_700_000_000_100)).toBe(17_000_000_001);
  expect(BIN_MS * 10).toBe(1_000);
});

it('a bin may be revised for 1.2 s after it was first shown', () => {
  expect((REVISED_BINS - 1) * BIN_MS).toBe(1_200);
});
