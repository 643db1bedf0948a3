/** Agents that move from one ingest to another: the sums of all are those of one that keeps them. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type AccountLimits, DEFAULT_LIMITS} from '../../src/account/accountant.ts';
import {decodePartial, type Partial} from '../../src/account/codec.ts';
import {Ingest} from '../../src/account/ingest.ts';
import {Count} from '../../src/account/ledger.ts';
import {SECTIONS} from '../../src/account/schema.ts';
import {Dispatcher, dispatchTable} from '../../src/collector/dispatch.ts';
import {Random} from '../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {type Folded, folded, ledgerErrors, type Row, SMALL, START} from './support/feed.ts';
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

interface Move {
  bucket: number;
  to: number;
}

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

/** As many ingests as there are threads, what they are told in the order of arrival, and moves in between. */
class Threads {
  readonly ingests: Ingest[];
  readonly partials: Partial[] = [];
  moves = 0;
  private readonly dispatcher: Dispatcher;
  private readonly ringOf = new Map<number, number>();
  private readonly from = new Uint32Array(4);
  private now = START;

  constructor(threads: number, limits: AccountLimits = ROOMY) {
    this.dispatcher = new Dispatcher(dispatchTable(77), threads);
    this.ingests = Array.from({length: threads}, (_, producer) => {
      const options = {limits, producer, epoch: 1, seed: 7 + producer, tellsClock: producer === 0};
      return new Ingest(options, (encoded) => this.partials.push(decodePartial(encoded)));
    });
  }

  receive(event: Event): void {
    const {bytes, after} = event;
    this.now += after;
    this.from.set(addressWords(senderOf(event)));
    const ring = this.dispatcher.ringOf(bytes, this.from);
    const {bucket} = this.dispatcher;
    const ingest = this.ingests[this.ringOf.get(bucket) ?? ring]!;
    if (!this.ringOf.has(bucket)) this.ringOf.set(bucket, ring);
    for (const one of this.ingests) one.tick(this.now);
    ingest.bucket = bucket;
    ingest.buffer.set(bytes);
    ingest.receive(bytes.length, this.from, this.now);
  }

  /** Buckets that have agents. */
  get buckets(): number[] {
    return [...this.ringOf.keys()];
  }

  move({bucket, to}: Move): void {
    const from = this.ringOf.get(bucket)!;
    if (from === to) return;
    this.moves++;
    // Between threads it is copied, and nothing else is shared.
    this.ingests[to]!.arrive(bucket, structuredClone(this.ingests[from]!.leave(bucket)));
    this.ringOf.set(bucket, to);
  }

  finish(): Folded {
    for (const ingest of this.ingests) ingest.finish();
    return folded(this.partials);
  }
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

function play(events: readonly Event[], threads: number, moveShare: number, seed: number): Threads {
  const random = new Random(seed, 2);
  const all = new Threads(threads);
  for (const event of events) {
    all.receive(event);
    while (random.uniform() < moveShare) {
      const bucket = all.buckets[random.below(all.buckets.length)]!;
      all.move({bucket, to: random.below(threads)});
    }
  }
  return all;
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
        const one = play(events, 1, 0, moveSeed).finish();
        const several = play(events, threads, share, moveSeed).finish();
        expect(ledgerErrors(several)).toEqual([]);
        expect(comparable(several)).toEqual(comparable(one));
      },
    ),
    {seed, numRuns: proofCount(60, 10_000)},
  );
});
