import type {Fabric} from '../../fabric/fabric.ts';
import type {IncastReport} from '../congestion/incast-engine.ts';
import type {Banded} from '../congestion/marks.ts';
import type {ImbalanceReport} from '../imbalance/imbalance-engine.ts';
import type {PeriodReport} from '../period/period-engine.ts';

/** Engines whose findings thresholds can be set on; what an engine that is not there would tell is not known. */
export interface Engines {
  periods?: {readonly report: PeriodReport | undefined};
  jobs?: {readonly report: {readonly jobs: readonly {readonly until: number | undefined}[]} | undefined};
  imbalance?: {readonly report: ImbalanceReport | undefined};
  incasts?: {readonly report: readonly IncastReport[]};
}

/** Drop notifications are told over so many seconds. */
const DROP_SECONDS = 10;
const NANO = 1e-9;

const exact = (value: number): Banded => ({value, low: value, high: value});

/** What others have found, by link and agent; gathered once a second, for all links are asked for then. */
export class Findings {
  private readonly fabric: Fabric;
  private readonly engines: Engines;
  private readonly held = new Map<string, Map<string, Banded>>();
  private second = Number.NaN;

  constructor(fabric: Fabric, engines: Engines) {
    this.fabric = fabric;
    this.engines = engines;
  }

  /** Seconds of the strongest cycle. */
  period(): Banded | undefined {
    const strongest = this.engines.periods?.report?.periods[0];
    return strongest && exact(strongest.periodMs / 1_000);
  }

  periodConfidence(): Banded | undefined {
    const report = this.engines.periods?.report;
    return report && exact(report.periods[0]?.confidence ?? 0);
  }

  /** Those that run. */
  jobs(): Banded | undefined {
    const report = this.engines.jobs?.report;
    return report && exact(report.jobs.filter(({until}) => until === undefined).length);
  }

  /** Notifications a second, of an agent or of all. */
  dropNotifications(agent: string | undefined): Banded {
    let frames = 0;
    const {drops} = this.fabric;
    for (const count of drops.recent(DROP_SECONDS, (one) => agent === undefined || one === agent).values())
      frames += count;
    return exact(frames / DROP_SECONDS);
  }

  /** The most uneven group of an agent's parallel links. */
  imbalance(agent: string): Banded | undefined {
    return this.once('imbalance', (found) => {
      for (const {agent: address, cv, cvLow, cvHigh} of this.engines.imbalance?.report?.groups ?? []) {
        if (cv === null || cvLow === null || cvHigh === null || cv <= (found.get(address)?.value ?? -1)) continue;
        found.set(address, {value: cv, low: cvLow, high: cvHigh});
      }
    }).get(agent);
  }

  collisions(agent: string): Banded | undefined {
    return this.once('collisions', (found) => {
      for (const {agent: address, collisions} of this.engines.imbalance?.report?.groups ?? []) {
        found.set(address, exact((found.get(address)?.value ?? 0) + collisions.length));
      }
    }).get(agent);
  }

  /** Sources of the incast on a link; 0 where there is none. */
  incast(link: string): Banded | undefined {
    const {incasts} = this.engines;
    if (!incasts) return undefined;
    const sources = this.once('incasts', (found) => {
      for (const {link: id, sources} of incasts.report) found.set(id, exact(sources));
    });
    return sources.get(link) ?? exact(0);
  }

  /** What 99 of 100 samples found at most in the fullest queue of a link, bytes; undefined where its agent tells nothing. */
  queueDepth(link: string): Banded | undefined {
    return this.queue('depth', 1, link);
  }

  /** And how long they were in the device, s. */
  queueDelay(link: string): Banded | undefined {
    return this.queue('delay', NANO, link);
  }

  private queue(what: 'depth' | 'delay', scale: number, link: string): Banded | undefined {
    return this.once(what, (found) => {
      for (const estimate of this.fabric.queues.all()) {
        const {id} = estimate.port;
        const p99 = (estimate[what]?.p99 ?? Number.NaN) * scale;
        if (p99 >= (found.get(id)?.value ?? 0)) found.set(id, exact(p99));
      }
    }).get(link);
  }

  private once(what: string, gather: (found: Map<string, Banded>) => void): Map<string, Banded> {
    const second = Math.floor(this.fabric.time / 1_000);
    if (second !== this.second) this.held.clear();
    this.second = second;
    let found = this.held.get(what);
    if (!found) {
      found = new Map();
      this.held.set(what, found);
      gather(found);
    }
    return found;
  }
}
