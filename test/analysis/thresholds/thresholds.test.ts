import {describe, expect, it} from 'vitest';
import {METRIC_IDS, metricOf} from '../../../src/analysis/thresholds/threshold-metrics.ts';
import {type Subject, ThresholdReader} from '../../../src/analysis/thresholds/threshold-readings.ts';
import {parseThresholds} from '../../../src/analysis/thresholds/threshold-rules.ts';
import {type AlertChange, Thresholds} from '../../../src/analysis/thresholds/thresholds.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {type Content, IN, OUT, PartialBuilder, type SampleRow, T} from '../../support/partial-builder.ts';

const RATE = 1_000;
const SPEED = 10e9;
/** Samples of 1,000 bytes a bin that are this share of 10 Gbit/s, with the gaps between frames. */
const samplesOf = (share: number) => Math.round((share * SPEED * 0.1) / (8 * 1_020 * RATE));

interface World {
  fabric: Fabric;
  thresholds: Thresholds;
  changes: string[];
  /** Lets seconds pass; `content` says what each bin holds. */
  pass(seconds: number, content?: (bin: number) => Content): void;
}

function world(rules: Record<string, unknown>): World {
  const fabric = new Fabric({depth: 600, flows: 10});
  const builder = new PartialBuilder();
  const thresholds = new Thresholds(fabric, parseThresholds(rules));
  const changes: string[] = [];
  thresholds.listen(({rule, key}, change: AlertChange) => changes.push(`${rule.name} ${key} ${change}`));
  let bin = T;
  return {
    fabric,
    thresholds,
    changes,
    pass(seconds, content = () => ({})) {
      for (const end = bin + seconds * 10; bin < end; bin++) {
        fabric.apply(builder.next(bin + 1, content(bin)));
        thresholds.advance();
      }
    },
  };
}

const many = (length: number, count: number) => new Array<number>(count).fill(length);
const traffic =
  (ports: Record<number, number>, speed = SPEED) =>
  (bin: number): Content => ({
    rows: Object.entries(ports).map(
      ([port, share]): SampleRow => ({
        bin,
        port: Number(port),
        rate: RATE,
        side: IN,
        roce: many(1_000, samplesOf(share)),
      }),
    ),
    counters: Object.keys(ports).map((port) => ({port: Number(port), speed})),
  });

const hot = {metric: 'utilisation', value: 0.8, clear: 0.7, for: '3s'};
const kinds = ({fabric}: World) => fabric.events.after(0).filter(({kind}) => kind.startsWith('threshold-'));

describe('thresholds', () => {
  it('fire on the link that is beyond, tell so in an event, and are over when it is back', () => {
    const one = world({hot});
    one.pass(5, traffic({1: 0.5, 2: 0.5}));
    expect([...one.thresholds.alerts()]).toEqual([]);
    one.pass(4, traffic({1: 0.5, 2: 0.95}));
    expect([...one.thresholds.alerts()].map(({key, state}) => [key, state.phase])).toEqual([['10.0.0.1~2', 'pending']]);
    one.pass(4, traffic({1: 0.5, 2: 0.95}));
    expect(one.changes).toEqual(['hot 10.0.0.1~2 crossed']);
    const [crossed, ...none] = kinds(one);
    expect(none).toEqual([]);
    expect(crossed).toMatchObject({
      kind: 'threshold-crossed',
      level: 'warning',
      agent: '10.0.0.1',
      link: '10.0.0.1~2',
      threshold: 'hot',
      text: expect.stringMatching(
        /^hot: utilisation of ifIndex 2 of 10\.0\.0\.1 \(10\.0\.0\.1~2\), in is 9[3-6]\.?\d? % \(9\d\.?\d? % to 9\d\.?\d? %\), above 80 % for 3s$/,
      ),
    });
    expect(crossed!.figures!['value']).toBeCloseTo(0.95, 2);
    one.pass(3, traffic({1: 0.5, 2: 0.75}));
    expect(one.changes).toHaveLength(1);
    one.pass(6, traffic({1: 0.5, 2: 0.5}));
    expect(one.changes.slice(1)).toEqual(['hot 10.0.0.1~2 back']);
    expect(kinds(one).at(-1)).toMatchObject({kind: 'threshold-cleared', level: 'good', link: '10.0.0.1~2'});
    expect([...one.thresholds.alerts()]).toEqual([]);
  });

  it('are about one link, agent or role where they say so', () => {
    const rule = (of: string) => ({...hot, of, for: '0s'});
    const one = world({
      one: rule('10.0.0.1~2'),
      other: rule('10.0.0.1~3'),
      agent: rule('10.0.0.1'),
      stranger: rule('10.0.0.9'),
      edge: rule('edge'),
      core: rule('core'),
    });
    one.pass(6, traffic({1: 0.95, 2: 0.95, 3: 0.2}));
    expect(new Set(one.changes)).toEqual(
      new Set(
        ['one 2', 'agent 1', 'agent 2', 'edge 1', 'edge 2'].map((what) => `${what.replace(' ', ' 10.0.0.1~')} crossed`),
      ),
    );
  });

  it('tell many links at once as one event, and each to those who listen', () => {
    const one = world({hot: {...hot, for: '0s'}});
    one.pass(6, traffic(Object.fromEntries(Array.from({length: 8}, (_, i) => [i + 1, 0.95]))));
    expect(one.changes).toHaveLength(8);
    expect(kinds(one).map(({text, threshold}) => [text, threshold])).toEqual([
      [expect.stringMatching(/^hot: utilisation is beyond 0\.8 on 8 links: .* and 3 more$/), 'hot'],
    ]);
  });

  it('tell of many links that none is back where the rule goes, or the figures are not known any more', () => {
    const ports = Object.fromEntries(Array.from({length: 8}, (_, i) => [i + 1, 0.95]));
    const gone = world({});
    gone.thresholds.put = parseThresholds({hot: {...hot, for: '0s'}});
    gone.pass(6, traffic(ports));
    gone.thresholds.put = new Map();
    const last = kinds(gone).at(-1)!;
    expect(last).toMatchObject({kind: 'threshold-cleared', level: 'info', threshold: 'hot', figures: {count: 8}});
    expect(last.text).toMatch(/^hot: utilisation is not watched any more on 8 links: /);

    const unknown = world({deep: {metric: 'queue-depth-bytes', value: 1, for: '0s'}});
    const queues = Object.keys(ports).map((port) => ({port: Number(port), queue: 1, depth: 1_000, samples: 9}));
    unknown.pass(4, (bin) => ({
      queues,
      rows: Object.keys(ports).map((port) => ({bin, port: Number(port), roce: [99]})),
    }));
    unknown.pass(330);
    expect(kinds(unknown).at(-1)).toMatchObject({kind: 'threshold-cleared', level: 'info'});
    expect(kinds(unknown).at(-1)!.text).toMatch(/^deep: queue-depth-bytes is not known any more on 8 links: /);

    const back = world({hot: {...hot, for: '0s'}});
    back.pass(6, traffic(ports));
    back.pass(8, traffic(Object.fromEntries(Object.keys(ports).map((port) => [port, 0.1]))));
    expect(kinds(back).at(-1)!.text).toMatch(/^hot: utilisation is back on 8 links: /);
    expect(kinds(back).at(-1)!.level).toBe('good');
  });

  it('look at no more links a bin than they may, and at all of them in turn', () => {
    const one = world({
      silent: {metric: 'all-bits-per-second', scope: 'link', comparison: '<', value: 1e12, for: '0s'},
    });
    const first = (bin: number): Content => ({
      rows: Array.from({length: 1_200}, (_, i) => ({bin, port: i + 1, other: [100]})),
    });
    one.pass(1, first);
    one.pass(1.9);
    const seen = new Set<number>();
    for (let bins = 0; bins < 40; bins++) {
      const before = one.changes.length;
      one.pass(0.1);
      seen.add(one.changes.length - before);
    }
    expect(new Set(one.changes).size).toBe(1_200);
    expect(Math.max(...seen)).toBeLessThanOrEqual(512);
  });

  it('are over when the rule goes, and start anew when it is another one', () => {
    const one = world({hot: {...hot, for: '0s'}});
    one.pass(6, traffic({1: 0.95}));
    one.thresholds.put = parseThresholds({hot: {...hot, value: 0.9, for: '0s'}});
    expect(one.changes).toEqual(['hot 10.0.0.1~1 crossed', 'hot 10.0.0.1~1 removed']);
    expect(kinds(one).at(-1)!.text).toMatch(/is not watched any more$/);
    expect(kinds(one).at(-1)!.level).toBe('info');
    one.pass(2, traffic({1: 0.95}));
    expect(one.changes.at(-1)).toBe('hot 10.0.0.1~1 crossed');
    expect(one.thresholds.rules).toMatchObject([{from: 'put', rule: {value: 0.9}}]);
    one.thresholds.put = new Map();
    expect(one.thresholds.rules).toMatchObject([{from: 'config', rule: {value: 0.8}}]);
  });

  it('go on when the same is put again, also where it fires later than it is put', () => {
    const firing = world({});
    const pending = world({});
    for (let minute = 0; minute < 4; minute++) {
      firing.thresholds.put = parseThresholds({hot: {...hot, for: '0s'}});
      pending.thresholds.put = parseThresholds({hot: {...hot, for: '9s'}});
      for (const one of [firing, pending]) one.pass(minute === 0 ? 6 : 4, traffic({1: 0.95}));
    }
    expect(firing.changes).toEqual(['hot 10.0.0.1~1 crossed']);
    expect(pending.changes).toEqual(['hot 10.0.0.1~1 crossed']);
    expect(kinds(firing)).toHaveLength(1);
  });

  it('go on when the one put is that of the configuration, and when it goes again', () => {
    const one = world({hot: {...hot, for: '0s'}});
    one.pass(6, traffic({1: 0.95}));
    for (const [put, from] of [
      [parseThresholds({hot: {...hot, for: '0s'}}), 'put'],
      [new Map(), 'config'],
    ] as const) {
      one.thresholds.put = put;
      expect(one.thresholds.rules.map((rule) => rule.from)).toEqual([from]);
      one.pass(2, traffic({1: 0.95}));
    }
    expect(one.changes).toEqual(['hot 10.0.0.1~1 crossed']);
  });

  it('go on with another clear and for, and are told anew with another severity, which is no event', () => {
    const one = world({hot: {...hot, for: '0s'}});
    const told: string[] = [];
    one.thresholds.listen(({rule, state}, change) => told.push(`${rule.severity} ${change} ${state.since}`));
    one.pass(6, traffic({1: 0.95}));
    const {since} = [...one.thresholds.alerts()][0]!.state;
    one.thresholds.put = parseThresholds({hot: {...hot, clear: 0.4, for: '1h'}});
    one.pass(8, traffic({1: 0.5}));
    expect(told).toEqual([`warning crossed ${since}`]);
    one.thresholds.put = parseThresholds({hot: {...hot, clear: 0.4, for: '1h', severity: 'critical'}});
    expect(told.slice(1)).toEqual([`warning removed ${since}`, `critical crossed ${since}`]);
    expect([...one.thresholds.alerts()]).toMatchObject([{rule: {severity: 'critical'}, state: {phase: 'firing'}}]);
    expect(kinds(one)).toHaveLength(1);
    one.pass(8, traffic({1: 0.2}));
    expect(told.slice(3)).toEqual([`critical back ${since}`]);
  });

  it('go on undisturbed when another one is put', () => {
    const one = world({hot: {...hot, for: '0s'}});
    one.pass(6, traffic({1: 0.95}));
    one.thresholds.put = parseThresholds({other: hot});
    one.pass(2, traffic({1: 0.95}));
    expect(one.changes).toEqual(['hot 10.0.0.1~1 crossed']);
  });
});

describe('the metrics of thresholds', () => {
  it('are what was sent', () => {
    const fabric = new Fabric({depth: 600, flows: 10});
    const builder = new PartialBuilder();
    const bins = 40;
    for (let i = 0; i < bins; i++) {
      const bin = T + i;
      fabric.apply(
        builder.next(bin + 1, {
          rows: [
            {bin, port: 1, roce: many(1_000, 20), other: many(500, 10), ce: 5, cnp: 2},
            {bin, port: 1, side: OUT, roce: many(1_000, 4)},
            {bin, port: 2, roce: many(1_000, 10)},
          ],
          counters: i === 20 ? [{port: 1, speed: 1e9, elapsedMs: 2_000, inDiscards: 30, time: bin * 100}] : [],
          heard: [{agent: '10.0.0.1', at: bin * 100, flowSamples: 9, uncertainMs: 180}],
        }),
      );
    }
    const group = {agent: '10.0.0.1', cv: 0.4, cvLow: 0.3, cvHigh: 0.5, collisions: [{}, {}]};
    const reader = new ThresholdReader(fabric, {
      periods: {report: {periods: [{periodMs: 500, confidence: 0.9}]} as never},
      jobs: {report: {jobs: [{id: 'j1'}, {id: 'j2'}, {id: 'j3', until: T}]} as never},
      imbalance: {report: {groups: [{...group, cv: 0.1}, group, {...group, agent: '10.0.0.9', cv: 2}]} as never},
      incasts: {report: [{link: '10.0.0.1~2', sources: 12}] as never},
    });
    const port = fabric.ports.get('10.0.0.1~1')!;
    const whole: Subject = {kind: 'fabric'};
    const link: Subject = {kind: 'link', port};
    const agent: Subject = {kind: 'agent', agent: port.agent};
    const read = (id: string, of: Subject, direction: 'in' | 'out' = 'in') =>
      metricOf(id).read(reader, of, direction, '>');
    const value = (...of: Parameters<typeof read>) => read(...of)?.value;
    // Samples a bin, each of 1,000 frames, ten bins a second.
    const bits = (bytes: number) => bytes * 8 * 1_000 * 10;
    expect(value('roce-bits-per-second', link)).toBeCloseTo(bits(20_000), 3);
    expect(value('all-bits-per-second', link)).toBeCloseTo(bits(25_000), 3);
    expect(value('roce-bits-per-second', link, 'out')).toBeCloseTo(bits(4_000), 3);
    expect(value('roce-bits-per-second', agent)).toBeCloseTo(bits(30_000), 3);
    expect(value('roce-bits-per-second', whole)).toBeCloseTo(bits(30_000), 3);
    expect(value('roce-bits-per-second', {kind: 'role', role: 'edge'})).toBeCloseTo(bits(30_000), 3);
    expect(value('roce-bits-per-second', {kind: 'role', role: 'core'})).toBe(0);
    expect(value('roce-frames-per-second', link)).toBeCloseTo(200_000, 3);
    expect(value('all-frames-per-second', link)).toBeCloseTo(300_000, 3);
    expect(value('utilisation', link)).toBeCloseTo((bits(25_000) + 300_000 * 160) / 1e9, 6);
    expect(value('roce-utilisation', link)).toBeCloseTo((bits(20_000) + 200_000 * 160) / 1e9, 6);
    expect(value('ce-share', link)).toBeCloseTo(5 / 20, 6);
    expect(value('ce-share', whole)).toBeCloseTo(5 / 30, 6);
    expect(value('cnp-per-second', link)).toBeCloseTo(20_000, 3);
    expect(value('cnp-per-second', whole)).toBeCloseTo(20_000, 3);
    expect(value('discards-per-second', link)).toBe(15);
    expect(value('discards-per-second', agent)).toBe(15);
    expect(value('discards-per-second', whole)).toBe(15);
    expect(read('errors-per-second', link)).toBeUndefined();
    expect(value('samples-missing-share', agent)).toBe(0);
    expect(value('datagrams-dropped-per-second', whole)).toBe(0);
    expect(value('unknown-role-share', whole)).toBe(0);
    expect(value('agent-silence-seconds', agent)).toBeCloseTo(0.1, 6);
    expect(value('time-resolution-seconds', agent)).toBeCloseTo(0.02, 6);
    expect(value('period-seconds', whole)).toBe(0.5);
    expect(value('period-confidence', whole)).toBe(0.9);
    expect(value('jobs', whole)).toBe(2);
    expect(read('imbalance-cv', agent)).toEqual({value: 0.4, low: 0.3, high: 0.5});
    expect(value('elephant-collisions', agent)).toBe(4);
    expect(value('incast-sources', link)).toBe(0);
    expect(value('incast-sources', {kind: 'link', port: fabric.ports.get('10.0.0.1~2')!})).toBe(12);
    expect(value('drop-notifications-per-second', whole)).toBe(0);
    expect(read('queue-depth-bytes', link)).toBeUndefined();
    expect(read('queue-delay-seconds', link)).toBeUndefined();
    for (const id of ['roce-bits-per-second', 'all-frames-per-second', 'utilisation', 'ce-share'] as const) {
      const {low, value: middle, high} = read(id, link)!;
      expect([low < middle, middle < high], id).toEqual([true, true]);
    }
    // Counters of long ago say nothing of now.
    for (let bin = T + bins; bin < T + bins + 1_000; bin += 10) fabric.apply(builder.next(bin + 1));
    expect(read('discards-per-second', link)).toBeUndefined();
  });

  it('know what switches tell of drops and queues, the fullest queue of a link', () => {
    const one = world({});
    one.pass(3, (bin) => ({
      drops: [{input: 1, output: 7, frames: 4, source: '10.1.0.1', destination: '10.1.0.2'}],
      queues: [
        {port: 7, queue: 1, depth: 1_000, samples: 10},
        {port: 7, queue: 3, depth: 80_000, samples: 10},
        {port: 7, queue: 3, delay: 5_000, samples: 10},
      ],
      rows: [{bin, port: 7, roce: [1_000]}],
    }));
    const reader = new ThresholdReader(one.fabric);
    const link: Subject = {kind: 'link', port: one.fabric.ports.get('10.0.0.1~7')!};
    const depth = metricOf('queue-depth-bytes').read(reader, link, 'in', '>')!.value;
    const delay = metricOf('queue-delay-seconds').read(reader, link, 'in', '>')!.value;
    expect(Math.abs(depth / 80_000 - 1)).toBeLessThan(0.07);
    expect(Math.abs(delay / 5e-6 - 1)).toBeLessThan(0.07);
    const drops = metricOf('drop-notifications-per-second').read(reader, {kind: 'fabric'}, 'in', '>')!.value;
    expect(drops).toBeGreaterThan(4);
    expect(drops).toBeLessThanOrEqual(12);
  });

  it('know what is missing by its numbers', () => {
    const one = world({});
    one.pass(3, (bin) => ({
      heard: [
        {agent: '10.0.0.1', at: bin * 100, flowSamples: 9, missingFlowSamples: 1},
        {agent: '10.0.0.2', at: bin * 100, flowSamples: 30},
      ],
    }));
    const reader = new ThresholdReader(one.fabric);
    const {read} = metricOf('samples-missing-share');
    const agent = one.fabric.agents.get('10.0.0.1')!;
    expect(read(reader, {kind: 'agent', agent}, 'in', '>')?.value).toBeCloseTo(0.1, 6);
    expect(read(reader, {kind: 'fabric'}, 'in', '>')?.value).toBeCloseTo(0.025, 6);
  });

  it('have a reading of every scope that they name, or none, but never one that is no number', () => {
    const one = world({});
    one.pass(5, traffic({1: 0.5}));
    const reader = new ThresholdReader(one.fabric);
    const [port] = one.fabric.ports.all;
    const subjects: Record<string, Subject> = {
      fabric: {kind: 'fabric'},
      role: {kind: 'role', role: 'edge'},
      agent: {kind: 'agent', agent: port!.agent},
      link: {kind: 'link', port: port!},
      job: {kind: 'job', id: 'j1', name: undefined},
    };
    for (const id of METRIC_IDS) {
      for (const scope of metricOf(id).scopes) {
        const reading = metricOf(id).read(reader, subjects[scope]!, 'in', '>');
        for (const figure of Object.values(reading ?? {})) expect(Number.isFinite(figure), `${id} ${scope}`).toBe(true);
      }
    }
    expect(new Thresholds(new Fabric({depth: 300, flows: 1})).advance()).toBeUndefined();
  });
});
