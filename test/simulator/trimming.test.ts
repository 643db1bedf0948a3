import {expect, test} from 'vitest';
import {SamplingPoint} from '../../src/simulator/agent-options.ts';
import {job} from '../../src/simulator/job-spec.ts';
import {TRIM_DSCP, TRIMMED_BYTES} from '../../src/simulator/trimming.ts';
import {simulate, small} from './harness.ts';

const DISCARDED = 0x40000000;
const ETHERNET_AND_FCS = 18;
const dscpOf = (header: Uint8Array, ipv6: boolean) =>
  ipv6 ? ((header[14]! << 2) | (header[15]! >>> 6)) & 63 : header[15]! >>> 2;
const lengthOf = (header: Uint8Array, ipv6: boolean) =>
  ipv6 ? 40 + header[18]! * 256 + header[19]! : header[16]! * 256 + header[17]!;

/** The sum over an IPv4 header, which is all ones where its checksum is right. */
function sumOf(header: Uint8Array): number {
  let sum = 0;
  for (let at = 14; at < 34; at += 2) sum += header[at]! * 256 + header[at + 1]!;
  sum = (sum & 0xffff) + (sum >>> 16);
  return (sum & 0xffff) + (sum >>> 16);
}

test.each([false, true])('switches that trim cut what finds no room and drop nothing (IPv6: %s)', (ipv6) => {
  // Four hosts of one leaf send to the four of the other over half as many uplinks as they fill.
  const across = job({
    name: 'across',
    members: [[0, 4, 1, 5, 2, 6, 3, 7]],
    load: 0.9,
    cycleMs: 100,
    duty: 0.6,
    ceShare: 0,
    messageBytes: 65_536,
  });
  const fabric = {kind: 'leaf-spine', leaves: 2, spines: 2} as const;
  const agents = [{trims: true, samplingPoint: SamplingPoint.Both}];
  const options = {...small, nodes: 8, speed: 1e8, ipv6, sampling: 1, flushMs: 0, fabric, agents, jobs: [across]};
  const {flows, truth} = simulate(options, 100);
  const bytes = new Map<string, number>();
  let trimmed = 0;
  let wrong = 0;
  for (const {agent, source, input, output, header, frameBytes} of flows) {
    if (output >= DISCARDED) wrong++;
    const isIn = source === input;
    const key = `${agent} ${source} ${isIn ? 'in' : 'out'}`;
    bytes.set(key, (bytes.get(key) ?? 0) + frameBytes);
    if (header[12]! * 256 + header[13]! !== (ipv6 ? 0x86dd : 0x0800)) continue;
    if (!ipv6 && sumOf(header) !== 0xffff) wrong++;
    const whole = lengthOf(header, ipv6) + ETHERNET_AND_FCS;
    if (dscpOf(header, ipv6) !== TRIM_DSCP) {
      if (frameBytes !== Math.max(64, whole)) wrong++;
      continue;
    }
    trimmed++;
    if (frameBytes !== TRIMMED_BYTES || whole <= TRIMMED_BYTES) wrong++;
  }
  expect(wrong).toBe(0);
  expect(trimmed).toBeGreaterThan(200);
  // Each frame is sampled: what the samples say is what passed, cut or not.
  for (const side of ['in', 'out'] as const) {
    const passed = new Map<string, number>();
    for (const line of truth) {
      const key = `${line.agent} ${line.ifIndex} ${side}`;
      passed.set(key, (passed.get(key) ?? 0) + line[side].bytes);
      expect(line.dropped?.frames ?? 0).toBe(0);
    }
    for (const [key, sum] of passed) expect([key, bytes.get(key) ?? 0]).toEqual([key, sum]);
  }
  // No port sends more than its line rate.
  for (const {out} of truth) expect(8 * (out.bytes + 20 * out.frames)).toBeLessThanOrEqual(1e8 * 0.1 * 1.0001);
});

test('without it they drop the same, and cut nothing', () => {
  const incast = job({name: 'incast', members: [[0, 1, 2, 3]], pattern: 'incast', load: 0.5, cycleMs: 200});
  const run = (trims: boolean) => simulate({...small, nodes: 4, speed: 1e8, agents: [{trims}], jobs: [incast]}, 100);
  const dropped = ({truth}: ReturnType<typeof run>) =>
    truth.reduce((sum, line) => sum + (line.dropped?.frames ?? 0), 0);
  expect(dropped(run(false))).toBeGreaterThan(100);
  expect(dropped(run(true))).toBe(0);
});
