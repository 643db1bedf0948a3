import {expect, it} from 'vitest';
import {EdgeLog, EdgeMap} from '../../../src/analysis/jobs/edge-log.ts';
import {PairHistory} from '../../../src/analysis/jobs/pair-history.ts';
import type {PairSlice} from '../../../src/fabric/pair-log.ts';
import {FLOW_SLOTS} from '../../../src/shared/bins.ts';

/** A slice of one flow, told 1,500 ms after the slice began, with samples in some slots of 25 ms before that. */
function sliceOf(number: number, more: Partial<Record<'destQp' | 'data' | 'samples', number>>, before: number[] = []) {
  const last = number * 80 + 60;
  const bits = [0, 0];
  for (const back of before) {
    const slot = (last - back) % FLOW_SLOTS;
    bits[slot >> 5] = (bits[slot >> 5]! | (1 << (slot & 31))) >>> 0;
  }
  const word = (value: number) => Uint32Array.of(value, 99);
  const column = (value: number) => Float32Array.of(value, 99);
  const {destQp = 7, data = 1, samples = 1} = more;
  const ends = {source: word(3), destination: word(4), destQp: word(destQp)};
  const sums = {frames: column(10), bytes: column(1_000), squares: column(1e6), largest: column(1_000)};
  const slice: PairSlice = {
    ...{number, hosts: 5, rows: 1, scale: 2, told: word(1_500), slotsLow: word(bits[0]!), slotsHigh: word(bits[1]!)},
    ...{...ends, ...sums, samples: column(samples), data: column(data), cnp: column(0)},
    ...{farSamples: column(0), farFrames: column(0), ce: column(0)},
  };
  return slice;
}

it('an edge has its samples when they were taken, of data alone, and not of what is not told whole', () => {
  const log = new EdgeLog();
  log.add(sliceOf(1_000, {}, [0, 1, 63]));
  log.add(sliceOf(1_001, {destQp: 8}, [5]));
  log.add(sliceOf(1_002, {data: 0}, [7]));
  const {edges, start, slot, slots, firstSlot} = log.times(() => true);
  expect([firstSlot, slots]).toEqual([80_000, 160]);
  expect(edges).toEqual([
    {source: 3, destination: 4, destQp: 7},
    {source: 3, destination: 4, destQp: 8},
  ]);
  expect([...start]).toEqual([0, 2, 3]);
  // What lies in front of the first slice is not whole either.
  expect([...slot.subarray(0, 2)].sort()).toEqual([59, 60]);
  expect(slot[2]).toBe(80 + 55);
  expect(log.times((host) => host === 3).edges).toEqual([]);
  expect(log.seconds).toBe(6);
  log.add(sliceOf(1_100, {}, [0]));
  expect(log.seconds).toBe(2);
});

it('edges are known by both hosts and the queue pair', () => {
  const map = new EdgeMap<number>();
  map.set({source: 1, destination: 2, destQp: 3}, 5);
  expect(map.of(1, 2, 3)).toBe(5);
  expect([map.of(2, 1, 3), map.of(1, 2, 4), map.of(1, 3, 3)]).toEqual([undefined, undefined, undefined]);
});

it('pairs are added up over as many seconds as are asked for, and stand for what there was no room for', () => {
  const history = new PairHistory();
  for (const number of [1_000, 1_001, 1_002]) history.add(sliceOf(number, {samples: number - 999}));
  const window = history.window(4);
  expect([window.seconds, ...window.source, ...window.destination]).toEqual([4, 3, 4]);
  expect([...window.samples, ...window.bytes, ...window.squares, ...window.largest]).toEqual([5, 4_000, 8e6, 2_000]);
  expect(history.window(60).seconds).toBe(6);
  history.add(sliceOf(1_030, {}));
  expect(history.window(60).seconds).toBe(6);
});
