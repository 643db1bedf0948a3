/** What the data health answers hold, for the API that gives them and the page that shows them. */

/**
 * Where datagrams and samples went, from the wire to a bin; each level adds up:
 * received = decoded + duplicate + thinned + Σ rejected;
 * flowSamples = counted + Σ unusable, and beside them in decoded datagrams: counter samples, drop notifications and
 * other kinds.
 */
export interface Waterfall {
  /** Dropped by the kernel in front of the socket: not among the received. */
  kernelDropped: number;
  /** Dropped by the native receiver, whose ring was full: not among the received either. */
  ringDropped: number;
  datagramsReceived: number;
  datagramsRejected: Record<string, number>;
  datagramsDuplicate: number;
  /** Dropped at random by the receiver, so as to keep up. */
  datagramsThinned: number;
  /** Copies that went on to other collectors, and that could not be sent at once. */
  datagramsForwarded: number;
  forwardsFailed: number;
  datagramsDecoded: number;
  /** Decoded up to some damage; among the decoded. */
  datagramsDamaged: Record<string, number>;
  flowSamples: number;
  flowSamplesCounted: number;
  flowSamplesUnusable: Record<string, number>;
  roceSamples: number;
  counterSamples: number;
  /** Drop notifications: packets that a switch says it dropped. */
  discardedPackets: number;
  otherSamples: number;
  /** Datagrams that sequence numbers say were sent and that did not come, all agents. */
  datagramsMissing: number;
  /** Samples that agents say they could not take (v5, flow_sample, drops). */
  agentDrops: number;
  /** Rows, ports and agents that found no room in a table. */
  tablesRefused: number;
  /** Rows of bins that were final already, and deltas of ingest threads that never came: both miss in the figures. */
  rowsLate: number;
  partialsLost: number;
}

/** Stages of the way in, in the order in which a datagram passes them. */
export const STAGES = ['agents', 'sampling', 'network', 'kernel', 'ring', 'decoder', 'tables', 'time'] as const;
export type Stage = (typeof STAGES)[number];

/** `warning`: figures hold, with wider bands or coarser time. `bad`: figures are wrong or lack something. */
export type FindingLevel = 'ok' | 'warning' | 'bad';

/** One thing that is to be known of a stage. */
export interface Finding {
  level: FindingLevel;
  where: Stage;
  /** What is so, with its figures: one sentence. */
  what: string;
  /** What to do about it; empty where nothing is to be done. */
  do: string;
  /** The agents that it is about, the first few of them. */
  agents?: string[];
}

/** Datagrams by where they went; `elsewhere` is what sequence numbers miss beyond what this server dropped itself. */
export interface MissingDatagrams {
  kernel: number;
  ring: number;
  thinned: number;
  elsewhere: number;
}

/** One ledger, since the start or over some seconds. */
export interface Ledger {
  waterfall: Waterfall;
  /** Flow and counter samples by their sequence numbers: expected = received + missing. */
  samples: {expected: number; received: number; missing: number};
  missing: MissingDatagrams;
}

/** `GET /api/v1/health`, as far as the page reads it. */
export interface HealthAnswer extends Ledger {
  status: string;
  receiver: string | null;
  receiveBufferBytes: number | null;
  recent: Ledger & {seconds: number};
  /** Interface counters: ports that have any, and how old the newest and the oldest are, ms. */
  counters: {ports: number; known: number; newestMs: number | null; oldestMs: number | null};
  findings: Finding[];
}

export type CountersVerdict = 'agrees' | 'disagrees' | 'unknown';

/** Estimates from samples over what counters say, with its band. */
export interface CountersRatio {
  ratio: number | null;
  low: number | null;
  high: number | null;
  seconds: number;
}

export interface SubAgentAnswer {
  id: number;
  received: number;
  missing: number;
  duplicates: number;
  late: number;
  restarts: number;
  flowSamples: number;
  counterSamples: number;
  uptimeMs: number;
  largestDatagram: number;
}

/** An entry of `GET /api/v1/agents`, as far as the page reads it. */
export interface AgentAnswer {
  address: string;
  name: string | null;
  presence: string;
  /** Epoch ms of its last datagram. */
  lastSeen: number;
  links: number;
  timeResolutionMs: number | null;
  /** `missingShare` of the last ten seconds; the others since the start. */
  samples: {received: number; missing: number; agentDrops: number; missingShare: number | null};
  /** Data sources that sample at another rate than they claim. */
  effectiveRates: {dataSource: string; nominal: number; effective: number; reason: string}[];
  samplesVersusCounters: CountersRatio & {verdict: CountersVerdict; suggestedRate: number | null};
  advice: {samplesPerSecond: number | null; samplesPerSecondAtLineRate: number | null; text: string};
  subAgents: SubAgentAnswer[];
}

/** An entry of `GET /api/v1/links`, as far as the page of data health reads it. */
export interface LinkAnswer {
  id: string;
  name: string;
  role: string;
  counters: {ageMs: number; inDiscardsPerSecond: number | null; inErrorsPerSecond: number | null} | null;
  samplesVersusCounters: {in: CountersRatio; out: CountersRatio};
}
