import {expect, test} from 'vitest';
import {job, nodesFrom} from '../../src/simulator/job-spec.ts';
import {groupBy, simulate, small} from './harness.ts';
import type {WalkedFlow} from './walker.ts';

const ACKNOWLEDGE = 17;
const NAK_SEQUENCE_ERROR = 0x60;
const DISCARDED = 0x40000000;

interface Packet {
  source: number;
  destination: number;
  destQp: number;
  opcode: number;
  psn: number;
  syndrome: number;
  isDelivered: boolean;
}

function packetOf({header, output}: WalkedFlow): Packet {
  const view = new DataView(header.buffer);
  return {
    source: view.getUint32(26),
    destination: view.getUint32(30),
    destQp: view.getUint32(46) & 0xffffff,
    opcode: header[42],
    psn: view.getUint32(50) & 0xffffff,
    syndrome: header[54],
    isDelivered: output < DISCARDED,
  };
}

test('what a full port drops is complained of and sent again from the first that was lost', () => {
  // Three hosts send at half the rate of the port of the fourth.
  const incast = job({
    name: 'incast',
    members: [nodesFrom(0, 4)],
    pattern: 'incast',
    load: 0.5,
    queuePairs: 1,
    messageBytes: 32_768,
    cycleMs: 200,
    ceShare: 0,
  });
  const {flows} = simulate({...small, nodes: 4, speed: 1e9, sampling: 1, flushMs: 0, jobs: [incast]}, 150);
  const roce = flows.filter(({header}) => header[23] === 17).map(packetOf);
  const data = roce.filter(({opcode}) => opcode !== ACKNOWLEDGE);
  const naks = roce.filter(({opcode, syndrome}) => opcode === ACKNOWLEDGE && syndrome === NAK_SEQUENCE_ERROR);
  const streams = groupBy(data, ({destQp}) => destQp);
  expect(streams.size).toBe(3);
  expect(naks.length).toBeGreaterThan(10);
  for (const stream of streams.values()) {
    const delivered = stream.filter(({isDelivered}) => isDelivered);
    expect(stream.length - delivered.length).toBeGreaterThan(20);
    // Each once, in order: what was lost came again.
    expect(delivered.every(({psn}, i) => i === 0 || psn === ((delivered[i - 1].psn + 1) & 0xffffff))).toBe(true);
    expect(new Set(stream.map(({psn}) => psn)).size).toBeLessThan(stream.length);
    const opcodes = groupBy(stream, ({psn}) => psn);
    for (const same of opcodes.values()) expect(new Set(same.map(({opcode}) => opcode)).size).toBe(1);
    const [{source, psn: first}] = stream;
    const complaints = naks.filter(({destination}) => destination === source);
    expect(complaints.length).toBeGreaterThan(0);
    // A NAK tells the PSN that is expected: one that was lost before.
    const lost = new Set(stream.filter(({isDelivered}) => !isDelivered).map(({psn}) => psn));
    expect(complaints.every(({psn}) => lost.has(psn))).toBe(true);
    // Nothing is acknowledged that was not delivered.
    const last = (delivered.at(-1)!.psn - first) & 0xffffff;
    const acknowledged = roce.filter(
      ({opcode, syndrome, destination}) => opcode === ACKNOWLEDGE && syndrome < 0x60 && destination === source,
    );
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const {psn} of acknowledged) expect((psn - first) & 0xffffff).toBeLessThanOrEqual(last);
  }
});
