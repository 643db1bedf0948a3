import {LRUCache} from 'lru-cache';
import type {PartialHeader, SectionData} from '../account/codec.ts';
import {columnIndexes, DROP_SOURCES, DROPS} from '../account/schema.ts';
import {discardReasonName} from '../sflow/discard-reasons.ts';
import {formatAddress} from './address.ts';
import type {Agent} from './agents.ts';
import type {Ports} from './ports.ts';
import {RecentSums} from './recent-sums.ts';

const column = columnIndexes(DROPS);
const source = columnIndexes(DROP_SOURCES);
const SOURCE = column['source0']!;
const DESTINATION = column['destination0']!;
/** Words of the key behind the agent's. */
const KEY_WORDS = 13;

/** Seconds that are looked back. */
export const DROP_WINDOW_SECONDS = 60;
/** What is followed at most; what was dropped from least recently gives way. */
const MOST_FLOWS = 10_000;
const MOST_PLACES = 16_384;
const MOST_KINDS = 4_096;

/** Stands for all reasons without a name. */
const UNNAMED_REASON = 'unnamed';

/** Order of what is summed by second. */
const Sum = {Frames: 0, Bytes: 1} as const;

/** Which drops are wanted. */
export interface DropQuery {
  agent?: string | undefined;
  /** Id of the link at which they were dropped. */
  link?: string | undefined;
  /** sFlow's number of the reason. */
  code?: number | undefined;
}

/** What was told of; each notification is one packet, and a lower bound: agents limit how many they send. */
interface Told {
  agent: string;
  /** The port at which it was dropped: the output, where the agent says one, else the input; null where neither. */
  link: string | null;
  /** sFlow's number of the reason and its name; `reason_<n>` where it has none. */
  code: number;
  reason: string;
}

/** A flow of which packets were dropped in the window. Addresses are null where the packet had none that could be read. */
export interface DroppedFlow extends Told {
  input: string | null;
  output: string | null;
  source: string | null;
  destination: string | null;
  isRoce: boolean;
  /** Queue pair at the destination; null of what is not RoCEv2. */
  destQp: number | null;
  frames: number;
  bytes: number;
  /** Epoch ms. */
  lastSeen: number;
}

/** What was dropped in the window at one link for one reason. */
export interface DropPlace extends Told {
  frames: number;
  bytes: number;
  lastSeen: number;
}

/** All that one agent ever dropped for one reason. */
export interface DropKind {
  agent: Agent;
  code: number;
  reason: string;
  total: number;
  lastSeen: number;
}

/** What an agent told in the window, and could not tell of what else it dropped: by its own count, and by its numbers. */
export interface Unreported {
  agent: string;
  notifications: number;
  suppressed: number;
  missing: number;
}

interface Followed<T> {
  what: T;
  sums: RecentSums;
}

/** Names what an agent dropped for one reason. */
export const kindKey = (agent: string, code: number): string => `${agent}:${code}`;

/** Packets that switches say they dropped, over the last minute: by place and reason, and by flow. */
export class DropLog {
  /** Notifications since the start by the reason's name; all that have none together, so that garbage makes no more. */
  readonly totals = new Map<string, number>();
  /** What agents said since the start that they dropped without a notification. */
  suppressed = 0;
  private readonly flowsByKey = new LRUCache<string, Followed<DroppedFlow>>({max: MOST_FLOWS});
  private readonly placesByKey = new LRUCache<string, Followed<DropPlace>>({max: MOST_PLACES});
  private readonly kindsByKey = new LRUCache<string, DropKind>({max: MOST_KINDS});
  private readonly sources = new Map<Agent, RecentSums>();
  private readonly ports: Ports;
  private firstTime = Number.NaN;
  private time = 0;
  private second = 0;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** Takes what a Partial says of drops; of one that says nothing, its time. */
  apply(
    drops: SectionData | undefined,
    sources: SectionData | undefined,
    locals: readonly (Agent | undefined)[],
    {time}: PartialHeader,
  ): void {
    if (Number.isNaN(this.firstTime)) this.firstTime = time;
    this.time = Math.max(this.time, time);
    this.second = Math.floor(this.time / 1_000);
    const second = Math.floor(time / 1_000);
    for (let i = 0; i < (drops?.rows ?? 0); i++) {
      const agent = locals[drops!.columns[column['agent']!]![i]!];
      if (agent) this.applyRow(drops!, i, agent, second);
    }
    if (sources) this.applySources(sources, locals, second);
  }

  /** Seconds that sums are taken over; less than a minute while the server is younger. */
  get windowSeconds(): number {
    const covered = Math.round((this.time - this.firstTime) / 100) / 10;
    return Math.min(DROP_WINDOW_SECONDS, Math.max(1, covered || 0));
  }

  /** What was dropped in the window by link and reason, most packets first. */
  places(query: DropQuery = {}): DropPlace[] {
    return this.summed(this.placesByKey, query);
  }

  /** The flows that lost packets in the window, most packets first. */
  flows(query: DropQuery = {}): DroppedFlow[] {
    return this.summed(this.flowsByKey, query);
  }

  /** The flow that lost most packets in the window, by `kindKey`. */
  largest(): Map<string, DroppedFlow> {
    const largest = new Map<string, DroppedFlow>();
    for (const flow of this.flows()) {
      const key = kindKey(flow.agent, flow.code);
      if (!largest.has(key)) largest.set(key, flow);
    }
    return largest;
  }

  /** Packets that were dropped in the last `seconds` complete seconds, by reason: those that some agents told of. */
  recent(seconds: number, accepts: (agent: string) => boolean): Map<string, number> {
    const frames = new Map<string, number>();
    for (const {what, sums} of this.placesByKey.values()) {
      const told = accepts(what.agent) ? sums.sum(Sum.Frames, this.second - 1, seconds) : 0;
      if (told > 0) frames.set(what.reason, (frames.get(what.reason) ?? 0) + told);
    }
    return frames;
  }

  /** Agents and reasons, since the start. */
  kinds(): DropKind[] {
    return [...this.kindsByKey.values()].reverse();
  }

  /** Agents that told of drops in the window. */
  unreported(query: DropQuery = {}): Unreported[] {
    const {second} = this;
    return [...this.sources]
      .filter(([{address}]) => query.agent === undefined || address === query.agent)
      .map(([{address}, sums]) => ({
        agent: address,
        notifications: sums.sum(0, second),
        suppressed: sums.sum(1, second),
        missing: sums.sum(2, second),
      }))
      .filter(({notifications}) => notifications > 0);
  }

  /** Forgets an agent that has left. */
  releaseAgent(agent: Agent): void {
    this.sources.delete(agent);
  }

  private summed<T extends DropPlace>(from: LRUCache<string, Followed<T>>, {agent, link, code}: DropQuery): T[] {
    const found: T[] = [];
    // The table has what was seen last in front.
    for (const {what, sums} of [...from.values()].reverse()) {
      if (agent !== undefined && what.agent !== agent) continue;
      if (link !== undefined && what.link !== link) continue;
      if (code !== undefined && what.code !== code) continue;
      const frames = sums.sum(Sum.Frames, this.second);
      if (frames > 0) found.push({...what, frames, bytes: sums.sum(Sum.Bytes, this.second)});
    }
    return found.sort((a, b) => b.frames - a.frames);
  }

  private applyRow({columns}: SectionData, i: number, agent: Agent, second: number): void {
    const value = (name: string) => columns[column[name]!]![i]!;
    const code = value('reason');
    const frames = value('frames');
    const bytes = value('bytes');
    const lastSeen = value('lastSeen');
    const {address} = agent;
    const linkOf = (ifIndex: number) => (ifIndex === 0 ? null : (this.ports.intern(agent, ifIndex)?.id ?? null));
    const input = linkOf(value('input'));
    const output = linkOf(value('output'));
    const told = {agent: address, link: output ?? input, code, reason: discardReasonName(code)};
    let key = address;
    for (let word = 1; word <= KEY_WORDS; word++) key += `:${columns[word]![i]!.toString(36)}`;
    const add = <T extends DropPlace>(to: LRUCache<string, Followed<T>>, name: string, make: () => T) => {
      const known = to.get(name) ?? {what: make(), sums: new RecentSums(2, DROP_WINDOW_SECONDS)};
      to.set(name, known);
      known.sums.add(second, frames, bytes);
      known.what.lastSeen = Math.max(known.what.lastSeen, lastSeen);
    };
    const nothing = {frames: 0, bytes: 0, lastSeen};
    add(this.placesByKey, `${told.link ?? address}:${code}`, () => ({...told, ...nothing}));
    add(this.flowsByKey, key, () => {
      const isRoce = value('isRoce') === 1;
      return {
        ...told,
        ...{input, output, isRoce, destQp: isRoce ? value('destQp') : null},
        source: addressAt(columns, SOURCE, i),
        destination: addressAt(columns, DESTINATION, i),
        ...nothing,
      };
    });
    const kind = this.kindsByKey.get(kindKey(address, code)) ?? {agent, code, reason: told.reason, total: 0, lastSeen};
    this.kindsByKey.set(kindKey(address, code), kind);
    kind.total += frames;
    kind.lastSeen = Math.max(kind.lastSeen, lastSeen);
    const name = told.reason === `reason_${code}` ? UNNAMED_REASON : told.reason;
    this.totals.set(name, (this.totals.get(name) ?? 0) + frames);
  }

  private applySources({columns, rows}: SectionData, locals: readonly (Agent | undefined)[], second: number): void {
    const value = (name: string, i: number) => columns[source[name]!]![i]!;
    for (let i = 0; i < rows; i++) {
      const agent = locals[value('agent', i)];
      if (!agent) continue;
      const sums = this.sources.get(agent) ?? new RecentSums(3, DROP_WINDOW_SECONDS);
      this.sources.set(agent, sums);
      sums.add(second, value('notifications', i), value('suppressed', i), value('missing', i));
      this.suppressed += value('suppressed', i);
    }
  }
}

/** Four words from column `at` on; null where all are zero. */
function addressAt(columns: SectionData['columns'], at: number, i: number): string | null {
  const [a, b, c, d] = [0, 1, 2, 3].map((word) => columns[at + word]![i]!) as [number, number, number, number];
  return (a | b | c | d) === 0 ? null : formatAddress(a, b, c, d);
}
