/** Agents that move from one ingest to another: the sums of all are those of one that keeps them. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type AccountLimits, DEFAULT_LIMITS} from '../../src/account/accountant.ts';
import {decodePartial, type Partial} from '../../src/account/codec.ts';
import {Count} from '../../src/account/ledger.ts';
import {SECTIONS} from '../../src/account/schema.ts';
import {Random} from '../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {type Folded, folded, ledgerErrors, type Row, SMALL, START} from './support/feed.ts';
import {Threads} from './support/threads.ts';
import {arrivals, type Event} from './support/traffic.ts';
import {addressWords} from './support/wire.ts';

/** Room for everything: what finds none depends on who else is there. */
const ROOMY: AccountLimits = {
  ...DEFAULT_LIMITS,
  ...SMALL,
  agents: 32,
  rows: 1_024,
  cells: 512,
  counters: 128,
  gauges: 256,
};

/**
 * The sender of an event, so that no two addresses have one in common: who states addresses of several others goes by its
 * own in the thread of each.
 */
function senderOf({bytes, from}: Event): string {
  const stated = bytes.subarray(8, bytes.readUInt32BE(4) === 1 ? 12 : 24);
  const isOwn = stated[0] === 10;
  if (from === '10.0.0.1' && isOwn) return stated.join('.');
  return `198.51.${isOwn ? stated[3] : stated.length === 16 ? 200 : 100}.${from.length}`;
}

/**
 * What does not depend on who told it: rows by their keys, without what is only of one Partial (the last of several is
 * that of the last thread, and a PSN that is followed begins anew with each Partial).
 */
function comparable(result: Folded): Record<string, unknown> {
  const {count, ...sections} = result;
  const rows = Object.entries(sections).map(([name, all]): [string, unknown] => [
    name,
    (all as Row[]).map((row) => withoutLast(row)).sort(),
  ]);
  const counts = Object.entries(Count).map(([name, number]): [string, number] => [name, count(number)]);
  return Object.fromEntries([...rows, ...counts]);
}

const LAST = new Set([
  // Which comes last among the Partials of several producers is nobody's business: agents move, clocks are one.
  ...SECTIONS.flatMap(({columns}) => columns.filter(({role}) => role === 'last').map(({name}) => name)),
  // A Partial that is sent early begins the steps of PSNs anew, and silences between Partials are parts of longer ones.
  ...['row', 'backward', 'longestGapMs'],
]);

function withoutLast(row: Row): string {
  return JSON.stringify(Object.entries(row).filter(([name]) => !LAST.has(name)));
}

function play(events: readonly Event[], threads: number, moveShare: number, seed: number): Folded {
  const random = new Random(seed, 2);
  const partials: Partial[] = [];
  const all = new Threads(threads, ROOMY, (encoded) => partials.push(decodePartial(encoded)));
  const from = new Uint32Array(4);
  let now = START;
  for (const event of events) {
    now += event.after;
    from.set(addressWords(senderOf(event)));
    all.receive(event.bytes, from, now);
    while (random.uniform() < moveShare) all.moveAny(random);
  }
  all.finish();
  return folded(partials);
}

test('whoever handles an agent, and however often that changes, all sums are the same', () => {
  const seed = proofSeed();
  fc.assert(
    fc.property(
      fc.array(arrivals, {minLength: 1, maxLength: 80}),
      fc.integer({min: 2, max: 4}),
      fc.constantFrom(0, 0.05, 0.3, 0.7),
      fc.nat(),
      (events, threads, share, moveSeed) => {
        const one = play(events, 1, 0, moveSeed);
        const several = play(events, threads, share, moveSeed);
        expect(ledgerErrors(several)).toEqual([]);
        expect(comparable(several)).toEqual(comparable(one));
      },
    ),
    {seed, numRuns: proofCount(60, 10_000)},
  );
});
