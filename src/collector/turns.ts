import {BIN_MS} from '../shared/bins.ts';
import type {PumpTarget} from './native/pump.ts';
import {StallWatch} from './stall-watch.ts';

/** After a bin's end, time for datagrams that are in the socket by then; an arrival closes the bin sooner. */
export const GRACE_MS = 3;
/** What Node reads from a socket in one turn of the event loop at most (libuv, uv__udp_recvmsg): less is all there was. */
const READ_IN_A_TURN = 32;

/** How soon it is looked again whether results are taken. */
const BEHIND_MS = 10;

/** What is fed and told the time: an `Ingest`. */
export interface TurnTarget extends PumpTarget {
  readonly buffer: Uint8Array;
  stalled(ms: number): void;
  stepped(ms: number, now: number): void;
  backlog(from: number): void;
  endBacklog(): void;
}

/** The server's clock, which follows the wall's. */
export interface TurnClock {
  now(): number;
  follow(): number;
}

/** Where datagrams that are read go first if there are several threads: into the rings that those empty. */
export interface TurnFeeder {
  put(bytes: Uint8Array, from: Uint32Array): void;
  backlog(from: number): void;
  endBacklog(): void;
}

/** What differs between receivers, and what a test does otherwise than a thread. */
export interface TurnOptions {
  /** Empties the native receiver's ring and returns when it wants to be called again; none where datagrams are `read`. */
  pump?: (() => number) | undefined;
  /** Whether who takes the results is so far behind that datagrams must wait in the ring, which thins them when it fills. */
  isBehind?: (() => boolean) | undefined;
  /** Takes what is `read`, for rings of which the pump empties one. */
  feeder?: TurnFeeder | undefined;
  /** Called each turn: brings the kernel's and the receiver's counts. */
  count: (now: number) => void;
  /** Runs something after the event loop has read what waits in the sockets: `setImmediate`. */
  soon: (next: () => void) => void;
}

/**
 * What an ingest thread does when it has its turn, apart from waiting for it: notices that it stood still, empties the
 * ring, closes bins, follows the wall clock. Knows time only by the clock that it is given.
 */
export class Turns {
  private readonly target: TurnTarget;
  private readonly clock: TurnClock;
  private readonly options: TurnOptions;
  private readonly watch = new StallWatch();
  /** Datagrams read through Node's sockets. */
  private readCount = 0;
  /** What waited through a stall is being read. */
  private isCatchingUp = false;

  constructor(target: TurnTarget, clock: TurnClock, options: TurnOptions) {
    this.target = target;
    this.clock = clock;
    this.options = options;
  }

  /** One turn. Returns in how many milliseconds the next one is due. */
  turn(): number {
    const {pump, feeder, count, isBehind} = this.options;
    const now = this.clock.now();
    if (pump && !feeder) this.noticeStall(now);
    else this.noticeBacklog(now);
    count(now);
    const wait = pump ? (isBehind?.() ? BEHIND_MS : pump()) : this.tick();
    this.watch.expect(this.clock.now() + wait);
    // Last, so that what came before a step is taken by the time that it came at.
    if (!this.isCatchingUp) this.followWall();
    return wait;
  }

  /** A datagram was read from one of Node's sockets. */
  read(bytes: Uint8Array, from: Uint32Array): void {
    const now = this.clock.now();
    this.noticeBacklog(now);
    this.readCount++;
    const {feeder} = this.options;
    if (feeder) {
      feeder.put(bytes, from);
      return;
    }
    this.target.buffer.set(bytes);
    this.target.receive(bytes.length, from, now);
  }

  private tick(): number {
    this.target.tick(this.clock.now());
    return BIN_MS - (this.clock.now() % BIN_MS) + GRACE_MS;
  }

  /** Returns for how long the thread stood still if that is news, else 0. */
  private noticeStall(now: number): number {
    const ms = this.watch.alive(now);
    if (ms > 0) this.target.stalled(ms);
    return ms;
  }

  /** Node tells no arrival times: what waited in the sockets while this thread stood still came at any time meanwhile. */
  private noticeBacklog(now: number): void {
    const ms = this.noticeStall(now);
    if (ms === 0) return;
    const reader = this.options.feeder ?? this.target;
    reader.backlog(this.watch.since);
    this.isCatchingUp = true;
    const until = now + ms;
    const next = (before: number) => {
      const isAll = this.readCount - before < READ_IN_A_TURN || this.clock.now() > until;
      const sofar = this.readCount;
      if (!isAll) return this.options.soon(() => next(sofar));
      this.isCatchingUp = false;
      reader.endBacklog();
    };
    const sofar = this.readCount;
    this.options.soon(() => next(sofar));
  }

  private followWall(): void {
    const ms = this.clock.follow();
    if (ms === 0) return;
    this.watch.forward(ms);
    const now = this.clock.now();
    this.target.stepped(ms, now);
    this.target.tick(now);
  }
}
