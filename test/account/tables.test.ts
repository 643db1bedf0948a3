import fc from 'fast-check';
import {expect, test} from 'vitest';
import {FORGET_AFTER_MS} from '../../src/account/agents.ts';
import {nameOf, setOf} from '../../src/account/algebra.ts';
import {Count} from '../../src/account/ledger.ts';
import {REVISED_BINS} from '../../src/shared/bins.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {Feed, folded, ledgerErrors} from './support/feed.ts';
import {arrivals, type Event} from './support/traffic.ts';
import {datagram, flow, packet} from './support/wire.ts';

const PLENTY = {agents: 64, rows: 1_024, cells: 4_096, flows: 4_096, operations: 4_096, counters: 1_024};

/** Sums per row in an order that does not depend on which row was touched first. */
function sums(events: readonly Event[], limits: typeof PLENTY, ticks = false): Record<string, unknown> {
  const feed = new Feed(limits);
  for (const event of events) {
    const to = feed.now + event.after;
    if (ticks && to > feed.now) for (let i = 1; i < 4; i++) feed.ingest.tick(feed.now + ((to - feed.now) * i) / 4);
    feed.send(event.bytes, event);
  }
  const {agents, bins, flows, counters, names, sources, hosts, operations, count} = feed.finish();
  const sorted = (rows: readonly object[], without: readonly string[] = []) =>
    rows.map((row) => JSON.stringify(Object.entries(row).filter(([name]) => !without.includes(name)))).sort();
  return {
    agents: sorted(agents),
    bins: sorted(bins, ['row']),
    flows: sorted(flows),
    counters: sorted(counters),
    names: sorted(names),
    sources: sorted(sources),
    hosts: sorted(hosts),
    operations: sorted(operations),
    counts: Array.from({length: 64}, (_, index) => count(index)),
  };
}

test('full cells, flows and counters are sent early: nothing is lost, nothing is double', () => {
  const tight = fc.record({
    cells: fc.integer({min: 1, max: 3}),
    flows: fc.integer({min: 1, max: 3}),
    operations: fc.integer({min: 1, max: 3}),
    counters: fc.integer({min: 1, max: 2}),
  });
  fc.assert(
    fc.property(fc.array(arrivals, {maxLength: 40}), tight, (events, bounds) => {
      expect(sums(events, {...PLENTY, ...bounds})).toEqual(sums(events, PLENTY));
    }),
    {seed: proofSeed(), numRuns: proofCount(150, 5_000)},
  );
});

test('how time is split into ticks does not matter', () => {
  fc.assert(
    fc.property(fc.array(arrivals, {maxLength: 40}), (events) => {
      expect(sums(events, PLENTY, true)).toEqual(sums(events, PLENTY));
    }),
    {seed: proofSeed(), numRuns: proofCount(150, 5_000)},
  );
});

test('the same input gives the same bytes, whatever the seed of the tables', () => {
  fc.assert(
    fc.property(fc.array(arrivals, {maxLength: 40}), fc.integer(), (events, seed) => {
      const run = (hashSeed: number) => {
        const feed = new Feed({cells: 3, flows: 2, rows: 5, agents: 3}, hashSeed);
        for (const event of events) feed.send(event.bytes, event);
        feed.ingest.finish();
        return feed.encoded.map((encoded) => Buffer.from(encoded).toString('base64'));
      };
      expect(run(seed)).toEqual(run(7));
    }),
    {seed: proofSeed(), numRuns: proofCount(100, 3_000)},
  );
});

test('Partials are numbered without a hole, their watermark and time never step back', () => {
  const feed = new Feed({cells: 1, flows: 1});
  for (let i = 0; i < 30; i++) {
    const header = packet({destQp: i});
    feed.send(datagram([flow({header}), flow({header, source: 5, input: 5})], {sequence: i}), {after: (i % 4) * 60});
  }
  feed.ingest.finish();
  const {partials} = feed;
  expect(partials.map(({sequence}) => sequence)).toEqual(partials.map((_, i) => i));
  expect(setOf(...partials).size).toBe(partials.length);
  expect(nameOf(partials[0]!)).toBe('0.1.0');
  for (let i = 1; i < partials.length; i++) {
    expect(partials[i]!.watermark).toBeGreaterThanOrEqual(partials[i - 1]!.watermark);
    expect(partials[i]!.time).toBeGreaterThanOrEqual(partials[i - 1]!.time);
  }
  // A bin's rows are never sent when it is final: 1.2 s behind the watermark that says it is complete.
  for (const partial of partials.slice(1)) {
    const before = partials[partial.sequence - 1]!.watermark;
    for (const row of folded([partial]).bins) expect(row['bin']).toBeGreaterThanOrEqual(before - REVISED_BINS);
  }
});

test('the last flows of a recording are sent too', () => {
  const feed = new Feed();
  feed.send(datagram([flow()])).send(datagram([flow()], {sequence: 2}), {after: 10});
  expect(feed.finish().flows[0]).toMatchObject({frames: 2});
});

test('nothing to send of a recording without a datagram', () => {
  const feed = new Feed();
  feed.ingest.finish();
  expect(feed.encoded).toEqual([]);
});

test('a full table of rows refuses newcomers by count, and keeps those it has', () => {
  const feed = new Feed({rows: 2});
  feed.send(datagram([flow()]));
  feed.send(datagram([flow({source: 5, input: 5, output: 6})], {sequence: 2}));
  feed.send(datagram([flow({source: 3, input: 3, output: 6})], {sequence: 3}));
  const result = feed.finish();
  expect(result.bins.map((row) => [row['port'], row['sampledFrames']])).toEqual([
    [3, 2],
    [4, 1],
  ]);
  expect(result.count(Count.FlowSamplesCounted)).toBe(2);
  expect(result.count(Count.FlowSamplesRefused)).toBe(1);
  expect(result.count(Count.RowsRefused)).toBe(3);
  expect(ledgerErrors(result)).toEqual([]);
});

test('rows that were silent for ten minutes make room, and those that were not keep their numbers', () => {
  const feed = new Feed({rows: 4});
  feed.send(datagram([flow(), flow({source: 7, input: 7, output: 8})]));
  feed.send(datagram([flow()], {sequence: 2}), {after: FORGET_AFTER_MS / 2});
  feed.send(datagram([flow({source: 9, input: 9, output: 10}), flow()], {sequence: 3}), {after: FORGET_AFTER_MS / 2});
  const result = feed.finish();
  const last = result.bins.filter((row) => row['bin']! > feed.now / 100 - REVISED_BINS);
  expect(last.map((row) => row['port']).sort((a, b) => a! - b!)).toEqual([3, 4, 9, 10]);
  expect(result.count(Count.RowsRefused)).toBe(0);
  expect(result.flows.filter((row) => row['port'] === 9)).toHaveLength(1);
});

test('flows that would fill their table within the second are sent with each bin, data sources with the second', () => {
  const feed = new Feed({...PLENTY, flows: 16});
  for (let bin = 0; bin < 25; bin++) {
    const samples = Array.from({length: 5}, (_, i) =>
      flow({header: packet({destQp: 10 * (bin % 2) + i}), input: 3 + i}),
    );
    feed.send(datagram(samples, {sequence: bin + 1}), {after: bin === 0 ? 5 : 100});
  }
  const rowsOf = (name: string) =>
    feed.partials.map(({sections}) => sections.find(({schema}) => schema.name === name)?.rows);
  expect(rowsOf('flows').slice(1)).toEqual(Array(24).fill(5));
  expect(rowsOf('sources').flatMap((rows, i) => (rows === undefined ? [] : [i]))).toEqual([0, 10, 20]);
  expect(feed.finish().flows.reduce((sum, {frames}) => sum + frames!, 0)).toBe(125);
});
