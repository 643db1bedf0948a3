import {expect, test} from 'vitest';
import {Feed, START_BIN} from './support/feed.ts';
import {datagram, flow} from './support/wire.ts';

/** 35 bins of a sample each; from the fifth on who takes Partials does not keep up, from the 31st on it does. */
function feedOf(isHeld: boolean): Feed {
  const feed = new Feed();
  for (let i = 0; i < 35; i++) {
    feed.ingest.isHeld = isHeld && i >= 5 && i < 31;
    feed.send(datagram([flow({length: 1_000 + i})], {sequence: i + 1}), {after: i === 0 ? 5 : 100});
  }
  return feed;
}

test('who does not keep up is told of a second at a time, and of all that others are told of', () => {
  const [held, usual] = [feedOf(true), feedOf(false)];
  const ends = (feed: Feed) => feed.partials.map(({watermark}) => watermark - START_BIN);
  expect(ends(usual)).toEqual(Array.from({length: 35}, (_, i) => i));
  expect(ends(held)).toEqual([0, 1, 2, 3, 4, 14, 24, 31, 32, 33, 34]);
  const [a, b] = [held.finish(), usual.finish()];
  const byBin = (rows: typeof a.bins) => rows.map((row) => JSON.stringify(row)).sort();
  expect(byBin(a.bins)).toEqual(byBin(b.bins));
  expect(a.bins.length).toBeGreaterThan(35);
  expect(a.agents[0]).toMatchObject({received: 35, flowSamples: 35});
});
