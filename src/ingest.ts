import {setFlagsFromString} from 'node:v8';
import {isMainThread, type MessagePort, parentPort, receiveMessageOnPort, workerData} from 'node:worker_threads';
import {type AccountLimits, DEFAULT_LIMITS} from './account/accountant.ts';
import type {HandedOver} from './account/handover.ts';
import {Ingest} from './account/ingest.ts';
import {SteadyClock} from './clock.ts';
import {Balancer} from './collector/balancer.ts';
import {DispatchTable} from './collector/dispatch.ts';
import {RingFeeder} from './collector/feeder.ts';
import {KernelDrops} from './collector/kernel-drops.ts';
import {bufferAdvice, type UdpListening} from './collector/listen.ts';
import {Moves, type Peer} from './collector/moves.ts';
import {type Addon, loadAddon} from './collector/native/addon.ts';
import {NativeCollector, type SharedRings} from './collector/native/collector.ts';
import {RingPump} from './collector/native/pump.ts';
import {RingReader} from './collector/native/ring.ts';
import {RecordingSummary, readRecording} from './collector/pcap.ts';
import {replay} from './collector/replay.ts';
import {GRACE_MS, Turns} from './collector/turns.ts';
import {UdpCollector} from './collector/udp.ts';
import {Untaken} from './collector/untaken.ts';
import {type ErrorCode, TenhertzError} from './errors.ts';

/** Where an ingest thread takes its datagrams from. */
export type IngestSource =
  | UdpSource
  | {kind: 'recording'; file: string /** 0 = as fast as they are taken. */; speed: number; port: number};

export interface UdpSource {
  kind: 'udp';
  port: number;
  host: string | undefined;
  /** `auto` takes the native one where it is built. */
  receiver: 'auto' | Receiver;
  /** `HOST:PORT` of other collectors that get a copy of every datagram. */
  forward?: readonly string[];
}

/** What takes datagrams from the kernel. */
export type Receiver = 'native' | 'dgram';

/** What the main thread starts an ingest thread with. */
export interface IngestThreadData {
  tenhertz: 'ingest';
  source: IngestSource;
  /** Which of several it is; the first one opens the sockets. */
  thread: number;
  /** The rings of all threads; none where there is but one. */
  shared?: SharedRings | undefined;
  /** By thread: the way to it; none to itself. */
  peers?: readonly (MessagePort | null)[];
  epoch: number;
  seed: number;
  /** Bytes that history and tables may take, those of this thread among them: its share of them. */
  memory: number;
  /** DSCP of packets that switches have trimmed; -1: none. */
  trimDscp: number;
}

/** Ingest thread to main thread. Results go as Partials; the rest is about the thread itself. */
export type FromIngest =
  | {type: 'ready'}
  | {type: 'listening'; listening: (UdpListening & {receiver: Receiver}) | null}
  | {type: 'failed'; code: ErrorCode; message: string}
  | {type: 'warning'; message: string}
  | {type: 'partial'; encoded: ArrayBuffer}
  | {type: 'ended'; message: string};

/** Main thread to ingest thread: settings and flow control, never results. */
export type ToIngest = {type: 'stop'} | {type: 'taken'};

/** The share of a ring that may fill while its thread waits for another one; from a half on datagrams are thinned. */
const CROWDED = 0.25;
/** How often the kernel is asked for its drops. */
const DROPS_EVERY_MS = 500;
/** Partials on their way to the main thread before a replay waits for it. */
const MAX_UNTAKEN = 32;
/** And before it is told of several bins at a time, live: it stands still for shorter when it looks for garbage. */
const MOST_UNTAKEN = 16;
/** And before datagrams wait in the ring: what waits behind it takes memory without end. */
const TOO_MANY_UNTAKEN = 64;
/** Or so many bytes of them, as a share of the memory, and what even a small one has: those of a large fabric are megabytes. */
const UNTAKEN_SHARE = 1 / 32;
const LEAST_UNTAKEN_BYTES = 8 * 1024 ** 2;

/** What a row and its cell take in this thread's tables, and its share of the memory. */
const BYTES_PER_ROW = 1_024;
const SHARE = 1 / 8;
/** Rows of 60,000 ports: a single machine watches no more. */
const MOST_ROWS = 131_072;
/** A port has about two rows, and five counters beside those of its interface (PFC). */
const GAUGES_PER_ROW = 3;

/** Tables for as many rows as the memory allows; where it is small, as many as a few thousand ports need. */
export function limitsWithin(memory: number): AccountLimits {
  const affordable = 2 ** Math.floor(Math.log2(Math.max(1, (memory * SHARE) / BYTES_PER_ROW)));
  const rows = Math.max(DEFAULT_LIMITS.rows, Math.min(MOST_ROWS, affordable));
  return {...DEFAULT_LIMITS, rows, cells: Math.max(DEFAULT_LIMITS.cells, rows), gauges: GAUGES_PER_ROW * rows};
}

type Post = (message: FromIngest, transfer?: ArrayBuffer[]) => void;

/** Wires collector, decoder and accounting of one ingest thread. */
class IngestThread {
  private readonly data: IngestThreadData;
  private readonly post: Post;
  private readonly ingest: Ingest;
  private readonly clock = new SteadyClock();
  private readonly turns: Turns;
  private readonly native: NativeCollector | undefined;
  private readonly collector: NativeCollector | UdpCollector | undefined;
  /** What this thread empties; none where it reads Node's sockets for itself alone. */
  private readonly ring: RingReader | undefined;
  /** Why there is no native receiver though one was wanted. */
  private readonly noNative: string = '';
  private readonly moves: Moves<HandedOver> | undefined;
  /** In the first of several threads. */
  private readonly balancer: Balancer | undefined;
  private balancedAt = 0;
  private drops: KernelDrops | undefined;
  private dropsReadAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly untaken = new Untaken();
  private onTaken: (() => void) | undefined;
  private stopped = false;

  constructor(data: IngestThreadData, post: Post) {
    this.data = data;
    this.post = post;
    const {thread, shared, peers = [], epoch, seed, source, memory, trimDscp} = data;
    const opens = source.kind === 'udp' && thread === 0;
    if (opens && source.receiver !== 'dgram') {
      const addon = tryAddon();
      if (typeof addon === 'string') this.noNative = addon;
      else this.native = new NativeCollector({...source, shared}, addon);
    }
    const sink = (encoded: ArrayBuffer) => {
      this.untaken.add(encoded.byteLength);
      this.hold();
      this.post({type: 'partial', encoded}, [encoded]);
    };
    const options = {limits: limitsWithin(memory), producer: thread, epoch, seed, trimDscp, tellsClock: thread === 0};
    this.ring = this.native?.ring ?? (shared && new RingReader(shared.rings[thread]!));
    this.ingest = new Ingest(options, sink, this.ring?.landing);
    const pump = this.ring && new RingPump(this.ring, this.ingest, this.clock, GRACE_MS);
    if (this.ring && shared) {
      const ways = peers.map((port) => (port ? peerOf(port) : undefined));
      const {ring} = this;
      this.moves = new Moves(this.ingest, ways, this.clock, () => ring.fill > CROWDED);
      this.ring.onMark = this.moves.onMark;
      if (opens) this.balancer = new Balancer(new DispatchTable(shared.table), shared.rings.length);
    }
    const mostUntaken = Math.max(LEAST_UNTAKEN_BYTES, memory * UNTAKEN_SHARE);
    this.turns = new Turns(this.ingest, this.clock, {
      pump: pump && (() => pump.turn()),
      isBehind: () => this.untaken.count >= TOO_MANY_UNTAKEN || this.untaken.bytes >= mostUntaken,
      feeder: opens && shared && !this.native ? new RingFeeder(shared, this.clock) : undefined,
      count: (now) => this.readDrops(now),
      soon: setImmediate,
    });
    this.collector = this.native ?? (opens ? this.plainCollector(source) : undefined);
  }

  async start(): Promise<void> {
    try {
      const {source} = this.data;
      if (source.kind === 'recording') await this.play();
      else if (this.collector) await this.listen(this.collector, source);
      else this.takeTurns();
      this.post({type: 'ready'});
    } catch (error) {
      const {message} = error as Error;
      if (error instanceof TenhertzError) this.post({type: 'failed', code: error.code, message});
      else if (this.data.source.kind === 'udp') this.post({type: 'failed', code: 'INTERNAL', message});
      else this.post({type: 'failed', code: 'RECORDING', message: `${this.data.source.file}: ${message}`});
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.taken();
    await this.collector?.stop();
  }

  /** The main thread has taken a Partial. */
  taken(): void {
    this.untaken.take();
    this.hold();
    this.onTaken?.();
    this.onTaken = undefined;
  }

  /** A recording waits for the main thread instead, so that the same is told of it each time. */
  private hold(): void {
    this.ingest.isHeld = this.data.source.kind === 'udp' && this.untaken.count >= MOST_UNTAKEN;
  }

  private plainCollector(source: UdpSource): UdpCollector {
    return new UdpCollector(source, (bytes, from) => this.turns.read(bytes, from));
  }

  private async listen(collector: NativeCollector | UdpCollector, source: UdpSource): Promise<void> {
    if (this.noNative !== '') this.doWithoutNative(source);
    const listening = await collector.start();
    const receiver = this.native ? 'native' : 'dgram';
    this.post({type: 'listening', listening: {...listening, receiver}});
    const advice = bufferAdvice(listening.receiveBufferBytes);
    if (advice !== undefined) this.post({type: 'warning', message: advice});
    this.drops = new KernelDrops(listening.port);
    this.takeTurns();
  }

  private doWithoutNative({receiver}: UdpSource): void {
    const what = `the native receiver cannot be used: ${this.noNative}`;
    if (receiver === 'native') {
      throw new TenhertzError('RECEIVER', `${what}; build it with 'npm run build', or choose --receiver dgram`);
    }
    this.post({type: 'warning', message: `${what}; receiving through Node's own sockets, which lose more in bursts`});
  }

  private takeTurns(): void {
    if (this.stopped) return;
    const wait = this.turns.turn();
    this.balance();
    this.timer = setTimeout(() => this.takeTurns(), wait);
  }

  /** Once a second, behind the edge of a bin. */
  private balance(): void {
    const second = Math.floor(this.clock.now() / 1_000);
    if (second === this.balancedAt) return;
    this.balancedAt = second;
    this.balancer?.look();
  }

  /** Both the sockets and /proc tell the same count: one with the next datagram, the other now and then. */
  private readDrops(now: number): void {
    if (now - this.dropsReadAt < DROPS_EVERY_MS) return;
    this.dropsReadAt = now;
    this.ring?.count();
    const counts = this.ring?.counts;
    this.ingest.kernelDropped(Math.max(this.drops?.total() ?? 0, counts?.kernelDropped ?? 0));
    this.ingest.ringDropped(counts?.ringDropped ?? 0);
    this.ingest.thinned(counts?.thinned ?? 0);
    if (this.moves) this.ingest.moved(this.moves.arrived, this.moves.lost);
    if (!this.collector) return;
    const {forwarded, forwardFailed} = this.collector.counts;
    this.ingest.forwarded(forwarded, forwardFailed);
  }

  private async play(): Promise<void> {
    const source = this.data.source as Extract<IngestSource, {kind: 'recording'}>;
    this.post({type: 'listening', listening: null});
    const summary = new RecordingSummary();
    const from = new Uint32Array(4);
    const stepsBack = await replay(
      readRecording(source.file, {port: source.port, summary}),
      source.speed === 0 ? Number.POSITIVE_INFINITY : source.speed,
      {
        datagram: (bytes, words, timeMs) => {
          from.set(words);
          this.ingest.buffer.set(bytes);
          this.ingest.receive(bytes.length, from, timeMs);
        },
        tick: (timeMs) => this.ingest.tick(timeMs),
        ready: () => this.caughtUp(),
      },
      {now: () => performance.now(), wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms))},
    );
    this.ingest.finish();
    const none = summary.datagrams === 0 ? `; none was sFlow to UDP port ${source.port}, see --udp-port` : '';
    const times = stepsBack === 1 ? 'once' : `${stepsBack} times`;
    const back = stepsBack === 0 ? '' : `; its clock was set back ${times}, and time ran on from there`;
    this.post({
      type: 'ended',
      message: `${source.file}: ${summary.datagrams} datagrams in ${summary.frames} frames${none}${back}`,
    });
  }

  private caughtUp(): Promise<void> {
    if (this.stopped) return new Promise(() => {}); // the thread ends; nothing more is read
    if (this.untaken.count < MAX_UNTAKEN) return Promise.resolve();
    return new Promise<void>((resolve) => {
      this.onTaken = resolve;
    }).then(() => this.caughtUp());
  }
}

/** What comes is asked for, and not told: a thread that waits for it does nothing else. */
function peerOf(port: MessagePort): Peer<HandedOver> {
  return {
    send: (number, state) => port.postMessage({number, state}),
    receive: () => receiveMessageOnPort(port)?.message as {number: number; state: HandedOver} | undefined,
  };
}

/** The addon, or why there is none. */
function tryAddon(): Addon | string {
  try {
    return loadAddon();
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * V8 puts functions into their callers until those hold so much bytecode. Its usual 920 is less than what runs for a
 * sample, some of which would then be calls: a quarter of the time. With a little too low a bound, which ones are left
 * out differs from start to start.
 */
export const INLINE_MORE = '--max-inlined-bytecode-size-cumulative=5000';

const port = parentPort;
if (!isMainThread && port !== null && (workerData as IngestThreadData | null)?.tenhertz === 'ingest') {
  setFlagsFromString(INLINE_MORE);
  const data = workerData as IngestThreadData;
  const thread = new IngestThread(data, (message, transfer) => port.postMessage(message, transfer));
  port.on('message', (message: ToIngest) => {
    if (message.type === 'taken') thread.taken();
    else thread.stop().then(() => port.close());
  });
  thread.start();
}
