import {TICK_BASE, TICKS_PER_WORD} from '../../account/measures.ts';
import {BIN_MS, TICK_MS} from '../../shared/bins.ts';

export const TICKS_PER_BIN = BIN_MS / TICK_MS;

/** Bins that are kept of each port: 64 s. */
export const PORT_TICK_BINS = 640;

/** Samples of one tick beyond which no more are told: 25,500 a second on one port. */
const MOST = 255;

interface Ring {
  /** By tick modulo its length. */
  counts: Uint8Array;
  /** The bins it may hold something of: from the first one, to the newest one that had a sample. */
  from: number;
  upTo: number;
}

/**
 * RoCEv2 samples of one direction of each port by tick of 10 ms, unscaled, on the basis that counts there: when exactly a
 * port's traffic begins and ends. Kept of ports that have RoCEv2 alone, and of as many as the memory allows: where there
 * is no room, a port that had none for as long as is kept gives way, and else the newcomer has none.
 */
export class PortTicks {
  /** Bins that are kept. */
  readonly depth: number;
  private readonly most: number;
  private readonly rings = new Map<number, Ring>();
  /** The latest bin for which it was looked who could give way: nobody that could not then can for an earlier one. */
  private soughtFor = Number.NEGATIVE_INFINITY;

  /** `budget` in bytes. */
  constructor(depth = PORT_TICK_BINS, budget = Number.POSITIVE_INFINITY) {
    this.depth = depth;
    this.most = Math.floor(budget / (depth * TICKS_PER_BIN));
  }

  /** Ports that are kept. */
  get size(): number {
    return this.rings.size;
  }

  /** Bytes taken. */
  get bytes(): number {
    return this.rings.size * this.depth * TICKS_PER_BIN;
  }

  has(slot: number): boolean {
    return this.rings.has(slot);
  }

  /** Adds the ten counts of a bin, packed as a Partial has them: those of its first half, and of its second. */
  add(slot: number, bin: number, first: number, second: number): void {
    if (first === 0 && second === 0) return;
    const ring = this.rings.get(slot) ?? this.make(slot, bin);
    if (!ring || bin <= ring.upTo - this.depth) return;
    this.advance(ring, bin);
    const at = (bin % this.depth) * TICKS_PER_BIN;
    unpack(first, ring.counts, at);
    unpack(second, ring.counts, at + TICKS_PER_WORD);
    if (bin < ring.from) ring.from = bin;
  }

  /** What was added to a port in the bins from `from` on is forgotten: it is measured in another way now. */
  clear(slot: number, from: number): void {
    const ring = this.rings.get(slot);
    if (!ring) return;
    for (let bin = Math.max(from, ring.upTo - this.depth + 1); bin <= ring.upTo; bin++) this.empty(ring, bin);
  }

  /** The port of a slot has left. */
  release(slot: number): void {
    this.rings.delete(slot);
  }

  /**
   * Copies the ticks of a port in the bins from..to-1 to `into` from `at` on, `TICKS_PER_BIN` a bin; returns the samples
   * in them. What is not kept is 0.
   */
  copy(slot: number, from: number, to: number, into: Float64Array, at = 0): number {
    const ring = this.rings.get(slot);
    into.fill(0, at, at + (to - from) * TICKS_PER_BIN);
    if (!ring) return 0;
    let sum = 0;
    const first = Math.max(from, ring.from, ring.upTo - this.depth + 1);
    for (let bin = first; bin < to && bin <= ring.upTo; bin++) {
      const held = (bin % this.depth) * TICKS_PER_BIN;
      const start = at + (bin - from) * TICKS_PER_BIN;
      for (let tick = 0; tick < TICKS_PER_BIN; tick++) {
        const count = ring.counts[held + tick]!;
        into[start + tick] = count;
        sum += count;
      }
    }
    return sum;
  }

  /** Adds the ticks of a port in the bins from..to-1 to `into`, `TICKS_PER_BIN` a bin. */
  addTo(slot: number, from: number, to: number, into: Float64Array): void {
    const ring = this.rings.get(slot);
    if (!ring) return;
    const first = Math.max(from, ring.from, ring.upTo - this.depth + 1);
    const {counts} = ring;
    for (let bin = first; bin < to && bin <= ring.upTo; bin++) {
      const held = (bin % this.depth) * TICKS_PER_BIN;
      const start = (bin - from) * TICKS_PER_BIN;
      for (let tick = 0; tick < TICKS_PER_BIN; tick++) into[start + tick]! += counts[held + tick]!;
    }
  }

  /** Copies the ticks of a port in the bins from..to-1 to `into` from `at` on; what is not kept is left as it is. */
  copyCounts(slot: number, from: number, to: number, into: Uint8Array, at: number): void {
    const ring = this.rings.get(slot);
    if (!ring) return;
    const first = Math.max(from, ring.from, ring.upTo - this.depth + 1);
    for (let bin = first; bin < to && bin <= ring.upTo; bin++) {
      const held = (bin % this.depth) * TICKS_PER_BIN;
      const start = at + (bin - from) * TICKS_PER_BIN;
      for (let tick = 0; tick < TICKS_PER_BIN; tick++) into[start + tick] = ring.counts[held + tick]!;
    }
  }

  private make(slot: number, bin: number): Ring | undefined {
    const room = this.rings.size < this.most ? new Uint8Array(this.depth * TICKS_PER_BIN) : this.roomOfSilent(bin);
    if (!room) return undefined;
    const ring = {counts: room, from: bin, upTo: bin};
    this.rings.set(slot, ring);
    return ring;
  }

  /** The memory of a port that has nothing in it any more, emptied. */
  private roomOfSilent(bin: number): Uint8Array | undefined {
    if (bin <= this.soughtFor) return undefined;
    for (const [slot, {counts, upTo}] of this.rings) {
      if (upTo > bin - this.depth) continue;
      this.rings.delete(slot);
      return counts.fill(0);
    }
    this.soughtFor = bin;
    return undefined;
  }

  private advance(ring: Ring, bin: number): void {
    for (let next = Math.max(ring.upTo + 1, bin - this.depth + 1); next <= bin; next++) this.empty(ring, next);
    if (bin > ring.upTo) ring.upTo = bin;
  }

  private empty({counts}: Ring, bin: number): void {
    const at = (bin % this.depth) * TICKS_PER_BIN;
    counts.fill(0, at, at + TICKS_PER_BIN);
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
