import type {Banded} from '../congestion/marks.ts';
import type {Direction, Subject, ThresholdReader} from './threshold-readings.ts';

/** What a threshold can be about: the whole fabric, all ports of a role, one agent, one link. */
export const SCOPES = ['fabric', 'role', 'agent', 'link'] as const;
export type ThresholdScope = (typeof SCOPES)[number];

/** One figure that thresholds can be set on. */
export interface ThresholdMetric {
  unit: string;
  /** What there is of it. */
  scopes: readonly ThresholdScope[];
  /** What it is, in one line. */
  meaning: string;
  /** The figure of a subject now; undefined where it is not known. */
  read: (from: ThresholdReader, of: Subject, direction: Direction) => Banded | undefined;
}

const ALL = ['fabric', 'role', 'agent', 'link'] as const;
const ENTERS = 'what enters at edge links, at the links of the role or of the agent, or passes the link';

/** Every figure that thresholds can be set on, by its id. Those from samples are means over the last settled 2 s. */
export const THRESHOLD_METRICS = {
  'roce-bits-per-second': {
    unit: 'bit/s',
    scopes: ALL,
    meaning: `RoCEv2 traffic, estimated: ${ENTERS}`,
    read: (from, of, direction) => from.bits(of, direction, 'roce'),
  },
  'all-bits-per-second': {
    unit: 'bit/s',
    scopes: ALL,
    meaning: `all traffic, estimated: ${ENTERS}`,
    read: (from, of, direction) => from.bits(of, direction, 'all'),
  },
  'roce-frames-per-second': {
    unit: '1/s',
    scopes: ALL,
    meaning: `RoCEv2 frames, estimated: ${ENTERS}`,
    read: (from, of, direction) => from.frames(of, direction, 'roce'),
  },
  'all-frames-per-second': {
    unit: '1/s',
    scopes: ALL,
    meaning: `all frames, estimated: ${ENTERS}`,
    read: (from, of, direction) => from.frames(of, direction, 'all'),
  },
  'roce-utilisation': {
    unit: 'share',
    scopes: ['link'],
    meaning: "RoCEv2 traffic as a share of the link's speed, with preamble and gap between frames",
    read: (from, of, direction) => from.utilisation(of, direction, 'roce'),
  },
  utilisation: {
    unit: 'share',
    scopes: ['link'],
    meaning: "all traffic as a share of the link's speed, with preamble and gap between frames",
    read: (from, of, direction) => from.utilisation(of, direction, 'all'),
  },
  'ce-share': {
    unit: 'share',
    scopes: ['fabric', 'link'],
    meaning: 'share of RoCEv2 frames that are marked congestion experienced; of the fabric on all hops',
    read: (from, of, direction) => from.ceShare(of, direction),
  },
  'cnp-per-second': {
    unit: '1/s',
    scopes: ['fabric', 'link'],
    meaning: 'congestion notification packets, estimated; of the fabric those that enter at edge links',
    read: (from, of, direction) => from.cnps(of, direction),
  },
  'discards-per-second': {
    unit: '1/s',
    scopes: ['fabric', 'agent', 'link'],
    meaning: "packets discarded in and out, by the interfaces' own counters",
    read: (from, of) => from.counted(of, 'inDiscardsPerSecond', 'outDiscardsPerSecond'),
  },
  'errors-per-second': {
    unit: '1/s',
    scopes: ['fabric', 'agent', 'link'],
    meaning: "packets with errors in and out, by the interfaces' own counters",
    read: (from, of) => from.counted(of, 'inErrorsPerSecond', 'outErrorsPerSecond'),
  },
  'symbol-errors-per-second': {
    unit: '1/s',
    scopes: ['fabric', 'agent', 'link'],
    meaning: "symbol errors, by the interfaces' own counters",
    read: (from, of) => from.counted(of, 'symbolErrorsPerSecond'),
  },
  'samples-missing-share': {
    unit: 'share',
    scopes: ['fabric', 'agent'],
    meaning: 'share of the samples of the last 10 s that did not come, by their numbers',
    read: (from, of) => from.missingShare(of),
  },
  'datagrams-dropped-per-second': {
    unit: '1/s',
    scopes: ['fabric'],
    meaning: 'datagrams that this machine dropped or left out in the last 10 s: kernel, ring of the receiver, thinning',
    read: (from) => from.droppedHere(),
  },
  'unknown-role-share': {
    unit: 'share',
    scopes: ['fabric'],
    meaning: 'share of the traffic that enters at links of unknown role, which figures of the fabric leave out',
    read: (from) => from.unknownRoles(),
  },
  'agent-silence-seconds': {
    unit: 's',
    scopes: ['agent'],
    meaning: "time since the agent's last datagram",
    read: (from, of) => from.silence(of),
  },
  'time-resolution-seconds': {
    unit: 's',
    scopes: ['agent'],
    meaning: "time that the agent's samples may be off by, mean over the last 10 s",
    read: (from, of) => from.timeResolution(of),
  },
  'samples-versus-counters': {
    unit: 'ratio',
    scopes: ['agent'],
    meaning:
      "bytes estimated from the agent's samples over octets counted by its interfaces; 1 where both tell the same",
    read: (from, of) => from.versusCounters(of),
  },
  'period-seconds': {
    unit: 's',
    scopes: ['fabric'],
    meaning: 'period of the strongest compute and exchange cycle',
    read: (from) => from.found.period(),
  },
  'period-confidence': {
    unit: 'share',
    scopes: ['fabric'],
    meaning: 'how sure the strongest cycle is, 0 where there is none',
    read: (from) => from.found.periodConfidence(),
  },
  jobs: {
    unit: 'count',
    scopes: ['fabric'],
    meaning: 'jobs that run',
    read: (from) => from.found.jobs(),
  },
  'drop-notifications-per-second': {
    unit: '1/s',
    scopes: ['fabric', 'agent'],
    meaning: 'packets that switches told they dropped, over 10 s: a lower bound',
    read: (from, of) => from.found.dropNotifications(of.kind === 'agent' ? of.agent.address : undefined),
  },
  'imbalance-cv': {
    unit: 'share',
    scopes: ['agent'],
    meaning: 'coefficient of variation of what parallel links carry, of the most uneven group of the agent',
    read: (from, of) => (of.kind === 'agent' ? from.found.imbalance(of.agent.address) : undefined),
  },
  'elephant-collisions': {
    unit: 'count',
    scopes: ['agent'],
    meaning: 'full links that large flows share while a parallel link has room',
    read: (from, of) => (of.kind === 'agent' ? from.found.collisions(of.agent.address) : undefined),
  },
  'incast-sources': {
    unit: 'count',
    scopes: ['link'],
    meaning: 'hosts that at once send more than the link takes, in the last minute; 0 without an incast',
    read: (from, of) => (of.kind === 'link' ? from.found.incast(of.port.id) : undefined),
  },
  'queue-depth-bytes': {
    unit: 'bytes',
    scopes: ['link'],
    meaning: 'what 99 of 100 samples found at most in the fullest egress queue of the link, over 10 s',
    read: (from, of) => (of.kind === 'link' ? from.found.queueDepth(of.port.id) : undefined),
  },
  'queue-delay-seconds': {
    unit: 's',
    scopes: ['link'],
    meaning: 'what 99 of 100 samples took at most in the device on the way to the link, over 10 s',
    read: (from, of) => (of.kind === 'link' ? from.found.queueDelay(of.port.id) : undefined),
  },
} as const satisfies Record<string, ThresholdMetric>;

export type ThresholdMetricId = keyof typeof THRESHOLD_METRICS;

export const METRIC_IDS = Object.keys(THRESHOLD_METRICS) as ThresholdMetricId[];

export const metricOf = (id: ThresholdMetricId): ThresholdMetric => THRESHOLD_METRICS[id];
