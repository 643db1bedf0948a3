/** Readings of what packets do, what counters tell, and what is known of jobs, against what was sent. */
import {describe, expect, it} from 'vitest';
import type {Job} from '../../../src/analysis/jobs/job-engine.ts';
import type {StragglerReport} from '../../../src/analysis/stragglers/straggler-engine.ts';
import type {Engines} from '../../../src/analysis/thresholds/threshold-found.ts';
import type {Comparison} from '../../../src/analysis/thresholds/threshold-metric.ts';
import {METRIC_IDS, metricOf} from '../../../src/analysis/thresholds/threshold-metrics.ts';
import {type Subject, ThresholdReader} from '../../../src/analysis/thresholds/threshold-readings.ts';
import {parseThresholds} from '../../../src/analysis/thresholds/threshold-rules.ts';
import {Thresholds} from '../../../src/analysis/thresholds/thresholds.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {GAUGE_METRICS} from '../../../src/fabric/gauges.ts';
import {parseTopology} from '../../../src/fabric/wiring/topology-parse.ts';
import {type Content, OUT, PartialBuilder, T} from '../../support/partial-builder.ts';

const LEAF = '10.0.0.1';
const OTHER = '10.0.0.2';
const RATE = 1_000;
/** RC acknowledge, and RC WRITE first (vol. 1, table 38). */
const ACK = 17;
const WRITE = 6;

function seen(seconds: number, content: (bin: number) => Content, engines: Engines = {}) {
  const fabric = new Fabric({depth: 600, flows: 10});
  // Two switches without a wire between them: all of their ports are edge ports.
  fabric.wiring.set(parseTopology({nodes: {leaf: {agent: LEAF}, other: {agent: OTHER}}, links: {}}));
  const builder = new PartialBuilder();
  for (let bin = T; bin < T + 10 * seconds; bin++) {
    fabric.apply(builder.next(bin + 1, {...content(bin)}));
  }
  const reader = new ThresholdReader(fabric, engines);
  const whole: Subject = {kind: 'fabric'};
  const agent = (address: string): Subject => ({kind: 'agent', agent: fabric.agents.get(address)!});
  const link = (id: string): Subject => ({kind: 'link', port: fabric.ports.get(id)!});
  const read = (id: string, of: Subject, comparison: Comparison = '>') =>
    metricOf(id).read(reader, of, 'in', comparison);
  return {fabric, whole, agent, link, read};
}

describe('operations', () => {
  it('are told by NAK code, as receivers that are not ready, RDMA operations, lengths and credits', () => {
    const {whole, agent, read} = seen(8, (bin) => ({
      rows: [LEAF, OTHER].map((address) => ({bin, agent: address, port: 1, roce: [1_000]})),
      ...((bin + 1) % 10 === 0
        ? {
            operations: [
              {agent: LEAF, port: 1, kind: ACK, lengths: [74, 74, 74], credits: [8, 16], nakSequence: 3, rnr: 1},
              {agent: LEAF, port: 1, kind: WRITE, lengths: [1_000, 1_000], reths: new Array(12).fill(65_536)},
              {agent: OTHER, port: 1, kind: ACK, lengths: [74], nakSequence: 1, nakInvalid: 2},
            ],
          }
        : {}),
    }));
    // Each second has the same; a sample stands for 1,000 frames.
    const value = (id: string, of: Subject) => read(id, of)?.value;
    expect(value('nak-psn-sequence-error-per-second', whole)).toBeCloseTo(4 * RATE, 6);
    expect(value('nak-psn-sequence-error-per-second', agent(LEAF))).toBeCloseTo(3 * RATE, 6);
    expect(value('nak-invalid-request-per-second', agent(OTHER))).toBeCloseTo(2 * RATE, 6);
    expect(value('nak-invalid-request-per-second', agent(LEAF))).toBe(0);
    expect(value('naks-per-second', whole)).toBeCloseTo(6 * RATE, 6);
    expect(value('rnr-per-second', agent(LEAF))).toBeCloseTo(RATE, 6);
    expect(value('rnr-per-second', agent(OTHER))).toBe(0);
    expect(value('rdma-operations-per-second', whole)).toBeCloseTo(12 * RATE, 6);
    expect(value('rdma-bytes-per-operation', whole)).toBeCloseTo(65_536, 6);
    expect(value('aeth-credits', agent(LEAF))).toBeCloseTo(12, 6);
    expect(read('aeth-credits', agent(OTHER))).toBeUndefined();
    const {low, high} = read('naks-per-second', whole)!;
    expect([low < 6 * RATE, high > 6 * RATE]).toEqual([true, true]);
  });

  it('are not known before a second of them is', () => {
    const {whole, read} = seen(1, (bin) => ({rows: [{bin, port: 1, roce: [1_000]}]}));
    expect(read('naks-per-second', whole)).toBeUndefined();
  });

  it('tell of trimmed packets that leave at edge links', () => {
    const {whole, read} = seen(4, (bin) => ({rows: [{bin, port: 1, side: OUT, roce: [200, 200], trimmed: 1}]}));
    expect(read('trimmed-per-second', whole)?.value).toBeCloseTo(10 * RATE, 6);
  });
});

describe('counter records', () => {
  it('can all be set thresholds on, those of ports by link', () => {
    for (const {id} of GAUGE_METRICS) expect(METRIC_IDS).toContain(id);
    expect(metricOf('pfc-pause').scopes).toEqual(['link', 'agent']);
    expect(metricOf('gpu-temperature').scopes).toEqual(['agent']);
    expect(new Set(METRIC_IDS).size).toBe(METRIC_IDS.length);
  });

  it('are told of the link, the worst lane of it, and the worst port or device of the agent', () => {
    const {agent, link, read} = seen(1, (bin) => ({
      rows: [{bin, port: 1, roce: [1_000]}],
      gauges: [
        {source: 1, metric: 'pfc-pause', value: 200_000, elapsedMs: 1_000},
        {source: 2, metric: 'pfc-pause', value: 700_000, elapsedMs: 1_000},
        {source: 1, metric: 'optics-rx-power', lane: 1, value: 900},
        {source: 1, metric: 'optics-rx-power', lane: 2, value: 300},
        {sourceClass: 2, source: 1, metric: 'gpu-temperature', value: 81},
        {sourceClass: 3, source: 4, metric: 'gpu-temperature', value: 64},
      ],
    }));
    expect(read('pfc-pause', link(`${LEAF}~1`))?.value).toBeCloseTo(0.2, 9);
    expect(read('pfc-pause', agent(LEAF))?.value).toBeCloseTo(0.7, 9);
    expect(read('pfc-pause', agent(LEAF), '<')?.value).toBeCloseTo(0.2, 9);
    expect(read('optics-rx-power', link(`${LEAF}~1`), '<')?.value).toBeCloseTo(300e-6, 12);
    expect(read('optics-rx-power', link(`${LEAF}~1`))?.value).toBeCloseTo(900e-6, 12);
    expect(read('gpu-temperature', agent(LEAF))?.value).toBe(81);
    expect(read('optics-supply', link(`${LEAF}~1`))).toBeUndefined();
  });
});

describe('queues', () => {
  it('are told by percentiles', () => {
    const {link, read} = seen(3, (bin) => ({
      rows: [{bin, port: 7, roce: [1_000]}],
      queues: [
        {port: 7, queue: 3, depth: 1_000, samples: 90},
        {port: 7, queue: 3, depth: 80_000, samples: 10},
      ],
    }));
    const of = link(`${LEAF}~7`);
    expect(Math.abs(read('queue-depth-p50-bytes', of)!.value / 1_000 - 1)).toBeLessThan(0.07);
    expect(Math.abs(read('queue-depth-bytes', of)!.value / 80_000 - 1)).toBeLessThan(0.07);
    expect(read('queue-depth-max-bytes', of)!.value).toBe(80_000);
  });
});

const job = (id: string, more: Partial<Job> = {}): Job => ({
  ...{
    id,
    name: undefined,
    since: 0,
    until: undefined,
    isProbable: false,
    why: '',
    groups: [],
    groupTraffic: [],
    mixedPeriods: [],
    overlaps: [],
  },
  hosts: new Array(8),
  traffic: {
    ...{samples: 100, frames: 100_000, bytes: 4e8, squares: 1.6e15, largest: 4e6, cnp: 2_000},
    ...{farSamples: 50, farFrames: 50_000, ce: 2_500},
  },
  period: {periodMs: 500} as never,
  pattern: undefined,
  ...more,
});

const late = (certainty: StragglerReport['certainty'], effectMs: number): StragglerReport =>
  ({job: 'j1', certainty, effectMs, shareOfPeriod: effectMs / 500}) as StragglerReport;

const engines: Engines = {
  jobs: {report: {windowSeconds: 10, jobs: [job('j1'), job('j2', {name: 'llama'}), job('j3', {until: T})]} as never},
  stragglers: {
    stragglers: (id) => (id === 'j1' ? [late('named', 20), late('named', 35), late('suspected', 90)] : []),
    steps: (id) =>
      id === 'j1'
        ? {
            periodMs: 500,
            statistics: {count: 40, mean: 505, p50: 500, p99: 700},
            slowSteps: 1,
            steps: [{time: T, ms: 640}],
            slow: [],
          }
        : undefined,
  },
};

describe('jobs', () => {
  it('have figures of their own: traffic, marks, period, steps and stragglers', () => {
    const {read} = seen(1, () => ({}), engines);
    const of: Subject = {kind: 'job', id: 'j1', name: undefined};
    const value = (id: string) => read(id, of)?.value;
    expect(value('job-bits-per-second')).toBeCloseTo(3.2e8, 3);
    expect(value('job-hosts')).toBe(8);
    expect(value('job-ce-share')).toBeCloseTo(0.05, 9);
    expect(value('job-cnp-per-second')).toBeCloseTo(200, 9);
    expect(value('job-period-seconds')).toBe(0.5);
    expect(value('job-step-mean-seconds')).toBeCloseTo(0.505, 9);
    expect(value('job-step-p99-seconds')).toBeCloseTo(0.7, 9);
    expect(value('job-step-last-seconds')).toBeCloseTo(0.64, 9);
    expect(value('job-stragglers')).toBe(2);
    expect(value('straggler-lateness-seconds')).toBeCloseTo(0.035, 9);
    expect(value('straggler-lateness-share')).toBeCloseTo(0.07, 9);
    const {low, high} = read('job-bits-per-second', of)!;
    expect([low < 3.2e8, high > 3.2e8]).toEqual([true, true]);
    const other: Subject = {kind: 'job', id: 'j2', name: 'llama'};
    expect(read('job-stragglers', other)).toBeUndefined();
    expect(read('job-hosts', {kind: 'job', id: 'j3', name: undefined})).toBeUndefined();
  });

  it('are looked at one by one, by id or name, and told of as what they are', () => {
    const fabric = new Fabric({depth: 600, flows: 10});
    const builder = new PartialBuilder();
    const rules = {
      every: {metric: 'job-hosts', value: 7, for: '0s'},
      named: {metric: 'job-hosts', of: 'llama', value: 7, for: '0s'},
      late: {metric: 'straggler-lateness-share', value: 0.05, for: '0s', severity: 'critical'},
    };
    const thresholds = new Thresholds(fabric, parseThresholds(rules), engines);
    for (let bin = T; bin < T + 30; bin++) {
      fabric.apply(builder.next(bin + 1, {rows: [{bin, port: 1, roce: [1_000]}]}));
      thresholds.advance();
    }
    const firing = [...thresholds.alerts()].map(({rule, key, state}) => `${rule.name} ${key} ${state.phase}`);
    expect(firing.sort()).toEqual(['every j1 firing', 'every j2 firing', 'late j1 firing', 'named j2 firing']);
    const crossed = fabric.events.after(0).filter(({kind}) => kind === 'threshold-crossed');
    expect(crossed.find(({threshold}) => threshold === 'late')).toMatchObject({
      job: 'j1',
      text: 'late: straggler-lateness-share of job j1 is 7 %, above 5 %',
    });
    expect(crossed.find(({threshold}) => threshold === 'named')?.text).toMatch(/of job llama \(j2\) is 8, above 7$/);
  });
});
