import {describe, expect, it} from 'vitest';
import {UET_KINDS} from '../../src/account/operation-table.ts';
import type {PeriodReport} from '../../src/analysis/period/period-engine.ts';
import {AI_METRICS, AI_TOPS} from '../../src/api/sflow-rt/ai-metrics.ts';
import {AiTrend} from '../../src/api/sflow-rt/ai-trend.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {AGENT, type Content, type DropRow, type OperationRow, T} from '../support/partial-builder.ts';
import {promtoolCheck} from '../support/prometheus.ts';
import {needs} from '../support/tools.ts';
import {type Answer, type Harness, type HarnessOptions, makeHarness} from './harness.ts';

const APP = '/app/ai-metrics/scripts/metrics.js';
const SPINE = '10.0.0.2';
const STRANGER = '10.0.0.9';
/** Of one frame of 1,000 bytes at 1-in-1,000 in each bin. */
const BPS = 80e6;
const PPS = 10_000;

/** leaf1 has edge ports 1 to 4, and port 9 wired to spine1's port 1. */
const TOPOLOGY = {
  nodes: {
    leaf1: {agent: AGENT, ports: {p9: {ifindex: '9'}}},
    spine1: {agent: SPINE, ports: {p1: {ifindex: '1'}}},
  },
  links: {wire: {node1: 'leaf1', port1: 'p9', node2: 'spine1', port2: 'p1'}},
};

const CNP_OPCODE = 0x81;

const frames = (count: number) => Array<number>(count).fill(1_000);

const operation = (kind: number, count: number, more: Partial<OperationRow> = {}): OperationRow => ({
  ...{kind, lengths: frames(count)},
  ...more,
});

/** What a second has of each, at 1-in-1,000. */
const OPERATIONS = [
  operation(0x06, 7, {reths: [1_000, 3_000, 5_000]}),
  operation(0x0a, 6, {port: 2, reths: [31_000]}),
  operation(0x11, 5, {port: 3, credits: [3, 24, 3]}),
  operation(CNP_OPCODE, 4),
  operation(0x64, 3),
  // The sixth.
  operation(0x2a, 2, {reths: []}),
  // Of another protocol, and at a port that is no edge port.
  operation(UET_KINDS, 60),
  operation(0x06, 50, {port: 9, reths: [9e6], credits: [9e3]}),
];

const drop = (reason: number, rows: number, more: Partial<DropRow> = {}): DropRow => ({reason, frames: rows, ...more});

/** What switches tell of in a second; a stranger's is not asked for. */
const DROPS = [
  drop(259, 6),
  drop(259, 2, {agent: SPINE}),
  drop(258, 3),
  drop(257, 4),
  drop(260, 2),
  drop(900, 5),
].concat(drop(286, 1), drop(262, 1e6, {agent: STRANGER}));

/** One bin in which each figure is another number. */
function content(bin: number): Content {
  const isSecond = (bin + 1) % 10 === 0;
  return {
    ...(isSecond ? {operations: OPERATIONS, drops: DROPS} : {}),
    rows: [
      {bin, port: 1, roce: frames(1), other: frames(1), cnp: 1},
      {bin, port: 2, roce: frames(4), trimmed: 1},
      {bin, port: 3, other: frames(6)},
      {bin, port: 4, roce: frames(8), ce: 1},
      {bin, port: 9, roce: frames(3), ce: 2, cnp: 1, trimmed: 2},
      {bin, agent: SPINE, port: 1, roce: frames(5), ce: 4, cnp: 2, trimmed: 3},
      // Of a switch that the topology does not name.
      {bin, agent: STRANGER, port: 1, roce: frames(50), ce: 50, cnp: 50, trimmed: 50},
    ],
  };
}

const counters: Content['counters'] = [
  {port: 1, elapsedMs: 20_000, inErrors: 20, outErrors: 40, inDiscards: 60, outDiscards: 80},
  {agent: SPINE, port: 1, elapsedMs: 10_000, inErrors: 30, outErrors: 0, inDiscards: 10, outDiscards: 90},
  {agent: STRANGER, port: 1, elapsedMs: 10_000, inErrors: 1e6, outErrors: 1e6, inDiscards: 1e6, outDiscards: 1e6},
].map((row) => ({...row, time: (T + 35) * 100}));

const jitter = 0.02;
const report: PeriodReport = {
  ...{time: 0, historyMs: 64_000, shortestMs: 60, longestMs: 75_000, timeResolutionMs: 10},
  periods: [
    {periodMs: 512.5, jitter, confidence: 1, score: 400, duty: 0.5, sharpness: 1, swing: 1, ambiguous: false},
    {periodMs: 7_000, jitter, confidence: 1, score: 100, duty: 0.5, sharpness: 1, swing: 1, ambiguous: false},
  ] as PeriodReport['periods'],
};

interface App extends Harness {
  ask(path: string): Promise<Answer>;
  /** Passes bins of known content, the trend following. */
  pass(from: number, to: number): void;
}

async function makeApp(options: HarnessOptions = {}): Promise<App> {
  const periods = {report};
  const harness = await makeHarness({periods, ...options});
  const aiTrend = new AiTrend({fabric: harness.fabric, periods: harness.context.periods!});
  harness.context.aiTrend = aiTrend;
  return {
    ...harness,
    ask: (path) => harness.get(`${APP}/${path}`),
    pass: (from, to) => {
      for (let bin = from; bin < to; bin++) {
        harness.give(bin + 1, {...content(bin), ...(bin === T + 35 ? {counters: counters!} : {})});
        aiTrend.advance();
      }
    },
  };
}

async function known(): Promise<App> {
  const app = await makeApp();
  app.fabric.wiring.set(parseTopology(TOPOLOGY));
  app.pass(T, T + 60);
  return app;
}

/** By the definitions: EDGE counts a packet once, TOPOLOGY on each hop, and the switch that is not named nowhere. */
const EXPECTED = {
  bps: (2 + 4 + 6 + 8) * BPS,
  ...{edge_min_bps: 2 * BPS, edge_q1_bps: 3.5 * BPS, edge_med_bps: 5 * BPS, edge_q3_bps: 6.5 * BPS},
  ...{edge_max_bps: 8 * BPS},
  ...{core_min_bps: 3 * BPS, core_q1_bps: 3.5 * BPS, core_med_bps: 4 * BPS, core_q3_bps: 4.5 * BPS},
  ...{core_max_bps: 5 * BPS},
  ecn_pps: (1 + 2 + 4) * PPS,
  cnp_pps: (1 + 1 + 2) * PPS,
  trim_pps: (1 + 2 + 3) * PPS,
  ...{errors_in: 1 + 3, errors_out: 2, discards_in: 3 + 1, discards_out: 4 + 9},
  ...{rdma_ops: 4_000, rdma_bytes: 10_000, aeth_credits_avg: 10, aeth_credits_min: 3, aeth_credits_max: 24},
  period: 0.5125,
  'top-5-operations': {
    'RC:RDMA_WRITE_FIRST': 7_000,
    'RC:RDMA_WRITE_ONLY': 6_000,
    'RC:ACKNOWLEDGE': 5_000,
    'CNP:CNP': 4_000,
    'UD:SEND_ONLY': 3_000,
  },
  'top-5-drop-reasons': {no_buffer_space: 8, reason_900: 5, ttl_exceeded: 4, acl: 3, red: 2},
};

describe('metric/json', () => {
  it('has every figure as it is defined', async () => {
    const {json} = await (await known()).ask('metric/json');
    expect(json).toEqual(EXPECTED);
  });

  it('is null where nothing is known, and has no period then', async () => {
    const {ask} = await makeApp({periods: {report: undefined}});
    const none = (name: string) => (name === 'period' ? 0 : name.startsWith('top') ? {} : null);
    const nothing = Object.fromEntries(Object.keys(EXPECTED).map((name) => [name, none(name)]));
    expect((await ask('metric/json')).json).toEqual(nothing);
  });

  it('takes all switches where roles are inferred, also what nobody knows the role of', async () => {
    const app = await makeApp();
    app.pass(T, T + 60);
    expect(app.fabric.roles.from).not.toBe('topology');
    const {json} = await app.ask('metric/json');
    expect([json.ecn_pps, json.cnp_pps, json.errors_in]).toEqual([57 * PPS, 54 * PPS, 1 + 3 + 1e5]);
    expect(json.bps).toBeNull();
  });

  it('leaves out counters that are not read any more', async () => {
    const app = await known();
    app.pass(T + 60, T + 400);
    const {errors_in, discards_out} = (await app.ask('metric/json')).json;
    expect([errors_in, discards_out]).toEqual([1, 4]);
    app.pass(T + 400, T + 700);
    expect((await app.ask('metric/json')).json.errors_in).toBeNull();
  });
});

describe('metric/{name}/json', () => {
  it('is one of them', async () => {
    const {ask} = await known();
    for (const [name, value] of Object.entries(EXPECTED)) {
      const {status, headers, json} = await ask(`metric/${name}/json`);
      expect([name, status, json]).toEqual([name, 200, value]);
      expect(headers['content-type']).toMatch(/^application\/json/);
    }
  });

  it('is null where nothing is known', async () => {
    const {ask} = await makeApp();
    const {status, text} = await ask('metric/bps/json');
    expect([status, text]).toEqual([200, 'null']);
  });

  it.each(['nothing', 'constructor', '__proto__', 'toString', 'bps2'])('%s is not there', async (name) => {
    const {ask} = await known();
    const {status, headers, json} = await ask(`metric/${name}/json`);
    expect([status, json.detail]).toEqual([404, `there is no metric '${name}'`]);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

describe('trend/json', () => {
  it('has a point for each second whose bins are final, and no more than five minutes', async () => {
    const app = await known();
    const {trend} = (await app.ask('trend/json')).json;
    const last = Math.floor(app.fabric.finalBin / 10) * 1_000;
    expect(trend.maxPoints).toBe(300);
    expect(trend.times.at(-1)).toBe(last);
    expect(trend.times.map((time: number) => (time - last) / 1_000)).toEqual(
      trend.times.map((_: number, i: number) => i + 1 - trend.times.length),
    );
    expect(Object.keys(trend.trends).sort()).toEqual(Object.keys(EXPECTED).sort());
    for (const [name, values] of Object.entries<number[]>(trend.trends)) {
      expect(values).toHaveLength(trend.times.length);
      if (!/^(errors|discards)/.test(name)) expect([name, values.at(-1)]).toEqual([name, EXPECTED[name as never]]);
    }
    expect([trend.trends.discards_in[0], trend.trends.discards_in.at(-1)]).toEqual([null, 4]);
    app.pass(T + 60, T + 3_200);
    const {times} = (await app.ask('trend/json')).json.trend;
    expect(times).toHaveLength(300);
    expect(times.at(-1) - times[0]).toBe(299_000);
  });

  it('has only what came after a time that it is asked for', async () => {
    const app = await known();
    const {times} = (await app.ask('trend/json')).json.trend;
    const since = async (time: number | string) => (await app.ask(`trend/json?after=${time}`)).json.trend;
    expect((await since(times[1])).times).toEqual(times.slice(2));
    expect((await since(times[1])).trends.bps).toHaveLength(times.length - 2);
    expect((await since(times.at(-1))).times).toEqual([]);
    expect((await since(times.at(-1))).trends.bps).toEqual([]);
    expect((await since(0)).times).toEqual(times);
    expect((await app.ask('trend/json?after=soon')).status).toBe(400);
  });

  it('goes by the time of the fabric: what passed at once has its seconds too', async () => {
    const app = await known();
    const before = (await app.ask('trend/json')).json.trend.times;
    app.give(T + 190, {heard: [{agent: AGENT, at: (T + 189) * 100}]});
    for (let step = 0; step < 10; step++) app.context.aiTrend!.advance();
    const {times, trends} = (await app.ask('trend/json')).json.trend;
    const added = times.slice(before.length);
    expect(added).toHaveLength(13);
    expect(added.at(-1)).toBe(Math.floor(app.fabric.finalBin / 10) * 1_000);
    expect(trends.bps.at(-1)).toBe(0);
    app.give(T + 90_000, {heard: [{agent: AGENT, at: (T + 89_999) * 100}]});
    app.context.aiTrend!.advance();
    expect((await app.ask('trend/json')).json.trend.times).toHaveLength(300);
  });

  it('takes a second in steps, of which none is long, and catches up at once', async () => {
    const app = await known();
    const last = async () => (await app.ask('trend/json')).json.trend.times.at(-1);
    const second = Math.floor(app.fabric.finalBin / 10);
    expect(await last()).toBe(second * 1_000);
    app.pass(T + 60, T + 63);
    expect([Math.floor(app.fabric.finalBin / 10), await last()]).toEqual([second + 1, second * 1_000]);
    app.pass(T + 63, T + 70);
    expect(await last()).toBe((second + 1) * 1_000);
  });

  it('is empty before anything was received', async () => {
    const app = await makeApp();
    app.context.aiTrend!.advance();
    const {trend} = (await app.ask('trend/json')).json;
    expect([trend.times, trend.trends.bps]).toEqual([[], []]);
    const {get} = await makeHarness();
    expect((await get(`${APP}/trend/json`)).json.trend.times).toEqual([]);
  });
});

describe('period/json', () => {
  it('has the period in seconds and the level of the RoCEv2 traffic', async () => {
    const app = await known();
    const {json} = await app.ask('period/json');
    const load = (1 + 4 + 8) * PPS;
    expect(json).toEqual({
      ...{value: load, period: 0.5125, threshold: load},
      baselineLoad: {mean: load, sdev: 0, min: load, max: load},
      baselinePeriod: {mean: 0.5125, sdev: expect.closeTo(jitter * 0.5125, 9)},
    });
  });

  it('is 0 where there is none', async () => {
    const {ask} = await makeApp({periods: {report: undefined}});
    const none = {mean: null, sdev: null};
    expect((await ask('period/json')).json).toEqual({
      ...{value: null, period: 0, threshold: null},
      ...{baselineLoad: {...none, min: null, max: null}, baselinePeriod: none},
    });
  });
});

describe('prometheus/txt', () => {
  it('has each figure as sflow_ai_…', async () => {
    const {headers, text} = await (await known()).ask('prometheus/txt');
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const {'top-5-operations': operations, 'top-5-drop-reasons': drops, ...plain} = EXPECTED;
    expect(samples.sort()).toEqual(
      [
        ...Object.entries(plain).map(([name, value]) => `sflow_ai_${name} ${value}`),
        ...Object.entries(operations).map(([name, value]) => `sflow_ai_operations{name="${name}"} ${value}`),
        ...Object.entries(drops).map(([reason, value]) => `sflow_ai_drops{reason="${reason}"} ${value}`),
      ].sort(),
    );
  });

  it('leaves out what is not known', async () => {
    const {ask} = await makeApp();
    const {text} = await ask('prometheus/txt');
    expect(text.split('\n').filter((line) => line.startsWith('sflow_'))).toEqual(['sflow_ai_period 0.5125']);
  });

  it('and every figure has a sentence, a scope and a unit', () => {
    for (const {meaning, unit} of [...AI_METRICS, ...AI_TOPS]) {
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(unit).toMatch(/^(bit\/s|packets\/s|operations\/s|bytes\/operation|credits\/ACK|s)$/);
    }
  });
});

needs('prometheus')('promtool', () => {
  it('has no complaint', async () => {
    expect(promtoolCheck((await (await known()).ask('prometheus/txt')).text)).toBe('');
  });
});
