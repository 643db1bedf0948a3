import {Direction} from '../../account/schema.ts';
import {type Agent, agentLabel} from '../agents.ts';
import type {RateChange} from '../corrections/correction.ts';
import {type Comparison, fittingRate} from '../corrections/counter-verdict.ts';
import type {Source} from '../corrections/source.ts';
import type {Fabric} from '../fabric.ts';
import {type Port, portLabel} from '../ports.ts';
import type {Herd} from './watch-herd.ts';
import {count} from './watch-text.ts';

/** An agent that changes its rates all the time says so once a minute. */
const QUIET_MS = 60_000;

/** All ports of an agent are added up so often, though some of their counters arrive every second. */
const AGENT_EVERY_MS = 5_000;

/** Packets' own numbers are asked so often. */
const NUMBERS_EVERY_MS = 10_000;

/** Looks at sampling rates once a second: those that change, and those that are not what is claimed. */
export class RateWatch {
  /** By agent: when it was told last that its rates change. */
  private readonly changedAt = new WeakMap<Agent, number>();
  /** By agent: sources whose pools belie their rates. */
  private readonly wrong = new WeakMap<Agent, Set<Source>>();
  /** By agent: when its ports were added up last, and whether enough was known then to speak of them one by one. */
  private readonly looked = new WeakMap<Agent, {time: number; isKnown: boolean}>();
  /** Agents, and ports by direction, whose counters belie their samples. */
  private readonly wrongAgents = new WeakSet<Agent>();
  private readonly wrongPorts = {[Direction.In]: new WeakSet<Port>(), [Direction.Out]: new WeakSet<Port>()};

  /** Agents whose samples the numbers of their packets belie, where counters say nothing. */
  private readonly wrongByNumbers = new WeakSet<Agent>();
  private numbersAt = Number.NEGATIVE_INFINITY;

  look(fabric: Fabric, herd: Herd): void {
    const changes = fabric.corrections.takeChanges();
    if (changes.length > 0) this.pools(fabric, changes, herd);
    const ports = fabric.counterCheck.takeChanged();
    if (ports.length > 0) this.counters(fabric, ports, herd);
    if (fabric.time - this.numbersAt < NUMBERS_EVERY_MS) return;
    this.numbersAt = fabric.time;
    for (const agent of fabric.agents.all) this.numbers(fabric, agent, herd);
  }

  /** Whether the counters of all its ports together were told to belie an agent's samples, and not to agree since. */
  beliesAgent(agent: Agent): boolean {
    return this.wrongAgents.has(agent);
  }

  /** The same of one port and direction. */
  beliesPort(port: Port, direction: number): boolean {
    return this.wrongPorts[direction as 0 | 1].has(port);
  }

  private pools({time, counterCheck}: Fabric, changes: readonly RateChange[], herd: Herd): void {
    const agents = new Map<Agent, RateChange[]>();
    for (const change of changes) {
      const {agent} = change.source.stream;
      const those = agents.get(agent);
      if (those) those.push(change);
      else agents.set(agent, [change]);
    }
    for (const [agent, those] of agents) {
      this.changed(
        agent,
        those.filter(({what}) => what === 'changed'),
        time,
        herd,
      );
      if (those.some(({what}) => what !== 'changed')) counterCheck.restart(agent);
      this.belied(agent, those, herd);
    }
  }

  private changed(agent: Agent, changes: readonly RateChange[], time: number, herd: Herd): void {
    const [first] = changes;
    if (!first || time - (this.changedAt.get(agent) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    this.changedAt.set(agent, time);
    const {source, before} = first;
    const of = changes.length > 1 ? ` (${count(changes.length)} data sources)` : ` (ifIndex ${source.sourceIndex})`;
    herd.add({
      kind: 'sampling-rate-changed',
      level: 'info',
      agent: agent.address,
      name: agentLabel(agent),
      text: `${agentLabel(agent)} samples 1 in ${count(source.rate)} instead of 1 in ${count(before)}${of}`,
      figures: {rate: source.rate, before, sources: changes.length},
    });
  }

  private belied(agent: Agent, changes: readonly RateChange[], herd: Herd): void {
    const sources = this.wrong.get(agent) ?? new Set<Source>();
    const wasWrong = sources.size > 0;
    for (const {what, source} of changes) {
      if (what === 'wrong') sources.add(source);
      if (what === 'right') sources.delete(source);
    }
    this.wrong.set(agent, sources);
    const [source] = sources;
    if (source && !wasWrong) {
      const effective = Math.round(source.effective());
      const of = sources.size > 1 ? `${count(sources.size)} data sources` : `ifIndex ${source.sourceIndex}`;
      herd.add({
        kind: 'sampling-rate-wrong',
        level: 'warning',
        agent: agent.address,
        name: agentLabel(agent),
        text: `${agentLabel(agent)} claims to sample 1 in ${count(source.rate)}, but its sample pool says 1 in ${count(effective)} (${of}); estimates go by the pool`,
        figures: {claimed: source.rate, effective, sources: sources.size},
      });
    } else if (!source && wasWrong) {
      this.wrong.delete(agent);
      herd.add(right(agent, `${agentLabel(agent)} samples at the rate that it claims`));
    }
  }

  private counters(fabric: Fabric, ports: readonly Port[], herd: Herd): void {
    for (const agent of new Set(ports.map((port) => port.agent))) {
      const looked = this.looked.get(agent);
      if (looked && fabric.time - looked.time < AGENT_EVERY_MS) continue;
      this.looked.set(agent, {time: fabric.time, isKnown: this.agent(fabric, agent, herd)});
    }
    for (const port of ports) {
      if (!this.looked.get(port.agent)!.isKnown) continue;
      this.port(fabric, port, Direction.In, herd);
      this.port(fabric, port, Direction.Out, herd);
    }
  }

  /** Sequence numbers are a witness of their own where counters cannot be asked. */
  private numbers(fabric: Fabric, agent: Agent, herd: Herd): void {
    const told = fabric.flows.samplesVersusNumbers(agent);
    const rate = claimedRate(agent);
    if (!told || rate === undefined) return;
    const label = agentLabel(agent);
    if (told.verdict === 'agrees' && this.wrongByNumbers.delete(agent)) {
      herd.add(right(agent, `samples of ${label} and the sequence numbers of their packets agree`));
    } else if (told.verdict === 'disagrees' && !this.wrongByNumbers.has(agent)) {
      if (this.wrongAgents.has(agent) || fabric.counterCheck.ofAgent(agent)?.verdict === 'agrees') return;
      this.wrongByNumbers.add(agent);
      herd.add({...belied(agent, label, rate, told, 'the sequence numbers of their packets count'), name: label});
    }
  }

  /** Returns whether enough is known of the agent to speak of its ports one by one. */
  private agent(fabric: Fabric, agent: Agent, herd: Herd): boolean {
    const comparison = fabric.counterCheck.ofAgent(agent);
    const rate = claimedRate(agent);
    if (!comparison || rate === undefined) return false;
    if (comparison.verdict === 'disagrees' && this.refutes(agent, comparison)) {
      agent.isPoolRefuted = true;
      fabric.counterCheck.restart(agent);
      return false;
    }
    if (comparison.verdict === 'disagrees' && !this.wrongAgents.has(agent) && isCommon(fabric, agent)) {
      this.wrongAgents.add(agent);
      herd.add({...belied(agent, agentLabel(agent), rate, comparison), name: agentLabel(agent)});
    } else if (comparison.verdict === 'agrees' && this.wrongAgents.delete(agent)) {
      herd.add(right(agent, `samples and counters of ${agentLabel(agent)} agree`));
    }
    return true;
  }

  /** Whether counters fit the rates that an agent claims, and not what its sample pools make of them. */
  private refutes(agent: Agent, {low, high}: Comparison): boolean {
    const sources = [...(this.wrong.get(agent) ?? [])];
    if (sources.length === 0) return false;
    const factor = sources.reduce((sum, source) => sum + source.factor, 0) / sources.length;
    return low / factor < 1 && high / factor > 1;
  }

  private port(fabric: Fabric, port: Port, direction: number, herd: Herd): void {
    const comparison = fabric.counterCheck.ofPort(port, direction);
    const wrongPorts = this.wrongPorts[direction as 0 | 1];
    const {agent} = port;
    if (!comparison) return;
    // What all ports have in common was told of the agent.
    if (comparison.verdict === 'disagrees' && !this.wrongAgents.has(agent)) {
      const rate = claimedRate(agent, port);
      if (rate === undefined || wrongPorts.has(port)) return;
      wrongPorts.add(port);
      const what = `${direction === Direction.In ? 'received by' : 'sent by'} ${portLabel(port)}`;
      herd.add({...belied(agent, what, rate, comparison), name: port.id, link: port.id});
    } else if (comparison.verdict === 'agrees' && wrongPorts.delete(port)) {
      herd.add({
        ...right(agent, `samples and counters of ${portLabel(port)} agree`),
        link: port.id,
      });
    }
  }
}

/** Whether what is wrong with an agent's samples is not that of a few ports alone. */
function isCommon({counterCheck, ports}: Fabric, agent: Agent): boolean {
  let off = 0;
  let fine = 0;
  for (const slot of agent.ports) {
    for (const direction of [Direction.In, Direction.Out]) {
      const verdict = counterCheck.ofPort(ports.at(slot)!, direction)?.verdict;
      if (verdict === 'disagrees') off++;
      if (verdict === 'agrees') fine++;
    }
  }
  return off > fine || off === 0;
}

const right = (agent: Agent, text: string) =>
  ({kind: 'sampling-rate-right', level: 'good', agent: agent.address, name: agentLabel(agent), text}) as const;

function belied(
  {address}: Agent,
  what: string,
  rate: number,
  comparison: Comparison,
  witness = 'the interface counted',
) {
  const fitting = fittingRate(rate, comparison);
  const share = comparison.ratio.toPrecision(2);
  return {
    kind: 'sampling-rate-wrong',
    level: 'warning',
    agent: address,
    text: `${what}: samples make ${share} times what ${witness} in ${Math.round(comparison.seconds)} s; at 1 in ${count(fitting)} instead of 1 in ${count(rate)} they would agree. Estimates are not corrected by this`,
    figures: {ratio: comparison.ratio, low: comparison.low, high: comparison.high, claimed: rate, fitting},
  } as const;
}

/**
 * The sampling rate that most data sources of an agent go by, or the source of one port; as their pools have it, where
 * those know better.
 */
export function claimedRate(agent: Agent, port?: Port): number | undefined {
  const sources = new Map<number, number>();
  for (const {stream} of agent.subAgents.values()) {
    for (const rates of stream.sources.values()) {
      for (const source of rates) {
        if (!source.isCurrent || (port && source.sourceIndex !== port.ifIndex)) continue;
        const rate = source.isWrong ? Math.round(source.effective()) : source.rate;
        sources.set(rate, (sources.get(rate) ?? 0) + 1);
      }
    }
  }
  const [most] = [...sources].sort((a, b) => b[1] - a[1]);
  // A bridge or a device may sample for all of its ports.
  return most?.[0] ?? (port ? claimedRate(agent) : undefined);
}

/** What is said where it happened to many at once. */
export const MANY_RATES = {
  'sampling-rate-changed': (many: string) => `${many} agents sample at another rate`,
  'sampling-rate-wrong': (many: string) => `at ${many} places sampling rates are not what is claimed`,
  'sampling-rate-right': (many: string) => `at ${many} places sampling rates are what is claimed again`,
} as const;
