import {describe, expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {LargestSeen} from '../../src/fabric/largest-seen.ts';
import {PartialBuilder, T} from '../support/partial-builder.ts';
import {linkScope, read} from './reading.ts';

/** Samples of 1 kB at a rate in each of some bins. */
function note(seen: LargestSeen, rate: number, from: number, to: number): void {
  for (let bin = from; bin < to; bin++) seen.note(rate, 1_000, bin, bin - 1);
}

describe('what an agent showed last', () => {
  it('counts from its first sample on', () => {
    const seen = new LargestSeen();
    seen.note(1_000, 64, T, T + 1);
    expect([seen.weight, seen.rate, seen.weights.at(T), seen.weights.at(T + 1)]).toEqual([64_000, 1_000, 0, 64_000]);
    seen.note(100, 9_000, T, T + 1);
    expect([seen.weight, seen.rate]).toEqual([900_000, 1_000]);
  });

  it('is forgotten within a minute of samples that are lighter, for what follows', () => {
    const seen = new LargestSeen();
    note(seen, 1_000_000, T, T + 100);
    note(seen, 1_000, T + 100, T + 700);
    expect([seen.weight, seen.rate]).toEqual([1_000_000, 1_000]);
    expect(seen.rates.at(T + 200)).toBe(1_000_000);
  });

  it('is kept while it is quiet, or few samples come', () => {
    const seen = new LargestSeen();
    note(seen, 1_000, T, T + 31);
    note(seen, 100, T + 36_000, T + 36_010);
    expect(seen.rate).toBe(1_000);
  });

  it('is not set by one sample alone', () => {
    const seen = new LargestSeen();
    note(seen, 1_000, T, T + 40);
    seen.note(100_000_000, 262_144, T + 40, T + 40);
    expect([seen.weight, seen.rate]).toEqual([1_000_000, 1_000]);
    seen.note(2_000, 1_000, T + 41, T + 41);
    expect([seen.weight, seen.rate]).toEqual([2_000_000, 2_000]);
  });
});

it('a port without samples has no wider bounds than what its agent samples now gives it', () => {
  const fabric = new Fabric({depth: 300, flows: 10});
  const builder = new PartialBuilder();
  const give = (bin: number, rate: number) =>
    fabric.apply(builder.next(bin + 1, {counters: bin === T ? [{port: 9}] : [], rows: [{bin, rate, other: [9_000]}]}));
  for (let bin = T; bin < T + 50; bin++) give(bin, 1_000_000);
  for (let bin = T + 50; bin < T + 700; bin++) give(bin, 1_000);
  expect(read(fabric, linkScope(fabric, '10.0.0.1~9', 'in'), 'all', T + 690).largest).toBe(9_000_000);
  expect(fabric.ports.get('10.0.0.1~9')!.agent.largest.rate).toBe(1_000);
});
