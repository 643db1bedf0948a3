import {AddressType} from '../sflow/constants.ts';
import {formatAddress} from './address.ts';
import type {DatagramSink} from './datagram-writer.ts';
import {Random} from './random.ts';

/** What befalls datagrams between the agents and the collector. Shares are of 1; times in simulated milliseconds. */
export interface TransportOptions {
  /** Share lost, each by itself. */
  readonly loss: number;
  /** Times of heavy loss: how often on average, how long on average, and the share lost meanwhile. */
  readonly bursts: {readonly everyMs: number; readonly lastMs: number; readonly loss: number} | undefined;
  /** Share that arrives twice, the second time up to `delayMs` later. */
  readonly duplication: number;
  /** Share held back for up to `delayMs`, so that later ones arrive before it. */
  readonly reordering: number;
  readonly delayMs: number;
  /** Times, since the start, in which nothing comes through; from one agent if its address is given. */
  readonly silences: readonly {readonly afterMs: number; readonly forMs: number; readonly agent?: string}[];
}

/** A way on which nothing happens. */
export const perfectTransport: TransportOptions = {
  loss: 0,
  bursts: undefined,
  duplication: 0,
  reordering: 0,
  delayMs: 50,
  silences: [],
};

/** What became of the datagrams; delivered counts duplicates too. */
export interface TransportCounts {
  handed: number;
  delivered: number;
  lost: number;
  silenced: number;
  duplicated: number;
  delayed: number;
}

/** Its generator, apart from those of the simulation with the same seed. */
const RANDOM_STREAM = 2 ** 21;

interface Delayed {
  readonly dueMs: number;
  readonly bytes: Uint8Array;
}

/**
 * The network between agents and collector, in simulated time and by a seed: the same datagrams meet the same faults.
 * What is not delayed is handed on at once, in the writer's own buffer; what is due earlier goes before it.
 */
export class Transport {
  readonly counts: TransportCounts = {handed: 0, delivered: 0, lost: 0, silenced: 0, duplicated: 0, delayed: 0};
  private readonly options: TransportOptions;
  private readonly random: Random;
  private readonly startMs: number;
  private readonly sink: DatagramSink;
  /** Ascending by time; of the same time in the order in which they were sent. */
  private readonly waiting: Delayed[] = [];
  private burstMs: number;
  private burstEndMs: number;

  constructor(options: Partial<TransportOptions>, seed: number, startMs: number, sink: DatagramSink) {
    this.options = {...perfectTransport, ...options};
    this.random = new Random(seed, RANDOM_STREAM);
    this.startMs = startMs;
    this.sink = sink;
    this.burstMs = startMs + this.exponential(this.options.bursts?.everyMs ?? Number.POSITIVE_INFINITY);
    this.burstEndMs = this.burstMs + this.exponential(this.options.bursts?.lastMs ?? 0);
  }

  /** Takes a datagram that an agent sends. */
  send(bytes: Uint8Array, length: number, atMs: number): void {
    this.advance(atMs);
    const {counts, options, random} = this;
    counts.handed++;
    if (this.isSilenced(bytes, atMs)) {
      counts.silenced++;
      return;
    }
    if (random.uniform() < this.lossAt(atMs)) {
      counts.lost++;
      return;
    }
    const isDuplicated = options.duplication > 0 && random.uniform() < options.duplication;
    if (options.reordering > 0 && random.uniform() < options.reordering) {
      counts.delayed++;
      this.keep(bytes, length, atMs);
    } else {
      this.deliver(bytes, length, atMs);
    }
    if (!isDuplicated) return;
    counts.duplicated++;
    this.keep(bytes, length, atMs);
  }

  /** Hands on what was held back until this time. */
  advance(untilMs: number): void {
    const {waiting} = this;
    while (waiting.length > 0 && waiting[0].dueMs <= untilMs) {
      const {bytes, dueMs} = waiting.shift()!;
      this.deliver(bytes, bytes.length, dueMs);
    }
  }

  /** Hands on all that was held back. */
  end(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }

  private deliver(bytes: Uint8Array, length: number, atMs: number): void {
    this.counts.delivered++;
    this.sink(bytes, length, atMs);
  }

  private keep(bytes: Uint8Array, length: number, atMs: number): void {
    const dueMs = atMs + this.random.uniform() * this.options.delayMs;
    const delayed = {dueMs, bytes: bytes.slice(0, length)};
    let at = this.waiting.length;
    while (at > 0 && this.waiting[at - 1].dueMs > dueMs) at--;
    this.waiting.splice(at, 0, delayed);
  }

  private lossAt(atMs: number): number {
    const {bursts, loss} = this.options;
    if (bursts === undefined) return loss;
    while (atMs >= this.burstEndMs) {
      this.burstMs = this.burstEndMs + this.exponential(bursts.everyMs);
      this.burstEndMs = this.burstMs + this.exponential(bursts.lastMs);
    }
    return atMs >= this.burstMs ? bursts.loss : loss;
  }

  private isSilenced(bytes: Uint8Array, atMs: number): boolean {
    const since = atMs - this.startMs;
    return this.options.silences.some(
      ({afterMs, forMs, agent}) =>
        since >= afterMs && since < afterMs + forMs && (agent === undefined || agent === agentOf(bytes)),
    );
  }

  private exponential(mean: number): number {
    return -Math.log(this.random.uniform()) * mean;
  }
}

/** The agent address of a datagram, as text. */
function agentOf(bytes: Uint8Array): string {
  return formatAddress(bytes.slice(8, bytes[7] === AddressType.Ipv4 ? 12 : 24));
}
