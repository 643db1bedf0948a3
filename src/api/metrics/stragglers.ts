import type {StragglerEngine} from '../../analysis/stragglers/straggler-engine.ts';
import type {MetricsBuilder} from './builder.ts';

/** Jobs past this bound are left out, those that came last first. */
const MOST_JOBS = 64;

/** Steps and stragglers of the jobs that are followed. */
export function stragglerMetrics(
  builder: MetricsBuilder,
  engine: Pick<StragglerEngine, 'jobs' | 'steps' | 'stragglers'>,
): void {
  const jobs = () => engine.jobs().slice(0, MOST_JOBS);
  builder.gauge(
    'tenhertz_job_step_seconds',
    "Length of a job's steps: mean and quantiles of the last 600.",
    ['job', 'stat'],
    (set) => {
      for (const job of jobs()) {
        const {statistics} = engine.steps(job) ?? {};
        if (!statistics) continue;
        for (const stat of ['mean', 'p50', 'p99'] as const) set(statistics[stat] / 1_000, {job, stat});
      }
    },
  );
  builder.counter('tenhertz_job_slow_steps_total', 'Steps that took longer than usual.', ['job'], (set) => {
    for (const job of jobs()) set(engine.steps(job)?.slowSteps ?? 0, {job});
  });
  builder.gauge('tenhertz_stragglers', 'Hosts that are named as late or slow in a job.', ['job'], (set) => {
    for (const job of jobs()) {
      set(engine.stragglers(job).filter(({certainty}) => certainty === 'named').length, {job});
    }
  });
}
