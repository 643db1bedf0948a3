import type {RingReader} from '../../../src/collector/native/ring.ts';

const CONTROL = 256;
const HEAD = 0;
const REWIND = 8;
const TAIL = 32;

/** Writes a ring as ring.c does, so that its reader can be tested without the addon and to the byte. */
export class RingWriter {
  private readonly bytes: Uint8Array;
  private readonly data: DataView;
  private readonly words: Int32Array;
  private readonly size: number;
  private head: number;
  private rewound = false;

  constructor({memory}: RingReader) {
    this.bytes = memory;
    this.data = new DataView(memory.buffer, memory.byteOffset);
    this.words = new Int32Array(memory.buffer, memory.byteOffset, CONTROL / 4);
    this.size = memory.length - CONTROL;
    this.head = 0;
  }

  /** False when the ring is full. */
  push(datagram: Uint8Array, arrivalMs = 0, source: readonly number[] = [0, 0, 0xffff, 0x7f000001]): boolean {
    const length = (32 + datagram.length + 7) & ~7;
    let at = this.head & (this.size - 1);
    const rest = this.size - at;
    const skipped = rest < length ? rest : 0;
    const tail = Atomics.load(this.words, TAIL);
    const isAhead = this.rewound && (tail | 1) === Atomics.load(this.words, REWIND);
    const used = (this.head - (isAhead ? ((tail | (this.size - 1)) + 1) | 0 : tail)) >>> 0;
    if (used + skipped + length > this.size) return false;
    if (skipped > 0) {
      this.data.setUint32(CONTROL + at, 0xffffffff, true);
      at = 0;
    }
    this.data.setUint32(CONTROL + at, datagram.length, true);
    source.forEach((word, i) => {
      this.data.setUint32(CONTROL + at + 8 + 4 * i, word, true);
    });
    this.data.setFloat64(CONTROL + at + 24, arrivalMs, true);
    this.bytes.set(datagram, CONTROL + at + 32);
    this.head = (this.head + skipped + length) | 0;
    Atomics.store(this.words, HEAD, this.head);
    return true;
  }

  /** Begins at the room's start again, as ring.c does where the reader has read everything. */
  rewind(): void {
    if (Atomics.load(this.words, TAIL) !== this.head) throw new Error('not everything is read');
    Atomics.store(this.words, REWIND, this.head | 1);
    this.head = ((this.head | (this.size - 1)) + 1) | 0;
    this.rewound = true;
  }

  /** Sets a count, by its word. */
  count(word: number, value: number): void {
    Atomics.store(this.words, word, value);
  }
}
