import {describe, expect, test} from 'vitest';
import {SamplingPoint} from '../../src/simulator/agent-options.ts';
import {ControlTraffic} from '../../src/simulator/control.ts';
import type {SimulationOptions} from '../../src/simulator/options.ts';
import {groupBy, simulate, small} from './harness.ts';

const CPU = 0x3fffffff;
const control = {multicast: 2_000, toCpu: 1_000, refused: 500, routing: 400};

/** Each frame of a fabric of two leaves and two spines that carries nothing else. */
const run = (samplingPoint: SamplingPoint) => {
  const options: SimulationOptions = {
    ...small,
    nodes: 8,
    samplingPoint,
    sampling: 1,
    flushMs: 0,
    fabric: {kind: 'leaf-spine', leaves: 2, spines: 2},
  };
  return simulate(options, 100, (plan, topology, pairs) => [new ControlTraffic(control, topology, plan, pairs.shapes)]);
};

const port = (header: Uint8Array) => new DataView(header.buffer).getUint16(36);

describe('beside the traffic of the hosts', () => {
  const {flows, truth} = run(SamplingPoint.Ingress);

  test('multicast leaves by several ports, and is one sample with their number', () => {
    const multicast = flows.filter((flow) => port(flow.header) === 5_007);
    expect(multicast.length).toBe(8 * 200);
    // Three other hosts on each leaf.
    expect(multicast.every((flow) => flow.output === 0x80000003)).toBe(true);
    for (const {header} of multicast) {
      const view = new DataView(header.buffer);
      expect(view.getUint16(0)).toBe(0x0100);
      expect(view.getUint32(2)).toBe((0x5e000000 | (view.getUint32(30) & 0x7fffff)) >>> 0);
      expect(header[30]).toBe(239);
      expect(header[22]).toBe(64);
    }
    const edge = truth.filter((line) => line.role === 'edge');
    const frames = (side: 'in' | 'out') => edge.reduce((sum, line) => sum + line[side].frames, 0);
    // In once and out three times; what goes to the CPU or is refused comes in only.
    expect(frames('out') - frames('in')).toBe(8 * (2 * 200 - 100 - 50));
  });

  test('some goes to the CPU of a switch, and some is refused', () => {
    const toCpu = flows.filter((flow) => port(flow.header) === 123);
    expect(toCpu.length).toBe(8 * 100);
    expect(toCpu.every((flow) => flow.output === CPU)).toBe(true);
    const refused = flows.filter((flow) => port(flow.header) === 9);
    expect(refused.length).toBe(8 * 50);
    expect(refused.every((flow) => flow.output === 0x40000000 + 258)).toBe(true);
  });

  test('switches speak to their neighbours', () => {
    const bfd = flows.filter((flow) => port(flow.header) === 3_784);
    // Four wires, both ways.
    expect(bfd.length).toBe(8 * 40);
    expect(bfd.every((flow) => flow.output === CPU && flow.header[22] === 255)).toBe(true);
    expect(new Set(bfd.map((flow) => `${flow.agent} ${flow.input}`)).size).toBe(8);
    const bgp = flows.filter((flow) => port(flow.header) === 179);
    expect(bgp.length).toBeGreaterThan(0);
    expect(bgp.every((flow) => flow.header[22] === 1 && flow.header[23] === 6)).toBe(true);
    for (const {header} of [...bfd, ...bgp]) expect(header.slice(26, 28)).toEqual(Uint8Array.of(10, 255));
  });
});

test('sampled on egress, each copy is a sample, and the CPU an input', () => {
  const {flows} = run(SamplingPoint.Egress);
  const multicast = flows.filter((flow) => port(flow.header) === 5_007);
  expect(multicast.length).toBe(8 * 200 * 3);
  for (const own of groupBy(multicast, (flow) => `${flow.agent} ${flow.input}`).values()) {
    expect(new Set(own.map((flow) => flow.output)).size).toBe(3);
    expect(own.every((flow) => flow.output !== flow.input)).toBe(true);
  }
  const bfd = flows.filter((flow) => port(flow.header) === 3_784);
  expect(bfd.length).toBe(8 * 40);
  expect(bfd.every((flow) => flow.input === CPU && flow.output < CPU)).toBe(true);
});
