import {LRUCache} from 'lru-cache';
import type {PartialHeader, SectionData} from '../account/codec.ts';
import {columnIndexes, QUEUE_FLOWS, QUEUES} from '../account/schema.ts';
import {formatAddress} from './address.ts';
import type {Agent} from './agents.ts';
import type {Port, Ports} from './ports.ts';
import {type Percentiles, QueueKind, QueueSeconds} from './queue-seconds.ts';
import {RecentSums} from './recent-sums.ts';

const column = columnIndexes(QUEUES);
const flowColumn = columnIndexes(QUEUE_FLOWS);
const FLOW_KEY_WORDS = 13;

/** Seconds that percentiles are taken over. */
export const QUEUE_WINDOW_SECONDS = 10;
/** What is followed at most; what was not heard of for longest gives way. A cell takes about 16 bytes. */
const MOST_QUEUES = 16_384;
const MOST_CELLS = 2_000_000;
const MOST_FLOWS = 20_000;
/** As the column `queue` has it. */
const UNKNOWN_QUEUE = 0xffffffff;

/** Order of what is summed by second of a flow. */
const Sum = {Samples: 0, Depths: 1} as const;

/** One egress queue of a port, over the window. */
export interface QueueEstimate {
  port: Port;
  /** The agent's number of it; null where samples do not tell. */
  queue: number | null;
  /** Bytes in front of a packet when it was put into the queue. */
  depth: Percentiles | null;
  /** Nanoseconds that a packet was in the device. */
  delay: Percentiles | null;
}

/** A flow whose sampled packets found a queue filled. */
export interface QueuedFlow {
  agent: string;
  link: string;
  queue: number | null;
  source: string;
  destination: string;
  isRoce: boolean;
  destQp: number | null;
  /** Samples that found it filled, and the mean depth that they found, bytes. */
  samples: number;
  meanDepth: number;
}

/** Which queues are wanted. */
export interface QueueQuery {
  agent?: string | undefined;
  link?: string | undefined;
}

interface Queue {
  port: Port;
  queue: number | null;
  seconds: QueueSeconds;
}

interface Followed {
  what: Omit<QueuedFlow, 'samples' | 'meanDepth'>;
  sums: RecentSums;
}

/**
 * How deep queues were and how long packets took, over the last seconds. A sample weighs as its nominal rate, so that
 * ports that sample otherwise count as they should.
 */
export class QueueLog {
  private readonly queues = new LRUCache<string, Queue>({
    max: MOST_QUEUES,
    dispose: ({seconds}) => {
      this.cells -= seconds.size;
    },
  });
  private readonly flowsByKey = new LRUCache<string, Followed>({max: MOST_FLOWS});
  private readonly ports: Ports;
  private cells = 0;
  private firstTime = Number.NaN;
  private time = 0;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** Takes what a Partial says of queues; of one that says nothing, its time. */
  apply(
    queues: SectionData | undefined,
    flows: SectionData | undefined,
    locals: readonly (Agent | undefined)[],
    {time}: PartialHeader,
  ): void {
    if (Number.isNaN(this.firstTime)) this.firstTime = time;
    this.time = Math.max(this.time, time);
    const second = Math.floor(time / 1_000);
    for (let i = 0; i < (queues?.rows ?? 0); i++) this.applyRow(queues!, i, locals, second);
    for (let i = 0; i < (flows?.rows ?? 0); i++) this.applyFlow(flows!, i, locals, second);
    while (this.cells > MOST_CELLS) this.queues.pop();
  }

  /** Seconds that percentiles are taken over; fewer while the server is younger. */
  get windowSeconds(): number {
    const covered = Math.round((this.time - this.firstTime) / 100) / 10;
    return Math.min(QUEUE_WINDOW_SECONDS, Math.max(1, covered || 0));
  }

  /** The queues that samples told of in the window, the fullest first, by the 99th percentile of depth, then delay. */
  all(query: QueueQuery = {}): QueueEstimate[] {
    const {second} = this;
    const found: QueueEstimate[] = [];
    for (const {port, queue, seconds} of this.queues.values()) {
      if (!isWanted(query, port.agent.address, port.id)) continue;
      const depth = seconds.percentiles(QueueKind.Depth, second);
      const delay = seconds.percentiles(QueueKind.Delay, second);
      if (depth || delay) found.push({port, queue, depth, delay});
    }
    const by = (one: Percentiles | null) => one?.p99 ?? -1;
    return found.sort((a, b) => by(b.depth) - by(a.depth) || by(b.delay) - by(a.delay));
  }

  /** The flows that stood in queues in the window, those that did so with most samples first. */
  flows(query: QueueQuery = {}): QueuedFlow[] {
    const {second} = this;
    const found: QueuedFlow[] = [];
    for (const {what, sums} of this.flowsByKey.values()) {
      if (!isWanted(query, what.agent, what.link)) continue;
      const samples = sums.sum(Sum.Samples, second);
      if (samples > 0) found.push({...what, samples, meanDepth: sums.sum(Sum.Depths, second) / samples});
    }
    return found.sort((a, b) => b.samples - a.samples);
  }

  private get second(): number {
    return Math.floor(this.time / 1_000);
  }

  private applyRow({columns}: SectionData, i: number, locals: readonly (Agent | undefined)[], second: number): void {
    const value = (name: string) => columns[column[name]!]![i]!;
    const agent = locals[value('agent')];
    const port = agent && this.ports.intern(agent, value('port'));
    if (!port) return;
    const number = value('queue');
    const key = `${port.id}:${number}`;
    let known = this.queues.get(key);
    if (!known) {
      known = {port, queue: queueOf(number), seconds: new QueueSeconds(QUEUE_WINDOW_SECONDS)};
      this.queues.set(key, known);
    }
    const samples = value('samples');
    const before = known.seconds.size;
    known.seconds.add(second, value('kind') & 1, value('bucket'), samples, samples * value('rate'), value('largest'));
    this.cells += known.seconds.size - before;
  }

  private applyFlow({columns}: SectionData, i: number, locals: readonly (Agent | undefined)[], second: number): void {
    const value = (name: string) => columns[flowColumn[name]!]![i]!;
    const agent = locals[value('agent')];
    const port = agent && this.ports.intern(agent, value('port'));
    if (!port) return;
    let key = agent.address;
    for (let word = 1; word < FLOW_KEY_WORDS; word++) key += `:${columns[word]![i]!.toString(36)}`;
    let known = this.flowsByKey.get(key);
    if (!known) {
      const address = (name: string) => {
        const [a, b, c, d] = [0, 1, 2, 3].map((word) => value(`${name}${word}`)) as [number, number, number, number];
        return formatAddress(a, b, c, d);
      };
      const isRoce = value('isRoce') === 1;
      const what = {
        ...{agent: agent.address, link: port.id, queue: queueOf(value('queue'))},
        ...{source: address('source'), destination: address('destination')},
        ...{isRoce, destQp: isRoce ? value('destQp') : null},
      };
      known = {what, sums: new RecentSums(2, QUEUE_WINDOW_SECONDS)};
      this.flowsByKey.set(key, known);
    }
    known.sums.add(second, value('samples'), value('depths'));
  }
}

const queueOf = (number: number): number | null => (number === UNKNOWN_QUEUE ? null : number);

function isWanted({agent, link}: QueueQuery, ofAgent: string, ofLink: string): boolean {
  return (agent === undefined || agent === ofAgent) && (link === undefined || link === ofLink);
}
