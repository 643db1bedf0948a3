import {expect, test} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {ethernet, tunnels} from '../support/packet-builder.ts';
import {Feed, START, START_BIN} from './support/feed.ts';
import {CNP_OPCODE, datagram, flow, foreign, packet} from './support/wire.ts';

test('sums, squares and the largest length are exact', () => {
  const lengths = [64, 9_018, 1_518, 262_144, 1];
  const samples = lengths.map((length) => flow({length: Math.max(length, 70), output: 0}));
  const used = lengths.map((length) => Math.max(length, 70));
  const {bins} = new Feed().send(datagram(samples)).finish();
  expect(bins).toHaveLength(1);
  expect(bins[0]).toMatchObject({
    bin: START_BIN,
    rate: 1_000,
    port: 3,
    sampledFrames: 5,
    sampledBytes: used.reduce((sum, length) => sum + length, 0),
    sampledSquares: used.reduce((sum, length) => sum + length * length, 0),
    sampledLargest: 262_144,
    sampledRoceFrames: 5,
    sampledRoceLargest: 262_144,
  });
});

test('a rate of 0 or beyond reason, and a length beyond reason, are counted and not used', () => {
  const samples = [
    flow({rate: 0}),
    flow({rate: 100_000_001}),
    flow({rate: 0xffffffff}),
    flow({length: 262_145}),
    flow({length: 0, header: Buffer.alloc(0)}),
    flow({rate: 1}),
    flow({rate: 100_000_000}),
  ];
  const {bins, count} = new Feed().send(datagram(samples)).finish();
  expect(count(Count.FlowSamples)).toBe(7);
  expect(count(Count.FlowSamplesNoRate)).toBe(3);
  expect(count(Count.FlowSamplesNoLength)).toBe(2);
  expect(count(Count.FlowSamplesCounted)).toBe(2);
  expect(bins.map((row) => row['rate'])).toEqual([1, 1, 100_000_000, 100_000_000]);
});

test('RoCEv2, CE marks and CNPs are told apart; TCP to port 4791 is not RoCEv2', () => {
  const headers = [
    packet(),
    packet({ecn: 3}),
    packet({opcode: CNP_OPCODE, ecn: 3}),
    packet({opcode: CNP_OPCODE}),
    packet({protocol: 'tcp'}),
    packet({port: 4_790, ecn: 3}),
    packet({opcode: 0x1f}), // assigned to nothing
  ];
  const samples = headers.map((header, i) => flow({header, length: 100 + i, output: 0}));
  const {bins, count, flows} = new Feed().send(datagram(samples)).finish();
  expect(bins).toHaveLength(1);
  expect(bins[0]).toMatchObject({
    sampledFrames: 7,
    sampledBytes: 721,
    sampledRoceFrames: 4,
    sampledRoceBytes: 406,
    sampledRoceSquares: 100 ** 2 + 101 ** 2 + 102 ** 2 + 103 ** 2,
    sampledRoceLargest: 103,
    sampledCeFrames: 2,
    sampledCnpFrames: 2,
  });
  expect(count(Count.RoceSamples)).toBe(4);
  expect(flows.reduce((sum, row) => sum + row['frames']!, 0)).toBe(4);
});

test('a sample counts once as RoCEv2 though it stands on two rows', () => {
  const {bins, count} = new Feed().send(datagram([flow()])).finish();
  expect(bins.map((row) => row['sampledRoceFrames'])).toEqual([1, 1]);
  expect(count(Count.RoceSamples)).toBe(1);
});

test('several rates of one port are rows apart', () => {
  const feed = new Feed();
  feed.send(datagram([flow({rate: 1_000, output: 0}), flow({rate: 2_000, output: 0}), flow({rate: 1_000, output: 0})]));
  const {bins} = feed.finish();
  expect(bins.map((row) => [row['rate'], row['sampledFrames']])).toEqual([
    [1_000, 2],
    [2_000, 1],
  ]);
});

test('flows are kept by addresses, queue pair, DSCP and the port they came in on', () => {
  const feed = new Feed();
  const base = {destQp: 5, dscp: 10, ttl: 60};
  feed.send(
    datagram([
      flow({header: packet(base), length: 500}),
      flow({header: packet({...base, ttl: 62, ecn: 3}), length: 300}),
      flow({header: packet({...base, opcode: 0x07}), length: 200}), // WRITE middle starts nothing
      flow({header: packet({...base, destQp: 6}), length: 100}),
      flow({header: packet({...base, dscp: 11}), length: 100}),
      flow({header: packet({...base, source: '10.1.0.9'}), length: 100}),
      flow({header: packet(base), length: 100, source: 5, input: 5}),
    ]),
  );
  const {flows} = feed.finish();
  expect(flows).toHaveLength(5);
  expect(flows[0]).toMatchObject({
    port: 3,
    rate: 1_000,
    source3: 0x0a010001,
    destination3: 0x0a010002,
    destQp: 5,
    dscp: 10,
    frames: 3,
    bytes: 1_000,
    squares: 500 ** 2 + 300 ** 2 + 200 ** 2,
    largest: 500,
    operations: 2,
    ce: 1,
    cnp: 0,
    ttl: 62,
    lastSeen: feed.now,
  });
  expect(flows[4]).toMatchObject({port: 5, frames: 1});
});

test('samples of an agent that is not silent fall into the bin of their arrival, also where that is told late', () => {
  const feed = new Feed();
  const one = (sequence: number) => datagram([flow({output: 0})], {sequence});
  feed
    .send(one(1))
    .send(one(2), {after: 99.9})
    .send(one(3), {after: 0.1})
    .send(one(4), {after: 95})
    .send(one(5), {after: 95})
    .send(one(6), {after: -91})
    .send(one(7), {after: -10_000});
  const {bins} = feed.finish();
  expect(bins.map((row) => [row['bin']! - START_BIN, row['sampledFrames']])).toEqual([
    [0, 2],
    [1, 3],
    [2, 1],
    [-10, 1],
  ]);
});

test('a recording that is stamped from the epoch on has bins like any other', () => {
  const feed = new Feed();
  feed.now = 0;
  const one = (sequence: number) => datagram([flow({output: 0, sequence})], {sequence});
  feed.send(one(1)).send(one(2), {after: 90}).send(one(3), {after: 60});
  const {bins} = feed.finish();
  expect(bins.map((row) => row['bin'])).toEqual([0, 1]);
  expect(feed.partials.every(({watermark}) => Number.isFinite(watermark))).toBe(true);
});

test('other samples are counted, and those around them used', () => {
  const {count, bins} = new Feed().send(datagram([foreign(), flow({output: 0}), foreign()])).finish();
  expect(count(Count.OtherSamples)).toBe(2);
  expect(bins).toHaveLength(1);
});

test('what the kernel dropped is a total, sent as what it grew by', () => {
  const feed = new Feed();
  feed.ingest.tick(feed.now);
  feed.ingest.kernelDropped(5);
  feed.ingest.tick((feed.now += 100));
  feed.ingest.kernelDropped(9);
  expect(feed.finish().count(Count.DatagramsKernelDropped)).toBe(9);
});

test('a flow names the port that the last of its samples with a known one left by', () => {
  const outputOf = (...samples: Buffer[]) => new Feed().send(datagram(samples)).finish().flows[0]!['output'];
  expect(outputOf(flow({output: 4}))).toBe(4);
  expect(outputOf(flow({output: 4}), flow({output: 7}))).toBe(7);
  expect(outputOf(flow({output: 4}), flow({output: 0}))).toBe(4);
  expect(outputOf(flow({output: 0}))).toBe(0);
  expect(outputOf(flow({source: 4, input: 3, output: 4}))).toBe(4);
});

test('flows are sent when a second is over, whatever the ticks wander by', () => {
  const feed = new Feed();
  const sent: number[] = [];
  for (let bin = 0; bin < 100; bin++) {
    const wander = [4, 2, 3, 1][bin % 4]!;
    feed.ingest.tick(feed.now + bin * 100 + wander);
    const partial = feed.partials.at(-1)!;
    if (partial.sections.some(({schema}) => schema.name === 'flows')) sent.push(partial.watermark % 10);
  }
  expect(sent).toEqual(new Array(10).fill(0));
});

test('a datagram told late does not make older what was seen after it', () => {
  const feed = new Feed();
  feed
    .send(datagram([flow({output: 0})]))
    .send(datagram([flow({output: 0, sequence: 2})], {sequence: 2}), {after: -50});
  const {flows, sources, agents} = feed.finish();
  expect([flows[0]!['lastSeen'], sources[0]!['lastSeen'], agents[0]!['lastArrival']]).toEqual(new Array(3).fill(START));
});

test('marks on the outer header of a tunnel are marks of the packet, in bins and flows', () => {
  const inner = packet({ecn: 2}).subarray(14);
  const outer = tunnels.vxlan(inner);
  const marked = Buffer.from(outer);
  marked[1]! |= 3;
  const samples = [outer, marked].map((header, i) => flow({sequence: i, header: ethernet(header), output: 0}));
  const {bins, flows} = new Feed().send(datagram(samples)).finish();
  expect(bins[0]).toMatchObject({sampledRoceFrames: 2, sampledCeFrames: 1});
  expect(flows[0]).toMatchObject({frames: 2, ce: 1});
});
