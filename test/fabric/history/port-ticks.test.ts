import {describe, expect, it} from 'vitest';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {PortTicks} from '../../../src/fabric/history/port-ticks.ts';
import {AGENT, IN, IN_DERIVED, OUT, PartialBuilder, T} from '../../support/partial-builder.ts';

/** The ticks of the bins from..to-1, with what lies around them left as it was. */
function read(ticks: PortTicks, slot: number, from: number, to: number): number[] {
  const into = new Float64Array((to - from) * 10 + 2).fill(-1);
  const sum = ticks.copy(slot, from, to, into, 1);
  const read = [...into.subarray(1, -1)];
  expect([into[0], into.at(-1)]).toEqual([-1, -1]);
  expect(read.reduce((total, count) => total + count, 0)).toBe(sum);
  return read;
}

const pack = (...counts: number[]) => counts.reduceRight((packed, count) => packed * 1_024 + count, 0);
const nothing = (bins: number) => new Array<number>(bins * 10).fill(0);

describe('a ring of ticks', () => {
  it('adds up what comes in several parts, and says nothing of other bins and ports', () => {
    const ticks = new PortTicks(20);
    ticks.add(3, T, pack(1, 2, 3, 4, 5), pack(6, 7, 8, 9, 10));
    ticks.add(3, T, pack(0, 0, 1), 0);
    ticks.add(3, T + 2, 0, pack(0, 0, 0, 0, 9));
    expect(read(ticks, 3, T, T + 3)).toEqual([
      1,
      2,
      4,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      ...nothing(1),
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      9,
    ]);
    expect(read(ticks, 3, T - 30, T)).toEqual(nothing(30));
    expect(read(ticks, 3, T + 3, T + 60)).toEqual(nothing(57));
    expect(read(ticks, 4, T, T + 3)).toEqual(nothing(3));
  });

  it('takes bins in any order, and none that is past reach', () => {
    const ticks = new PortTicks(20);
    ticks.add(0, T + 19, pack(1), 0);
    ticks.add(0, T, pack(2), 0);
    expect(read(ticks, 0, T, T + 1)[0]).toBe(2);
    ticks.add(0, T + 20, pack(3), 0);
    ticks.add(0, T, pack(4), 0);
    expect(read(ticks, 0, T, T + 1)).toEqual(nothing(1));
    expect(read(ticks, 0, T + 19, T + 21)).toEqual([1, ...nothing(1).slice(1), 3, ...nothing(1).slice(1)]);
  });

  it('stops at 255 samples a tick', () => {
    const ticks = new PortTicks(20);
    ticks.add(0, T, pack(200, 1_023, 255, 1), 0);
    ticks.add(0, T, pack(200, 1, 1, 1), 0);
    expect(read(ticks, 0, T, T + 1).slice(0, 4)).toEqual([255, 255, 255, 2]);
  });

  it('is made for ports that have samples alone, and given to others where there is no room', () => {
    const ticks = new PortTicks(20, 2 * 200 + 199);
    ticks.add(0, T, pack(1), 0);
    ticks.add(1, T + 10, pack(1), 0);
    ticks.add(2, T + 10, 0, 0);
    expect(ticks.size).toBe(2);
    ticks.add(2, T + 19, pack(5), 0);
    expect(ticks.has(2)).toBe(false);
    ticks.add(2, T + 20, pack(6), 0);
    expect([ticks.has(0), ticks.has(1), ticks.has(2)]).toEqual([false, true, true]);
    expect(read(ticks, 2, T, T + 21)).toEqual([...nothing(20), 6, ...nothing(1).slice(1)]);
    expect(read(ticks, 1, T + 10, T + 11)[0]).toBe(1);
    ticks.release(1);
    ticks.add(3, T + 21, pack(7), 0);
    expect(ticks.has(3)).toBe(true);
  });
});

describe('the ticks of a fabric', () => {
  const setup = () => ({fabric: new Fabric({depth: 400, flows: 10}), builder: new PartialBuilder()});
  const slotOf = (fabric: Fabric) => fabric.ports.get(`${AGENT}~1`)!.slot;

  it('are those of what came in, and of samples that count in the next bin', () => {
    const {fabric, builder} = setup();
    const row = {bin: T, roce: [1_000, 1_000], ticks: [0, 1, 0, 0, 0, 0, 0, 0, 1]};
    fabric.apply(builder.next(T + 1, {rows: [row, {...row, side: OUT}]}));
    const before = fabric.newest;
    const advance = fabric.apply(
      builder.next(T + 2, {
        rows: [
          {bin: T, ticks: [0, 0, 0, 0, 0, 0, 0, 0, 0, 3]},
          {bin: T + 1, roce: [900, 900, 900]},
        ],
      }),
    );
    expect(read(fabric.portTicks, slotOf(fabric), T, T + 2)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 1, 3, ...nothing(1)]);
    expect(before).toBe(T);
    expect(advance!.from).toBe(T + 1);
  });

  it('are kept of what goes out at the edge', () => {
    const {fabric, builder} = setup();
    const row = {roce: [1_000], ticks: [0, 4], side: OUT};
    fabric.apply(builder.next(T + 1, {rows: [{...row, bin: T, side: IN}]})); // one switch: all of its ports are edge
    fabric.apply(builder.next(T + 2, {rows: [{...row, bin: T + 1}]}));
    const slot = slotOf(fabric);
    expect(read(fabric.portTicksOut, slot, T, T + 2)).toEqual([...nothing(1), 0, 4, ...nothing(1).slice(2)]);
    const counts = new Uint8Array(24).fill(9);
    fabric.portTicksOut.copyCounts(slot, T, T + 2, counts, 2);
    expect([...counts.subarray(0, 2), ...counts.subarray(12, 16)]).toEqual([9, 9, 0, 4, 0, 0]);
    expect(counts[2]).toBe(9); // before its first sample nothing is kept
  });

  it('are of one basis, the best one', () => {
    const {fabric, builder} = setup();
    const row = (bin: number, side: number, count: number) => ({bin, side, roce: Array(8).fill(1_000), ticks: [count]});
    fabric.apply(builder.next(T + 1, {rows: [row(T, IN_DERIVED, 5)]}));
    expect(read(fabric.portTicks, slotOf(fabric), T, T + 1)[0]).toBe(5);
    fabric.apply(
      builder.next(T + 12, {
        rows: [row(T + 1, IN, 1), row(T + 11, IN_DERIVED, 6), row(T + 11, IN, 2), row(T + 11, IN_DERIVED, 6)],
      }),
    );
    fabric.apply(builder.next(T + 13, {rows: [row(T + 12, IN_DERIVED, 7)]}));
    const first = read(fabric.portTicks, slotOf(fabric), T, T + 13).filter((_, i) => i % 10 === 0);
    expect(first).toEqual([...Array(11).fill(0), 2, 0]);
  });

  it('leave with their port', () => {
    const {fabric, builder} = setup();
    fabric.apply(builder.next(T + 1, {rows: [{bin: T, roce: [1_000], ticks: [1]}]}));
    const slot = slotOf(fabric);
    expect(fabric.portTicks.has(slot)).toBe(true);
    fabric.agents.max = 1;
    fabric.ports.max = 1;
    let bin = T + 1;
    for (; bin < T + 7_000; bin += 9) {
      fabric.apply(builder.next(bin + 1, {rows: [{bin, agent: '10.0.0.9', roce: [1_000], ticks: [1]}]}));
    }
    expect(fabric.ports.get(`${AGENT}~1`)).toBeUndefined();
    expect(fabric.ports.get('10.0.0.9~1')!.slot).toBe(slot);
    expect(read(fabric.portTicks, slot, T, T + 1)).toEqual(nothing(1));
  });
});
