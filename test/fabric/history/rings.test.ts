import {describe, expect, it} from 'vitest';
import {MEASURES, Measure} from '../../../src/account/measures.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {MIN_DEPTH, Rings} from '../../../src/fabric/history/rings.ts';
import {AGENT, PartialBuilder, type SampleRow, T} from '../../support/partial-builder.ts';
import {fabricBytes, linkScope, read} from '../reading.ts';

const CHUNK = 64;
/** Bytes of a cell, and of one with marks, for which there is always room. */
const CELL = 24;
const MARKED = 32;

const columns = Array.from({length: MEASURES.length}, () => [0]);
const add = (rings: Rings, row: number, bin: number, of: Partial<Record<keyof typeof Measure, number>>) => {
  for (const column of columns) column[0] = 0;
  for (const [name, value] of Object.entries(of)) columns[Measure[name as keyof typeof Measure]]![0] = value;
  rings.add(row, bin, columns, 0, 0);
};

describe('rings with a budget', () => {
  it('reach back half as far where more rows come than fit, and no less than 30 s', () => {
    const rings = new Rings(3_000, 4 * CHUNK * MARKED * 3_000);
    expect(rings.hold(4 * CHUNK - 1, T)).toBe(true);
    expect([rings.depth, rings.bytes]).toEqual([3_000, 4 * CHUNK * CELL * 3_000]);
    expect(rings.hold(4 * CHUNK, T)).toBe(true);
    expect(rings.depth).toBe(1_500);
    expect(rings.hold(40 * CHUNK - 1, T)).toBe(true);
    expect(rings.depth).toBe(MIN_DEPTH);
    expect(rings.hold(40 * CHUNK, T)).toBe(false);
    expect(rings.bytes).toBe(40 * CHUNK * CELL * MIN_DEPTH);
  });

  it.each([T, T + 1, T + 1_499, T + 1_500, T + 2_999])(
    'keep the newest bins when they are shortened at %i',
    (newest) => {
      const rings = new Rings(3_000, CHUNK * MARKED * 3_000);
      rings.hold(0, newest);
      for (let bin = newest - 2_999; bin <= newest; bin++) {
        add(rings, 5, bin, {Frames: bin - newest + 10_000});
        rings.setLargest(5, bin, 0, bin - newest + 3_000);
      }
      rings.hold(CHUNK, newest);
      expect(rings.depth).toBe(1_500);
      for (let bin = newest - 1_499; bin <= newest; bin++) {
        expect(rings.chunk(0).frames[rings.at(5, bin)]).toBe(bin - newest + 10_000);
        expect(rings.chunk(0).roceLargest[rings.at(5, bin)]).toBe(bin - newest + 3_000);
        expect(rings.chunk(0).frames[rings.at(6, bin)]).toBe(0);
      }
    },
  );
});

describe('marks', () => {
  const marksOf = (rings: Rings, row: number, bin: number) => {
    const {ce, cnp, trimmed} = rings.chunk(row);
    return [ce, cnp, trimmed].map((column) => column[rings.at(row, bin)]);
  };

  it('take memory in chunks that have any, last as long as all else, and are cleared with it', () => {
    const rings = new Rings(600, 2 * CHUNK * MARKED * 600);
    rings.hold(2 * CHUNK - 1, T);
    rings.clear(T);
    add(rings, 3, T, {Frames: 5, Bytes: 5_000});
    expect(rings.bytes).toBe(2 * CHUNK * CELL * 600);
    add(rings, CHUNK + 3, T, {Frames: 5, RoceFrames: 5, CeFrames: 1, CnpFrames: 2, TrimmedFrames: 3});
    add(rings, CHUNK + 3, T, {Frames: 5, RoceFrames: 5, CeFrames: 10});
    expect(rings.bytes).toBe(CHUNK * (CELL + MARKED) * 600);
    expect([marksOf(rings, 3, T), marksOf(rings, CHUNK + 3, T)]).toEqual([
      [0, 0, 0],
      [11, 2, 3],
    ]);
    expect(rings.chunk(CHUNK + 3).frames[rings.at(CHUNK + 3, T)]).toBe(10);
    rings.hold(2 * CHUNK, T);
    expect(rings.depth).toBe(300);
    expect([marksOf(rings, 3, T), marksOf(rings, CHUNK + 3, T)]).toEqual([
      [0, 0, 0],
      [11, 2, 3],
    ]);
    rings.clear(T + 300);
    expect(marksOf(rings, CHUNK + 3, T + 300)).toEqual([0, 0, 0]);
  });

  it('and counts saturate', () => {
    const rings = new Rings(300);
    rings.hold(0, T);
    for (let i = 0; i < 3; i++)
      add(rings, 0, T, {Frames: 30_000, RoceFrames: 30_000, Bytes: 2 ** 31, CeFrames: 30_000});
    const {frames, roceFrames, bytes} = rings.chunk(0);
    const at = rings.at(0, T);
    expect([frames[at], roceFrames[at], bytes[at]]).toEqual([65_535, 65_535, 2 ** 32 - 1]);
    expect(marksOf(rings, 0, T)[0]).toBe(65_535);
  });
});

describe('a fabric with a budget', () => {
  const row = (bin: number, port: number): SampleRow => ({bin, port, roce: [1_000 + port], other: [bin % 1_000]});
  /** Rows of one port for a while, then of many. */
  function grow(memory: number | undefined, many: number, until = T + 1_000): Fabric {
    const fabric = new Fabric({depth: 3_000, flows: 10, ...(memory === undefined ? {} : {memory})});
    const builder = new PartialBuilder();
    for (let bin = T; bin < until; bin++) {
      const rows = [row(bin, 1)];
      if (bin >= T + 900) for (let port = 2; port <= many; port++) rows.push(row(bin, port));
      fabric.apply(builder.next(bin + 1, {rows}));
    }
    return fabric;
  }

  it('says the same of the bins that it still reaches', () => {
    const whole = grow(undefined, 150);
    const short = grow(10 * 1024 ** 2, 150);
    expect(short.rings.depth).toBeLessThan(900);
    expect(short.rings.depth).toBeGreaterThanOrEqual(MIN_DEPTH);
    expect(short.rows.refused).toBe(0);
    expect(short.firstBin).toBe(short.newest - short.rings.depth + 1);
    for (let bin = short.firstBin; bin <= short.newest; bin++) {
      expect(fabricBytes(short, bin, 'all')).toBe(fabricBytes(whole, bin, 'all'));
      for (const port of [1, 63, 64, 150]) {
        const [mine, other] = [short, whole].map((fabric) =>
          read(fabric, linkScope(fabric, `${AGENT}~${port}`, 'in'), 'roce', bin),
        );
        expect(mine).toEqual(other);
      }
    }
    expect(short.totals.allBytes).toBe(whole.totals.allBytes);
  });

  it('refuses rows past it and counts them; those that are there go on', () => {
    const fabric = grow(6.5 * 1024 ** 2, 300, T + 905);
    expect(fabric.rings.depth).toBe(MIN_DEPTH);
    expect(fabric.rows.refused).toBeGreaterThan(0);
    expect(fabric.rows.size).toBe(fabric.rings.bytes / (MIN_DEPTH * CELL));
    expect(fabric.rings.bytes).toBeLessThan(4 * 1024 ** 2);
    expect(fabric.rows.lastBin(fabric.rows.of(fabric.ports.get(`${AGENT}~1`)!.slot, 0)[0]!)).toBe(T + 904);
  });
});
