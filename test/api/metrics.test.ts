import {describe, expect, it} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {AGENT, IN_DERIVED, OUT, T} from '../support/partial-builder.ts';
import {promtoolCheck} from '../support/prometheus.ts';
import {needs} from '../support/tools.ts';
import {type Harness, makeHarness} from './harness.ts';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

interface Page {
  types: Map<string, string>;
  samples: Sample[];
}

/** Reads the text format; throws on a line that it does not allow. */
function parse(text: string): Page {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const helped = new Set<string>();
  for (const line of text.split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (comment?.[1] === 'HELP') helped.add(comment[2]!);
    else if (comment) types.set(comment[2]!, comment[3]!);
    else if (line !== '') {
      const match = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line);
      if (!match) throw new Error(`not the text format: ${line}`);
      const [, name, inner = '', value] = match;
      expect([helped.has(name!), types.has(name!)]).toEqual([true, true]);
      const labels = Object.fromEntries(
        [...inner.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key!, text!]),
      );
      samples.push({name: name!, labels, value: Number(value)});
    }
  }
  return {types, samples};
}

const scrape = async ({get}: Harness): Promise<Page> => parse((await get('/metrics')).text);
const keyOf = ({name, labels}: Sample) => `${name} ${JSON.stringify(labels)}`;

function find({samples}: Page, name: string, labels: Record<string, string> = {}): number | undefined {
  const wanted = Object.entries(labels);
  return samples.find((sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value))
    ?.value;
}

function feed(harness: Harness, from: number, to: number, port = 1): void {
  for (let bin = from; bin < to; bin++) {
    harness.give(bin + 1, {
      rows: [
        {bin, port, roce: [1_000], ce: 1, cnp: 1},
        {bin, port, side: OUT, other: [500]},
      ],
      counts: [
        [Count.DatagramsReceived, 2],
        [Count.DatagramsDecoded, 1],
        [Count.Faults + 1, 1],
        [Count.FlowSamples, 2],
      ],
    });
  }
}

describe('/metrics', () => {
  it('has estimates as gauges over the settled window and as totals of final bins', async () => {
    const harness = await makeHarness();
    feed(harness, T, T + 100);
    const page = await scrape(harness);
    const {fabric} = harness;
    expect(find(page, 'tenhertz_fabric_bytes_per_second', {traffic: 'roce'})).toBe(10e6);
    expect(find(page, 'tenhertz_fabric_bytes_per_second_low', {traffic: 'roce'})).toBeLessThan(10e6);
    expect(find(page, 'tenhertz_fabric_bytes_per_second_high', {traffic: 'roce'})).toBeGreaterThan(10e6);
    const finalBins = fabric.finalBin - T;
    expect(find(page, 'tenhertz_fabric_bytes_total', {traffic: 'roce'})).toBe(finalBins * 1e6);
    expect(find(page, 'tenhertz_fabric_frames_total', {traffic: 'all'})).toBe(finalBins * 1e3);
    expect(find(page, 'tenhertz_fabric_ce_frames_total')).toBe(finalBins * 1e3);
    expect(find(page, 'tenhertz_fabric_cnp_frames_total')).toBe(finalBins * 1e3);
    const out = {link: `${AGENT}~1`, direction: 'out', traffic: 'all', name: 'ifIndex 1'};
    expect(find(page, 'tenhertz_link_bytes_total', out)).toBe(finalBins * 5e5);
    expect(find(page, 'tenhertz_link_bytes_per_second', out)).toBe(5e6);
    expect(find(page, 'tenhertz_final_time_seconds')).toBe(fabric.finalBin / 10);
    expect(find(page, 'tenhertz_datagrams_received_total')).toBe(200);
    expect(page.samples.find(({name}) => name === 'tenhertz_datagrams_rejected_total')?.value).toBe(100);
    expect(find(page, 'tenhertz_agent_up', {agent: AGENT})).toBe(1);
    expect(find(page, 'tenhertz_build_info', {version: '1.2.3'})).toBe(1);
  });

  it('tells what alerts are made from: marks, discards, errors, and how well agents sample', async () => {
    const harness = await makeHarness();
    for (let bin = T; bin < T + 60; bin++) {
      harness.give(bin + 1, {
        rows: [{bin, roce: [1_000, 1_000, 1_000, 1_000], ce: 1}],
        heard: [{agent: AGENT, at: bin * 100, flowSamples: 4}],
        counters: [
          {port: 1, time: bin * 100, elapsedMs: 500, inDiscards: 10},
          {port: 2, time: bin * 100, elapsedMs: 500, inDiscards: 5},
        ],
      });
    }
    const page = await scrape(harness);
    expect(find(page, 'tenhertz_fabric_ce_share')).toBeCloseTo(0.25, 6);
    expect(find(page, 'tenhertz_fabric_ce_share_low')).toBeLessThan(0.25);
    expect(find(page, 'tenhertz_fabric_ce_share_high')).toBeGreaterThan(0.25);
    expect(find(page, 'tenhertz_agent_discards_per_second', {agent: AGENT, direction: 'in'})).toBe(30);
    expect(find(page, 'tenhertz_agent_discards_per_second', {direction: 'out'})).toBeUndefined();
    expect(find(page, 'tenhertz_agent_errors_per_second')).toBeUndefined();
    expect(find(page, 'tenhertz_agent_flow_samples_total', {agent: AGENT})).toBe(240);
    expect(find(page, 'tenhertz_agent_sources_corrected', {agent: AGENT})).toBe(0);
  });

  it('keeps to the naming rules: prefix, base units, _total for counters and for nothing else', async () => {
    const harness = await makeHarness();
    feed(harness, T, T + 40);
    const {types, samples} = await scrape(harness);
    for (const [name, type] of types) {
      expect(name).toMatch(/^(tenhertz|process)_[a-z_]+$/);
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      expect(name).not.toMatch(/_(ms|milliseconds|bits|kilobytes|percent)(_|$)/);
    }
    expect(new Set(samples.map(keyOf)).size).toBe(samples.length);
    for (const {value} of samples) expect(Number.isFinite(value)).toBe(true);
  });

  it('has counters that never run backwards, through silence, jumps, late rows and a change of basis', async () => {
    const harness = await makeHarness();
    let last = new Map<string, number>();
    let watermark = T;
    const turns: (() => void)[] = [
      () => feed(harness, watermark, (watermark += 30)),
      () => harness.give((watermark += 5), {rows: [{bin: watermark - 10, roce: [9_000]}]}),
      () => harness.give((watermark += 400)),
      () => feed(harness, watermark, (watermark += 20), 2),
      () => harness.give((watermark += 40_000), {rows: [{bin: watermark - 40_000, roce: [9_000]}]}),
      () =>
        harness.give((watermark += 1), {
          rows: [{bin: watermark - 1, port: 2, side: IN_DERIVED, source: 1, roce: [9_000]}],
        }),
      () => harness.give(watermark),
    ];
    for (let i = 0; i < 21; i++) {
      turns[i % turns.length]!();
      const {types, samples} = await scrape(harness);
      const counters = samples.filter(({name}) => types.get(name) === 'counter');
      const now = new Map(counters.map((sample) => [keyOf(sample), sample.value]));
      for (const [key, value] of now) expect(value).toBeGreaterThanOrEqual(last.get(key) ?? 0);
      last = new Map([...last, ...now]);
    }
    expect(last.get('tenhertz_fabric_bytes_total {"traffic":"roce"}')).toBe(harness.fabric.totals.roceBytes);
  });

  it('grows by what went through, so that rate() is right at any interval', async () => {
    const harness = await makeHarness();
    feed(harness, T, T + 50);
    const read = async () => find(await scrape(harness), 'tenhertz_fabric_bytes_total', {traffic: 'roce'})!;
    let before = await read();
    for (const bins of [1, 2, 7, 10, 50]) {
      const from = harness.fabric.newest + 1;
      feed(harness, from, from + bins);
      const after = await read();
      expect((after - before) / (bins / 10)).toBe(10e6);
      before = after;
    }
  });

  it('lets links that fell silent leave, and bounds them', async () => {
    const harness = await makeHarness({metricsLinks: 2});
    const links = async () => {
      const {samples} = await scrape(harness);
      const shown = samples.filter(({name}) => name === 'tenhertz_link_bytes_total').map(({labels}) => labels['link']);
      return [...new Set(shown)].map((id) => id!.split('~')[1]);
    };
    const hidden = async () => find(await scrape(harness), 'tenhertz_links_hidden');
    harness.give(T + 1, {rows: [1, 2, 3, 4, 5].map((port) => ({bin: T, port, roce: [1_000]}))});
    expect([await links(), await hidden()]).toEqual([['1', '2'], 3]);
    feed(harness, T + 1_000, T + 1_001, 4);
    harness.give(T + 3_500);
    expect([await links(), await hidden()]).toEqual([['4'], 0]);
    expect(find(await scrape(harness), 'tenhertz_links')).toBe(5);
  });

  it('has no gauge of what is not known', async () => {
    const harness = await makeHarness();
    feed(harness, T, T + 20);
    harness.give(T + 2_000);
    const page = await scrape(harness);
    expect(find(page, 'tenhertz_fabric_bytes_per_second', {traffic: 'roce'})).toBeUndefined();
    expect(find(page, 'tenhertz_agent_up', {agent: AGENT})).toBe(0);
  });

  it('passes names from the wire as text', async () => {
    const harness = await makeHarness();
    const name = 'a"b\\c\nd} 1';
    harness.give(T + 1, {rows: [{bin: T, roce: [1_000]}], names: [{port: 1, name}]});
    const page = await scrape(harness);
    expect(find(page, 'tenhertz_link_bytes_total', {name: 'a\\"b\\\\c\\nd} 1'})).toBe(0);
  });
});

needs('prometheus')('promtool', () => {
  it('has no complaint', async () => {
    const harness = await makeHarness();
    feed(harness, T, T + 40);
    expect(promtoolCheck((await harness.get('/metrics')).text)).toBe('');
  });
});
