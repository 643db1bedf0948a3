import {BIN_MS, binOf} from '../shared/bins.ts';
import {formatAddress} from './address.ts';
import {Losses} from './corrections/losses.ts';
import {Stream} from './corrections/stream.ts';
import type {Weigher} from './corrections/weigher.ts';
import {LargestSeen} from './largest-seen.ts';
import {Presence} from './presence.ts';
import {Recent} from './recent.ts';

/** Agents past this bound are refused and counted. */
export const MAX_AGENTS = 10_000;

/** One switch, host or card: everything that reports under one agent address. */
export interface Agent {
  /** Its place in tables, as long as it is known. */
  index: number;
  /** The agent address as people write it; the `agent` of link ids. */
  address: string;
  /** Its own host name (0:2000); undefined while it told none. From the wire: text only, never markup. */
  name: string | undefined;
  /** As the operator names it, in a list or a topology. */
  given?: string | undefined;
  presence: Presence;
  /** Epoch ms of its last datagram. */
  lastArrival: number;
  /** Which producer told of that. */
  producer: number;
  subAgents: Map<number, SubAgent>;
  /** Sums of sub-agents that have left. */
  left: SubAgentSums;
  /** Ports that its samples or counters named. */
  ports: number[];
  /** What it may have missed at a port without samples. */
  readonly largest: LargestSeen;
  /** Samples of the last seconds. */
  recent: Recent;
  /** What got lost of all its streams together; of its only one, while there is one. */
  losses: Losses;
  /** What it could not sample, likewise. */
  drops: Losses;
  /** By nominal rate: what weighs samples that stand for a port which did not take them. */
  derived: Map<number, Weigher>;
  /** Whether it samples otherwise than it claims. */
  isCorrected: boolean;
  /** Whether its sample pools are not believed: its counters fit the rates that it claims. */
  isPoolRefuted: boolean;
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
  /** Samples missing by the numbers of their data sources. */
  missingFlowSamples: number;
  missingCounterSamples: number;
  /** Samples that the agent says it could not take. */
  agentDrops: number;
  /** Samples with a time of their own, and those of them whose time could not be believed. */
  timestamped: number;
  timestampsRefused: number;
  uptimeMs: number;
  /** Epoch ms of its last datagram. */
  lastArrival: number;
  largestDatagram: number;
  readonly stream: Stream;
}

/** What one Partial adds to a sub-agent. */
export type SubAgentDelta = Omit<SubAgent, 'id' | 'stream'> & {
  uncertainMs: number;
  longestGapMs: number;
};

/** What sub-agents were counted to receive and to miss. */
export type SubAgentSums = Pick<
  SubAgent,
  | 'received'
  | 'missing'
  | 'flowSamples'
  | 'counterSamples'
  | 'missingFlowSamples'
  | 'missingCounterSamples'
  | 'agentDrops'
>;

/** Nothing yet. */
function noSums(): SubAgentSums {
  const samples = {flowSamples: 0, counterSamples: 0, missingFlowSamples: 0, missingCounterSamples: 0};
  return {received: 0, missing: 0, ...samples, agentDrops: 0};
}

function addSums(to: SubAgentSums, sums: SubAgentSums): void {
  for (const sum of Object.keys(to) as (keyof SubAgentSums)[]) to[sum] += sums[sum];
}

/** So many sub-agents of an agent are kept, however silent: no switch has many, but anybody can make some up. */
const KEPT_SUB_AGENTS = 16;

/** The agents, by admission, as `Ports`. */
export class Agents {
  refused = 0;
  /** Whether a newcomer was refused since room was made last. */
  isWanted = false;
  /** The bound. */
  max = MAX_AGENTS;
  /** Sums of agents that have left: totals never run backwards. */
  readonly left: SubAgentSums = noSums();
  private present: Agent[] = [];
  private readonly freeIndexes: number[] = [];
  private indexes = 0;
  private readonly byAddress = new Map<string, Agent>();
  /** The same of IPv4 addresses by their word: writing an address takes longer than all else that is done of its agent. */
  private readonly byIpv4 = new Map<number, Agent>();

  /** Those that are known. */
  get all(): readonly Agent[] {
    return this.present;
  }

  /** All indexes are below it. */
  get limit(): number {
    return this.indexes;
  }

  get(address: string): Agent | undefined {
    return this.byAddress.get(address);
  }

  /** The agent of an address (four words), made when it is new; undefined when there is no room. */
  intern(words: readonly [number, number, number, number], firstHeard: number): Agent | undefined {
    const isIpv4 = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
    const sooner = isIpv4 ? this.byIpv4.get(words[3]) : undefined;
    if (sooner) return sooner;
    const address = formatAddress(...words);
    const known = this.byAddress.get(address);
    if (known) return known;
    if (this.byAddress.size >= this.max) {
      this.refused++;
      this.isWanted = true;
      return undefined;
    }
    const agent: Agent = {
      index: this.freeIndexes.pop() ?? this.indexes++,
      address,
      name: undefined,
      presence: new Presence(binOf(firstHeard)),
      lastArrival: firstHeard,
      producer: 0,
      subAgents: new Map(),
      left: noSums(),
      ports: [],
      largest: new LargestSeen(),
      recent: new Recent(),
      losses: new Losses(),
      drops: new Losses(),
      derived: new Map(),
      isCorrected: false,
      isPoolRefuted: false,
    };
    this.present.push(agent);
    this.byAddress.set(address, agent);
    if (isIpv4) this.byIpv4.set(words[3], agent);
    return agent;
  }

  /** Forgets agents, whose ports have been released. Their indexes may be taken by others from now on. */
  release(agents: ReadonlySet<Agent>): void {
    for (const {index, address, subAgents} of agents) {
      this.freeIndexes.push(index);
      this.byAddress.delete(address);
      for (const subAgent of subAgents.values()) addSums(this.left, subAgent);
    }
    for (const [word, agent] of this.byIpv4) if (agents.has(agent)) this.byIpv4.delete(word);
    this.present = this.present.filter((agent) => !agents.has(agent));
  }

  /** Forgets sub-agents of agents with many, that were silent since `before` (epoch ms) and have no row. */
  sweepSubAgents(before: number, hasRow: ReadonlySet<Stream | undefined>): void {
    for (const {subAgents, left} of this.present) {
      if (subAgents.size <= KEPT_SUB_AGENTS) continue;
      for (const subAgent of subAgents.values()) {
        if (subAgent.lastArrival >= before || hasRow.has(subAgent.stream)) continue;
        subAgents.delete(subAgent.id);
        addSums(left, subAgent);
        addSums(this.left, subAgent);
      }
    }
  }

  /** The sub-agent of an id, made when it is new. */
  subAgent(agent: Agent, id: number): SubAgent {
    const known = agent.subAgents.get(id);
    if (known) return known;
    // One stream shares its losses with its agent. With the second both go on by themselves.
    const [only, ...others] = agent.subAgents.values();
    if (only && others.length === 0) {
      only.stream.losses = agent.losses.clone();
      only.stream.drops = agent.drops.clone();
    }
    const subAgent: SubAgent = {
      id,
      received: 0,
      missing: 0,
      duplicates: 0,
      late: 0,
      restarts: 0,
      flowSamples: 0,
      counterSamples: 0,
      missingFlowSamples: 0,
      missingCounterSamples: 0,
      agentDrops: 0,
      timestamped: 0,
      timestampsRefused: 0,
      uptimeMs: 0,
      lastArrival: 0,
      largestDatagram: 0,
      stream: new Stream(agent, id, only ? {losses: new Losses(), drops: new Losses()} : agent),
    };
    agent.subAgents.set(id, subAgent);
    return subAgent;
  }

  /** Adds what a Partial says. Returns the first bin whose state is known better than before, or Infinity. */
  report(agent: Agent, subAgent: SubAgent, delta: SubAgentDelta): number {
    subAgent.received += delta.received;
    subAgent.missing += delta.missing;
    subAgent.duplicates += delta.duplicates;
    subAgent.late += delta.late;
    subAgent.restarts += delta.restarts;
    subAgent.flowSamples += delta.flowSamples;
    subAgent.counterSamples += delta.counterSamples;
    subAgent.missingFlowSamples += delta.missingFlowSamples;
    subAgent.missingCounterSamples += delta.missingCounterSamples;
    subAgent.agentDrops += delta.agentDrops;
    subAgent.timestamped += delta.timestamped;
    subAgent.timestampsRefused += delta.timestampsRefused;
    subAgent.largestDatagram = Math.max(subAgent.largestDatagram, delta.largestDatagram);
    // A thread goes on naming an agent that another one handles by now.
    if (delta.received > 0) subAgent.uptimeMs = delta.uptimeMs;
    if (delta.received + delta.duplicates > 0) {
      subAgent.lastArrival = Math.max(subAgent.lastArrival, delta.lastArrival);
    }
    if (delta.received === 0 || delta.lastArrival < agent.lastArrival) return Number.POSITIVE_INFINITY;
    // One sub-agent may rest while another speaks: the agent was silent for no longer than since it was last heard.
    const silence = Math.min(delta.longestGapMs, delta.lastArrival - agent.lastArrival);
    agent.lastArrival = delta.lastArrival;
    return agent.presence.heard(binOf(delta.lastArrival), silence / BIN_MS);
  }
}

/** For people: what the agent is called, with its address; its address alone where it has no name. */
export function agentLabel({given, name, address}: Agent): string {
  const called = given ?? name;
  return called === undefined ? address : `${called} (${address})`;
}
