// Hot path: nothing is allocated for a datagram.
import {ARRIVAL_DOUBLE, CONTROL_BYTES, MARK, SLOT_BYTES, SOURCE_WORD, Word, WRAP, writtenPart} from './native/ring.ts';

/** Writes a ring as ring.c does: for datagrams that come through Node's own sockets. */
export class RingWriter {
  private readonly bytes: Uint8Array;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly size: number;
  /** Bytes written, and where the reader was when that was asked last; modulo 2^32. */
  private head = 0;
  private tail = 0;
  private rewound = 0;

  constructor(memory: SharedArrayBuffer) {
    this.bytes = writtenPart(memory);
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
    this.size = this.bytes.length - CONTROL_BYTES;
  }

  /** How full the ring is beyond its half: 0 up to there, 1 where nothing is free. */
  pressure(): number {
    this.askTail();
    return Math.max(0, ((this.head - this.tail) >>> 0) / this.size - 0.5) * 2;
  }

  /** False when the ring is too full. `arrivalMs` is of the machine's monotonic clock. */
  push(datagram: Uint8Array, arrivalMs: number, source: ArrayLike<number>, bucket = 0): boolean {
    const at = this.place(datagram.length);
    if (at < 0) return false;
    const word = at >>> 2;
    this.words[word] = datagram.length;
    this.words[word + 1] = bucket;
    for (let i = 0; i < 4; i++) this.words[word + SOURCE_WORD + i] = source[i]!;
    this.doubles[(at >>> 3) + ARRIVAL_DOUBLE] = arrivalMs;
    this.bytes.set(datagram, at + SLOT_BYTES);
    Atomics.store(this.words, Word.Head, this.head);
    return true;
  }

  /** Whether a mark finds room. */
  hasMarkRoom(): boolean {
    return this.hasFree(this.bytesFor(0));
  }

  /** Puts one of `Mark` behind the datagrams; false when there is no room for it. */
  mark(mark: number, timeMs: number, bucket = 0, peer = 0, number = 0): boolean {
    const at = this.place(0);
    if (at < 0) return false;
    const word = at >>> 2;
    this.words[word] = MARK;
    this.words[word + 1] = bucket;
    this.words[word + SOURCE_WORD] = mark;
    this.words[word + SOURCE_WORD + 1] = peer;
    this.words[word + SOURCE_WORD + 2] = number;
    this.doubles[(at >>> 3) + ARRIVAL_DOUBLE] = timeMs;
    Atomics.store(this.words, Word.Head, this.head);
    return true;
  }

  /**
   * Begins at the room's start again if nothing waits to be read and it has gone on by `least` bytes: what a pause does
   * not need is never touched.
   */
  rewind(least = SLOT_BYTES): void {
    this.askTail();
    if (this.tail !== this.head || (this.head & (this.size - 1)) < least || this.rewound !== 0) return;
    this.rewound = this.head | 1;
    Atomics.store(this.words, Word.Rewind, this.rewound);
    this.head = this.nextRound(this.head);
    this.tail = this.head;
  }

  /** Adds to one of the counts, by its word. */
  count(word: number, more = 1): void {
    Atomics.add(this.words, word, more);
  }

  /** Where a slot goes, its datagram of `length` bytes behind it; -1 when there is no room. */
  private place(length: number): number {
    const needed = this.bytesFor(length);
    if (!this.hasFree(needed)) return -1;
    let at = this.head & (this.size - 1);
    if (needed > slotBytes(length)) {
      this.words[(CONTROL_BYTES + at) >>> 2] = WRAP;
      at = 0;
    }
    this.head = (this.head + needed) | 0;
    return CONTROL_BYTES + at;
  }

  /** Bytes of a slot, with those that are left out in front of it. */
  private bytesFor(length: number): number {
    const rest = this.size - (this.head & (this.size - 1));
    const bytes = slotBytes(length);
    return rest < bytes ? rest + bytes : bytes;
  }

  private hasFree(bytes: number): boolean {
    if (this.size - ((this.head - this.tail) >>> 0) >= bytes) return true;
    this.askTail();
    return this.size - ((this.head - this.tail) >>> 0) >= bytes;
  }

  /** A reader that has yet to go to the start does not need what lies before it. */
  private askTail(): void {
    let tail = Atomics.load(this.words, Word.Tail);
    if ((tail | 1) === this.rewound) {
      tail = this.nextRound(tail);
    } else if (this.rewound !== 0) {
      this.rewound = 0;
      Atomics.store(this.words, Word.Rewind, 0);
    }
    this.tail = tail;
  }

  private nextRound(at: number): number {
    return ((at | (this.size - 1)) + 1) | 0;
  }
}

function slotBytes(length: number): number {
  return (SLOT_BYTES + length + 7) & ~7;
}
