import {describe, expect, it} from 'vitest';
import {Basis} from '../../src/account/schema.ts';
import {Bases} from '../../src/fabric/bases.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {RowColumns} from '../../src/fabric/row-columns.ts';
import {OUT, OUT_DERIVED, PartialBuilder, type SampleRow, T} from '../support/partial-builder.ts';
import {linkScope, read} from './reading.ts';

const {Measured, Observed, Derived} = Basis;
const OUT_PLACE = 1;
const IN_PLACE = 0;

/** Bases that hear samples of a rate of 1,000: so many of each basis a bin. */
function hearing(place: number) {
  const bases = new Bases(new RowColumns());
  let bin = T;
  const hear = (bins: number, ...each: [basis: number, samples: number, rate?: number][]) => {
    for (const end = bin + bins; bin < end; bin++) {
      for (const [basis, samples, rate = 1_000] of each) bases.hear(place, basis, samples, rate, bin, bin - 12);
    }
    return bases.at(place, bin);
  };
  return {bases, hear};
}

describe('a basis', () => {
  it('counts from the first sample on where there is no other', () => {
    for (const basis of [Measured, Observed, Derived]) expect(hearing(OUT_PLACE).hear(1, [basis, 1])).toBe(basis);
  });

  it('gives way to a better one that tells of as much, in a second or when there are samples enough', () => {
    const {hear} = hearing(OUT_PLACE);
    expect(hear(5, [Derived, 10], [Measured, 10])).toBe(Derived);
    expect(hear(10, [Derived, 10], [Measured, 10])).toBe(Measured);
    const slow = hearing(IN_PLACE);
    for (let i = 0; i < 6; i++)
      expect(slow.hear(100, [Derived, 0]) + slow.hear(1, [Derived, 1], [Measured, 1])).toBe(4);
    for (let i = 0; i < 3; i++) slow.hear(1, [Derived, 1], [Measured, 1]);
    expect(slow.hear(1)).toBe(Measured);
  });

  it('gives way to one that is sampled at another rate, and to one that comes instead of it', () => {
    expect(hearing(OUT_PLACE).hear(30, [Derived, 20], [Measured, 2, 10_000])).toBe(Measured);
    const {hear} = hearing(OUT_PLACE);
    expect(hear(10, [Derived, 20])).toBe(Derived);
    expect(hear(20, [Measured, 1])).toBe(Measured);
  });

  it('does not give way to one that tells of little, however long it does', () => {
    const {hear} = hearing(OUT_PLACE);
    expect(hear(10, [Derived, 8])).toBe(Derived);
    for (let i = 0; i < 100; i++) {
      hear(1, [Derived, 8], [Measured, 1]);
      expect(hear(9, [Derived, 8])).toBe(Derived);
    }
  });

  it('that was measured going out and tells of little of it gives way again', () => {
    const {hear} = hearing(OUT_PLACE);
    expect(hear(1, [Measured, 1])).toBe(Measured);
    expect(hear(20, [Derived, 8])).toBe(Derived);
    // Of few it may be chance.
    const few = hearing(OUT_PLACE);
    expect(few.hear(1, [Measured, 1])).toBe(Measured);
    expect(few.hear(30, [Derived, 1])).toBe(Measured);
  });

  it('that was measured coming in stays: of copies that go out, more is derived', () => {
    const {hear} = hearing(IN_PLACE);
    expect(hear(100, [Measured, 1], [Derived, 40])).toBe(Measured);
  });

  it('stays where both tell of as much as sampling allows', () => {
    const {bases, hear} = hearing(OUT_PLACE);
    hear(100, [Measured, 5], [Derived, 8]);
    expect(bases.since(OUT_PLACE, T - 12)).toBe(Measured);
  });
});

it('one packet of a switch itself, sampled where it goes out, hides nothing of what others send there', () => {
  const fabric = new Fabric({depth: 300, flows: 10});
  const builder = new PartialBuilder();
  const give = (bin: number, ...rows: SampleRow[]) =>
    fabric.apply(
      builder.next(bin + 1, {rows: [{bin, port: 4, side: OUT_DERIVED, source: 2, other: [1_000, 1_000]}, ...rows]}),
    );
  for (let bin = T; bin < T + 50; bin++) give(bin);
  give(T + 50, {bin: T + 50, port: 4, side: OUT, other: [64]});
  for (let bin = T + 51; bin < T + 150; bin++) give(bin);
  const scope = linkScope(fabric, '10.0.0.1~4', 'out');
  for (let bin = T; bin < T + 150; bin++) expect(read(fabric, scope, 'all', bin).bytes).toBe(2_000_000);
});
