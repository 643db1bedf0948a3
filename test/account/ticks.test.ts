import {expect, test} from 'vitest';
import {fold, setOf} from '../../src/account/algebra.ts';
import {type Partial, sectionOf} from '../../src/account/codec.ts';
import {Count} from '../../src/account/ledger.ts';
import {TICK_BASE, TICKS_PER_WORD} from '../../src/account/measures.ts';
import {BINS} from '../../src/account/schema.ts';
import {Feed, START} from './support/feed.ts';
import {datagram, flow, packet} from './support/wire.ts';

/** RoCEv2 samples by tick since the start. */
function ticksOf(feed: Feed): Record<number, number> {
  const folded = feed.finish();
  const rows = [
    ...(fold(setOf(...feed.partials))
      .get('ticks')
      ?.values() ?? []),
  ] as unknown as [number, number][];
  expect(rows.reduce((sum, [, samples]) => sum + samples, 0)).toBe(folded.count(Count.RoceSamples));
  return Object.fromEntries(rows.map(([tick, samples]) => [tick - START / 10, samples]));
}

const samples = (count: number) => Array.from({length: count}, () => flow());

test('a sample is counted once, in the tick of its arrival, whatever rows it makes', () => {
  const feed = new Feed();
  feed.send(datagram([flow(), flow({output: 0}), flow({source: 4, input: 3, output: 4})]), {after: 37});
  expect(ticksOf(feed)).toEqual({3: 3});
});

test('what is not RoCEv2 or cannot be used has no tick', () => {
  const feed = new Feed().send(datagram([flow({header: packet({protocol: 'tcp'})}), flow({rate: 0})]));
  expect(ticksOf(feed)).toEqual({});
});

test('samples of datagrams that follow each other closely lie between them, in order', () => {
  const feed = new Feed();
  feed.send(datagram(samples(1)), {after: 5});
  feed.send(datagram(samples(4), {sequence: 2}), {after: 40});
  // 5 ms, and 5 + 40 · (i + ½) / 4.
  expect(ticksOf(feed)).toEqual({0: 1, 1: 1, 2: 1, 3: 1, 4: 1});
});

test('behind a pause they lie where their bins are: spread over it, or at the arrival', () => {
  const feed = new Feed();
  feed.send(datagram(samples(1)), {after: 5});
  feed.send(datagram(samples(10), {sequence: 2}), {after: 500});
  const ticks = ticksOf(feed);
  expect(Object.values(ticks)).toEqual(new Array(11).fill(1));
  expect(Math.max(...Object.keys(ticks).map(Number))).toBe(48);
});

test('ticks of a bin that is over stay where they were sent', () => {
  const feed = new Feed();
  for (let i = 0; i < 30; i++) feed.send(datagram(samples(2), {sequence: i + 1}), {after: 100});
  const ticks = ticksOf(feed);
  expect(Object.values(ticks).reduce((sum, count) => sum + count, 0)).toBe(60);
  expect(Math.min(...Object.keys(ticks).map(Number))).toBeGreaterThanOrEqual(10);
});

/** RoCEv2 samples of each row by tick since the start, at `port:side`. */
function rowTicks(feed: Feed): Record<string, Record<number, number>> {
  feed.ingest.finish();
  const rows: Record<string, Record<number, number>> = {};
  for (const {port, side, bin, sampledRoceTicks0, sampledRoceTicks1} of feed.partials.flatMap(binRows)) {
    const ticks = (rows[`${port}:${side}`] ??= {});
    [sampledRoceTicks0!, sampledRoceTicks1!].forEach((packed, half) => {
      for (let tick = 0; tick < TICKS_PER_WORD; tick++) {
        const count = Math.floor(packed / TICK_BASE ** tick) % TICK_BASE;
        const at = (bin! - START / 100) * 10 + half * TICKS_PER_WORD + tick;
        if (count > 0) ticks[at] = (ticks[at] ?? 0) + count;
      }
    });
  }
  return rows;
}

function binRows(partial: Partial): Record<string, number>[] {
  const {schema, rows, columns} = sectionOf(partial, BINS)!;
  return Array.from({length: rows}, (_, row) =>
    Object.fromEntries(schema.columns.map(({name}, i) => [name, columns[i]![row]!])),
  );
}

test('what comes in at a port and what goes out is counted by its ticks', () => {
  const feed = new Feed();
  feed.send(datagram([flow(), flow({header: packet({protocol: 'tcp'})})]), {after: 5});
  feed.send(datagram(samples(4), {sequence: 2}), {after: 40});
  feed.send(datagram(samples(2), {sequence: 3}), {after: 54});
  // 5 ms; 5 + 40 · (i + ½) / 4; 45 + 54 · (i + ½) / 2.
  const ticks = {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 8: 1};
  expect(rowTicks(feed)).toEqual({'3:0': ticks, '4:5': ticks});
});

test('a sample that counts in the bin of its datagram keeps its tick in the bin before', () => {
  const feed = new Feed();
  feed.send(datagram(samples(1)), {after: 75});
  feed.send(datagram(samples(4), {sequence: 2}), {after: 40});
  const folded = feed.finish();
  expect(folded.bins.filter(({side}) => side === 0).map((row) => row['sampledFrames'])).toEqual([1, 4]);
  expect(rowTicks(feed)['3:0']).toEqual({7: 1, 8: 1, 9: 1, 10: 1, 11: 1});
});

test('counts by tick stop at their bound, and leave their neighbours alone', () => {
  const feed = new Feed();
  for (let i = 0; i < 120; i++) feed.send(datagram(samples(10), {sequence: i + 1}), {after: i === 0 ? 25 : 0});
  feed.send(datagram(samples(1), {sequence: 121}), {after: 12});
  expect(rowTicks(feed)['3:0']).toEqual({2: 1_023, 3: 1});
});

test('full cells make room by a Partial, and no tick is lost', () => {
  const events = [75, 40, 70, 12, 33, 90, 260, 5];
  const run = (cells: number) => {
    const feed = new Feed({cells});
    events.forEach((after, i) => {
      const inputs = [1, 2, 3].map((port) => flow({source: port, input: port, output: 0}));
      feed.send(datagram([...inputs, ...samples(3)], {sequence: i + 1}), {after});
    });
    return rowTicks(feed);
  };
  expect(run(1)).toEqual(run(64));
});
