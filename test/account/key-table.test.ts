import fc from 'fast-check';
import {expect, test} from 'vitest';
import {KeyTable} from '../../src/account/key-table.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

const CAPACITY = 6;

/** What the table should do, the slow and simple way. */
class Model {
  readonly indexes = new Map<string, number>();
  readonly usedAt = new Map<string, number>();
  refused = 0;

  intern(key: string, now: number, given: number): void {
    if (!this.indexes.has(key)) {
      if (this.indexes.size === CAPACITY) {
        expect(given).toBe(-1);
        this.refused++;
        return;
      }
      expect([...this.indexes.values()]).not.toContain(given);
      this.indexes.set(key, given);
    }
    expect(given).toBe(this.indexes.get(key));
    expect(given).toBeLessThan(CAPACITY);
    this.usedAt.set(key, now);
  }

  sweep(now: number, silence: number): number {
    let removed = 0;
    for (const [key, used] of this.usedAt) {
      if (now - used < silence) continue;
      this.usedAt.delete(key);
      this.indexes.delete(key);
      removed++;
    }
    return removed;
  }
}

/** Few keys, so that they meet again; some differ only where a weak hash would not look. */
const keys = fc.tuple(fc.constantFrom(0, 1, 2, 0x80000000), fc.constantFrom(0, 7, 0x10000, 0x80010000));

test('a table of keys does what a Map does, with a bound', () => {
  const seed = proofSeed();
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({do: fc.constant('intern' as const), key: keys, after: fc.integer({min: 0, max: 9})}),
    },
    {weight: 3, arbitrary: fc.record({do: fc.constant('lookup' as const), key: keys, after: fc.constant(0)})},
    {
      weight: 2,
      arbitrary: fc.record({do: fc.constant('sweep' as const), key: keys, after: fc.integer({min: 0, max: 9})}),
    },
    {weight: 1, arbitrary: fc.record({do: fc.constant('clear' as const), key: keys, after: fc.constant(0)})},
  );
  fc.assert(
    fc.property(fc.integer(), fc.array(step, {maxLength: 120}), (hashSeed, steps) => {
      const table = new KeyTable(2, CAPACITY, hashSeed);
      const model = new Model();
      let now = 0;
      for (const {do: what, key, after} of steps) {
        now += after;
        table.clock[0] = now;
        const name = key.join();
        const held = model.indexes.has(name);
        table.key.set(key);
        if (what === 'intern') {
          model.intern(name, now, table.intern());
          expect(table.created).toBe(!held && model.indexes.has(name));
        } else if (what === 'lookup') {
          expect(table.lookup()).toBe(model.indexes.get(name) ?? -1);
        } else if (what === 'sweep') {
          expect(table.sweep(20)).toBe(model.sweep(now, 20));
          expect([...table.key]).toEqual(key); // what the caller is about to look up
        } else {
          table.clear();
          model.indexes.clear();
          model.usedAt.clear();
        }
        expect(table.size).toBe(model.indexes.size);
        for (const [text, index] of model.indexes) {
          expect([0, 1].map((word) => table.word(index, word)).join()).toBe(text);
          expect(index).toBeLessThan(table.limit);
        }
      }
      expect(table.refused).toBe(model.refused);
    }),
    {seed, numRuns: proofCount(300, 10_000)},
  );
});

test('a sweep is due when the table is full, and not again before the interval', () => {
  const table = new KeyTable(1, 2, 1);
  table.intern();
  table.clock[0] = 5;
  expect(table.shouldSweep(10)).toBe(false);
  table.key[0] = 1;
  table.intern();
  expect(table.shouldSweep(10)).toBe(true);
  expect(table.sweep(100)).toBe(0);
  table.clock[0] = 14;
  expect(table.shouldSweep(10)).toBe(false);
  table.clock[0] = 15;
  expect(table.shouldSweep(10)).toBe(true);
});

test('keys that are made to meet do not: no seed lets one bit of two words cancel', () => {
  // Flips in the highest bits of neighbouring words, which cancel in hashes that only multiply and shift whole words.
  const flips = [0, 0x80000000, 0x80010000, 0x00010000, 0x40000000, 0xc0000000, 0x40008000, 0x20000000];
  for (let seed = 1; seed <= 20; seed++) {
    const table = new KeyTable(5, 4_096, seed) as unknown as {
      find(key: Uint32Array, from: number): number;
    };
    const slots = new Map<number, number>();
    let made = 0;
    for (let i = 0; i < 8 ** 4; i++) {
      const key = Uint32Array.of(...[0, 1, 2, 3].map((word) => flips[(i >>> (3 * word)) & 7]!), 9);
      const slot = table.find(key, 0);
      slots.set(slot, (slots.get(slot) ?? 0) + 1);
      made++;
    }
    expect(Math.max(...slots.values()), `seed ${seed}`).toBeLessThan(made / 100);
  }
});
