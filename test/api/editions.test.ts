import {expect, it} from 'vitest';
import type {Context} from '../../src/api/context.ts';
import {Editions} from '../../src/api/live/editions.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {PartialBuilder, T} from '../support/partial-builder.ts';

it.each([
  [100, 10],
  [20_000, 20],
])('of %i flows a topic is new every %i bins', (size, bins) => {
  const fabric = new Fabric({depth: 300, flows: 10});
  Object.defineProperty(fabric.flows, 'size', {value: size});
  const builder = new PartialBuilder();
  const editions = new Editions({fabric} as Context);
  const made = new Set<number>();
  for (let bin = T; bin < T + 81; bin++) {
    fabric.apply(builder.next(bin + 1, {rows: [{bin, roce: [1_000]}]}));
    made.add(editions.get('flows', undefined).bin);
  }
  expect([...made]).toEqual(Array.from({length: made.size}, (_, i) => T + i * bins));
  expect(made.size).toBe(1 + 80 / bins);
});
