import {describe, expect, test} from 'vitest';
import {type AgentRule, agentOptionsOf, SamplingPoint} from '../../src/simulator/agent-options.ts';
import {defaultOptions, type SimulationOptions} from '../../src/simulator/options.ts';
import {groupBy, START_MS, simulate, small} from './harness.ts';
import {incast} from './traffic.ts';

const U32 = 2 ** 32;

const run = (rule: AgentRule, more: Partial<SimulationOptions> = {}, ms = 1_000) =>
  simulate({...small, nodes: 8, sampling: 500, ...more, agents: [rule]}, ms);

/** Steps of a number of 32 bits. */
const steps = (values: number[]) => values.slice(1).map((value, i) => (value - values[i] + U32) % U32);

test('rules are for all switches, for those of a kind or for one, later ones over earlier ones', () => {
  const fabric = {
    ...defaultOptions,
    agents: [{isExpanded: true}, {of: 'leaf', claims: 7}, {of: 'leaf2', claims: 9}, {of: 'spine', subAgents: 2}],
  };
  expect(agentOptionsOf('leaf2', fabric)).toMatchObject({isExpanded: true, claims: 9, subAgents: 1, rates: [10_000]});
  expect(agentOptionsOf('leaf22', fabric)).toMatchObject({claims: 7});
  expect(agentOptionsOf('spine1', fabric)).toMatchObject({claims: 0, subAgents: 2});
});

describe('sampling', () => {
  test('at both sides takes each frame twice as often, under the port that it was sampled at', () => {
    const {flows, truth} = run({samplingPoint: SamplingPoint.Both, rates: [200]});
    for (const [source, samples] of groupBy(flows, (flow) => flow.source)) {
      const lines = truth.filter((line) => line.ifIndex === source);
      for (const side of ['in', 'out'] as const) {
        const frames = lines.reduce((sum, line) => sum + line[side].frames, 0);
        const taken = samples.filter((flow) => (side === 'in' ? flow.input : flow.output) === source).length;
        expect(Math.abs(taken - frames / 200)).toBeLessThan(4.9 * Math.sqrt(frames / 200));
      }
      expect(samples.map((flow) => flow.sequence)).toEqual(samples.map((_, i) => i + 1));
      const passed = lines.reduce((sum, line) => sum + line.in.frames + line.out.frames, 0);
      const pool = (samples.at(-1)!.pool - samples[0].pool + U32) % U32;
      expect(Math.min(...steps(samples.map((flow) => flow.pool)))).toBeGreaterThan(0);
      expect(passed - pool).toBeGreaterThanOrEqual(0);
      expect(passed - pool).toBeLessThan(200 * 40);
    }
  });

  test('has a rate for each port', () => {
    const {flows, truth} = run({rates: [200, 1_000]});
    for (const [source, samples] of groupBy(flows, (flow) => flow.source)) {
      const rate = source % 2 === 1 ? 200 : 1_000;
      expect(new Set(samples.map((flow) => flow.rate))).toEqual(new Set([rate]));
      const frames = truth.filter((line) => line.ifIndex === source).reduce((sum, line) => sum + line.in.frames, 0);
      expect(Math.abs(samples.length - frames / rate)).toBeLessThan(4.9 * Math.sqrt(frames / rate));
    }
  });

  test('may claim another rate than it has; the pool tells, if it is true', () => {
    const told = (pool: 'true' | 'nominal') => {
      const {flows} = run({rates: [500], claims: 1_000, pool});
      const samples = flows.filter((flow) => flow.source === 1);
      expect(samples.every((flow) => flow.rate === 1_000)).toBe(true);
      return ((samples.at(-1)!.pool - samples[0].pool + U32) % U32) / (samples.length - 1);
    };
    expect(told('true')).toBeGreaterThan(400);
    expect(told('true')).toBeLessThan(600);
    expect(told('nominal')).toBe(1_000);
  });

  test('has pools of the whole device, or none', () => {
    const {flows, truth} = run({pool: 'device'});
    const frames = truth.reduce((sum, line) => sum + line.in.frames, 0);
    const pools = flows.map((flow) => flow.pool);
    expect(Math.min(...steps(pools))).toBeGreaterThanOrEqual(0);
    const passed = (pools.at(-1)! - pools[0] + U32) % U32;
    expect(passed).toBeLessThanOrEqual(frames);
    expect(passed).toBeGreaterThan(0.97 * frames);
    expect(run({pool: 'zero'}).flows.every((flow) => flow.pool === 0)).toBe(true);
  });

  test('names one data source for all ports where the agent knows no better', () => {
    for (const [dataSource, source] of [
      ['bridge', 0x020003e8],
      ['none', 0],
    ] as const) {
      const {flows} = run({dataSource});
      expect(flows.every((flow, i) => flow.source === source && flow.sequence === i + 1)).toBe(true);
      expect(new Set(flows.map((flow) => flow.input)).size).toBe(8);
      expect(Math.min(...steps(flows.map((flow) => flow.pool)))).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('limits', () => {
  test('a policer lets its rate through, and what it drops is told; the pool has it all', () => {
    const limit = 2_000;
    const {flows} = run({policer: limit, rates: [200]}, {jitter: 0}, 2_000);
    expect(flows.length).toBeLessThanOrEqual(2 * limit + limit / 10);
    expect(flows.length).toBeGreaterThan(limit);
    let drops = 0;
    for (const samples of groupBy(flows, (flow) => flow.source).values()) {
      expect(samples.map((flow) => flow.sequence)).toEqual(samples.map((_, i) => i + 1));
      expect(samples.every((flow, i) => i === 0 || flow.drops >= samples[i - 1].drops)).toBe(true);
      const [first, last] = [samples[0], samples.at(-1)!];
      const taken = samples.length - 1 + last.drops - first.drops;
      const perSample = ((last.pool - first.pool + U32) % U32) / taken;
      expect(Math.abs(perSample - 200)).toBeLessThan((4.9 * 200) / Math.sqrt(taken));
      drops += last.drops;
    }
    expect(drops).toBeGreaterThan(1_000);
  });

  test('an agent that backs off samples half as much and says so, and comes back', () => {
    const quiet = {cycleMs: 20_000, duty: 0.3, jitter: 0};
    const {flows} = simulate({...small, ...quiet, nodes: 4, agents: [{rates: [500], backOff: 3_000}]}, 20_000);
    const rates = flows.map((flow) => flow.rate);
    expect(rates[0]).toBe(500);
    expect(Math.max(...rates)).toBeGreaterThanOrEqual(4_000);
    expect(rates.at(-1)).toBe(500);
    for (const [rate, samples] of groupBy(flows, (flow) => flow.rate)) {
      for (const own of groupBy(samples, (flow) => flow.source).values()) {
        const runs = own.filter((flow, i) => i > 0 && flow.sequence === own[i - 1].sequence + 1);
        if (runs.length < 200) continue;
        const gaps = own
          .slice(1)
          .flatMap((flow, i) => (flow.sequence === own[i].sequence + 1 ? [(flow.pool - own[i].pool + U32) % U32] : []));
        const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
        expect(Math.abs(mean / rate - 1)).toBeLessThan(4.9 / Math.sqrt(gaps.length));
      }
    }
  });
});

describe('what is sent', () => {
  test('may be expanded, with the time of each sample and without names of ports', () => {
    const clock = {hasTimestamps: true, clockOffsetMs: -7, clockSteps: [{afterMs: 500, byMs: 2_000}]};
    const {flows, counters} = run({isExpanded: true, hasPortNames: false, ...clock}, {flushMs: 100});
    expect(flows.every((flow) => flow.isExpanded && flow.source === flow.input)).toBe(true);
    expect(counters.length).toBe(8);
    expect(counters.every((sample) => sample.name === '')).toBe(true);
    for (const flow of flows) {
      const time = Number(flow.timestampNs! / 1_000n) / 1_000 - START_MS;
      const isStepped = time > 1_000;
      const taken = time + 7 - (isStepped ? 2_000 : 0);
      expect(taken % 5).toBe(0);
      expect(isStepped).toBe(taken >= 500);
      const waited = flow.atMs - START_MS - taken;
      expect(waited).toBeGreaterThanOrEqual(0);
      expect(waited).toBeLessThanOrEqual(100);
    }
  });

  test('tells the name of the device', () => {
    const {hosts} = run({hasHostName: true}, {switches: 2, counterMs: 500});
    expect(hosts.map(({hostName, source, sequence}) => [hostName, source, sequence])).toEqual([
      ['leaf1', 0x02000001, 1],
      ['leaf2', 0x02000001, 1],
      ['leaf1', 0x02000001, 2],
      ['leaf2', 0x02000001, 2],
    ]);
  });

  test('comes from several sub-agents, each with ports and numbers of its own', () => {
    const {datagrams, flows, counters} = run({subAgents: 3, rates: [300, 600]});
    const subAgents = groupBy(datagrams, (datagram) => datagram.subAgent);
    expect([...subAgents.keys()].sort()).toEqual([0, 1, 2]);
    for (const own of subAgents.values()) {
      expect(own.map((datagram) => datagram.sequence)).toEqual(own.map((_, i) => i + 1));
    }
    const ports = [...groupBy(flows, (flow) => flow.source)].map(([source, samples]) => {
      expect(new Set(samples.map((flow) => flow.subAgent)).size).toBe(1);
      expect(samples.every((flow) => flow.rate === (source % 2 === 1 ? 300 : 600))).toBe(true);
      return [source, samples[0].subAgent];
    });
    expect(ports.sort((a, b) => a[0] - b[0]).map(([, subAgent]) => subAgent)).toEqual([0, 0, 1, 1, 1, 2, 2, 2]);
    expect(new Set(counters.map((sample) => sample.source)).size).toBe(8);
  });

  test('may come all at once', () => {
    const {datagrams, flows, truth} = run({burstMs: 1_000}, {}, 3_000);
    const times = [...new Set(datagrams.map((datagram) => datagram.atMs))];
    expect(times.length).toBeLessThanOrEqual(4);
    expect(steps(times.slice(0, 3))).toEqual([1_000, 1_000]);
    const frames = truth.reduce((sum, line) => sum + line.in.frames, 0);
    expect(Math.abs(flows.length - frames / 500)).toBeLessThan(4.9 * Math.sqrt(frames / 500));
  });

  test('begins anew after a restart, and the interface counters go on', () => {
    const restarts = [{afterMs: 600, silentMs: 300}];
    const {datagrams, flows, counters} = run({restarts}, {counterMs: 500, flushMs: 0}, 2_000);
    const second = datagrams.findIndex((datagram, i) => i > 0 && datagram.sequence === 1);
    expect(datagrams[second - 1].atMs).toBeLessThan(START_MS + 600);
    expect(datagrams[second].atMs).toBe(START_MS + 900);
    expect(datagrams[second].uptimeMs).toBe(0);
    expect(datagrams[second - 1].uptimeMs).toBeGreaterThan(600);
    for (const samples of groupBy(flows, (flow) => flow.source).values()) {
      const anew = samples.filter((flow) => flow.atMs >= START_MS + 900);
      expect(anew[0].sequence).toBe(1);
      expect(anew[0].pool).toBeLessThan(1e6);
      expect(anew.map((flow) => flow.sequence)).toEqual(anew.map((_, i) => i + 1));
    }
    for (const samples of groupBy(counters, (sample) => sample.source).values()) {
      expect(samples.map((sample) => sample.sequence)).toEqual([1, 2, 1, 2]);
      expect(samples.every((sample, i) => i === 0 || sample.inOctets > samples[i - 1].inOctets)).toBe(true);
    }
  });

  test('wraps', () => {
    const {datagrams, flows, counters, truth} = run({isNearWrap: true}, {counterMs: 1_000, flushMs: 0}, 5_000);
    const check = (values: number[]) => {
      expect(values[0]).toBeGreaterThan(U32 / 2);
      expect(values.at(-1)).toBeLessThan(U32 / 2);
    };
    check(datagrams.map((datagram) => datagram.sequence));
    check(datagrams.map((datagram) => datagram.uptimeMs));
    expect(new Set(steps(datagrams.map((datagram) => datagram.sequence)))).toEqual(new Set([1]));
    for (const [source, samples] of groupBy(flows, (flow) => flow.source)) {
      check(samples.map((flow) => flow.sequence));
      check(samples.map((flow) => flow.pool));
      expect(new Set(steps(samples.map((flow) => flow.sequence)))).toEqual(new Set([1]));
      const own = counters.filter((sample) => sample.source === source);
      check(own.map((sample) => sample.inFrames));
      expect(own[0].inOctets > 2n ** 63n && own.at(-1)!.inOctets < 2n ** 63n).toBe(true);
      const until = truth.filter((line) => line.ifIndex === source && line.bin * 100 < own.at(-1)!.atMs);
      const octets = until.reduce((sum, line) => sum + line.in.bytes - 4 * line.in.frames, 0);
      expect(Number(BigInt.asUintN(64, own.at(-1)!.inOctets - own[0].inOctets))).toBe(octets);
    }
  });

  test('notifies of drops within its limit, and counts those that it does not tell', () => {
    const rule = {dropNotifications: 100};
    const options = {...small, nodes: 5, sampling: 1_000, flushMs: 0, agents: [rule]};
    const {discards, truth} = simulate(options, 1_000, incast(small.speed));
    expect(discards.length).toBeGreaterThan(90);
    expect(discards.length).toBeLessThanOrEqual(111);
    expect(discards.every(({reason, output, source}) => reason === 259 && output === 1 && source === 1)).toBe(true);
    expect(new Set(discards.map(({input}) => input))).toEqual(new Set([2, 3, 4, 5]));
    expect(discards.map(({sequence}) => sequence)).toEqual(discards.map((_, i) => i + 1));
    const dropped = truth.reduce((sum, line) => sum + (line.dropped?.frames ?? 0), 0);
    const last = discards.at(-1)!;
    expect(last.drops + last.sequence).toBeLessThanOrEqual(dropped);
    expect(last.drops + last.sequence).toBeGreaterThan(0.98 * dropped);
  });
});
