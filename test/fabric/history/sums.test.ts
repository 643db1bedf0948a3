import {expect, it} from 'vitest';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Moments} from '../../../src/fabric/history/moments.ts';
import {ROLES} from '../../../src/fabric/roles/roles.ts';
import {REVISED_BINS} from '../../../src/shared/bins.ts';
import {Random} from '../../../src/simulator/random.ts';
import {IN, IN_DERIVED, PartialBuilder, T} from '../../support/partial-builder.ts';
import {proofCount, proofSeed} from '../../support/proof.ts';
import {drawFabric} from '../support/drawn-fabric.ts';
import {runRoles} from '../support/roles-run.ts';

/** What is kept of each role in the bins that may still change. */
function kept({sums, newest}: Fabric): number[] {
  const open = Array.from({length: REVISED_BINS - 1}, (_, i) => newest - i);
  return open.flatMap((bin) =>
    ROLES.flatMap((role) => [
      ...(['all', 'roce'] as const).flatMap((measure) => {
        const moments = new Moments();
        sums.addTo(moments, bin, measure, role);
        return Object.values(moments) as number[];
      }),
      ...(['ce', 'cnp', 'trimmed'] as const).map((mark) => sums.marked(bin, mark, role)),
    ]),
  );
}

it('sums that were added to as samples came are those of all samples at once', () => {
  const seed = proofSeed();
  let bytes = 0;
  for (let i = 0; i < proofCount(6, 80); i++) {
    const drawn = drawFabric(seed + i);
    const each = (fabric: Fabric) => {
      const before = kept(fabric);
      fabric.sums.recompute(fabric.newest - REVISED_BINS + 2, fabric.newest);
      const anew = kept(fabric);
      // Cells keep squares in single precision.
      before.forEach((value, at) => {
        expect(value, `TENHERTZ_SEED=${seed + i}`).toBeCloseTo(anew[at]!, -Math.log10(1e-12 + anew[at]! * 1e-6));
      });
      bytes += anew[3]!;
    };
    runRoles({...drawn, seconds: 8, each});
  }
  expect(bytes).toBeGreaterThan(0);
});

it('and so they are where one producer is ahead of another, ways of measuring change, and rows come and leave', () => {
  const seed = proofSeed();
  for (let i = 0; i < proofCount(6, 60); i++) {
    const random = new Random(seed + i);
    const fabric = new Fabric({depth: 400, flows: 10});
    const [first, second] = [new PartialBuilder(0), new PartialBuilder(1)];
    const ahead = Math.floor(random.uniform() * 5);
    const some = () =>
      Array.from({length: Math.floor(random.uniform() * 12)}, () => 64 + Math.floor(random.uniform() * 9_000));
    let summed = 0;
    for (let bin = T; bin < T + 60; bin++) {
      const side = random.uniform() < 0.5 && bin > T + 20 ? IN : IN_DERIVED;
      const port = 1 + Math.floor(random.uniform() * (1 + (bin - T) / 4));
      const rate = random.uniform() < 0.1 ? 4_000 : 1_000;
      const of = (at: number) => ({bin: at, port, side, rate, roce: some(), other: some(), ce: 1});
      fabric.apply(first.next(bin + 1 + ahead, {rows: [of(bin + ahead)]}));
      fabric.apply(second.next(bin + 1, {rows: [of(bin), {...of(bin - 2), agent: '10.0.0.9', source: port}]}));
      const before = kept(fabric);
      fabric.sums.recompute(fabric.newest - REVISED_BINS + 2, fabric.newest);
      const anew = kept(fabric);
      before.forEach((value, at) => {
        expect(value, `TENHERTZ_SEED=${seed + i}, bin ${bin - T}`).toBeCloseTo(
          anew[at]!,
          -Math.log10(1e-12 + anew[at]! * 1e-6),
        );
      });
      summed += anew.reduce((sum, value) => sum + value, 0);
    }
    expect(summed).toBeGreaterThan(0);
  }
});
