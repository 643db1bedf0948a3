// Hot path: nothing is allocated for a datagram.
import {Dispatcher, type MoveHandler} from './dispatch.ts';
import type {SharedRings} from './native/collector.ts';
import {Mark, monotonicOrigin, Word} from './native/ring.ts';
import {RingWriter} from './ring-writer.ts';

/** How far a ring is written at least before it begins at its start again. */
const REWIND_BYTES = 1024 * 1024;

/** Gives a moment of this thread's monotonic clock the server's time. */
export interface FeederClock {
  at(monotonicMs: number): number;
}

/**
 * Brings datagrams from Node's own sockets into the rings of several threads, as the addon does with those that it reads
 * itself: each to the ring of its agent, at random fewer of them where that is more than half full.
 */
export class RingFeeder {
  private readonly writers: readonly RingWriter[];
  private readonly dispatcher: Dispatcher;
  private readonly clock: FeederClock;
  private readonly random: () => number;
  private readonly originMs: number;
  private readonly onMove: MoveHandler = (nowMs, number, bucket, from, to) => {
    const left = this.writers[from]!;
    const joined = this.writers[to]!;
    if (!left.hasMarkRoom() || !joined.hasMarkRoom()) return false;
    left.mark(Mark.Leave, nowMs, bucket, to, number);
    return joined.mark(Mark.Arrive, nowMs, bucket, from, number);
  };

  constructor(
    {rings, table}: SharedRings,
    clock: FeederClock,
    random: () => number = Math.random,
    originMs: number = monotonicOrigin(),
  ) {
    this.writers = rings.map((ring) => new RingWriter(ring));
    this.dispatcher = new Dispatcher(table, rings.length);
    this.clock = clock;
    this.random = random;
    this.originMs = originMs;
  }

  /** Takes a datagram that was read at `now`, on this thread's monotonic clock. */
  put(bytes: Uint8Array, source: Uint32Array, now: number = performance.now()): void {
    const {dispatcher} = this;
    const at = now + this.originMs;
    dispatcher.moves(at, this.onMove);
    const writer = this.writers[dispatcher.ringOf(bytes, source)]!;
    writer.rewind(REWIND_BYTES);
    const pressure = writer.pressure();
    writer.count(Word.Received);
    if (pressure > 0 && this.random() < pressure) writer.count(Word.Thinned);
    else if (!writer.push(bytes, at, source, dispatcher.bucket)) writer.count(Word.RingDropped);
  }

  /** What comes until `endBacklog` waited in the sockets, at most since `from`, on the server's clock. */
  backlog(from: number): void {
    this.markAll(Mark.Backlog, from - this.clock.at(0) + this.originMs);
  }

  endBacklog(): void {
    this.markAll(Mark.BacklogEnd, 0);
  }

  private markAll(mark: number, timeMs: number): void {
    for (const writer of this.writers) writer.mark(mark, timeMs);
  }
}
