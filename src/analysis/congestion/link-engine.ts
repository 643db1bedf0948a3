import type {Fabric} from '../../fabric/fabric.ts';
import type {Port} from '../../fabric/ports.ts';
import {ImbalanceEngine} from '../imbalance/imbalance-engine.ts';
import {IN, LinkLoads, LinkSums} from '../imbalance/link-loads.ts';
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

  /** All that came in at some links in the last seconds, of any kind. */
  entering(ports: Iterable<Port>): LinkSums {
    const sums = new LinkSums();
    let bins = 0;
    for (const port of ports) {
      this.loads.window(port, IN, sums);
      bins = Math.max(bins, sums.bins);
      sums.bins = 0;
    }
    sums.bins = bins;
    return sums;
  }

  /** The most congested links of the last seconds. */
  congested(by: CongestionRank, top: number): CongestedLink[] {
    return congestedLinks(this.fabric, this.loads, by, top);
  }
}
