/**
 * The whole server side in one thread under a clock that the test moves: kernel and ring, the ingest thread's turns,
 * Partials on their way, the main thread with its fabric and its live socket. Nothing waits and nothing is random.
 */
import {createHash, type Hash} from 'node:crypto';
import {type AccountLimits, DEFAULT_LIMITS} from '../../../src/account/accountant.ts';
import {Ingest} from '../../../src/account/ingest.ts';
import type {Context} from '../../../src/api/context.ts';
import {LiveClient} from '../../../src/api/live/client.ts';
import {LiveHub} from '../../../src/api/live/hub.ts';
import {takePartial} from '../../../src/app.ts';
import {ManualClock, SteadyClock} from '../../../src/clock.ts';
import {RingPump} from '../../../src/collector/native/pump.ts';
import type {SlotHandler} from '../../../src/collector/native/ring.ts';
import {GRACE_MS, Turns} from '../../../src/collector/turns.ts';
import {type Advance, Fabric} from '../../../src/fabric/fabric.ts';
import {binOf} from '../../../src/shared/bins.ts';
import type {JsonFrame} from '../../../src/shared/live.ts';

/** Small tables, so that ten thousand servers cost little. */
const LIMITS: AccountLimits = {...DEFAULT_LIMITS, agents: 16, rows: 256, cells: 2_048, flows: 512, counters: 64};
const DEPTH = 1_000;

interface Arrived {
  bytes: Uint8Array;
  from: Uint32Array;
  monotonicMs: number;
}

export interface WholeServerOptions {
  receiver: 'native' | 'dgram';
  /** Of the ingest thread's tables. */
  tableSeed: number;
  /** Wall time at the start, epoch ms. */
  wallMs: number;
}

export class WholeServer {
  readonly fabric = new Fabric({depth: DEPTH, flows: 500});
  readonly context: Context;
  readonly hub: LiveHub;
  readonly clock: SteadyClock;
  readonly ingest: Ingest;
  /** Frames of a client that watches everything. */
  readonly frames: JsonFrame[] = [];
  /** Bins that time has passed through. */
  readonly lived = new Set<number>();
  /** What the monotonic clock and the wall clock show. */
  monotonicMs = 12_345;
  wallMs: number;
  /** While set, the thread does nothing: it computes, waits for the disk, or is not scheduled. */
  isIngestStalled = false;
  isMainStalled = false;
  /** Datagrams that the kernel dropped, as it says itself. */
  kernelDropped = 0;
  /** Partials that wait to be delivered. */
  readonly partials: ArrayBuffer[] = [];
  /** Called with each advance of the fabric, after the live socket has it. */
  onAdvance: (advance: Advance) => void = () => {};
  /** Called with each Partial that was delivered. */
  onDelivered: (encoded: ArrayBuffer) => void = () => {};
  private readonly isNative: boolean;
  private readonly waiting: Arrived[] = [];
  private readonly turns: Turns;
  /** What runs when the sockets have been read. */
  private soon: (() => void)[] = [];
  private readonly played = new ManualClock();
  private readonly hash: Hash = createHash('sha256');
  private turnAt = 0;

  constructor({receiver, tableSeed, wallMs}: WholeServerOptions) {
    this.wallMs = wallMs;
    this.isNative = receiver === 'native';
    this.clock = new SteadyClock(
      () => this.wallMs,
      () => this.monotonicMs,
    );
    this.ingest = new Ingest({limits: LIMITS, producer: 0, epoch: 1, seed: tableSeed}, (encoded) => {
      this.hash.update(new Uint8Array(encoded));
      this.partials.push(encoded);
    });
    const drain = (handler: SlotHandler) =>
      this.drain((arrived) => handler(this.land(arrived), arrived.from, arrived.monotonicMs));
    const pump = new RingPump({drain}, this.ingest, this.clock, GRACE_MS);
    this.turns = new Turns(this.ingest, this.clock, {
      pump: this.isNative ? () => pump.turn() : undefined,
      count: () => this.ingest.kernelDropped(this.kernelDropped),
      soon: (next) => this.soon.push(next),
    });
    this.context = contextOf(this.fabric, receiver);
    this.hub = new LiveHub(this.context, this.played);
    this.hub.clients.add(this.watcher());
  }

  /** A hash of all that the ingest thread has sent. */
  get digest(): string {
    return this.hash.copy().digest('hex');
  }

  /** A datagram reaches the kernel. */
  arrive(bytes: Uint8Array, from: Uint32Array): void {
    this.waiting.push({bytes, from, monotonicMs: this.monotonicMs});
  }

  /** Time passes; the threads do what is due. */
  pass(ms: number): void {
    this.monotonicMs += ms;
    this.wallMs += ms;
    this.lived.add(binOf(this.clock.now()));
    if (!this.isIngestStalled) this.runIngest();
    this.lived.add(binOf(this.clock.now()));
    if (!this.isMainStalled) this.runMain();
  }

  /** The end: the ingest thread sends what it has, the main thread takes it. */
  finish(): void {
    this.turnAt = this.monotonicMs;
    this.runIngest();
    this.ingest.finish();
    this.runMain();
  }

  private runIngest(): void {
    // As the event loop has it: timers that are due, then sockets, then what was to be done soon.
    if (this.monotonicMs >= this.turnAt) this.turnAt = this.monotonicMs + this.turns.turn();
    if (this.isNative) return;
    this.drain(({bytes, from}) => this.turns.read(bytes, from));
    for (const next of this.soon.splice(0)) next();
  }

  private runMain(): void {
    for (const encoded of this.partials.splice(0)) {
      this.take(encoded);
      this.onDelivered(encoded);
    }
  }

  /** Delivers a Partial that was delivered before. */
  redeliver(encoded: ArrayBuffer): void {
    this.take(encoded);
  }

  private take(encoded: ArrayBuffer): void {
    takePartial(encoded, this.fabric, this.played, {
      advance: (advance) => {
        this.hub.advance(advance);
        this.onAdvance(advance);
      },
    });
  }

  private drain(take: (arrived: Arrived) => void): number {
    const arrived = this.waiting.splice(0);
    for (const one of arrived) take(one);
    return arrived.length;
  }

  private land({bytes}: Arrived): number {
    this.ingest.buffer.set(bytes);
    return bytes.length;
  }

  private watcher(): LiveClient {
    const send = (data: Buffer | string) => this.frames.push(JSON.parse(String(data)) as JsonFrame);
    const client = new LiveClient({bufferedAmount: 0, send, close: () => {}}, true, undefined, true);
    client.receive(JSON.stringify({type: 'subscribe', fabric: true, measure: 'all'}));
    return client;
  }
}

function contextOf(fabric: Fabric, receiver: 'native' | 'dgram'): Context {
  return {
    fabric,
    info: {
      version: '0.0.0',
      demo: false,
      source: 'udp',
      receiver,
      udpPort: 6_343,
      addresses: [],
      receiveBufferBytes: undefined,
      ready: true,
    },
    token: undefined,
    anyHost: false,
    metricsLinks: 100,
  };
}
