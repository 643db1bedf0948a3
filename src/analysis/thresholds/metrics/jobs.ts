import {QUARTER_SAMPLE, weightedPoissonBand} from '../../../shared/band.ts';
import type {Banded} from '../../congestion/marks.ts';
import type {Job} from '../../jobs/job-engine.ts';
import type {TrafficSums} from '../../jobs/job-groups.ts';
import {ceShareOf} from '../../sampling-error.ts';
import type {StepReport, StragglerReport} from '../../stragglers/straggler-engine.ts';
import {exact, scaled} from '../banded.ts';
import {metricRows, type ReadMetric} from '../threshold-metric.ts';

const ofJob =
  (read: (job: Job, seconds: number) => Banded | undefined): ReadMetric =>
  (from, of) => {
    const job = of.kind === 'job' ? from.found.runningJobs().get(of.id) : undefined;
    return job && read(job, from.found.jobSeconds);
  };

/** ms, in seconds. */
const ofSteps =
  (read: (steps: StepReport) => number | undefined): ReadMetric =>
  (from, of) => {
    const steps = of.kind === 'job' ? from.found.steps(of.id) : undefined;
    const ms = steps && read(steps);
    return ms === undefined ? undefined : exact(ms / 1_000);
  };

/** Of those that are named; unknown while the steps of the job are not followed. */
const ofStragglers =
  (read: (named: readonly StragglerReport[]) => number): ReadMetric =>
  (from, of) => {
    if (of.kind !== 'job' || !from.found.steps(of.id)) return undefined;
    return exact(read(from.found.stragglers(of.id)));
  };

function cnps({cnp, frames, samples}: TrafficSums, seconds: number): Banded | undefined {
  if (samples === 0) return undefined;
  const weight = frames / samples;
  return scaled({value: cnp, ...weightedPoissonBand(cnp, cnp * weight, weight, QUARTER_SAMPLE)}, 1 / seconds);
}

/** Of one job, over the last 10 s. */
export const JOB_METRICS = metricRows([
  [
    'job-bits-per-second',
    'bit/s',
    'job',
    'RoCEv2 between the hosts of the job, estimated, each packet once',
    ofJob(({traffic: {bytes, squares, largest}}, seconds) =>
      scaled({value: bytes, ...weightedPoissonBand(bytes, squares, largest)}, 8 / seconds),
    ),
  ],
  ['job-hosts', 'count', 'job', 'hosts of the job', ofJob(({hosts}) => exact(hosts.length))],
  [
    'job-ce-share',
    'share',
    'job',
    'share of the frames of the job that leave the fabric marked congestion experienced',
    ofJob(({traffic}) => ceShareOf(traffic)),
  ],
  [
    'job-cnp-per-second',
    '1/s',
    'job',
    'congestion notifications between the hosts of the job, estimated',
    ofJob(({traffic}, seconds) => cnps(traffic, seconds)),
  ],
  [
    'job-period-seconds',
    's',
    'job',
    'period of the compute and exchange cycle of the job',
    ofJob(({period}) => period && exact(period.periodMs / 1_000)),
  ],
  [
    'job-step-mean-seconds',
    's',
    'job',
    'length of the steps of the job, mean of the last 600',
    ofSteps(({statistics}) => statistics?.mean),
  ],
  [
    'job-step-p50-seconds',
    's',
    'job',
    'length of the steps of the job, median of the last 600',
    ofSteps(({statistics}) => statistics?.p50),
  ],
  [
    'job-step-p99-seconds',
    's',
    'job',
    'length of the steps of the job, 99th percentile of the last 600',
    ofSteps(({statistics}) => statistics?.p99),
  ],
  ['job-step-last-seconds', 's', 'job', 'length of the last step of the job', ofSteps(({steps}) => steps.at(-1)?.ms)],
  [
    'job-stragglers',
    'count',
    'job',
    'hosts and agents that are named to hold up the job',
    ofStragglers((named) => named.length),
  ],
  [
    'straggler-lateness-seconds',
    's',
    'job',
    'how much the worst straggler of the job is late, or slow; 0 while none is named',
    ofStragglers((named) => Math.max(0, ...named.map(({effectMs}) => effectMs / 1_000))),
  ],
  [
    'straggler-lateness-share',
    'share',
    'job',
    'the same as a share of the cycle',
    ofStragglers((named) => Math.max(0, ...named.map(({shareOfPeriod}) => shareOfPeriod))),
  ],
]);
