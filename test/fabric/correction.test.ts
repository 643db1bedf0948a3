import {describe, expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {Moments} from '../../src/fabric/moments.ts';
import {readBin} from '../../src/fabric/reader.ts';
import {Random} from '../../src/simulator/random.ts';
import {type DrawnPort, DrawnStream, type StreamOptions} from '../support/drawn-stream.ts';
import {AGENT, PartialBuilder, T} from '../support/partial-builder.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {linkScope} from './reading.ts';

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
      expect(Math.abs(ratio() - 1)).toBeLessThan(4.5 / Math.sqrt(samples * bins) + 40 / came);
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
      expect(moments.bytes).toBeLessThan(2.2 * 50_000 * 1_000);
    }
  });
});
