// Hot path: nothing is allocated for a datagram.

/** The layout of ring.h that this file reads. */
export const RING_LAYOUT = 3;

export const CONTROL_BYTES = 256;
/** Indexes of the control words. */
export const Word = {
  Head: 0,
  Received: 1,
  RingDropped: 2,
  KernelDropped: 3,
  Errors: 4,
  Thinned: 5,
  Forwarded: 6,
  ForwardFailed: 7,
  Rewind: 8,
  Tail: 32,
} as const;

/** A slot's header: length, bucket, four words of the source from word 2 on, arrival as a double behind them. */
export const SLOT_BYTES = 32;
const BUCKET_WORD = 1;
export const SOURCE_WORD = 2;
export const ARRIVAL_DOUBLE = 3;
/** Stands instead of a length: the next slot is at the start. */
export const WRAP = -1;
/** Stands instead of a length: the slot is a mark. */
export const MARK = -2;
/**
 * What a mark says: the agents of its bucket leave for another ring, or come from one; or, where Node's own sockets are
 * read, that what comes next waited there through a pause, and that it no longer does.
 */
export const Mark = {Leave: 1, Arrive: 2, Backlog: 3, BacklogEnd: 4} as const;

/** Room for any UDP datagram. */
const LANDING_BYTES = 65_536;
/** Slots are given back to the writer after so many bytes: seldom enough to be cheap, and long before it matters. */
const GIVE_BACK_BYTES = 256 * 1024;

/**
 * Called for each datagram. Its first `length` bytes of the reader's `landing` and the four words of `source` are valid
 * until it returns. `arrivalMs` is when the kernel received it, on the clock of this thread's `performance.now()`.
 */
export type SlotHandler = (length: number, source: Uint32Array, arrivalMs: number) => void;

/**
 * Called for each mark: one of `Mark`, its bucket, the other ring and the number of the move, and when it was set, on
 * the clock of `SlotHandler`. Answers whether the reader may go on; if not, the mark is handed over again the next time.
 */
export type MarkHandler = (mark: number, bucket: number, peer: number, number: number, timeMs: number) => boolean;

/** The memory of a ring whose room, a power of two of at least 256 KiB, has so many bytes. */
export function ringMemory(roomBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL_BYTES + roomBytes + LANDING_BYTES);
}

/** What the writer of a ring writes to. */
export function writtenPart(memory: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(memory, 0, memory.byteLength - LANDING_BYTES);
}

/** What the writer has counted since the start. */
export interface RingCounts {
  received: number;
  /** Datagrams that found the ring full. */
  ringDropped: number;
  /** Datagrams that were dropped at random, before the ring is full. */
  thinned: number;
  /** Datagrams that the kernel dropped in front of the sockets, as told with the next one. */
  kernelDropped: number;
  errors: number;
  /** Copies of datagrams that went on to other collectors, and that could not be sent. */
  forwarded: number;
  forwardFailed: number;
}

/**
 * The reading side of the ring that the addon's thread writes (ring.h). Its memory has a landing place behind the ring:
 * copying inside one array is the only way that neither allocates a view nor loops in JavaScript.
 */
export class RingReader {
  /** What the addon writes to. */
  readonly memory: Uint8Array;
  /** Where a datagram lies while it is handled. */
  readonly landing: Uint8Array;
  readonly counts: RingCounts = {
    received: 0,
    ringDropped: 0,
    thinned: 0,
    kernelDropped: 0,
    errors: 0,
    forwarded: 0,
    forwardFailed: 0,
  };
  private readonly all: Uint8Array;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly mask: number;
  private readonly landingAt: number;
  private readonly source = new Uint32Array(4);
  private readonly seen = new Int32Array(CONTROL_BYTES / 4);
  private readonly originMs: number;
  private tail = 0;
  /** The bucket of the datagram that is handled. */
  bucket = 0;
  /** Whether the last `drain` ended at a mark that is not to be passed yet. */
  isHeld = false;
  onMark: MarkHandler = () => true;

  constructor(shared: SharedArrayBuffer, originMs: number = monotonicOrigin()) {
    this.memory = writtenPart(shared);
    this.landingAt = this.memory.length;
    this.landing = new Uint8Array(shared, this.landingAt);
    this.all = new Uint8Array(shared);
    this.words = new Int32Array(shared);
    this.doubles = new Float64Array(shared);
    this.mask = this.landingAt - CONTROL_BYTES - 1;
    this.originMs = originMs;
  }

  /** Bytes that wait to be read. */
  get usedBytes(): number {
    const head = Atomics.load(this.words, Word.Head);
    if (head === this.tail) return 0;
    const tail = (this.tail | 1) === Atomics.load(this.words, Word.Rewind) ? this.nextRound() : this.tail;
    return (head - tail) >>> 0;
  }

  /** The share of the room that waits to be read. */
  get fill(): number {
    return this.usedBytes / (this.mask + 1);
  }

  /** Hands over everything that was there at the call, in order. Returns how many datagrams that were. */
  drain(handler: SlotHandler): number {
    const {words, mask} = this;
    const head = Atomics.load(words, Word.Head);
    if (this.tail === head) return 0;
    if ((this.tail | 1) === Atomics.load(words, Word.Rewind)) this.tail = this.nextRound();
    let count = 0;
    let givenBack = this.tail;
    this.isHeld = false;
    while (this.tail !== head) {
      const at = CONTROL_BYTES + (this.tail & mask);
      const length = words[at >>> 2]!;
      if (length < 0) {
        if (length === WRAP) this.tail = this.nextRound();
        else if (!this.passMark(at)) break;
        continue;
      }
      this.land(at, length);
      const arrivalMs = this.doubles[(at >>> 3) + ARRIVAL_DOUBLE]! - this.originMs;
      this.tail = (this.tail + ((SLOT_BYTES + length + 7) & ~7)) | 0;
      if ((this.tail - givenBack) >>> 0 > GIVE_BACK_BYTES) {
        givenBack = this.tail;
        Atomics.store(words, Word.Tail, givenBack);
      }
      handler(length, this.source, arrivalMs);
      count++;
    }
    Atomics.store(words, Word.Tail, this.tail);
    return count;
  }

  /** Brings `counts` up to the writer's, which are modulo 2^32. */
  count(): void {
    this.counts.received += this.grown(Word.Received);
    this.counts.ringDropped += this.grown(Word.RingDropped);
    this.counts.kernelDropped += this.grown(Word.KernelDropped);
    this.counts.thinned += this.grown(Word.Thinned);
    this.counts.errors += this.grown(Word.Errors);
    this.counts.forwarded += this.grown(Word.Forwarded);
    this.counts.forwardFailed += this.grown(Word.ForwardFailed);
  }

  /** The place of the room's start, in its next round. */
  private nextRound(): number {
    return ((this.tail | this.mask) + 1) | 0;
  }

  private passMark(at: number): boolean {
    const {words} = this;
    const first = at >>> 2;
    const told = first + SOURCE_WORD;
    const timeMs = this.doubles[(at >>> 3) + ARRIVAL_DOUBLE]! - this.originMs;
    this.isHeld = !this.onMark(words[told]!, words[first + BUCKET_WORD]!, words[told + 1]!, words[told + 2]!, timeMs);
    if (!this.isHeld) this.tail = (this.tail + SLOT_BYTES) | 0;
    return !this.isHeld;
  }

  private land(at: number, length: number): void {
    const {words, source} = this;
    this.bucket = words[(at >>> 2) + BUCKET_WORD]!;
    const first = (at >>> 2) + SOURCE_WORD;
    source[0] = words[first]!;
    source[1] = words[first + 1]!;
    source[2] = words[first + 2]!;
    source[3] = words[first + 3]!;
    this.all.copyWithin(this.landingAt, at + SLOT_BYTES, at + SLOT_BYTES + length);
  }

  private grown(word: number): number {
    const now = Atomics.load(this.words, word);
    const more = (now - this.seen[word]!) >>> 0;
    this.seen[word] = now;
    return more;
  }
}

/** What the machine's monotonic clock shows when this thread's `performance.now()` is 0. */
export function monotonicOrigin(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6 - performance.now();
}
