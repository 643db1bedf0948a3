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
