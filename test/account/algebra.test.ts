import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fold, nameOf, type PartialSet, setOf, union} from '../../src/account/algebra.ts';
import {decodePartial, type Partial} from '../../src/account/codec.ts';
import {Ingest} from '../../src/account/ingest.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {SMALL, START} from './support/feed.ts';
import {arrivals} from './support/traffic.ts';
import {addressWords} from './support/wire.ts';

/** What one or two producers sent. */
const runs = fc
  .array(fc.array(arrivals, {minLength: 1, maxLength: 15}), {minLength: 1, maxLength: 2})
  .map((producers): Partial[] =>
    producers.flatMap((events, producer) => {
      const sent: Partial[] = [];
      const ingest = new Ingest({limits: {...SMALL, cells: 4}, producer, epoch: 9, seed: 3}, (encoded) =>
        sent.push(decodePartial(encoded)),
      );
      let now = START;
      for (const {bytes, from, after} of events) {
        now += after;
        ingest.buffer.set(bytes);
        ingest.receive(bytes.length, addressWords(from), now);
      }
      ingest.finish();
      return sent;
    }),
  );

/** The set as a plain value: names in order, and what is under them. */
const plain = (set: PartialSet) => [...set].sort(([a], [b]) => (a < b ? -1 : 1));

function pick(all: readonly Partial[], mask: number): PartialSet {
  return setOf(...all.filter((_, i) => ((mask >>> (i % 31)) & 1) === 1));
}

test('union is associative, commutative and idempotent, and has a zero', () => {
  const mask = fc.integer({min: 0, max: 2 ** 31 - 1});
  fc.assert(
    fc.property(runs, mask, mask, mask, (all, x, y, z) => {
      const [a, b, c] = [pick(all, x), pick(all, y), pick(all, z)];
      expect(plain(union(a, union(b, c)))).toEqual(plain(union(union(a, b), c)));
      expect(plain(union(a, b))).toEqual(plain(union(b, a)));
      expect(plain(union(a, a))).toEqual(plain(a));
      expect(plain(union(a, setOf()))).toEqual(plain(a));
    }),
    {seed: proofSeed(), numRuns: proofCount(60, 2_000)},
  );
});

test('a fold does not depend on the order of delivery, nor on how often a Partial came', () => {
  fc.assert(
    fc.property(runs, fc.infiniteStream(fc.nat()), (all, random) => {
      const inOrder = fold(setOf(...all));
      const keyed = all.map((partial) => ({partial, key: random.next().value as number}));
      const shuffled = keyed.sort((a, b) => a.key - b.key).map(({partial}) => partial);
      const again = shuffled.filter((_, i) => i % 2 === 0);
      let set = setOf();
      for (const partial of [...shuffled, ...again]) set = union(set, setOf(partial));
      expect(fold(set)).toEqual(inOrder);
      expect(set.size).toBe(new Set(all.map(nameOf)).size);
    }),
    {seed: proofSeed(), numRuns: proofCount(60, 2_000)},
  );
});

test('the fold of a union of different Partials adds their sums', () => {
  fc.assert(
    fc.property(runs, (all) => {
      const sumOf = (partials: readonly Partial[]) => {
        const counts = fold(setOf(...partials)).get('counts')!;
        return [...counts.values()].reduce((sum, [, value]) => sum + (value as number), 0);
      };
      const half = all.length >>> 1;
      expect(sumOf(all)).toBe(sumOf(all.slice(0, half)) + sumOf(all.slice(half)));
    }),
    {seed: proofSeed(), numRuns: proofCount(60, 2_000)},
  );
});
