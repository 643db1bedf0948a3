import {expect, test} from 'vitest';
import {Count} from '../../../src/account/ledger.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Skipped} from '../../../src/fabric/history/skipped.ts';
import {FABRIC_SCOPE} from '../../../src/fabric/reader.ts';
import {BinState} from '../../../src/shared/live.ts';
import {PartialBuilder, T} from '../../support/partial-builder.ts';
import {read} from '../reading.ts';

test('the bins between two are skipped, but for those that have samples', () => {
  const skipped = new Skipped();
  skipped.add(10, 11);
  expect([10, 11].some((bin) => skipped.has(bin))).toBe(false);
  skipped.add(20, 26);
  skipped.add(40, 42);
  const all = () => Array.from({length: 50}, (_, bin) => bin).filter((bin) => skipped.has(bin));
  expect(all()).toEqual([21, 22, 23, 24, 25, 41]);
  for (const bin of [23, 41, 44]) skipped.witness(bin);
  expect(all()).toEqual([21, 22, 24, 25]);
  for (let step = 0; step < 100; step++) skipped.add(100 + 10 * step, 109 + 10 * step);
  expect(skipped.has(1_095)).toBe(true);
  expect(skipped.has(22)).toBe(false);
});

test('a step of the clock leaves a gap, not zeros', () => {
  const fabric = new Fabric({depth: 600, flows: 10});
  const builder = new PartialBuilder();
  const row = (bin: number) => ({bin, roce: [1_000]});
  for (let bin = T; bin < T + 20; bin++) fabric.apply(builder.next(bin + 1, {rows: [row(bin)]}));
  // 5 s forward at the beginning of T + 21; what waited meanwhile is laid before the bin that it came to.
  const counts: [number, number][] = [
    [Count.ClockSteps, 1],
    [Count.ClockStepMs, 5_000],
  ];
  fabric.apply(builder.next(T + 71, {rows: [row(T + 20), row(T + 68), row(T + 70)], counts}));
  for (let bin = T + 71; bin < T + 90; bin++) fabric.apply(builder.next(bin + 1, {rows: [row(bin)]}));
  const states = Array.from({length: 90}, (_, i) => read(fabric, FABRIC_SCOPE, 'roce', T + i).state);
  const expected = states.map((_, i) => (i > 21 && i < 70 && i !== 68 ? BinState.Absent : BinState.Present));
  expect(states.slice(0, 89)).toEqual(expected.slice(0, 89));
});
