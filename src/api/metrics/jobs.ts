import {railsOf} from '../../analysis/imbalance/rails.ts';
import type {Job, JobEngine} from '../../analysis/jobs/job-engine.ts';
import {MOST_JOBS} from '../../analysis/jobs/job-work.ts';
import {ceShareOf} from '../../analysis/sampling-error.ts';
import {weightedPoissonBand} from '../../shared/band.ts';
import type {MetricsBuilder} from './builder.ts';

/** Jobs that run, at most `MOST_JOBS` of them. */
export function jobMetrics(builder: MetricsBuilder, engine: Pick<JobEngine, 'report'>): void {
  const running = () => (engine.report?.jobs ?? []).filter(({until}) => until === undefined).slice(0, MOST_JOBS);
  builder.gauge('tenhertz_jobs', 'Jobs that exchange now.', [], (set) => set(running().length));
  builder.gauge(
    'tenhertz_job_info',
    'What a job is: its name, its collective pattern, and whether it is only probably one; always 1.',
    ['job', 'name', 'pattern', 'probable'],
    (set) => {
      for (const {id, name, pattern, isProbable} of running()) {
        set(1, {job: id, name: name ?? '', pattern: pattern?.kind ?? 'unknown', probable: String(isProbable)});
      }
    },
  );
  const gauge = (name: string, help: string, value: (job: Job, seconds: number) => number | undefined) =>
    builder.gauge(name, help, ['job'], (set) => {
      for (const job of running()) {
        const known = value(job, engine.report!.windowSeconds);
        if (known !== undefined) set(known, {job: job.id});
      }
    });
  gauge('tenhertz_job_hosts', 'Hosts of a job.', ({hosts}) => hosts.length);
  gauge(
    'tenhertz_job_bytes_per_second',
    'Estimated RoCEv2 between the hosts of a job, each packet once, mean over the last 10 s.',
    ({traffic}, seconds) => traffic.bytes / seconds,
  );
  const band = ({traffic}: Job) => weightedPoissonBand(traffic.bytes, traffic.squares, traffic.largest);
  gauge(
    'tenhertz_job_bytes_per_second_low',
    'Lower end of the 95 % interval of tenhertz_job_bytes_per_second.',
    (job, seconds) => band(job).low / seconds,
  );
  gauge(
    'tenhertz_job_bytes_per_second_high',
    'Upper end of the 95 % interval of tenhertz_job_bytes_per_second.',
    (job, seconds) => band(job).high / seconds,
  );
  gauge('tenhertz_job_period_seconds', 'Period of the compute and exchange cycle of a job.', ({period}) => {
    return period && period.periodMs / 1_000;
  });
  gauge(
    'tenhertz_job_ce_ratio',
    'Share of the RoCEv2 frames of a job that are marked CE where they leave the fabric.',
    ({traffic}) => ceShareOf(traffic)?.value,
  );
  gauge(
    'tenhertz_job_cnp_per_second',
    'Estimated congestion notifications between the hosts of a job.',
    ({traffic}, seconds) => traffic.cnp / seconds,
  );
  builder.gauge(
    'tenhertz_job_rails_cv',
    'Coefficient of variation of what the rails of a job carry, what sampling adds taken off, over 10 s.',
    ['job'],
    (set) => {
      for (const {job, cv} of railsOf(running(), engine.report?.windowSeconds ?? 1)) if (cv !== null) set(cv, {job});
    },
  );
}
