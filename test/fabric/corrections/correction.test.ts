import {describe, expect, it} from 'vitest';
import {byteBand} from '../../../src/analysis/sampling-error.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Moments} from '../../../src/fabric/history/moments.ts';
import {readBin} from '../../../src/fabric/reader.ts';
import {Random} from '../../../src/simulator/random.ts';
import {type DrawnPort, DrawnStream, type StreamOptions} from '../../support/drawn-stream.ts';
import {AGENT, OUT_DERIVED, PartialBuilder, T} from '../../support/partial-builder.ts';
import {proofCount, proofSeed} from '../../support/proof.ts';
import {figures, linkBytes, linkScope} from '../reading.ts';

/** Bins without traffic at the end, so that all before them are final. */
const TAIL = 15;

const steady = (ifIndex: number, frames: number, more: Partial<DrawnPort> = {}): DrawnPort => ({
  ifIndex,
  rate: 1_000,
  frames: () => frames,
  ...more,
});

/** Four ports of equal traffic, `samples` a bin in all. */
const ports = (samples: number, more: Partial<DrawnPort> = {}): DrawnPort[] =>
  [1, 2, 3, 4].map((ifIndex) => steady(ifIndex, (samples / 4) * (more.rate ?? 1_000), more));

interface Run {
  fabric: Fabric;
  streams: DrawnStream[];
  /** Σ estimate / Σ truth over all that became final. */
  ratio(ifIndex?: number): number;
}

/** Passes `bins` bins of streams to a fabric; `loss` is that of a bin's datagrams. */
function run(options: readonly StreamOptions[], bins: number, seed: number, loss = (_: number) => 0): Run {
  const random = new Random(seed);
  const fabric = new Fabric({depth: 700, flows: 10});
  const builder = new PartialBuilder();
  let isOver = false;
  const streams = options.map((stream) => {
    const ports = stream.ports.map((port) => ({...port, frames: (bin: number) => (isOver ? 0 : port.frames(bin))}));
    return new DrawnStream({...stream, ports}, random);
  });
  for (let bin = T; bin < T + bins + TAIL; bin++) {
    isOver = bin >= T + bins;
    const contents = streams.map((stream) => stream.bin(bin, loss(bin - T)));
    fabric.apply(
      builder.next(bin + 1, {
        rows: contents.flatMap(({rows}) => rows),
        heard: contents.flatMap(({heard}) => heard),
        sources: contents.flatMap(({sources}) => sources),
      }),
    );
  }
  const ratio = (ifIndex?: number) => {
    let estimate = 0;
    let truth = 0;
    for (const stream of streams) {
      for (const [index, {bytes}] of stream.truth) {
        if (ifIndex !== undefined && ifIndex !== index) continue;
        truth += bytes;
        estimate += fabric.totals.ofLink(fabric.ports.get(`${AGENT}~${index}`)!.slot, 0).allBytes;
      }
    }
    return estimate / truth;
  };
  return {fabric, streams, ratio};
}

describe('loss on the way', () => {
  it.each([
    [0.01, 100],
    [0.1, 100],
    [0.3, 100],
    [0.6, 100],
    [0.9, 100],
    [0.1, 4],
    [0.5, 4],
    [0.9, 4],
  ])('of %d of all datagrams at %d samples a bin leaves sums over minutes right', (loss, samples) => {
    const seed = proofSeed();
    for (let i = 0; i < proofCount(1, 20); i++) {
      const bins = 1_200;
      const {ratio} = run([{ports: ports(samples)}], bins, seed + i, () => loss);
      const came = samples * bins * (1 - loss);
      // What was made is known exactly; the lengths are equal, and datagrams of six are lost as one.
      expect(Math.abs(ratio() - 1)).toBeLessThan(4.5 / Math.sqrt(samples * bins) + 60 / came);
    }
  });

  it('never was: a sample stands for its rate, exactly, and nothing is kept', () => {
    const {fabric} = run([{ports: ports(20)}], 100, 1);
    for (const row of fabric.rows.all) {
      for (let bin = T; bin < T + 100; bin++) expect(fabric.rows.weight(row!, bin)).toBe(1_000);
    }
    expect(fabric.agents.all[0]!.losses.isActive).toBe(false);
    expect(fabric.corrections.isActive).toBe(false);
  });

  it('in bursts leaves sums right and no bin far above the others', () => {
    const seed = proofSeed();
    const burst = (bin: number) => (bin % 50 >= 20 && bin % 50 < 23 ? 1 : 0);
    const {ratio, fabric} = run([{ports: ports(200)}], 1_000, seed, burst);
    expect(ratio()).toBeCloseTo(1, 1);
    expect(Math.abs(ratio() - 1)).toBeLessThan(0.02);
    const scope = linkScope(fabric, `${AGENT}~1`, 'in');
    for (let bin = T + 400; bin < T + 1_000; bin++) {
      const moments = new Moments();
      readBin(fabric, scope, 'all', bin, moments);
      expect(moments.bytes).toBeLessThan(2.6 * 50_000 * 1_000);
    }
  });
});

describe('an agent that', () => {
  /** Of `samples` a bin over `bins`, in sampling errors of a 1 in 200,000; half a percent beside. */
  const within = (samples: number, bins: number) => 4.5 / Math.sqrt(samples * bins) + 0.005;

  it.each([
    ['drops what is too much for it', {policer: 20}, 60],
    ['drops nearly all', {policer: 4}, 60],
    ['drops, and its pool is computed', {policer: 20, pool: 'fake'}, 60],
    ['drops, and its pool is true', {policer: 20, pool: 'own'}, 60],
    ['has a computed pool', {pool: 'fake'}, 40],
    ['has true pools', {pool: 'own'}, 40],
    ['has one pool for the whole device', {pool: 'device'}, 40],
    ['writes garbage for its pools', {pool: 'garbage'}, 40],
    ['does not number its samples', {numbered: false}, 40],
    ['does not number its samples, and its pools are true', {numbered: false, pool: 'own'}, 40],
  ] as const)('%s is estimated right, with loss on the way too', (_, options, samples) => {
    const seed = proofSeed();
    for (let i = 0; i < proofCount(1, 10); i++) {
      for (const loss of [0, 0.3]) {
        const {ratio} = run([{ports: ports(samples), ...options}], 900, seed + i, () => loss);
        const made = 'policer' in options ? options.policer : samples;
        expect(Math.abs(ratio() - 1), `loss ${loss}`).toBeLessThan(within(made * (1 - loss), 900));
      }
    }
  });

  it.each([
    ['samples twice as often as it claims', ports(40, {rate: 500, claims: 1_000}), 'own', 500],
    ['samples by the next power of two', [steady(1, 400_000, {rate: 1_024, claims: 1_000})], 'own', 1_024],
    [
      'has one source that samples three times as seldom',
      [steady(1, 20_000, {rate: 3_000, claims: 1_000})],
      'own',
      3_000,
    ],
    ['has one pool for the device and samples twice as often', ports(40, {rate: 500, claims: 1_000}), 'device', 500],
  ] as const)('%s is found out by its pool, and corrected', (_, drawn, pool, rate) => {
    const {ratio, fabric} = run([{ports: drawn, pool}], 1_800, proofSeed());
    for (const {effective} of effectives(fabric)) expect(effective / rate).toBeCloseTo(1, 0.9);
    // The first seconds went by before there were samples enough.
    expect(Math.abs(ratio() - 1)).toBeLessThan(0.05);
  });

  it('is right is not corrected because another one is not', () => {
    const drawn = [steady(1, 20_000), steady(2, 20_000, {rate: 500, claims: 1_000})];
    const {ratio, fabric} = run([{ports: drawn, pool: 'own'}], 900, proofSeed());
    const [right, wrong] = effectives(fabric).sort((a, b) => a.source - b.source);
    expect(right!.effective).toBe(1_000);
    expect(wrong!.effective).toBeLessThan(600);
    expect(Math.abs(ratio(1) - 1)).toBeLessThan(0.05);
  });

  it('has one pool for the device is not taken for one that samples seldom, however unequal its ports are', () => {
    const bursts = (bin: number) => (bin % 20 < 5 ? 30_000 : 0);
    const drawn = [steady(1, 20_000), steady(2, 1_000), steady(4, 60_000), {ifIndex: 3, rate: 1_000, frames: bursts}];
    const {fabric} = run([{ports: drawn, pool: 'device'}], 900, proofSeed());
    for (const {effective} of effectives(fabric)) expect(effective).toBe(1_000);
    for (const row of fabric.rows.all) {
      for (let bin = T + 300; bin < T + 900; bin++) expect(fabric.rows.weight(row!, bin)).toBe(1_000);
    }
  });
});

/** The sampling rates that sources are found to have. */
function effectives({agents}: Fabric): {source: number; effective: number}[] {
  return agents.all.flatMap(({subAgents}) =>
    [...subAgents.values()].flatMap(({stream}) =>
      [...stream.sources.values()]
        .flat()
        .map((source) => ({source: source.sourceIndex, effective: source.effective()})),
    ),
  );
}

describe('a stream', () => {
  it('of a sub-agent is corrected for its own loss, at its own rate', () => {
    const lossy = {ports: [steady(1, 20_000)], subAgent: 1};
    const sound = {ports: [steady(2, 100_000, {rate: 5_000})], subAgent: 2};
    const random = new Random(proofSeed());
    const fabric = new Fabric({depth: 700, flows: 10});
    const builder = new PartialBuilder();
    const streams = [new DrawnStream(lossy, random), new DrawnStream(sound, random)] as const;
    for (let bin = T; bin < T + 500; bin++) {
      const [one, two] = [streams[0].bin(bin, 0.5), streams[1].bin(bin)];
      const rows = [...one.rows, ...two.rows];
      // What arrived on either port leaves by a third: derived rows are of all sub-agents.
      const derived = rows.map((row) => ({...row, port: 3, source: 0, side: OUT_DERIVED}));
      fabric.apply(builder.next(bin + 1, {rows: [...rows, ...derived], heard: [...one.heard, ...two.heard]}));
    }
    const weights = (port: number) =>
      fabric.rows.of(fabric.ports.get(`${AGENT}~${port}`)!.slot, port === 3 ? 1 : 0).map((row) => {
        const frames = (bin: number) => fabric.rings.chunk(row.index).frames[fabric.rings.at(row.index, bin)]!;
        const bins = range(T + 100, T + 480);
        return sum(bins.map((bin) => (frames(bin) * fabric.rows.weight(row, bin)) / row.rate)) / sum(bins.map(frames));
      });
    expect(Math.abs(weights(1)[0]! - 2)).toBeLessThan(0.25);
    expect(weights(2)).toEqual([1]);
    // 10 of 30 samples that arrive in a bin and 10 that do not: each stands for 4/3.
    expect(weights(3).map((weight) => Math.abs(weight - 4 / 3) < 0.1)).toEqual([true, true]);
  });

  it('that changes its rate or has two at once is weighed at each', () => {
    const seed = proofSeed();
    const random = new Random(seed);
    const fabric = new Fabric({depth: 700, flows: 10});
    const builder = new PartialBuilder();
    const slow = new DrawnStream({ports: [steady(1, 20_000, {rate: 2_000})], pool: 'own'}, random);
    const fast = new DrawnStream({ports: [steady(1, 20_000, {rate: 500})], pool: 'own'}, random);
    for (let bin = T; bin < T + 400; bin++) {
      const contents = [slow.bin(bin), ...(bin < T + 200 ? [fast.bin(bin)] : [])];
      const rows = contents.flatMap((content) => content.rows);
      const sources = contents.flatMap((content) => content.sources);
      fabric.apply(builder.next(bin + 1, {rows, sources, heard: contents[0]!.heard}));
    }
    const bytes = range(T, T + 400).reduce((sum, bin) => sum + linkBytes(fabric, `${AGENT}~1`, 'in', bin), 0);
    expect(Math.abs(bytes / (600 * 20_000 * 1_000) - 1)).toBeLessThan(0.05);
  });

  it('gets its late datagrams: what was laid on for them is taken off', () => {
    const fabric = new Fabric({depth: 700, flows: 10});
    const builder = new PartialBuilder();
    const give = (bin: number, missingFlowSamples: number) =>
      fabric.apply(
        builder.next(bin + 1, {
          rows: [{bin, roce: new Array<number>(40).fill(1_000)}],
          heard: [{agent: AGENT, at: bin * 100 + 50, flowSamples: 40, missingFlowSamples}],
        }),
      );
    give(T, 0);
    give(T + 1, 12);
    expect(fabric.rows.weight(fabric.rows.all[0]!, T + 1)).toBeCloseTo(1_300, 3);
    give(T + 2, -12);
    expect(range(T, T + 3).map((bin) => fabric.rows.weight(fabric.rows.all[0]!, bin))).toEqual([1_000, 1_000, 1_000]);
  });

  it('whose bins come together after a stall has what is missing laid upon all of them', () => {
    const fabric = new Fabric({depth: 300, flows: 10});
    const builder = new PartialBuilder();
    const rows = (from: number, to: number) =>
      range(from, to).map((bin) => ({bin, roce: new Array<number>(20).fill(1_000)}));
    const heard = (bin: number, bins: number, missingFlowSamples: number) => [
      {agent: AGENT, at: bin * 100 + 50, flowSamples: 20 * bins, missingFlowSamples},
    ];
    fabric.apply(builder.next(T + 1, {rows: rows(T, T + 1), heard: heard(T, 1, 0)}));
    fabric.apply(builder.next(T + 6, {rows: rows(T + 1, T + 6), heard: heard(T + 5, 5, 50)}));
    const weights = range(T, T + 6).map((bin) => fabric.rows.weight(fabric.rows.all[0]!, bin));
    expect(weights).toEqual([1_000, 1_500, 1_500, 1_500, 1_500, 1_500]);
  });

  it('is corrected in bins that are open and never in final ones', () => {
    const random = new Random(proofSeed());
    const fabric = new Fabric({depth: 300, flows: 10});
    const builder = new PartialBuilder();
    const stream = new DrawnStream({ports: ports(40), pool: 'own', policer: 30}, random);
    let before: object[] = [];
    for (let bin = T; bin < T + 90; bin++) {
      const loss = bin % 40 < 10 ? 0.7 : 0;
      fabric.apply(builder.next(bin + 1, stream.bin(bin, bin % 60 > 54 ? 1 : loss)));
      const now = figures(fabric, T, fabric.finalBin);
      expect(now.slice(0, before.length)).toEqual(before);
      before = now;
    }
  });

  it('that falls silent for longer than its habit is not made up for: a gap is a gap', () => {
    const random = new Random(proofSeed());
    const fabric = new Fabric({depth: 2_000, flows: 10});
    const builder = new PartialBuilder();
    const stream = new DrawnStream({ports: ports(100)}, random);
    for (let bin = T; bin < T + 1_100; bin++) {
      fabric.apply(builder.next(bin + 1, stream.bin(bin, bin >= T + 1_000 && bin < T + 1_060 ? 1 : 0)));
    }
    for (let bin = T; bin < T + 1_080; bin++) {
      expect(fabric.rows.weight(fabric.rows.all[0]!, bin)).toBeLessThan(2_300);
    }
  });
});

describe('a flow', () => {
  it('is corrected as its port is', () => {
    const fabric = new Fabric({depth: 300, flows: 10});
    const builder = new PartialBuilder();
    const flow = {source: '10.1.0.1', destination: '10.1.0.2', lengths: new Array<number>(100).fill(1_000)};
    for (let bin = T; bin < T + 20; bin++) {
      fabric.apply(
        builder.next(bin + 1, {
          rows: [{bin, roce: new Array<number>(10).fill(1_000)}],
          heard: [{agent: AGENT, at: bin * 100 + 50, flowSamples: 10, missingFlowSamples: 10}],
          flows: (bin + 1) % 10 === 0 ? [flow] : [],
        }),
      );
    }
    const [largest] = fabric.flows.top({top: 1}).flows;
    // Two seconds of 100 samples, each of which stands for itself and one that got lost.
    expect(largest!.moments.samples).toBe(200);
    expect(largest!.moments.bytes / (2 * 200 * 1_000 * 1_000)).toBeCloseTo(1, 1);
    expect(largest!.moments.squares / (200 * (2 * 1_000 * 1_000) ** 2)).toBeCloseTo(1, 1);
    expect(largest!.moments.largest / (2 * 1_000 * 1_000)).toBeCloseTo(1, 0);
  });
});

describe('the band', () => {
  it('of a link covers the truth as without loss, whatever is lost or dropped', () => {
    const seed = proofSeed();
    for (const [loss, policer] of [
      [0.3, 1_000],
      [0, 60],
      [0.3, 60],
    ] as const) {
      let covered = 0;
      let bins = 0;
      for (let i = 0; i < proofCount(1, 10); i++) {
        const drawn = ports(100);
        const {fabric} = run([{ports: drawn, policer}], 600, seed + i, () => loss);
        for (const {ifIndex, frames} of drawn) {
          const scope = linkScope(fabric, `${AGENT}~${ifIndex}`, 'in');
          for (let bin = T + 40; bin < T + 590; bin++) {
            const moments = new Moments();
            readBin(fabric, scope, 'all', bin, moments);
            const {low, high} = byteBand(moments);
            const truth = frames(bin) * 1_000;
            bins++;
            if (low <= truth && truth <= high) covered++;
          }
        }
      }
      expect(covered / bins, `loss ${loss}, policer ${policer}`).toBeGreaterThan(0.93);
    }
  });
});

const range = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

it('a first Partial that tells of what is lacking and brings no samples is taken', () => {
  const fabric = new Fabric({depth: 300, flows: 10});
  const builder = new PartialBuilder();
  const heard = [{agent: AGENT, at: T * 100 + 50, flowSamples: 10, missingFlowSamples: 5, agentDrops: 5}];
  expect(fabric.apply(builder.next(T + 1, {heard}))?.newest).toBe(T);
  fabric.apply(builder.next(T + 2, {rows: [{bin: T + 1, roce: [1_000]}]}));
  expect(fabric.rows.weight(fabric.rows.all[0]!, T + 1)).toBeGreaterThan(0);
});
