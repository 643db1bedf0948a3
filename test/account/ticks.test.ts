import {expect, test} from 'vitest';
import {fold, setOf} from '../../src/account/algebra.ts';
import {Count} from '../../src/account/ledger.ts';
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
