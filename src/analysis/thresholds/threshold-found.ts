import type {Fabric} from '../../fabric/fabric.ts';
import type {Percentiles} from '../../fabric/queue-seconds.ts';
import type {QueueEstimate} from '../../fabric/queues.ts';
import type {IncastReport} from '../congestion/incast-engine.ts';
import type {Banded} from '../congestion/marks.ts';
import type {ImbalanceReport} from '../imbalance/imbalance-engine.ts';
import type {Job, JobReport} from '../jobs/job-engine.ts';
import type {PeriodReport} from '../period/period-engine.ts';
import type {PeriodFigures} from '../period/period-watch.ts';
import type {StepReport, StragglerEngine, StragglerReport} from '../stragglers/straggler-engine.ts';
import {exact} from './banded.ts';
import {HeldSecond} from './threshold-held.ts';

/** Engines whose findings thresholds can be set on; what an engine that is not there would tell is not known. */
export interface Engines {
  periods?: {readonly report: PeriodReport | undefined};
  jobs?: {readonly report: JobReport | undefined};
  imbalance?: {readonly report: ImbalanceReport | undefined};
  incasts?: {readonly report: readonly IncastReport[]};
  stragglers?: Pick<StragglerEngine, 'stragglers' | 'steps'>;
}

type Percentile = Exclude<keyof Percentiles, 'samples'>;

/** Drop notifications are told over so many seconds. */
const DROP_SECONDS = 10;
const NANO = 1e-9;

/** What others have found, by link and agent; gathered once a second, for all links are asked for then. */
export class Findings {
  private readonly fabric: Fabric;
  private readonly engines: Engines;
  private readonly held: HeldSecond<Banded>;
  private estimates: {second: number; all: readonly QueueEstimate[]} = {second: Number.NaN, all: []};
  private running: {of: JobReport | undefined; jobs: ReadonlyMap<string, Job>} = {of: undefined, jobs: new Map()};

  constructor(fabric: Fabric, engines: Engines) {
    this.fabric = fabric;
    this.engines = engines;
    this.held = new HeldSecond(fabric);
  }

  /** A figure of the strongest cycle. */
  period(pick: (strongest: PeriodFigures) => number): Banded | undefined {
    const strongest = this.engines.periods?.report?.periods[0];
    return strongest && exact(pick(strongest));
  }

  periodConfidence(): Banded | undefined {
    const report = this.engines.periods?.report;
    return report && exact(report.periods[0]?.confidence ?? 0);
  }

  /** Those that run. */
  jobs(): Banded | undefined {
    return this.engines.jobs?.report && exact(this.runningJobs().size);
  }

  /** By id. */
  runningJobs(): ReadonlyMap<string, Job> {
    const report = this.engines.jobs?.report;
    if (report !== this.running.of) {
      const jobs = (report?.jobs ?? []).filter(({until}) => until === undefined);
      this.running = {of: report, jobs: new Map(jobs.map((job) => [job.id, job]))};
    }
    return this.running.jobs;
  }

  /** Seconds that sums of jobs are of. */
  get jobSeconds(): number {
    return this.engines.jobs?.report?.windowSeconds ?? Number.NaN;
  }

  /** What is known of the steps of a job; undefined while they are not followed. */
  steps(job: string): StepReport | undefined {
    return this.engines.stragglers?.steps(job);
  }

  /** Who is named to hold up a job. */
  stragglers(job: string): StragglerReport[] {
    return (this.engines.stragglers?.stragglers(job) ?? []).filter(({certainty}) => certainty === 'named');
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
    return this.held
      .once('imbalance', (found) => {
        for (const {agent: address, cv, cvLow, cvHigh} of this.engines.imbalance?.report?.groups ?? []) {
          if (cv === null || cvLow === null || cvHigh === null || cv <= (found.get(address)?.value ?? -1)) continue;
          found.set(address, {value: cv, low: cvLow, high: cvHigh});
        }
      })
      .get(agent);
  }

  collisions(agent: string): Banded | undefined {
    return this.held
      .once('collisions', (found) => {
        for (const {agent: address, collisions} of this.engines.imbalance?.report?.groups ?? []) {
          found.set(address, exact((found.get(address)?.value ?? 0) + collisions.length));
        }
      })
      .get(agent);
  }

  /** Sources of the incast on a link; 0 where there is none. */
  incast(link: string): Banded | undefined {
    const {incasts} = this.engines;
    if (!incasts) return undefined;
    const sources = this.held.once('incasts', (found) => {
      for (const {link: id, sources} of incasts.report) found.set(id, exact(sources));
    });
    return sources.get(link) ?? exact(0);
  }

  /** A percentile of what samples found in the fullest queue of a link, bytes; undefined where its agent tells nothing. */
  queueDepth(link: string, percentile: Percentile): Banded | undefined {
    return this.queue('depth', percentile, 1, link);
  }

  /** And of how long they were in the device, s. */
  queueDelay(link: string, percentile: Percentile): Banded | undefined {
    return this.queue('delay', percentile, NANO, link);
  }

  private queue(what: 'depth' | 'delay', percentile: Percentile, scale: number, link: string): Banded | undefined {
    const fullest = this.held.once(`${what} ${percentile}`, (found) => {
      for (const estimate of this.queues()) {
        const {id} = estimate.port;
        const value = (estimate[what]?.[percentile] ?? Number.NaN) * scale;
        if (value >= (found.get(id)?.value ?? 0)) found.set(id, exact(value));
      }
    });
    return fullest.get(link);
  }

  /** Percentiles of all queues take a while: they are worked out once a second. */
  private queues(): readonly QueueEstimate[] {
    const second = Math.floor(this.fabric.time / 1_000);
    if (second !== this.estimates.second) this.estimates = {second, all: this.fabric.queues.all()};
    return this.estimates.all;
  }
}
