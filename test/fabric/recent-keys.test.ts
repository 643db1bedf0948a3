import fc from 'fast-check';
import {LRUCache} from 'lru-cache';
import {expect, test} from 'vitest';
import {RecentKeys} from '../../src/fabric/recent-keys.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

/** Few keys, so that they meet again. */
const key = fc.tuple(fc.constantFrom(0, 1, 0x80000000), fc.integer({min: 0, max: 9}));

test('keys of which the one not asked for longest gives way do what an LRU cache of texts does', () => {
  const seed = proofSeed();
  fc.assert(
    fc.property(fc.integer({min: 1, max: 12}), fc.array(key, {maxLength: 150}), (max, keys) => {
      const table = new RecentKeys<string>(max, 2);
      const gone: string[] = [];
      const model = new LRUCache<string, string>({max, dispose: (value) => gone.push(value)});
      for (const words of keys) {
        // The key stands in the second and third column, as entry 1.
        const columns = [[0, 0], ...words.map((word) => [9, word])];
        const text = words.join(':');
        const expected = model.get(text);
        expect(table.at(table.find(columns, 1, 1))).toBe(expected);
        if (expected !== undefined) continue;
        model.set(text, text);
        expect(table.add(columns, 1, 1, text)).toBe(gone.pop());
        expect(table.size).toBe(model.size);
        expect(table.at(table.newest)).toBe(text);
      }
      const values = Array.from({length: table.size}, (_, index) => table.at(index));
      expect(values.sort()).toEqual([...model.values()].sort());
    }),
    {seed, numRuns: proofCount(500, 10_000)},
  );
});

test('it grows to what it may hold', () => {
  const table = new RecentKeys<number>(5_000, 3);
  const columns = [0, 1, 2].map((word) => Array.from({length: 8_000}, (_, i) => (i * (word + 1)) >>> word));
  for (let i = 0; i < 8_000; i++) {
    expect(table.find(columns, 0, i)).toBe(-1);
    expect(table.add(columns, 0, i, i)).toBe(i < 5_000 ? undefined : i - 5_000);
  }
  for (let i = 0; i < 8_000; i++) expect(table.at(table.find(columns, 0, i))).toBe(i < 3_000 ? undefined : i);
});
