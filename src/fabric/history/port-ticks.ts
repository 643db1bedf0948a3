import {TICK_BASE, TICKS_PER_WORD} from '../../account/measures.ts';
import {BIN_MS, TICK_MS} from '../../shared/bins.ts';
import {longer} from '../row-columns.ts';

export const TICKS_PER_BIN = BIN_MS / TICK_MS;

/** Bins that are kept of each port: 64 s. */
export const PORT_TICK_BINS = 640;

/** Samples of one tick beyond which no more are told: 25,500 a second on one port. */
const MOST = 255;

/** Rings of one block of memory. */
const BLOCK_RINGS = 16;
const FIRST_SLOTS = 256;

/**
 * RoCEv2 samples of one direction of each port by tick of 10 ms, unscaled, on the basis that counts there: when exactly a
 * port's traffic begins and ends. Kept of ports that have RoCEv2 alone, and of as many as the memory allows: where there
 * is no room, a port that had none for as long as is kept gives way, and else the newcomer has none.
 */
export class PortTicks {
  /** Bins that are kept. */
  readonly depth: number;
  private readonly most: number;
  private readonly ringBytes: number;
  /** By slot: the number of its ring plus 1, 0 where it has none. */
  private ringOf = new Int32Array(FIRST_SLOTS);
  /** By ring: whose it is, -1 where nobody's; the bins that it may hold something of, to the newest that had a sample. */
  private slots = new Int32Array(FIRST_SLOTS);
  private from = new Float64Array(FIRST_SLOTS);
  private upTo = new Float64Array(FIRST_SLOTS);
  /** `BLOCK_RINGS` rings each: counts by tick modulo the length of a ring. */
  private readonly blocks: Uint8Array[] = [];
  /** Rings that were ever made, and those of them that ports left behind. */
  private made = 0;
  private readonly free: number[] = [];
  /** The latest bin for which it was looked who could give way: nobody that could not then can for an earlier one. */
  private soughtFor = Number.NEGATIVE_INFINITY;

  /** `budget` in bytes. */
  constructor(depth = PORT_TICK_BINS, budget = Number.POSITIVE_INFINITY) {
    this.depth = depth;
    this.ringBytes = depth * TICKS_PER_BIN;
    this.most = Math.floor(budget / this.ringBytes);
  }

  /** Ports that are kept. */
  get size(): number {
    return this.made - this.free.length;
  }

  /** Bytes taken. */
  get bytes(): number {
    return this.blocks.reduce((sum, {length}) => sum + length, 0);
  }

  has(slot: number): boolean {
    return this.find(slot) >= 0;
  }

  /** Adds the ten counts of a bin, packed as a Partial has them: those of its first half, and of its second. */
  add(slot: number, bin: number, first: number, second: number): void {
    if (first === 0 && second === 0) return;
    let ring = this.find(slot);
    if (ring < 0) ring = this.make(slot, bin);
    if (ring < 0 || bin <= this.upTo[ring]! - this.depth) return;
    this.advance(ring, bin);
    const counts = this.blockOf(ring);
    const at = this.placeOf(ring, bin);
    unpack(first, counts, at);
    unpack(second, counts, at + TICKS_PER_WORD);
    if (bin < this.from[ring]!) this.from[ring] = bin;
  }

  /** What was added to a port in the bins from `from` on is forgotten: it is measured in another way now. */
  clear(slot: number, from: number): void {
    const ring = this.find(slot);
    if (ring < 0) return;
    const upTo = this.upTo[ring]!;
    this.empty(ring, Math.max(from, upTo - this.depth + 1), upTo);
  }

  /** The port of a slot has left. */
  release(slot: number): void {
    const ring = this.find(slot);
    if (ring < 0) return;
    this.leave(ring);
    this.free.push(ring);
  }

  /**
   * Copies the ticks of a port in the bins from..to-1 to `into` from `at` on, `TICKS_PER_BIN` a bin; returns the samples
   * in them. What is not kept is 0.
   */
  copy(slot: number, from: number, to: number, into: Float64Array, at = 0): number {
    into.fill(0, at, at + (to - from) * TICKS_PER_BIN);
    let sum = 0;
    this.visit(slot, from, to, (counts, held, start) => {
      for (let tick = 0; tick < TICKS_PER_BIN; tick++) {
        const count = counts[held + tick]!;
        into[at + start + tick] = count;
        sum += count;
      }
    });
    return sum;
  }

  /** Adds the ticks of a port in the bins from..to-1 to `into`, `TICKS_PER_BIN` a bin. */
  addTo(slot: number, from: number, to: number, into: Float64Array): void {
    this.visit(slot, from, to, (counts, held, start) => {
      for (let tick = 0; tick < TICKS_PER_BIN; tick++) into[start + tick]! += counts[held + tick]!;
    });
  }

  /** Copies the ticks of a port in the bins from..to-1 to `into` from `at` on; what is not kept is left as it is. */
  copyCounts(slot: number, from: number, to: number, into: Uint8Array, at: number): void {
    this.visit(slot, from, to, (counts, held, start) => {
      for (let tick = 0; tick < TICKS_PER_BIN; tick++) into[at + start + tick] = counts[held + tick]!;
    });
  }

  /** Tells of each bin of from..to-1 that is kept of a port where its counts stand, and how far behind `from` it begins. */
  private visit(
    slot: number,
    from: number,
    to: number,
    visit: (counts: Uint8Array, held: number, start: number) => void,
  ): void {
    const ring = this.find(slot);
    if (ring < 0) return;
    const upTo = this.upTo[ring]!;
    const counts = this.blockOf(ring);
    const first = Math.max(from, this.from[ring]!, upTo - this.depth + 1);
    for (let bin = first; bin < to && bin <= upTo; bin++) {
      visit(counts, this.placeOf(ring, bin), (bin - from) * TICKS_PER_BIN);
    }
  }

  /** The ring of a slot; -1 where it has none. */
  private find(slot: number): number {
    return slot < this.ringOf.length ? this.ringOf[slot]! - 1 : -1;
  }

  private blockOf(ring: number): Uint8Array {
    return this.blocks[(ring / BLOCK_RINGS) | 0]!;
  }

  /** Where the counts of a bin stand in the block of a ring. */
  private placeOf(ring: number, bin: number): number {
    return (ring % BLOCK_RINGS) * this.ringBytes + (bin % this.depth) * TICKS_PER_BIN;
  }

  private make(slot: number, bin: number): number {
    const ring = this.free.pop() ?? (this.made < this.most ? this.next() : this.takeOfSilent(bin));
    if (ring < 0) return -1;
    while (slot >= this.ringOf.length) this.ringOf = longer(this.ringOf, new Int32Array(2 * this.ringOf.length));
    this.ringOf[slot] = ring + 1;
    this.slots[ring] = slot;
    this.from[ring] = bin;
    this.upTo[ring] = bin;
    const at = (ring % BLOCK_RINGS) * this.ringBytes;
    this.blockOf(ring).fill(0, at, at + this.ringBytes);
    return ring;
  }

  /** A ring that there was not before. */
  private next(): number {
    const ring = this.made++;
    if (ring % BLOCK_RINGS === 0) {
      this.blocks.push(new Uint8Array(Math.min(BLOCK_RINGS, this.most - ring) * this.ringBytes));
    }
    if (ring >= this.slots.length) {
      const length = 2 * this.slots.length;
      this.slots = longer(this.slots, new Int32Array(length));
      this.from = longer(this.from, new Float64Array(length));
      this.upTo = longer(this.upTo, new Float64Array(length));
    }
    return ring;
  }

  /** The ring of a port that has nothing in it any more; -1 where there is none. */
  private takeOfSilent(bin: number): number {
    if (bin <= this.soughtFor) return -1;
    for (let ring = 0; ring < this.made; ring++) {
      if (this.upTo[ring]! > bin - this.depth) continue;
      this.leave(ring);
      return ring;
    }
    this.soughtFor = bin;
    return -1;
  }

  /** A ring is nobody's any more. */
  private leave(ring: number): void {
    this.ringOf[this.slots[ring]!] = 0;
    this.slots[ring] = -1;
  }

  private advance(ring: number, bin: number): void {
    const upTo = this.upTo[ring]!;
    if (bin <= upTo) return;
    this.empty(ring, Math.max(upTo + 1, bin - this.depth + 1), bin);
    this.upTo[ring] = bin;
  }

  /** Empties the bins from..to, which are no more than are kept: what lies behind the end is at the beginning. */
  private empty(ring: number, from: number, to: number): void {
    if (from > to) return;
    const counts = this.blockOf(ring);
    const begin = (ring % BLOCK_RINGS) * this.ringBytes;
    const at = this.placeOf(ring, from);
    const end = at + (to - from + 1) * TICKS_PER_BIN;
    const over = end - begin - this.ringBytes;
    counts.fill(0, at, over > 0 ? end - over : end);
    if (over > 0) counts.fill(0, begin, begin + over);
  }
}

/** Adds the counts that a word packs to `counts` from `at` on. */
function unpack(packed: number, counts: Uint8Array, at: number): void {
  let left = packed;
  for (let tick = at; left > 0 && tick < at + TICKS_PER_WORD; tick++) {
    const count = left % TICK_BASE;
    counts[tick] = Math.min(MOST, counts[tick]! + count);
    left = (left - count) / TICK_BASE;
  }
}
