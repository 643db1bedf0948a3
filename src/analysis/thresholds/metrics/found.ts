import {type MetricRow, metricRows, type ReadMetric} from '../threshold-metric.ts';
import type {ThresholdReader} from '../threshold-readings.ts';

type Read = (from: ThresholdReader, id: string) => ReturnType<ReadMetric>;

const ofAgent =
  (read: Read): ReadMetric =>
  (from, of) =>
    of.kind === 'agent' ? read(from, of.agent.address) : undefined;
const ofLink =
  (read: Read): ReadMetric =>
  (from, of) =>
    of.kind === 'link' ? read(from, of.port.id) : undefined;

/** What is told of queues; metrics without a word for it are of 99 of 100 samples. */
const PERCENTILES = ['p99', 'p50', 'p90', 'max'] as const;
const WORDS = {
  p50: 'half of the samples',
  p90: '90 of 100 samples',
  p99: '99 of 100 samples',
  max: 'all samples',
} as const;

function queueRows(percentile: (typeof PERCENTILES)[number]): MetricRow[] {
  const which = percentile === 'p99' ? '' : `-${percentile}`;
  const who = WORDS[percentile];
  return [
    [
      `queue-depth${which}-bytes`,
      'bytes',
      'link',
      `what ${who} found at most in the fullest egress queue of the link, over 10 s`,
      ofLink((from, link) => from.found.queueDepth(link, percentile)),
    ],
    [
      `queue-delay${which}-seconds`,
      's',
      'link',
      `what ${who} took at most in the device on the way to the link, over 10 s`,
      ofLink((from, link) => from.found.queueDelay(link, percentile)),
    ],
  ];
}

/** What the analysis has found. */
export const FOUND_METRICS = metricRows([
  [
    'period-seconds',
    's',
    'fabric',
    'period of the strongest compute and exchange cycle',
    (from) => from.found.period(({periodMs}) => periodMs / 1_000),
  ],
  [
    'period-confidence',
    'share',
    'fabric',
    'how sure the strongest cycle is, 0 where there is none',
    (from) => from.found.periodConfidence(),
  ],
  [
    'period-jitter',
    'share',
    'fabric',
    "standard deviation of the strongest cycle's length, as a share of it",
    (from) => from.found.period(({jitter}) => jitter),
  ],
  [
    'period-duty',
    'share',
    'fabric',
    'share of the strongest cycle that is exchange',
    (from) => from.found.period(({duty}) => duty),
  ],
  ['jobs', 'count', 'fabric', 'jobs that run', (from) => from.found.jobs()],
  [
    'imbalance-cv',
    'share',
    'agent',
    'coefficient of variation of what parallel links carry, of the most uneven group of the agent',
    ofAgent((from, agent) => from.found.imbalance(agent)),
  ],
  [
    'elephant-collisions',
    'count',
    'agent',
    'full links that large flows share while a parallel link has room',
    ofAgent((from, agent) => from.found.collisions(agent)),
  ],
  [
    'incast-sources',
    'count',
    'link',
    'hosts that at once send more than the link takes, in the last minute; 0 without an incast',
    ofLink((from, link) => from.found.incast(link)),
  ],
  ...PERCENTILES.flatMap(queueRows),
]);
