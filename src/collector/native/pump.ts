import {BIN_MS} from '../../shared/bins.ts';
import type {SlotHandler} from './ring.ts';

/** How often the ring is emptied: much shorter than it takes to fill, and than anybody can see. */
const DRAIN_MS = 5;
/** The same while little comes, to let the processor sleep: three turns a bin. */
const QUIET_DRAIN_MS = 33;
/** Datagrams that are little: a small part of what the ring holds. */
const FEW = 256;
/** How soon it is looked again whether a mark may be passed. */
const HELD_MS = 1;

/** Where datagrams come from: a `RingReader`. */
export interface PumpedRing {
  /** Whether it ended at a mark that is not to be passed yet: what lies behind it may be of the bin that is over. */
  readonly isHeld?: boolean;
  /** Of the datagram that is handled. */
  readonly bucket?: number;
  drain(handler: SlotHandler): number;
}

/** What is fed: an `Ingest`, whose buffer is the ring's landing place. */
export interface PumpTarget {
  /** What the next datagram's agent is handed over by, where there are several threads. */
  bucket?: number;
  receive(length: number, source: Uint32Array, arrivalMs: number): void;
  tick(now: number): void;
}

/** The server's clock, and the time that it gives to a moment of the monotonic one. */
export interface PumpClock {
  now(): number;
  at(monotonicMs: number): number;
}

/**
 * Brings datagrams from the ring to their bins, in turns. They carry the kernel's time, so they find their bin however
 * late a turn is; what was stamped before a bin's end is in the ring within `graceMs` after it, and is taken out in
 * the turn that closes the bin, before it does.
 */
export class RingPump {
  private readonly ring: PumpedRing;
  private readonly target: PumpTarget;
  private readonly clock: PumpClock;
  private readonly graceMs: number;
  private readonly onSlot: SlotHandler = (length, source, arrivalMs) => {
    this.target.bucket = this.ring.bucket ?? 0;
    this.target.receive(length, source, this.clock.at(arrivalMs));
  };

  constructor(ring: PumpedRing, target: PumpTarget, clock: PumpClock, graceMs: number) {
    this.ring = ring;
    this.target = target;
    this.clock = clock;
    this.graceMs = graceMs;
  }

  /** One turn. Returns in how many whole milliseconds the next one is due: a bin must close, or the ring may fill. */
  turn(): number {
    // Asked before draining: a bin that ends meanwhile is for the next turn.
    const closable = this.clock.now() - this.graceMs;
    const count = this.ring.drain(this.onSlot);
    if (this.ring.isHeld === true) return HELD_MS;
    this.target.tick(closable);
    const interval = count > FEW ? DRAIN_MS : QUIET_DRAIN_MS;
    const spent = this.clock.now() - this.graceMs - closable;
    return Math.max(0, Math.ceil(Math.min(interval, BIN_MS - (closable % BIN_MS)) - spent));
  }
}
