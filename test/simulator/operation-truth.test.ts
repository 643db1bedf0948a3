import {expect, test} from 'vitest';
import {job, nodesFrom} from '../../src/simulator/job-spec.ts';
import {OperationTruth} from '../../src/simulator/operation-truth.ts';
import {Simulation} from '../../src/simulator/simulation.ts';
import {START_MS, small} from './harness.ts';
import {walk} from './walker.ts';

const UDP = 14 + 20;
const BTH = UDP + 8;
const ROCE_PORT = 4_791;

test('what the hosts send is told operation by operation: it is what every frame on the wire shows', () => {
  const jobs = [
    job({name: 'ring', members: [nodesFrom(0, 4)], cycleMs: 60, rnrShare: 0.05, messageBytes: 40_000}),
    job({name: 'incast', members: [nodesFrom(4, 5)], cycleMs: 60, pattern: 'incast', load: 0.5}),
  ];
  const seen = {frames: new Float64Array(256), rdmaOperations: 0, rdmaBytes: 0, acks: 0, naks: 0, rnrs: 0};
  const options = {...small, nodes: 12, speed: 1e9, sampling: 1, jobs};
  const simulation = new Simulation(options, (bytes, length) => {
    for (const sample of walk(bytes, length).samples) {
      if (sample.kind !== 'flow') continue;
      const {header} = sample;
      const view = new DataView(header.buffer, header.byteOffset, header.length);
      if (view.getUint8(14 + 9) !== 17 || view.getUint16(UDP + 2) !== ROCE_PORT) continue;
      const opcode = view.getUint8(BTH);
      seen.frames[opcode]!++;
      // WRITE First and Only; Acknowledge.
      if (opcode === 0x06 || opcode === 0x0a) {
        seen.rdmaOperations++;
        seen.rdmaBytes += view.getUint32(BTH + 12 + 12);
      } else if (opcode === 0x11) {
        const kind = view.getUint8(BTH + 12) >>> 5;
        seen[kind === 0 ? 'acks' : kind === 1 ? 'rnrs' : 'naks']++;
      }
    }
  });
  const truth = new OperationTruth();
  simulation.operations = truth;
  simulation.advance(START_MS + 300);
  simulation.end();
  const {frames, rdmaOperations, rdmaBytes, acks, naks, rnrs} = truth;
  expect({frames, rdmaOperations, rdmaBytes, acks, naks, rnrs}).toEqual(seen);
  expect(rdmaOperations).toBeGreaterThan(100);
  expect(naks).toBeGreaterThan(10);
  expect(rnrs).toBeGreaterThan(10);
});

test('what a receiver is not ready for is sent again, the packet first that it names', () => {
  const jobs = [job({name: 'ring', members: [nodesFrom(0, 4)], cycleMs: 60, rnrShare: 0.02})];
  /** How often each packet was sent, by receiver and PSN. */
  const sent = new Map<number, Map<number, number>>();
  const refused: number[] = [];
  const simulation = new Simulation({...small, nodes: 4, speed: 1e9, sampling: 1, jobs}, (bytes, length) => {
    for (const sample of walk(bytes, length).samples) {
      if (sample.kind !== 'flow') continue;
      const {header} = sample;
      const view = new DataView(header.buffer, header.byteOffset, header.length);
      if (view.getUint8(14 + 9) !== 17 || view.getUint16(UDP + 2) !== ROCE_PORT) continue;
      const psn = view.getUint32(BTH + 8) & 0xffffff;
      const opcode = view.getUint8(BTH);
      if (opcode >= 0x06 && opcode <= 0x0a) {
        const destQp = view.getUint32(BTH + 4) & 0xffffff;
        const packets = sent.get(destQp) ?? new Map<number, number>();
        sent.set(destQp, packets.set(psn, (packets.get(psn) ?? 0) + 1));
      } else if (opcode === 0x11 && view.getUint8(BTH + 12) >>> 5 === 1) {
        refused.push(psn);
      }
    }
  });
  simulation.advance(START_MS + 400);
  simulation.end();
  const again = [...sent.values()].flatMap((packets) => [...packets].filter(([, times]) => times > 1));
  expect(refused.length).toBeGreaterThan(10);
  // All but what was refused last, and waits for the next exchange.
  const resent = refused.filter((psn) => again.some(([one]) => one === psn));
  expect(resent.length).toBeGreaterThanOrEqual(refused.length - 8);
  expect(again.length).toBeGreaterThanOrEqual(16 * (refused.length - 8));
});
