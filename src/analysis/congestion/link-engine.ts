import type {Fabric} from '../../fabric/fabric.ts';
import {ImbalanceEngine} from '../imbalance/imbalance-engine.ts';
import {LinkLoads} from '../imbalance/link-loads.ts';
import type {PeriodReport} from '../period/period-engine.ts';
import {type CongestedLink, type CongestionRank, congestedLinks} from './congestion.ts';
import {IncastEngine} from './incast-engine.ts';

/** All that is found out by what links carry; by the fabric's time, bin by bin. */
export class LinkEngine {
  readonly imbalance: ImbalanceEngine;
  readonly incasts: IncastEngine;
  private readonly fabric: Fabric;
  private readonly loads: LinkLoads;

  /** `periods`: the fabric's cycles, where they are looked for. */
  constructor(fabric: Fabric, periods?: {report: PeriodReport | undefined}) {
    this.fabric = fabric;
    this.loads = new LinkLoads(fabric);
    this.imbalance = new ImbalanceEngine(fabric, this.loads);
    this.incasts = new IncastEngine(fabric, this.loads, periods);
  }

  /** Takes the bins that have become final since the last call. */
  advance(): void {
    this.loads.advance(
      () => {
        this.imbalance.takeBin();
        this.incasts.takeBin();
      },
      () => this.imbalance.look(),
    );
  }

  /** The most congested links of the last seconds. */
  congested(by: CongestionRank, top: number): CongestedLink[] {
    return congestedLinks(this.fabric, this.loads, by, top);
  }
}
