import {BIN_MS, binOf} from '../shared/bins.ts';
import {formatAddress} from './address.ts';
import {Presence} from './presence.ts';

/** Agents past this bound are refused and counted. */
export const MAX_AGENTS = 10_000;

/** One switch, host or card: everything that reports under one agent address. */
export interface Agent {
  index: number;
  /** The agent address as people write it; the `agent` of link ids. */
  address: string;
  presence: Presence;
  /** Epoch ms of its last datagram. */
  lastArrival: number;
  subAgents: Map<number, SubAgent>;
  /** Ports that its samples or counters named. */
  ports: number[];
  /** The largest rate · L that was ever seen here: what an idle port without samples of its own could have hidden. */
  largestWeight: number;
  /** The largest sampling rate that was ever seen here. */
  largestRate: number;
}

/** A stream of datagrams with its own sequence numbers (v5, sub_agent_id). Counts since the start. */
export interface SubAgent {
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

/** What one Partial adds to a sub-agent. */
export type SubAgentDelta = Omit<SubAgent, 'id'> & {longestGapMs: number; lastArrival: number};

export class Agents {
  readonly all: Agent[] = [];
  refused = 0;
  private readonly byAddress = new Map<string, Agent>();

  get(address: string): Agent | undefined {
    return this.byAddress.get(address);
  }

  /** The agent of an address (four words), made when it is new; undefined when there is no room. */
  intern(words: readonly [number, number, number, number], firstHeard: number): Agent | undefined {
    const address = formatAddress(...words);
    const known = this.byAddress.get(address);
    if (known) return known;
    if (this.all.length >= MAX_AGENTS) {
      this.refused++;
      return undefined;
    }
    const agent: Agent = {
      index: this.all.length,
      address,
      presence: new Presence(binOf(firstHeard)),
      lastArrival: firstHeard,
      subAgents: new Map(),
      ports: [],
      largestWeight: 0,
      largestRate: 0,
    };
    this.all.push(agent);
    this.byAddress.set(address, agent);
    return agent;
  }

  /** Adds what a Partial says. Returns the first bin whose state is known better than before, or Infinity. */
  report(agent: Agent, subAgentId: number, delta: SubAgentDelta): number {
    let stream = agent.subAgents.get(subAgentId);
    if (!stream) {
      stream = {
        id: subAgentId,
        received: 0,
        missing: 0,
        duplicates: 0,
        late: 0,
        restarts: 0,
        flowSamples: 0,
        counterSamples: 0,
        uptimeMs: 0,
        largestDatagram: 0,
      };
      agent.subAgents.set(subAgentId, stream);
    }
    stream.received += delta.received;
    stream.missing += delta.missing;
    stream.duplicates += delta.duplicates;
    stream.late += delta.late;
    stream.restarts += delta.restarts;
    stream.flowSamples += delta.flowSamples;
    stream.counterSamples += delta.counterSamples;
    stream.uptimeMs = delta.uptimeMs;
    stream.largestDatagram = Math.max(stream.largestDatagram, delta.largestDatagram);
    if (delta.received === 0 || delta.lastArrival < agent.lastArrival) return Number.POSITIVE_INFINITY;
    // One sub-agent may rest while another speaks: the agent was silent for no longer than since it was last heard.
    const silence = Math.min(delta.longestGapMs, delta.lastArrival - agent.lastArrival);
    agent.lastArrival = delta.lastArrival;
    return agent.presence.heard(binOf(delta.lastArrival), silence / BIN_MS);
  }
}
