import type {Fabric} from '../fabric/fabric.ts';
import {LinkEngine} from './congestion/link-engine.ts';
import {FabricJob} from './fabric-job.ts';
import {JobEngine} from './jobs/job-engine.ts';
import {followedJobs} from './jobs/job-hosts.ts';
import {PeriodEngine} from './period/period-engine.ts';
import {StragglerEngine} from './stragglers/straggler-engine.ts';
import {AnalysisThread} from './thread.ts';
import type {ThresholdRule} from './thresholds/threshold-rules.ts';
import {Thresholds} from './thresholds/thresholds.ts';

/** All that looks at a fabric, each engine on what those in front of it have found, and the thread that they share. */
export class Analysis {
  readonly periods: PeriodEngine;
  readonly jobs: JobEngine;
  readonly links: LinkEngine;
  readonly stragglers: StragglerEngine;
  readonly thresholds: Thresholds;
  private readonly thread: AnalysisThread;

  /** `thresholds` are those of the configuration; `onFailure` is told of work that failed. */
  constructor(fabric: Fabric, thresholds: ReadonlyMap<string, ThresholdRule>, onFailure: (error: Error) => void) {
    const thread = new AnalysisThread(onFailure);
    const periods = new PeriodEngine(fabric, (series, done) =>
      thread.analyse('periods', {...series, of: 'fabric'}, done),
    );
    const links = new LinkEngine(fabric, periods);
    const jobs = new JobEngine(fabric, thread.analyse);
    const wholeFabric = new FabricJob(fabric, () => periods.report);
    const followed = followedJobs(
      () => jobs.report,
      () => wholeFabric.now(),
    );
    const stragglers = new StragglerEngine(fabric, followed, (input, done) =>
      thread.analyse('stragglers', input, done),
    );
    this.thread = thread;
    this.periods = periods;
    this.links = links;
    this.jobs = jobs;
    this.stragglers = stragglers;
    const found = {periods, jobs, imbalance: links.imbalance, incasts: links.incasts, stragglers};
    this.thresholds = new Thresholds(fabric, thresholds, found);
  }

  /** To be called when a Partial was applied. */
  advance(): void {
    this.periods.advance();
    this.jobs.advance();
    this.links.advance();
    this.stragglers.advance();
    this.thresholds.advance();
  }

  stop(): Promise<void> {
    return this.thread.stop();
  }
}
