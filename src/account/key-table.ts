// Hot path: no allocation after construction, no closure, no exception.

/** Words of a record in front of its key: when it was last interned, as a double. */
export const KEY_AT = 2;
/** Words of a line of the processor's cache. */
const LINE = 16;
/** Words in front of the first record. The allocator puts 16 bytes in front of large blocks, so records fill whole lines. */
const LEAD = 12;

/**
 * Interns keys of a fixed number of 32-bit words to small integers, by admission: newcomers past the capacity are
 * refused, and only entries that were silent for long make room, so that forged keys cannot evict real ones.
 * Open addressing over typed arrays, allocated once.
 *
 * What belongs to a key stands in one record with it, because the processor has forgotten all of it by the next burst
 * of datagrams, and fetching it line by line is much of the work:
 *
 *   when it was last interned (double) | key | payload: what the table's owner keeps of it, zero at first
 */
export class KeyTable {
  readonly words: number;
  readonly capacity: number;
  /** The records as words, and as doubles; that of index i starts at word `at(i)`. */
  readonly records: Uint32Array;
  readonly doubles: Float64Array;
  /** Words of a record, and of those in front of its payload; both are even, so that doubles fit. */
  readonly stride: number;
  readonly payloadAt: number;
  /**
   * Its first element is the time, in the caller's milliseconds. Shared and not passed, because a double that is an
   * argument is an object on the heap, one a call.
   */
  readonly clock: Float64Array;
  /** The caller writes the key to look up here. */
  readonly key: Uint32Array;
  /** Whether the last `intern` made a new entry. */
  created = false;
  /** Newcomers turned away since the start. */
  refused = 0;
  /** Entries present. */
  size = 0;
  private high = 0;
  private readonly slots: Int32Array;
  /** 32 minus the bits of a slot's number. */
  private readonly shift: number;
  /** Two random numbers a word, for its halves. */
  private readonly summands: Int32Array;
  private readonly free: Int32Array;
  private freeCount = 0;
  private sweptAt = Number.NEGATIVE_INFINITY;

  /** `seed` makes the hash unpredictable to senders; pass a constant in tests. `payload` is in words. */
  constructor(words: number, capacity: number, seed: number, clock: Float64Array = new Float64Array(1), payload = 0) {
    this.words = words;
    this.capacity = capacity;
    this.clock = clock;
    this.payloadAt = (KEY_AT + words + 1) & ~1;
    this.stride = Math.ceil((this.payloadAt + payload) / (LINE / 2)) * (LINE / 2);
    const memory = new ArrayBuffer((LEAD + capacity * this.stride) * 4);
    this.records = new Uint32Array(memory);
    this.doubles = new Float64Array(memory);
    this.key = new Uint32Array(words);
    let bits = 4;
    while (2 ** bits < capacity * 2) bits++;
    this.slots = new Int32Array(2 ** bits);
    this.shift = 32 - bits;
    this.summands = randomNumbers(words * 2, seed);
    this.free = new Int32Array(capacity);
  }

  /** Every index that was ever given is below this. */
  get limit(): number {
    return this.high;
  }

  /** Where the record of an index starts, in words. */
  at(index: number): number {
    return LEAD + index * this.stride;
  }

  /** One word of the key of an index. */
  word(index: number, word: number): number {
    return this.records[LEAD + index * this.stride + KEY_AT + word]!;
  }

  /** When an entry was last interned or touched. */
  usedAt(index: number): number {
    return this.doubles[(LEAD + index * this.stride) >>> 1]!;
  }

  /** What `intern` does with an entry that is there. */
  touch(index: number): void {
    this.created = false;
    this.doubles[(LEAD + index * this.stride) >>> 1] = this.clock[0]!;
  }

  /** The index of `this.key`, made if it is new; -1 when the table is full. */
  intern(): number {
    const slot = this.find(this.key, 0);
    const held = this.slots[slot]!;
    if (held === 0) return this.admit(slot);
    this.touch(held - 1);
    return held - 1;
  }

  private admit(slot: number): number {
    this.created = false;
    const index = this.freeCount > 0 ? this.free[--this.freeCount]! : this.high < this.capacity ? this.high++ : -1;
    if (index < 0) {
      this.refused++;
      return -1;
    }
    const at = this.at(index);
    const {records, key, words, doubles} = this;
    // In loops: a call to fill so little costs more than filling it.
    for (let word = 0; word < words; word++) records[at + KEY_AT + word] = key[word]!;
    const end = (at + this.stride) >>> 1;
    for (let double = (at + this.payloadAt) >>> 1; double < end; double++) doubles[double] = 0;
    doubles[at >>> 1] = this.clock[0]!;
    this.slots[slot] = index + 1;
    this.created = true;
    this.size++;
    return index;
  }

  /** The index of `this.key`, or -1; makes nothing. */
  lookup(): number {
    return this.slots[this.find(this.key, 0)]! - 1;
  }

  /**
   * Where the key at `from` in `key` is, or the empty slot where it would go. Pair-multiply-shift hashing of half words
   * (Thorup, High Speed Hashing for Integers and Strings, 3.4): whoever does not know the summands cannot choose keys
   * that meet, up to 131,072 slots.
   */
  private find(key: Uint32Array, from: number): number {
    const {records, words, stride, slots, summands} = this;
    const mask = slots.length - 1;
    let hash = 0;
    for (let i = 0; i < words; i++) {
      const word = key[from + i]!;
      hash += Math.imul(summands[2 * i]! + (word >>> 16), summands[2 * i + 1]! + (word & 0xffff));
      hash |= 0;
    }
    let slot = hash >>> this.shift;
    for (;;) {
      const held = slots[slot]!;
      if (held === 0) return slot;
      const at = LEAD + (held - 1) * stride + KEY_AT;
      let i = 0;
      while (i < words && records[at + i] === key[from + i]) i++;
      if (i === words) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** Whether the table is full and was not swept within `interval`: the caller may then `sweep`. */
  shouldSweep(interval: number): boolean {
    return this.freeCount === 0 && this.high === this.capacity && this.clock[0]! - this.sweptAt >= interval;
  }

  /** Removes entries that were silent for `silence` ms. Returns how many. */
  sweep(silence: number): number {
    const now = this.clock[0]!;
    this.sweptAt = now;
    let removed = 0;
    const present = new Uint8Array(this.capacity);
    for (const held of this.slots) if (held !== 0) present[held - 1] = 1;
    // By index and not by slot, so that nothing which is sent depends on the seed; the lowest is given out first.
    for (let index = this.high - 1; index >= 0; index--) {
      if (present[index] === 0 || now - this.usedAt(index) < silence) continue;
      present[index] = 0;
      this.free[this.freeCount++] = index;
      removed++;
    }
    if (removed > 0) this.rebuild(present);
    return removed;
  }

  /** Present entries whose first word is `value`. Looks at all: not for the hot path. */
  indexesOf(value: number): number[] {
    const found: number[] = [];
    for (let index = 0; index < this.high; index++) {
      if (this.records[this.at(index) + KEY_AT] === value && this.isPresent(index)) found.push(index);
    }
    return found;
  }

  /** Whether an index below `limit` is in use. */
  isPresent(index: number): boolean {
    return this.slots[this.find(this.records, this.at(index) + KEY_AT)] === index + 1;
  }

  /** Takes out an entry that is present; its index may be given to another. */
  remove(index: number): void {
    const {slots, records} = this;
    const mask = slots.length - 1;
    const at = this.at(index);
    let slot = this.find(records, at + KEY_AT);
    slots[slot] = 0;
    // What stands behind it without a gap may have been pushed on by it.
    for (slot = (slot + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const held = slots[slot]!;
      slots[slot] = 0;
      slots[this.find(records, this.at(held - 1) + KEY_AT)] = held;
    }
    records.fill(0, at + this.payloadAt, at + this.stride);
    this.free[this.freeCount++] = index;
    this.size--;
  }

  /** Time was set forward by `ms`: that made nothing older. */
  forward(ms: number): void {
    for (let index = 0; index < this.high; index++) this.doubles[this.at(index) >>> 1]! += ms;
  }

  /** Forgets all entries, keeping the memory. */
  clear(): void {
    this.slots.fill(0);
    this.high = 0;
    this.size = 0;
    this.freeCount = 0;
  }

  private rebuild(present: Uint8Array): void {
    this.slots.fill(0);
    this.size = 0;
    for (let index = 0; index < this.high; index++) {
      if (present[index] === 0) continue;
      // Not by way of `key`: it holds what the caller is about to look up.
      this.slots[this.find(this.records, this.at(index) + KEY_AT)] = index + 1;
      this.size++;
    }
  }
}

/** Numbers that nobody can guess without the seed (splitmix32). */
function randomNumbers(count: number, seed: number): Int32Array {
  let state = seed | 0;
  return Int32Array.from({length: count}, () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  });
}
