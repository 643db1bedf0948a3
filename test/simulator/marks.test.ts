import {expect, test} from 'vitest';
import {OPCODE_CNP} from '../../src/packet/opcodes.ts';
import {SamplingPoint} from '../../src/simulator/agent-options.ts';
import {job} from '../../src/simulator/job-spec.ts';
import type {SimulationOptions} from '../../src/simulator/options.ts';
import {simulate, small} from './harness.ts';

const CE = 3;
const LEAVES = ['10.0.0.1', '10.0.0.2'];
const SPINE = '10.1.0.1';

/** Two hosts of a leaf send to two of another, each so much of the one wire between the leaves and the spine. */
function run(load: number, more: Partial<SimulationOptions> = {}) {
  const send = (name: string, from: number, to: number) =>
    job({name, members: [[from, to]], pattern: 'pipeline', load, duty: 0.98, cycleMs: 1_000, ceShare: 1e-9, jitter: 0});
  const options: SimulationOptions = {
    ...{...small, nodes: 4, speed: 1e9, sampling: 1, flushMs: 0},
    fabric: {kind: 'leaf-spine', leaves: 2, spines: 1},
    jobs: [send('a', 0, 2), send('b', 1, 3)],
    ...more,
  };
  const {flows} = simulate(options, 200);
  const isIpv6 = options.ipv6;
  const ecnOf = (header: Uint8Array) => (isIpv6 ? header[15]! >>> 4 : header[15]!) & 3;
  const opcodeOf = (header: Uint8Array) => header[isIpv6 ? 62 : 42]!;
  /** Marked share of the data frames that an agent has sampled. */
  const share = (agent: string) => {
    const data = flows.filter((flow) => flow.agent === agent && flow.frameBytes > 1_000);
    expect(data.length).toBeGreaterThan(500);
    return data.filter(({header}) => ecnOf(header) === CE).length / data.length;
  };
  const cnps = flows.filter((flow) => flow.agent === LEAVES[1] && opcodeOf(flow.header) === OPCODE_CNP).length;
  return {shares: [LEAVES[0]!, SPINE, LEAVES[1]!].map(share), cnps, flows};
}

test('a port with room marks nothing', () => {
  const {shares, cnps} = run(0.42);
  expect(shares).toEqual([0, 0, 0]);
  expect(cnps).toBe(0);
});

test('what a full port marks is seen on the hops behind it, and answered by notifications', () => {
  const {shares, cnps, flows} = run(0.6);
  expect(shares[0]).toBe(0);
  // The first slots are those in which not all are ready yet.
  expect(shares[1]).toBeGreaterThan(0.95);
  expect(shares[2]).toBeCloseTo(shares[1]!, 1);
  // At most one in 50 µs for each of two pairs of queue pairs.
  expect(cnps).toBeGreaterThan(100);
  expect(cnps).toBeLessThanOrEqual(200 * 20 * 4);
  for (const {header} of flows) {
    let sum = 0;
    for (let at = 14; at < 34; at += 2) sum += (header[at]! << 8) | header[at + 1]!;
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    expect(sum).toBe(0xffff);
  }
});

test('a port that is just full marks a part, and a sample of what leaves shows it', () => {
  const {shares} = run(0.48);
  expect(shares[0]).toBe(0);
  expect(shares[1]).toBeGreaterThan(0.01);
  expect(shares[1]).toBeLessThan(0.6);
  const {shares: leaving} = run(0.48, {samplingPoint: SamplingPoint.Egress});
  expect(leaving[0]).toBeGreaterThan(0.01);
});

test('IPv6 is marked too', () => {
  const {shares} = run(0.6, {ipv6: true});
  expect(shares[0]).toBe(0);
  expect(shares[1]).toBeGreaterThan(0.95);
});
