/** All that looks for something in a fabric, wired as in the server, but in the thread that asks. */
import {LinkEngine} from '../../src/analysis/congestion/link-engine.ts';
import {FabricJob} from '../../src/analysis/fabric-job.ts';
import {JobEngine} from '../../src/analysis/jobs/job-engine.ts';
import {followedJobs} from '../../src/analysis/jobs/job-hosts.ts';
import {PeriodEngine} from '../../src/analysis/period/period-engine.ts';
import {StragglerEngine} from '../../src/analysis/stragglers/straggler-engine.ts';
import type {Engines as Readable} from '../../src/analysis/thresholds/threshold-found.ts';
import {Thresholds} from '../../src/analysis/thresholds/thresholds.ts';
import type {Context} from '../../src/api/context.ts';
import type {Fabric} from '../../src/fabric/fabric.ts';
import {analyseHere} from './analyse.ts';

type Looking = 'periods' | 'jobs' | 'imbalance' | 'congestion' | 'stragglers' | 'thresholds';

export class Engines {
  /** For a context. */
  readonly context: Required<Pick<Context, Looking>>;
  private readonly all: readonly {advance(): void}[];

  constructor(fabric: Fabric) {
    const analyse = analyseHere();
    const periods = new PeriodEngine(fabric, (series, done) => analyse('periods', {...series, of: 'fabric'}, done));
    const links = new LinkEngine(fabric, periods);
    const jobs = new JobEngine(fabric, analyse);
    const whole = new FabricJob(fabric, () => periods.report);
    const followed = followedJobs(
      () => jobs.report,
      () => whole.now(),
    );
    const stragglers = new StragglerEngine(fabric, followed, (input, done) => analyse('stragglers', input, done));
    const found: Readable = {periods, jobs, imbalance: links.imbalance, incasts: links.incasts, stragglers};
    const thresholds = new Thresholds(fabric, new Map(), found);
    this.context = {periods, jobs, imbalance: links.imbalance, congestion: links, stragglers, thresholds};
    this.all = [periods, jobs, links, stragglers, thresholds];
  }

  /** Takes the bins that are complete. */
  advance(): void {
    for (const engine of this.all) engine.advance();
  }
}
