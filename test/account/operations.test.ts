import fc from 'fast-check';
import {expect, test} from 'vitest';
import {UET_KINDS} from '../../src/account/operation-table.ts';
import {UetClass} from '../../src/classify/uet.ts';
import {PdsType, UET_PORT} from '../../src/packet/uet.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {Feed, ledgerErrors, type Row} from './support/feed.ts';
import {arrivals} from './support/traffic.ts';
import {CNP_OPCODE, datagram, flow, type PacketFields, packet} from './support/wire.ts';

const WRITE_FIRST = 0x06;
const WRITE_MIDDLE = 0x07;
const READ_REQUEST = 0x0c;
const READ_RESPONSE_ONLY = 0x10;
const ACKNOWLEDGE = 0x11;
const VENDOR = 0xc1;

function operationsOf(packets: readonly PacketFields[], fields: Parameters<typeof flow>[0] = {}): Row[] {
  const feed = new Feed();
  packets.forEach((one, i) => {
    feed.send(datagram([flow({header: packet(one), ...fields})], {sequence: i + 1}));
  });
  return feed.finish().operations;
}

/** A packet of Ultra Ethernet: the type stands in the upper five bits of its first word. */
function uet(type: number): Buffer {
  const header = packet({port: UET_PORT});
  header.writeUInt16BE(type << 11, 42);
  return header;
}

test('packets are told by the opcode of their BTH, on the port that they came in at', () => {
  const opcodes = [WRITE_FIRST, WRITE_MIDDLE, WRITE_MIDDLE, CNP_OPCODE, VENDOR];
  const feed = new Feed();
  feed.send(datagram(opcodes.map((opcode, i) => flow({header: packet({opcode}), length: 100 * (i + 1)}))));
  feed.send(datagram([flow({header: packet({opcode: WRITE_FIRST}), source: 8, input: 8})], {sequence: 2}));
  const rows = feed.finish().operations.map(({port, side, kind, frames, bytes, squares, largest}) => {
    return [port, side, kind, frames, bytes, squares, largest];
  });
  expect(rows).toEqual([
    [3, 0, WRITE_FIRST, 1, 100, 10_000, 100],
    [3, 0, WRITE_MIDDLE, 2, 500, 130_000, 300],
    [3, 0, CNP_OPCODE, 1, 400, 160_000, 400],
    [3, 0, VENDOR, 1, 500, 250_000, 500],
    [8, 0, WRITE_FIRST, 1, 1_000, 1_000_000, 1_000],
  ]);
});

test('a RETH tells how long the operation is', () => {
  const reths = [4_096, 1_048_576, 0xffffffff];
  const [write, read] = operationsOf([
    ...reths.map((dmaLength) => ({opcode: WRITE_FIRST, dmaLength})),
    {opcode: READ_REQUEST, dmaLength: 65_536},
  ]);
  const sum = reths.reduce((total, bytes) => total + bytes, 0);
  const squares = reths.reduce((total, bytes) => total + bytes * bytes, 0);
  expect(write).toMatchObject({kind: WRITE_FIRST, rdmaFrames: 3, rdmaBytes: sum, rdmaSquares: squares});
  expect(read).toMatchObject({kind: READ_REQUEST, frames: 1, rdmaFrames: 1, rdmaBytes: 65_536});
});

test('credits are counts of messages and not the code; code 31 tells none', () => {
  // Codes 7, 0, 16 are 12, 0 and 256 messages (InfiniBand vol. 1, table 46).
  const [ack] = operationsOf([7, 31, 0, 16, 31].map((syndrome) => ({opcode: ACKNOWLEDGE, syndrome})));
  expect(ack).toMatchObject({frames: 5, creditFrames: 3, credits: 268, leastCredits: 0, mostCredits: 256});
  const [none] = operationsOf([{opcode: ACKNOWLEDGE, syndrome: 31}]);
  expect(none).toMatchObject({creditFrames: 0, credits: 0, leastCredits: Number.POSITIVE_INFINITY, mostCredits: 0});
  const [answer] = operationsOf([{opcode: READ_RESPONSE_ONLY, syndrome: 5}]);
  expect(answer).toMatchObject({creditFrames: 1, leastCredits: 6, mostCredits: 6});
});

test('NAKs are told by their code, "receiver not ready" apart', () => {
  const syndromes = [0x20, 0x3f, 0x60, 0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x7f, 0x40];
  const [row] = operationsOf(syndromes.map((syndrome) => ({opcode: ACKNOWLEDGE, syndrome})));
  expect(row).toMatchObject({
    ...{frames: 11, creditFrames: 0, rnr: 2, nakSequence: 2, nakInvalid: 1},
    ...{nakAccess: 1, nakOperational: 1, nakInvalidRd: 1, nakReserved: 2},
  });
});

test('Ultra Ethernet stands beside RoCEv2, and what is neither does not', () => {
  const headers = [uet(PdsType.RudRequest), uet(PdsType.Ack), uet(PdsType.RodRequest), uet(31), uet(PdsType.Nack)];
  const samples = [...headers, packet({port: 80}), packet({protocol: 'tcp', port: UET_PORT})];
  const {operations} = new Feed().send(datagram(samples.map((header) => flow({header})))).finish();
  expect(operations.map(({kind, frames}) => [kind, frames])).toEqual([
    [UET_KINDS + UetClass.Request, 2],
    [UET_KINDS + UetClass.Ack, 1],
    [UET_KINDS + UetClass.Nack, 1],
  ]);
});

test('a packet whose input port is not known, or whose header is cut in front of the BTH, is of no kind', () => {
  expect(operationsOf([{opcode: WRITE_FIRST}], {input: 0, output: 3})).toEqual([]);
  const cut = packet().subarray(0, 44);
  expect(new Feed().send(datagram([flow({header: cut})])).finish().operations).toEqual([]);
});

test('every RoCEv2 sample that came in is of one kind, with room and without', () => {
  fc.assert(
    fc.property(fc.array(arrivals, {maxLength: 30}), fc.integer({min: 1, max: 64}), (events, operations) => {
      const feed = new Feed({operations, rows: 1_024, cells: 512});
      for (const event of events) feed.send(event.bytes, event);
      const result = feed.finish();
      const roceIn = result.bins.filter(({side}) => (side! & 1) === 0);
      const roce = result.operations.filter(({kind}) => kind! < UET_KINDS);
      const sum = (rows: Row[], name: string) => rows.reduce((total, row) => total + row[name]!, 0);
      expect(sum(roce, 'frames')).toBe(sum(roceIn, 'sampledRoceFrames'));
      expect(sum(roce, 'bytes')).toBe(sum(roceIn, 'sampledRoceBytes'));
      expect(ledgerErrors(result)).toEqual([]);
    }),
    {seed: proofSeed(), numRuns: proofCount(100, 3_000)},
  );
});

test('a flow keeps the number of its last packet with data, and how often its sender went back', () => {
  const feed = new Feed();
  const psns: [opcode: number, psn: number][] = [
    [WRITE_FIRST, 0xfffff0],
    [WRITE_MIDDLE, 0xfffffa],
    [WRITE_MIDDLE, 20], // round by 26
    [WRITE_MIDDLE, 0xfffff8], // overtaken: 28 behind
    [ACKNOWLEDGE, 77_000], // counts what others send
    [READ_REQUEST, 88_000],
    [WRITE_MIDDLE, 0xffff00], // 276 behind: sent again
    [WRITE_MIDDLE, 0xffff90],
  ];
  psns.forEach(([opcode, psn], i) => {
    feed.send(datagram([flow({header: packet({opcode, psn})})], {sequence: i + 1}));
  });
  expect(feed.finish().flows[0]).toMatchObject({frames: 8, lastPsn: 0xffff90 + 1, backward: 1});
});

test('what arrives late says nothing of the order in which packets were sent', () => {
  const feed = new Feed();
  for (const [sequence, psn] of [
    [1, 1_000],
    [3, 30_000],
    [2, 2_000],
  ] as const) {
    feed.send(datagram([flow({header: packet({opcode: WRITE_MIDDLE, psn})})], {sequence}));
  }
  expect(feed.finish().flows[0]).toMatchObject({frames: 3, lastPsn: 30_001, backward: 0});
});
