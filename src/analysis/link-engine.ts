import type {Fabric} from '../fabric/fabric.ts';
import {ImbalanceEngine} from './imbalance-engine.ts';
import {LinkLoads} from './link-loads.ts';

/** All that is found out by what links carry; by the fabric's time, bin by bin. */
export class LinkEngine {
  readonly imbalance: ImbalanceEngine;
  private readonly loads: LinkLoads;

  constructor(fabric: Fabric) {
    this.loads = new LinkLoads(fabric);
    this.imbalance = new ImbalanceEngine(fabric, this.loads);
  }

  /** Takes the bins that have become final since the last call. */
  advance(): void {
    this.loads.advance(
      () => this.imbalance.takeBin(),
      () => this.imbalance.look(),
    );
  }
}
