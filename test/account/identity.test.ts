import {expect, test} from 'vitest';
import {FORGET_AFTER_MS} from '../../src/account/agents.ts';
import {Count} from '../../src/account/ledger.ts';
import {Feed, type Folded, folded, ledgerErrors} from './support/feed.ts';
import {counters, type DatagramFields, datagram, flow} from './support/wire.ts';

const address = (row: Readonly<Record<string, unknown>>): string =>
  [0, 8, 16, 24].map((shift) => ((row['address3'] as number) << shift) >>> 24).join('.');
const names = ({agents}: Folded): [string, number, number][] =>
  agents.map((row) => [address(row), row['subAgent']!, row['received']!]);
const one = (fields: DatagramFields) => datagram([flow()], fields);

test('sub-agents are streams of their own', () => {
  const feed = new Feed();
  feed
    .send(one({subAgent: 1, sequence: 100}))
    .send(one({subAgent: 2, sequence: 1}))
    .send(one({subAgent: 1, sequence: 101}));
  const result = feed.finish();
  expect(names(result)).toEqual([
    ['10.0.0.1', 1, 2],
    ['10.0.0.1', 2, 1],
  ]);
  expect(result.agents.map((row) => [row['missing'], row['restarts']])).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(result.bins).toHaveLength(4);
});

test('0.0.0.0, :: and loopback are no address of an agent: the source stands for it', () => {
  for (const agent of ['0.0.0.0', '127.0.0.1', '127.9.9.9', '::', '::1', '::ffff:127.0.0.1', '::ffff:0.0.0.0']) {
    const feed = new Feed();
    feed.send(one({agent}), {from: '192.0.2.7'}).send(one({agent}), {from: '192.0.2.8'});
    expect(names(feed.finish()), agent).toEqual([
      ['192.0.2.7', 0, 1],
      ['192.0.2.8', 0, 1],
    ]);
  }
});

test('no address has more than 256 sub-agents: there is room for others', () => {
  const feed = new Feed({agents: 300});
  for (let subAgent = 0; subAgent < 400; subAgent++) feed.send(datagram([], {subAgent, agent: '10.0.0.9'}));
  feed.send(one({agent: '10.0.0.1'}), {from: '192.0.2.2'});
  // Those that it has are heard on.
  feed.send(datagram([], {subAgent: 7, sequence: 2, agent: '10.0.0.9'}));
  const result = feed.finish();
  expect(result.count(Count.DatagramsAgentRefused)).toBe(400 - 256);
  expect(result.agents).toHaveLength(257);
  expect(names(result)).toContainEqual(['10.0.0.1', 0, 1]);
  expect(names(result)).toContainEqual(['10.0.0.9', 7, 2]);
  expect(ledgerErrors(result)).toEqual([]);
});

test('those that have been silent make room for others of their address', () => {
  const feed = new Feed({agents: 256});
  const hear = (subAgent: number) => feed.send(datagram([], {subAgent}));
  for (let subAgent = 0; subAgent < 256; subAgent++) hear(subAgent);
  hear(1_000);
  feed.now += FORGET_AFTER_MS;
  hear(1_000);
  hear(1_001);
  expect(feed.finish().count(Count.DatagramsAgentRefused)).toBe(1);
});

test('an agent on IPv6, and one that is heard over the other family', () => {
  const feed = new Feed();
  feed.send(one({agent: '2001:db8::5'}), {from: '192.0.2.7'});
  const [row] = feed.finish().agents;
  expect([0, 1, 2, 3].map((word) => row![`address${word}`])).toEqual([0x20010db8, 0, 0, 5]);
});

test('an address that another source has taken is not given twice', () => {
  const feed = new Feed();
  feed.send(one({agent: '10.0.0.1', sequence: 1}), {from: '192.0.2.1'});
  feed.send(one({agent: '10.0.0.1', sequence: 900}), {from: '192.0.2.2'});
  feed.send(one({agent: '10.0.0.1', sequence: 2}), {from: '192.0.2.1'});
  const result = feed.finish();
  expect(names(result)).toEqual([
    ['10.0.0.1', 0, 2],
    ['192.0.2.2', 0, 1],
  ]);
  expect(result.agents[0]).toMatchObject({missing: 0, restarts: 0});
});

test('the owner of an address has the better claim to it than one who was first to use it', () => {
  const feed = new Feed();
  feed.send(one({agent: '10.0.0.1', sequence: 500}), {from: '192.0.2.66'});
  feed.send(one({agent: '10.0.0.1', sequence: 1}), {from: '10.0.0.1'});
  feed.send(one({agent: '10.0.0.1', sequence: 501}), {from: '192.0.2.66'});
  feed.send(one({agent: '10.0.0.1', sequence: 2}), {from: '10.0.0.1'});
  expect(names(feed.finish())).toEqual([
    ['10.0.0.1', 0, 3],
    ['192.0.2.66', 0, 1],
  ]);
});

test('a claim passes on when its source was silent for ten minutes', () => {
  const feed = new Feed();
  feed.send(one({sequence: 1}), {from: '192.0.2.1'});
  feed.send(one({sequence: 2}), {from: '192.0.2.2', after: FORGET_AFTER_MS - 1});
  feed.send(one({sequence: 3}), {from: '192.0.2.2', after: 1});
  expect(names(feed.finish())).toEqual([
    ['10.0.0.1', 0, 2],
    ['192.0.2.2', 0, 1],
  ]);
});

test('newcomers past the bound are rejected and counted; who is known is not', () => {
  const feed = new Feed({agents: 2});
  feed.send(one({agent: '10.0.0.1'}), {from: '10.0.0.1'}).send(one({agent: '10.0.0.2'}), {from: '10.0.0.2'});
  for (let i = 3; i < 50; i++) feed.send(one({agent: `10.0.0.${i}`}), {from: `10.0.0.${i}`, after: 10});
  feed.send(one({agent: '10.0.0.1', sequence: 2}), {from: '10.0.0.1'});
  const result = feed.finish();
  expect(names(result)).toEqual([
    ['10.0.0.1', 0, 2],
    ['10.0.0.2', 0, 1],
  ]);
  expect(result.count(Count.DatagramsAgentRefused)).toBe(47);
  expect(ledgerErrors(result)).toEqual([]);
});

test('a place in a full table passes to a newcomer, and nothing of the old tenant with it', () => {
  const feed = new Feed({agents: 3});
  const from = (last: number) => ({from: `10.0.0.${last}`});
  feed.send(datagram([flow(), counters({inOctets: 1e9})], {agent: '10.0.0.1', sequence: 7}), from(1));
  feed.send(one({agent: '10.0.0.2', sequence: 7}), from(2));
  feed.send(one({agent: '10.0.0.3', sequence: 7}), from(3));
  feed.now += FORGET_AFTER_MS / 2;
  feed.send(one({agent: '10.0.0.2', sequence: 8}), from(2)).send(one({agent: '10.0.0.3', sequence: 8}), from(3));
  feed.now += FORGET_AFTER_MS / 2;
  feed.ingest.tick(feed.now);
  const before = feed.encoded.length;
  feed.send(datagram([flow(), counters({inOctets: 3e9})], {agent: '10.0.0.4', sequence: 90}), from(4));
  feed.send(one({agent: '10.0.0.4', sequence: 91}), from(4));
  feed.ingest.finish();
  const since = folded(feed.partials.slice(before));
  expect(names(since).filter(([, , received]) => received > 0)).toEqual([['10.0.0.4', 0, 2]]);
  expect(since.agents.find((row) => address(row) === '10.0.0.4')).toMatchObject({
    missing: 0,
    restarts: 0,
    flowSamples: 2,
  });
  expect(since.counters).toHaveLength(1);
  expect(since.counters[0]).toMatchObject({elapsedMs: 0, inOctets: 0});
  expect(ledgerErrors(folded(feed.partials))).toEqual([]);
});
