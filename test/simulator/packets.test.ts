import {describe, expect, test} from 'vitest';
import {HeaderBytes, opcodeTraits, Trait} from '../../src/packet/opcodes.ts';
import {groupBy, simulate, small} from './harness.ts';
import type {WalkedFlow} from './walker.ts';

interface Roce {
  key: string;
  opcode: number;
  psn: number;
  ecn: number;
  view: DataView;
  frameBytes: number;
}

const isRoce = (flow: WalkedFlow) => flow.header[23] === 17;

function roceOf(flow: WalkedFlow): Roce {
  const view = new DataView(flow.header.buffer);
  const key = `${view.getUint32(26)} ${view.getUint32(30)} ${view.getUint16(34)} ${view.getUint32(46) & 0xffffff}`;
  const psn = view.getUint32(50) & 0xffffff;
  return {key, opcode: view.getUint8(42), psn, ecn: view.getUint8(15) & 3, view, frameBytes: flow.frameBytes};
}

/** Each packet of a slow fabric. */
const every = simulate({...small, nodes: 4, speed: 1e9, sampling: 1}, 800);
const packets = every.flows.filter(isRoce).map(roceOf);

describe('the packets', () => {
  test('have lengths and an IPv4 checksum that are right', () => {
    for (const flow of every.flows) {
      const view = new DataView(flow.header.buffer);
      let sum = 0;
      for (let at = 14; at < 34; at += 2) sum += view.getUint16(at);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
      const ok = sum === 0xffff && view.getUint16(16) === flow.frameBytes - 18;
      if (!ok) throw new Error(`${Buffer.from(flow.header).toString('hex')} of ${flow.frameBytes}`);
    }
    for (const {opcode, view, frameBytes} of packets) {
      const traits = opcodeTraits[opcode];
      const extensions =
        (traits & Trait.Reth ? 16 : 0) + (traits & Trait.Aeth ? 4 : 0) + (traits & Trait.Immediate ? 4 : 0);
      const payload = view.getUint16(38) - 8 - HeaderBytes.Bth - extensions - HeaderBytes.Icrc;
      const ok = traits & Trait.Known && view.getUint16(38) === frameBytes - 38 && payload >= 0 && payload <= 4_096;
      if (!ok) throw new Error(`opcode ${opcode}, payload ${payload}`);
    }
  });

  test('of a stream carry every PSN once in order, with the operations of whole messages', () => {
    const streams = groupBy(packets, (packet) => packet.key);
    let messages = 0;
    for (const stream of streams.values()) {
      const [first] = stream;
      if (!(opcodeTraits[first.opcode] & Trait.Payload)) continue;
      for (let i = 1; i < stream.length; i++) {
        if (stream[i].psn !== ((stream[i - 1].psn + 1) & 0xffffff)) throw new Error(`PSN gap in ${first.key}`);
        const wasEnd = isEnd(stream[i - 1].opcode);
        if (wasEnd !== isStart(stream[i].opcode)) throw new Error(`${stream[i - 1].opcode} then ${stream[i].opcode}`);
        if (wasEnd) messages++;
      }
    }
    expect(messages).toBeGreaterThan(100);
  });

  test('are the mix of a training job', () => {
    const seen = new Set(packets.map((packet) => packet.opcode));
    for (const opcode of [0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 13, 14, 15, 17]) expect(seen).toContain(opcode);
    const {flows} = simulate({...small, sampling: 100}, 1_000);
    const sampled = flows.filter(isRoce).map(roceOf);
    const data = sampled.filter((packet) => packet.frameBytes > 4_000);
    const marked = data.filter((packet) => packet.ecn === 3).length;
    expect(data.every((packet) => packet.ecn === 2 || packet.ecn === 3)).toBe(true);
    expect(Math.abs(marked - 0.003 * data.length)).toBeLessThan(4.9 * Math.sqrt(0.003 * data.length));
    const notifications = sampled.filter((packet) => packet.opcode === 0x81);
    expect(notifications.length).toBeGreaterThan(0.001 * data.length);
    expect(notifications.length).toBeLessThan(0.01 * data.length);
    const tcp = flows.filter((flow) => flow.header[23] === 6);
    expect(tcp.every((flow) => flow.frameBytes >= 70 && flow.frameBytes <= 1_518)).toBe(true);
  });

  test('acknowledge with credits and ascending message numbers', () => {
    const acknowledges = packets.filter((packet) => packet.opcode === 17);
    const syndromes = new Set(acknowledges.map((packet) => packet.view.getUint8(54)));
    expect(syndromes).toContain(31);
    expect(syndromes.size).toBeGreaterThan(3);
    expect(Math.max(...syndromes)).toBeLessThan(32);
    for (const stream of groupBy(acknowledges, (packet) => packet.key).values()) {
      const numbers = stream.map((packet) => packet.view.getUint32(54) & 0xffffff);
      expect(numbers.every((msn, i) => i === 0 || msn >= numbers[i - 1])).toBe(true);
    }
  });
});

const isStart = (opcode: number) => (opcodeTraits[opcode] & Trait.Start) !== 0 || opcode === 13 || opcode === 16;
const isEnd = (opcode: number) => [2, 3, 4, 5, 8, 9, 10, 11, 15, 16].includes(opcode);
