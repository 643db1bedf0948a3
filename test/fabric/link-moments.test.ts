import {describe, expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {Moments} from '../../src/fabric/history/moments.ts';
import {readLink} from '../../src/fabric/link-moments.ts';
import {readBin, type Scope} from '../../src/fabric/reader.ts';
import {BinState} from '../../src/shared/live.ts';
import {IN_DERIVED, PartialBuilder, type SampleRow, T} from '../support/partial-builder.ts';

describe('a link over some bins', () => {
  it('has the sums of its bins one by one', () => {
    const fabric = new Fabric({depth: 600, flows: 10});
    const builder = new PartialBuilder();
    for (let bin = T; bin < T + 50; bin++) {
      const rows: SampleRow[] = [
        // Port 1 changes its rate and is quiet in between; port 2 is derived first; port 3 has no RoCEv2.
        ...(bin % 3 === 0 ? [] : [{bin, port: 1, rate: bin < T + 25 ? 1_000 : 2_000, roce: [4_178, 82], other: [64]}]),
        bin < T + 20 ? {bin, port: 2, side: IN_DERIVED, source: 0, roce: [900]} : {bin, port: 2, roce: [1_500]},
        {bin, port: 3, other: [bin % 1_000]},
      ];
      fabric.apply(builder.next(bin + 1, {rows}));
    }
    const [from, to] = [T - 5, T + 45];
    for (const port of fabric.ports.all) {
      for (const direction of [0, 1]) {
        const scope: Scope = {kind: 'link', port, direction};
        const read = readLink(fabric, port, direction, from, to);
        for (const measure of ['roce', 'all'] as const) {
          const sums = new Moments();
          let bins = 0;
          for (let bin = from; bin <= to; bin++) {
            if (readBin(fabric, scope, measure, bin, sums) !== BinState.Absent) bins++;
          }
          expect(read[measure]).toEqual(sums);
          expect(read.bins).toBe(bins);
        }
      }
    }
    expect(fabric.ports.all).toHaveLength(3);
    expect(readLink(fabric, fabric.ports.get('10.0.0.1~1')!, 0, from, to).roce.samples).toBeGreaterThan(20);
  });
});
