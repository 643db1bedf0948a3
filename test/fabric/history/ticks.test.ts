import {expect, it} from 'vitest';
import {TICKS} from '../../../src/account/schema.ts';
import {TickRing} from '../../../src/fabric/history/ticks.ts';

const BIN = 17_000_000_000;

function section(...rows: [tick: number, samples: number][]) {
  const columns = [Float64Array.from(rows, ([tick]) => tick), Uint32Array.from(rows, ([, count]) => count)];
  return {schema: TICKS, rows: rows.length, columns};
}

function read(ring: TickRing, bin: number): number[] {
  const into = new Float64Array(12);
  const sum = ring.copy(bin, into, 1);
  expect(into.reduce((total, value) => total + value, 0)).toBe(sum);
  expect([into[0], into[11]]).toEqual([0, 0]);
  return [...into.subarray(1, 11)];
}

it('adds up what came in several Partials', () => {
  const ring = new TickRing(20);
  ring.apply(section([BIN * 10 + 3, 2], [BIN * 10 + 9, 1]), BIN + 1);
  ring.apply(section([BIN * 10 + 3, 5]), BIN + 2);
  expect(read(ring, BIN)).toEqual([0, 0, 0, 7, 0, 0, 0, 0, 0, 1]);
  expect(read(ring, BIN + 1)).toEqual(new Array(10).fill(0));
});

it('forgets what is older than it is deep, and takes nothing for it', () => {
  const ring = new TickRing(20);
  ring.apply(section([BIN * 10, 1]), BIN + 1);
  ring.apply(section([(BIN + 20) * 10, 4]), BIN + 21);
  expect(read(ring, BIN)[0]).toBe(0);
  expect(read(ring, BIN + 20)[0]).toBe(4);
  ring.apply(section([BIN * 10, 1]), BIN + 21);
  expect(read(ring, BIN)[0]).toBe(0);
  expect(read(ring, BIN + 20)[0]).toBe(4);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, (BIN + 10_000) * 10, -5])('is not moved by tick %d', (tick) => {
  const ring = new TickRing(20);
  ring.apply(section([BIN * 10, 1]), BIN + 1);
  ring.apply(section([tick, 9], [BIN * 10 + 1, 1]), BIN + 1);
  expect(read(ring, BIN).slice(0, 2)).toEqual([1, 1]);
});
