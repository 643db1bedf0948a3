import {describe, expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {PairLog, type PairRow, type PairSlice} from '../../src/fabric/pair-log.ts';
import {AGENT, IN, OUT, PartialBuilder, T} from '../support/partial-builder.ts';

const fabric = new Fabric({depth: 100, flows: 10});
fabric.apply(
  new PartialBuilder().next(T + 1, {rows: [1, 2].map((port) => ({bin: T, port, agent: AGENT, roce: [100]}))}),
);
const [edge, core] = fabric.ports.all;

/** Hosts are 10.0.0.n here. */
const row = (source: number, destination: number, more: Partial<PairRow> = {}): PairRow => ({
  source,
  destination,
  destQp: 17,
  port: edge!,
  role: 'edge',
  isIn: true,
  ttl: 64,
  counts: true,
  leaves: false,
  goesOn: false,
  samples: 2,
  bytes: 8_356,
  squares: 2 * 4_178 ** 2,
  largest: 4_178,
  ce: 1,
  cnp: 0,
  weight: 1_000,
  time: 1_000_900,
  slotsLow: 5,
  slotsHigh: 2 ** 31,
  ...more,
});

function add(log: PairLog, second: number, {source, destination, ...more}: PairRow): void {
  log.advance(second);
  const [from, to] = [source, destination].map((last) => log.host(0, 0, 0xffff, 0x0a000000 + last));
  log.add(second, {...more, source: from!, destination: to!});
}

/** A log that has taken rows in one slice and is past it. */
function logOf(...rows: PairRow[]): PairLog {
  const log = new PairLog();
  for (const one of rows) add(log, 1_000, one);
  log.advance(1_002);
  return log;
}

/** The only slice that is over, its columns as long as it has rows. */
function sliceOf(log: PairLog) {
  const slices = log.takeOver();
  expect(slices).toHaveLength(1);
  const {rows, ...slice} = slices[0]!;
  const column = <T extends Uint32Array | Float32Array>(values: T) => [...values.subarray(0, rows)];
  return {...slice, rows, column};
}

/** Rows of a slice that tell what entered. */
const entered = ({samples}: Pick<PairSlice, 'samples'>) => samples.filter((count) => count > 0).length;

describe('what hosts sent each other', () => {
  it('is weighted, and knows hosts by their numbers', () => {
    const log = logOf(row(1, 2), row(2, 1, {samples: 1, bytes: 82, squares: 82 ** 2, ce: 0, cnp: 1}));
    const {column, ...slice} = sliceOf(log);
    expect([slice.number, slice.hosts, slice.rows, slice.scale]).toEqual([500, 2, 2, 1]);
    expect(column(slice.source)).toEqual([0, 1]);
    expect(column(slice.destination)).toEqual([1, 0]);
    expect([log.address(0), log.address(1), log.address(9)]).toEqual(['10.0.0.1', '10.0.0.2', '']);
    expect(column(slice.samples)).toEqual([2, 1]);
    expect(column(slice.data)).toEqual([2, 0]);
    expect(column(slice.frames)).toEqual([2_000, 1_000]);
    expect(column(slice.bytes)).toEqual([8_356_000, 82_000]);
    expect(slice.squares[0]! / (2 * 4_178_000 ** 2)).toBeCloseTo(1, 6);
    expect(column(slice.ce)).toEqual([1_000, 0]);
    expect(column(slice.cnp)).toEqual([0, 1_000]);
    expect(column(slice.destQp)).toEqual([17, 17]);
    expect([slice.told[0], slice.slotsLow[0], slice.slotsHigh[0]]).toEqual([900, 5, 2 ** 31]);
    expect(log.takeOver()).toEqual([]);
  });

  it('counts where it enters, and nowhere else', () => {
    const log = logOf(
      row(1, 2, {ttl: 63, port: core!, role: 'core'}),
      row(1, 2),
      row(1, 2, {ttl: 63, port: core!, role: 'core'}),
      row(1, 2, {isIn: false}),
      row(1, 3, {role: 'unknown'}),
    );
    // The first came before the nearer place was known.
    expect(entered(sliceOf(log))).toBe(2);
    expect(log.home(0)).toBe(edge);
    expect(log.home(1)).toBeUndefined();
  });

  it('counts where a switch sends it out, if that is all that is sampled', () => {
    const log = logOf(row(1, 2, {isIn: false, ttl: 63}), row(1, 2, {isIn: false, ttl: 62}));
    expect(entered(sliceOf(log))).toBe(1);
    expect(log.home(0)).toBeUndefined();
  });

  it('has its marks where it leaves, and its traffic where it enters', () => {
    const last = {ttl: 62, port: core!, role: 'core', leaves: true} as const;
    const log = logOf(
      row(1, 2, last),
      row(1, 2, {ce: 0}),
      row(3, 2, {ttl: 63, port: core!, role: 'core', ce: 0}),
      // On one switch, it enters and leaves at once.
      row(4, 2, {leaves: true, samples: 3}),
    );
    const {column, ...slice} = sliceOf(log);
    // The first of each host that was seen; of the third nothing nearer is known.
    expect(column(slice.samples)).toEqual([2, 2, 2, 3]);
    expect(column(slice.farSamples)).toEqual([2, 0, 0, 3]);
    expect(column(slice.farFrames)).toEqual([2_000, 0, 0, 3_000]);
    expect(column(slice.ce)).toEqual([1_000, 0, 0, 1_000]);
  });

  it('has its marks of samples as it leaves, where other samples count as it enters', () => {
    const log = logOf(row(1, 2, {ce: 0}), row(1, 2, {counts: false, leaves: true, samples: 4}));
    const {column, ...slice} = sliceOf(log);
    expect(column(slice.samples)).toEqual([2, 0]);
    expect(column(slice.cnp)).toEqual([0, 0]);
    expect(column(slice.farSamples).at(-1)).toBe(4);
    expect(log.home(0)).toBe(edge);
  });

  it('has its marks where it has come farthest, where none is seen to leave', () => {
    const log = logOf(
      row(1, 2, {ttl: 62, port: core!, role: 'core'}),
      row(1, 2, {ttl: 63, port: core!, role: 'core', ce: 0}),
      row(1, 2, {ce: 0}),
      row(1, 2, {ttl: 61, port: core!, role: 'core', samples: 1}),
    );
    const {column, ...slice} = sliceOf(log);
    expect(column(slice.farSamples)).toEqual([2, 0, 0, 1]);
    const rows: number[][] = [];
    for (let second = 1_004; second < 1_040; second += 2) {
      add(log, second, row(1, 2));
      rows.push(...log.takeOver().map(({farSamples}) => [...farSamples.filter((count) => count > 0)]));
    }
    // Until that place is forgotten.
    expect(rows[0]).toEqual([]);
    expect(rows.at(-1)).toEqual([2]);
  });

  it('has its marks on the last of switches that bridge', () => {
    const onward = {port: core!, role: 'core', goesOn: true} as const;
    const log = logOf(row(1, 2, {...onward, goesOn: false}), row(1, 2, {...onward, ce: 0}), row(1, 2, {ce: 0}));
    const {column, farSamples} = sliceOf(log);
    expect(column(farSamples)).toEqual([2, 0, 0]);
  });

  it('tells hosts apart by what TTL they begin with, and finds a new nearest place when the old one is gone', () => {
    const log = logOf(row(1, 2, {ttl: 255}), row(3, 4, {ttl: 128}), row(5, 6, {ttl: 64}));
    expect(entered(sliceOf(log))).toBe(3);
    const rows: number[] = [];
    for (let second = 1_004; second < 1_040; second += 2) {
      add(log, second, row(1, 2, {ttl: 254, role: 'core', port: core!}));
      rows.push(...log.takeOver().map(entered));
    }
    expect(rows.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(rows.slice(-4)).toEqual([1, 1, 1, 1]);
  });

  it('waits to be taken over for ten seconds, whether anything comes or not', () => {
    const log = logOf(row(1, 2));
    log.advance(1_010);
    expect(log.takeOver().map(({number, rows}) => [number, rows])).toEqual([
      [500, 1],
      [501, 0],
      [502, 0],
      [503, 0],
      [504, 0],
    ]);
    log.advance(9_000);
    expect(log.takeOver().map(({number}) => number)).toEqual([4_495, 4_496, 4_497, 4_498, 4_499]);
  });

  it('stands for what there was no room for', () => {
    const log = new PairLog();
    for (let i = 0; i < 150_000; i++) add(log, 1_000, row(1 + (i % 500), 501 + (i % 499)));
    log.advance(1_002);
    const {bytes, rows, scale} = sliceOf(log);
    expect(rows).toBe(131_072);
    expect((scale * bytes.reduce((sum, value) => sum + value, 0)) / (150_000 * 8_356_000)).toBeCloseTo(1, 3);
  });
});

it('a fabric logs its flows on the basis that counts', () => {
  const builder = new PartialBuilder();
  const whole = new Fabric({depth: 100, flows: 10});
  const rows = [{bin: T, port: 1, side: IN, roce: [4_178]}];
  const flow = {source: '10.1.0.1', destination: '10.1.0.2', lengths: [4_178], ttl: 64, port: 1};
  whole.apply(builder.next(T + 1, {rows}));
  whole.apply(builder.next(T + 10, {flows: [flow, {...flow, side: OUT, port: 2}], isSecond: true}));
  whole.apply(builder.next(T + 40, {isSecond: true}));
  const [slice] = whole.flows.pairs.takeOver();
  expect([...slice!.samples.subarray(0, slice!.rows)]).toEqual([1]);
  expect(whole.flows.pairs.home(0)?.id).toBe(`${AGENT}~1`);
});
