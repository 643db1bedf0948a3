import {expect, it} from 'vitest';
import type {Fabric} from '../../../src/fabric/fabric.ts';
import {Moments} from '../../../src/fabric/history/moments.ts';
import {ROLES} from '../../../src/fabric/roles/roles.ts';
import {REVISED_BINS} from '../../../src/shared/bins.ts';
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
