import {describe, expect, it, vi} from 'vitest';
import {readSeries, type Series} from '../../../src/api/series.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {decodeLog, encodeLog} from '../../../src/fabric/history/log-code.ts';
import {CELL_FIGURES, CHUNK_CELLS, Figure, Tier} from '../../../src/fabric/history/tier.ts';
import {makeCoarse} from '../../../src/fabric/history/tiers.ts';
import {FABRIC_SCOPE, type Scope} from '../../../src/fabric/reader.ts';
import {Random} from '../../../src/simulator/random.ts';
import {AGENT, IN_DERIVED, OUT_DERIVED, PartialBuilder, type SampleRow, T} from '../../support/partial-builder.ts';

/** Figures of the coarse history are as good as this. */
const TOLERANCE = 0.002;
const DEPTH = 300;

/** Two fabrics that hear the same: one that remembers 30 s in bins, and one that remembers all of it. */
function world(bins: number, rowsOf: (bin: number) => SampleRow[]) {
  const short = new Fabric({depth: DEPTH, flows: 10});
  const long = new Fabric({depth: bins + 50, flows: 10});
  for (const fabric of [short, long]) {
    const builder = new PartialBuilder();
    for (let bin = T; bin < T + bins; bin++) {
      fabric.apply(builder.next(bin + 1, {rows: rowsOf(bin), heard: [{agent: AGENT, at: bin * 100}]}));
    }
  }
  const link = (fabric: Fabric, ifIndex = 1, direction = 0): Scope => ({
    ...{kind: 'link', direction},
    port: fabric.ports.get(`${AGENT}~${ifIndex}`)!,
  });
  const span = (from: number, to: number, step: number) => ({from: from * 100, to: to * 100, step});
  return {
    short,
    long,
    both: (from: number, to: number, step: number, isLink: boolean) =>
      [short, long].map((fabric) =>
        readSeries(fabric, isLink ? link(fabric) : FABRIC_SCOPE, 'roce', span(from, to, step)),
      ) as [Series, Series],
    ofLink: (ifIndex: number, direction: number) =>
      [short, long].map((fabric) =>
        readSeries(fabric, link(fabric, ifIndex, direction), 'all', span(T, T + bins - DEPTH, 1_000)),
      ) as [Series, Series],
  };
}

const random = new Random(1);
/** By bin, so that both hear the same. */
const drawn = Array.from({length: 1_500}, () =>
  Array.from({length: Math.floor(random.uniform() * 4)}, () => (random.uniform() < 0.3 ? 82 : 4_178)),
);
const {short, both} = world(1_500, (bin) => [{bin, roce: drawn[bin - T]!}]);

function expectSame(coarse: readonly (number | null)[], exact: readonly (number | null)[], tolerance = TOLERANCE) {
  expect(coarse).toHaveLength(exact.length);
  for (const [index, value] of exact.entries()) {
    const other = coarse[index];
    if (value === null) expect(other).toBeNull();
    else expect(Math.abs(other! - value), `entry ${index}`).toBeLessThanOrEqual(tolerance * value + 1e-9);
  }
}

describe('beyond the history of bins', () => {
  it.each([
    ['of the fabric in seconds', 1_000, false],
    ['of a link in seconds', 1_000, true],
    ['of a link in tens of seconds', 10_000, true],
    ['of a link in half minutes', 30_000, true],
  ])('a series %s is what it was: means, bands, samples, peaks', (_, step, isLink) => {
    const [coarse, exact] = both(T, T + 1_500, step, isLink);
    expect(exact.values[0]).toBeGreaterThan(0);
    for (const column of ['values', 'low', 'high', 'samples', 'min', 'max'] as const) {
      expectSame(coarse[column]!, exact[column]!);
    }
  });

  it('links are what they were, of however many rows they are measured by', () => {
    const some = (bin: number, of: number) => drawn[(bin - T + of) % drawn.length]!;
    const {ofLink} = world(600, (bin) => [
      {bin, port: 1, roce: some(bin, 1), other: some(bin, 2)},
      {bin, port: 1, roce: some(bin, 3), rate: 2_000},
      {bin, port: 2, roce: some(bin, 4)},
      // Beside what is measured, what is derived does not count.
      {bin, port: 2, side: IN_DERIVED, source: 0, other: some(bin, 5)},
      {bin, port: 2, side: OUT_DERIVED, source: 0, other: some(bin, 6)},
      // What others sample at another rate comes later, and of a third now and then.
      ...(bin < T + 111 ? [] : [{bin, port: 2, side: OUT_DERIVED, source: 0, roce: some(bin, 3), rate: 3_000}]),
      ...(bin % 50 > 0 ? [] : [{bin, port: 2, side: OUT_DERIVED, source: 0, other: [64], rate: 500}]),
      // A better way of measuring comes half way.
      {bin, port: 3, side: IN_DERIVED, source: 0, other: some(bin, 7)},
      ...(bin < T + 222 ? [] : [{bin, port: 3, roce: [...some(bin, 8), 1_000]}]),
      ...Array.from({length: 100}, (_, i) => ({bin, port: 4 + i, roce: some(bin, 9 + i)})),
    ]);
    for (const [ifIndex, direction] of [
      [1, 0],
      [2, 0],
      [2, 1],
      [3, 0],
      [67, 0],
      [103, 0],
    ] as const) {
      const [coarse, exact] = ofLink(ifIndex, direction);
      expect(exact.values.filter((value) => value! > 0).length).toBeGreaterThan(20);
      for (const column of ['values', 'low', 'high', 'samples', 'min', 'max'] as const) {
        expectSame(coarse[column]!, exact[column]!);
      }
    }
  });

  it('links of several rows are gathered without asking for their ports, which would take long of many', () => {
    const ports = Array.from({length: 200}, (_, i) => i + 1);
    const derived = {side: OUT_DERIVED, source: 0, roce: [1_000]};
    const rows = ports.flatMap((port) => [1_000, 4_000].map((rate) => ({bin: T, port, rate, ...derived})));
    const fabric = new Fabric({depth: DEPTH, flows: 10});
    const builder = new PartialBuilder();
    fabric.apply(builder.next(T + 1, {rows, heard: [{agent: AGENT, at: T * 100}]}));
    const asked = vi.spyOn(fabric.rows, 'of');
    let times = 0;
    const advance = fabric.tiers.advance.bind(fabric.tiers);
    vi.spyOn(fabric.tiers, 'advance').mockImplementation((of) => {
      const before = asked.mock.calls.length;
      advance(of);
      times += asked.mock.calls.length - before;
    });
    for (let bin = T + 1; bin < T + DEPTH - 10; bin++) {
      fabric.apply(builder.next(bin + 1, {heard: [{agent: AGENT, at: bin * 100}]}));
    }
    expect(times).toBe(0);
    const last = fabric.ports.get(`${AGENT}~200`)!;
    const coarse = makeCoarse();
    fabric.tiers.read({kind: 'link', port: last, direction: 1}, 'roce', T, 10, coarse);
    expect(coarse.bins).toBe(10);
    expect(coarse.moments.samples).toBe(2);
    expect(Math.abs(coarse.moments.bytes / 5_000_000 - 1)).toBeLessThan(TOLERANCE);
  });

  it('the newest bins, which are not taken yet, still count in a step that reaches back behind the others', () => {
    const [coarse, exact] = both(T, T + 1_500, 150_000, true);
    expectSame(coarse.values, exact.values);
    expectSame(coarse.samples, exact.samples);
  });

  it('there are no bins', () => {
    const [coarse] = both(T, T + 100, 100, true);
    expect(coarse.values).toEqual(Array(100).fill(null));
    // Nor steps that seconds do not make up.
    const [odd] = both(T, T + 1_000, 700, true);
    expect(odd.values.slice(0, 100)).toEqual(Array(100).fill(null));
  });

  it('a step of a year is answered at once', () => {
    const year = 31_536_000_000;
    const {samples} = readSeries(short, FABRIC_SCOPE, 'roce', {from: 0, to: T * 100 + 150_000, step: year});
    const sum = drawn.reduce((all, {length}) => all + length, 0);
    expect(Math.abs(samples.at(-1)! / sum - 1)).toBeLessThan(TOLERANCE);
  });

  it('what an absent agent left out is a gap', () => {
    const fabric = new Fabric({depth: DEPTH, flows: 10});
    const builder = new PartialBuilder();
    for (let bin = T; bin < T + 4_000; bin++) {
      const isSilent = bin >= T + 1_000 && bin < T + 2_500;
      const content = isSilent ? {} : {rows: [{bin, roce: [1_000]}], heard: [{agent: AGENT, at: bin * 100}]};
      fabric.apply(builder.next(bin + 1, content));
    }
    const {values} = readSeries(fabric, FABRIC_SCOPE, 'roce', {from: T * 100, to: (T + 3_000) * 100, step: 10_000});
    expect(values[4]).toBeGreaterThan(0);
    expect(values.slice(12, 24)).toEqual(Array(12).fill(null));
    expect(values[26]).toBeGreaterThan(0);
  });
});

describe('a tier', () => {
  /** Ten bins, of which one has all the bytes. */
  const figures = (bytes: number) => {
    const cell = new Float64Array(CELL_FIGURES);
    cell[0] = 10;
    cell[1 + Figure.Bytes] = bytes;
    cell[1 + Figure.Squares] = bytes * 1_000;
    cell[1 + Figure.Largest] = 1_000;
    cell[1 + Figure.Samples] = 5;
    cell[1 + Figure.Max] = bytes;
    return cell;
  };
  const read = (tier: Tier, scope: number, cell: number) => {
    const into = makeCoarse();
    tier.read(scope, cell, 0, into);
    return into;
  };

  it('forgets what is older than it reaches, and gives the memory back', () => {
    const tier = new Tier(10, 600, Number.POSITIVE_INFINITY);
    for (let cell = 0; cell < 6_000; cell++) tier.put(3, cell, figures(1_000_000));
    expect(read(tier, 3, 5_999).moments.bytes / 1e6).toBeCloseTo(1, 2);
    expect(read(tier, 3, 5_400).bins).toBe(10);
    expect(read(tier, 3, 5_000).bins).toBe(0);
    const {bytes} = tier;
    for (let cell = 6_000; cell < 12_000; cell++) tier.put(3, cell, figures(1_000_000));
    expect(tier.bytes).toBe(bytes);
  });

  it('says the same of a cell that is put twice', () => {
    const tier = new Tier(10, 600, Number.POSITIVE_INFINITY);
    for (let times = 0; times < 2; times++) tier.put(3, 1, figures(1_000_000));
    expect(read(tier, 3, 1).bins).toBe(10);
    expect(read(tier, 3, 1).moments.bytes / 1e6).toBeCloseTo(1, 2);
  });

  it('makes a cell of a coarser one of those of a chunk, part by part, and keeps their extremes', () => {
    const seconds = new Tier(10, 600, Number.POSITIVE_INFINITY);
    const tens = new Tier(100, 600, Number.POSITIVE_INFINITY);
    for (let cell = 0; cell < CHUNK_CELLS; cell++) {
      for (const scope of [0, 63, 64, 200]) if (scope !== 63 || cell === 4) seconds.put(scope, cell, figures(1 + cell));
    }
    for (let part = 0; part < 3; part++) seconds.fold(0, tens, part, 3);
    const {moments, ...told} = read(tens, 64, 0);
    expect(told.bins).toBe(10 * CHUNK_CELLS);
    expect(told.min).toBe(0);
    expect(told.max / CHUNK_CELLS).toBeCloseTo(1, 3);
    const bytes = (CHUNK_CELLS * (CHUNK_CELLS + 1)) / 2;
    expect(moments.bytes / bytes).toBeCloseTo(1, 3);
    expect(moments.squares / bytes / 1_000).toBeCloseTo(1, 2);
    expect(moments.samples).toBe(5 * CHUNK_CELLS);
    expect([0, 63, 200, 1].map((scope) => read(tens, scope, 0).bins)).toEqual([100, 10, 100, 0]);
  });

  it('takes no more memory than it may: with more scopes it reaches back less far, and then refuses', () => {
    const few = new Tier(10, 36_000, 1_000_000);
    const many = new Tier(10, 36_000, 1_000_000);
    for (let cell = 0; cell < 1_200; cell++) {
      for (let scope = 0; scope < 64; scope++) few.put(scope, cell, figures(1));
      for (let scope = 0; scope < 256; scope++) many.put(scope, cell, figures(1));
      expect(Math.max(few.bytes, many.bytes)).toBeLessThanOrEqual(1_000_000);
    }
    expect(many.first).toBeGreaterThan(few.first);
    const none = new Tier(10, 36_000, 1_000);
    none.put(0, 0, figures(1));
    expect(read(none, 0, 0).bins).toBe(0);
  });

  it('knows nothing any more of a scope that was given back, and all of the others', () => {
    const tier = new Tier(10, 600, Number.POSITIVE_INFINITY);
    for (const scope of [6, 7, 8]) tier.put(scope, 1, figures(1_000));
    tier.release(7);
    expect([6, 7, 8].map((scope) => read(tier, scope, 1).bins)).toEqual([10, 0, 10]);
  });
});

it('numbers of any size are kept to 0.04 %', () => {
  expect(decodeLog(encodeLog(0))).toBe(0);
  expect(decodeLog(encodeLog(0.2))).toBe(1);
  for (let value = 1; value < 1e17; value *= 1.37) {
    expect(Math.abs(decodeLog(encodeLog(value)) / value - 1)).toBeLessThan(0.0004);
  }
  expect(encodeLog(1e30)).toBe(65_535);
});
