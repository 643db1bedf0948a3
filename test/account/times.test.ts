import {expect, test} from 'vitest';
import {Feed, ledgerErrors, START, START_BIN} from './support/feed.ts';
import {datagram, flow} from './support/wire.ts';

let numbers = 0;
/** `count` samples of one port, in a datagram. */
const samples = (count: number, times: readonly number[] = []) => {
  const sequence = ++numbers;
  const inside = Array.from({length: count}, (_, i) => flow({output: 0, sequence: sequence * 10 + i, time: times[i]}));
  return datagram(inside, {sequence, uptime: 3_600_000 + sequence});
};

const feedOf = () => new Feed({cells: 512});

/** Samples by bin since the start. */
function drawn(feed: Feed): number[] {
  const result = feed.finish();
  expect(ledgerErrors(result)).toEqual([]);
  const bins: number[] = [];
  for (const row of result.bins)
    bins[row['bin']! - START_BIN] = (bins[row['bin']! - START_BIN] ?? 0) + row['sampledFrames']!;
  return Array.from(bins, (count) => count ?? 0);
}

test('a sample has its own time where it tells one', () => {
  const feed = feedOf();
  feed.send(samples(1)).send(samples(4, [START + 50, START + 250, START + 500, START + 1_040]), {after: 1_000});
  const {agents} = feed.finish();
  expect(drawn(feed).slice(0, 11)).toEqual([2, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1]);
  expect(agents[0]).toMatchObject({timestamped: 4, timestampsRefused: 0, uncertainMs: 0});
});

test('a time of its own that is too old or ahead is refused, and counted', () => {
  const feed = feedOf();
  feed.send(samples(1)).send(samples(3, [START - 201, START + 1_051, 0]), {after: 1_000});
  expect(feed.finish().agents[0]).toMatchObject({timestamped: 0, timestampsRefused: 3, uncertainMs: 3_000});
  expect(drawn(feed).reduce((sum, count) => sum + count)).toBe(4);
});

test('after a silence of more than a bin, samples lie over it in order; not further back than 1.2 s', () => {
  const feed = feedOf();
  feed.send(samples(1)).send(samples(5), {after: 500}).send(samples(12), {after: 30_000});
  expect(feed.finish().agents[0]).toMatchObject({uncertainMs: 5 * 500 + 12 * 1_200});
  const bins = drawn(feed);
  expect(bins.slice(0, 6)).toEqual([2, 1, 1, 1, 1, 0]);
  expect(bins.slice(293, 305)).toEqual(new Array(12).fill(1));
});

test('an agent that speaks all the time has its samples where they arrive', () => {
  const feed = feedOf();
  for (let i = 0; i < 20; i++) feed.send(samples(2), {after: 50});
  expect(feed.finish().agents[0]).toMatchObject({uncertainMs: 19 * 2 * 50});
  expect(drawn(feed)).toEqual([2, ...new Array(9).fill(4), 2]);
});

test('an agent that flushes once a second shows no spikes, once that is known', () => {
  const feed = feedOf();
  for (let second = 0; second < 12; second++) {
    feed.send(samples(7), {after: second === 0 ? 0 : 1_000 - 5});
    for (let i = 1; i < 6; i++) feed.send(samples(7), {after: 1});
  }
  const bins = drawn(feed);
  expect(Math.max(...bins.slice(0, 20))).toBeGreaterThan(30);
  const known = bins.slice(60, 100);
  expect(known.reduce((sum, count) => sum + count)).toBe(4 * 42);
  expect(Math.min(...known)).toBeGreaterThanOrEqual(3);
  expect(Math.max(...known)).toBeLessThanOrEqual(6);
});

test('a job that computes and exchanges is no agent that flushes', () => {
  const feed = feedOf();
  // 100 ms of exchange every 400 ms, a datagram every 4 ms meanwhile.
  for (let cycle = 0; cycle < 12; cycle++) {
    feed.send(samples(7), {after: cycle === 0 ? 0 : 304});
    for (let i = 1; i < 25; i++) feed.send(samples(7), {after: 4});
  }
  const bins = drawn(feed);
  for (let cycle = 6; cycle < 11; cycle++) expect(bins.slice(cycle * 4, cycle * 4 + 4)).toEqual([175, 0, 0, 0]);
});

test('a restarted agent has seen nothing from before its start', () => {
  const feed = feedOf();
  const one = (sequence: number, uptime: number) => datagram([flow({output: 0, sequence})], {sequence, uptime});
  feed.send(one(500, 900_000)).send(one(1, 30), {after: 1_000});
  expect(feed.finish().agents[0]).toMatchObject({restarts: 1, uncertainMs: 30});
  expect(drawn(feed)[10]).toBe(1);
});

test('what waited while the thread stood still is spread over that time', () => {
  const feed = feedOf();
  for (let i = 0; i < 10; i++) feed.send(samples(1), {after: 50});
  feed.ingest.stalled(600);
  feed.ingest.backlog(feed.now);
  for (let i = 0; i < 60; i++) feed.send(samples(1), {after: i === 0 ? 600 : 0});
  feed.ingest.endBacklog();
  for (let i = 0; i < 4; i++) feed.send(samples(1), {after: 50});
  const bins = drawn(feed);
  expect(bins.reduce((sum, count) => sum + count)).toBe(74);
  for (const count of bins.slice(5, 11)) expect(count).toBeGreaterThanOrEqual(9);
  for (const count of bins.slice(5, 11)) expect(count).toBeLessThanOrEqual(12);
});

test('what waited through a stall in which the clock was stepped is spread over the stall too', () => {
  const feed = feedOf();
  for (let i = 0; i < 10; i++) feed.send(samples(1), {after: 50});
  feed.ingest.stalled(600);
  feed.ingest.backlog(feed.now);
  feed.now += 600 + 5_000;
  feed.ingest.stepped(5_000, feed.now);
  for (let i = 0; i < 60; i++) feed.send(samples(1));
  feed.ingest.endBacklog();
  const bins = drawn(feed);
  expect(bins.slice(6, 55).every((n) => n === 0)).toBe(true);
  for (const count of bins.slice(55, 61)) expect(count).toBeGreaterThanOrEqual(9);
  for (const count of bins.slice(55, 61)) expect(count).toBeLessThanOrEqual(12);
});

test('a step of the clock is no silence, and no sample lies in what it skipped', () => {
  const feed = feedOf();
  feed.send(samples(1)).send(samples(1), {after: 90});
  feed.now += 60_000;
  feed.ingest.stepped(60_000, feed.now);
  feed.send(samples(5), {after: 200});
  const {agents, count} = feed.finish();
  expect(agents[0]).toMatchObject({longestGapMs: 200, uncertainMs: 90 + 5 * 200});
  expect([count(48), count(49)]).toEqual([1, 60_000]);
  const bins = drawn(feed);
  expect(bins.slice(1, 600).every((n) => n === 0)).toBe(true);
  expect(bins.slice(600)).toEqual([0, 3, 2]);
});
