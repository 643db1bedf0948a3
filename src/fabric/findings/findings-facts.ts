import type {FindingLevel} from '../../shared/health.ts';
import type {LossEpisode} from '../watch/watch-loss.ts';
import {count, percent} from '../watch/watch-text.ts';
import type {Reading} from './waterfall.ts';

/** What is known of one agent where findings are made from it. */
export interface AgentFacts {
  address: string;
  /** For people: its name where it has one, else its address. */
  label: string;
  isSilent: boolean;
  /** Its loss of datagrams on the way that has not ended yet. */
  loss: LossEpisode | undefined;
  /** Samples that it says it could not take, while it goes on. */
  drops: LossEpisode | undefined;
  /** ms; null while it is not known. */
  timeResolutionMs: number | null;
  /** Samples over counters; `unknown` while they cannot be compared. */
  versusCounters: {verdict: 'agrees' | 'disagrees' | 'unknown'; ratio: number | null; seconds: number};
  /** The rate that would fit its counters, N of 1-in-N. */
  suggestedRate: number | null;
  /** Data sources whose effective rate is not the nominal one. */
  effectiveRates: readonly {dataSource: string; nominal: number; effective: number; reason: string}[];
}

/** Everything that findings are made from. */
export interface Facts {
  agents: readonly AgentFacts[];
  /** The ledgers since the start, and what they grew by in the last seconds. */
  total: Reading;
  recent: Reading;
  recentSeconds: number;
  receiver: 'dgram' | 'native' | undefined;
  receiveBufferBytes: number | undefined;
  udpPort: number | undefined;
  /** ms since time was last set, and since the ingest thread last stood still; Infinity where neither has happened. */
  sinceStepMs: number;
  sinceStallMs: number;
  /** ms that bins are dated ahead of this machine's clock. */
  aheadMs: number;
}

/** Above this share what is lost counts as bad: bands are more than a tenth wider. */
const BAD_SHARE = 0.2;

/** How bad it is that so much of it is lost. */
export function lossLevel(lost: number, of: number): FindingLevel {
  return lost > BAD_SHARE * of ? 'bad' : 'warning';
}

/** Agents that a sentence names. */
const NAMED = 5;

/** `leaf1, leaf2 and 7 more`. */
export function names(agents: readonly AgentFacts[]): string {
  const named = agents.slice(0, NAMED).map(({label}) => label);
  return agents.length > NAMED ? `${named.join(', ')} and ${count(agents.length - NAMED)} more` : named.join(', ');
}

/** The agents of a finding, for links to them. */
export const addresses = (agents: readonly AgentFacts[]): {agents: string[]} => ({
  agents: agents.slice(0, NAMED).map(({address}) => address),
});

/** `1 agent`, `2 agents`. */
export function agentsText(number: number): string {
  return number === 1 ? '1 agent' : `${count(number)} agents`;
}

/** `12 of 400 (3.0 %) in the last 10 s`. */
export function lately(lost: number, of: number, {recentSeconds}: Facts): string {
  return `${count(lost)} of ${count(of)} (${percent(lost / Math.max(1, of))}) in the last ${recentSeconds} s`;
}

/** What was lost before, where nothing is now: `none now; 12 since the start`. */
export function before(total: number, what: string): string {
  return total === 0 ? `no ${what} since the start` : `no ${what} now; ${count(total)} since the start`;
}
