// Hot path: no allocation after construction, no closure, no exception.

/**
 * Interns keys of a fixed number of 32-bit words to small integers, by admission: newcomers past the capacity are
 * refused, and only entries that were silent for long make room, so that forged keys cannot evict real ones.
 * Open addressing over typed arrays, allocated once.
 */
export class KeyTable {
  readonly words: number;
  readonly capacity: number;
  /** Words of key i stand at i * words. */
  readonly keys: Uint32Array;
  /** When each entry was last interned, in the caller's milliseconds. */
  readonly usedAt: Float64Array;
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
  private readonly mask: number;
  private readonly seed: number;
  private readonly free: Int32Array;
  private freeCount = 0;
  private sweptAt = Number.NEGATIVE_INFINITY;

  /** `seed` makes the hash unpredictable to senders; pass a constant in tests. */
  constructor(words: number, capacity: number, seed: number) {
    this.words = words;
    this.capacity = capacity;
    this.seed = seed | 0;
    this.keys = new Uint32Array(capacity * words);
    this.usedAt = new Float64Array(capacity);
    this.key = new Uint32Array(words);
    let slots = 16;
    while (slots < capacity * 2) slots *= 2;
    this.slots = new Int32Array(slots);
    this.mask = slots - 1;
    this.free = new Int32Array(capacity);
  }

  /** Every index that was ever given is below this. */
  get limit(): number {
    return this.high;
  }

  /** The index of `this.key`, made if it is new; -1 when the table is full. */
  intern(now: number): number {
    const slot = this.find();
    const held = this.slots[slot]!;
    if (held !== 0) {
      this.created = false;
      this.usedAt[held - 1] = now;
      return held - 1;
    }
    this.created = false;
    const index = this.freeCount > 0 ? this.free[--this.freeCount]! : this.high < this.capacity ? this.high++ : -1;
    if (index < 0) {
      this.refused++;
      return -1;
    }
    this.keys.set(this.key, index * this.words);
    this.usedAt[index] = now;
    this.slots[slot] = index + 1;
    this.created = true;
    this.size++;
    return index;
  }

  /** The index of `this.key`, or -1; makes nothing. */
  lookup(): number {
    return this.slots[this.find()]! - 1;
  }

  /** Where `this.key` is, or the empty slot where it would go. */
  private find(): number {
    const {key, keys, words, slots, mask} = this;
    let hash = this.seed;
    for (let i = 0; i < words; i++) {
      hash = Math.imul(hash ^ key[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & mask;
    for (;;) {
      const held = slots[slot]!;
      if (held === 0) return slot;
      const at = (held - 1) * words;
      let i = 0;
      while (i < words && keys[at + i] === key[i]) i++;
      if (i === words) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** Whether the table is full and was not swept within `interval`: the caller may then `sweep`. */
  shouldSweep(now: number, interval: number): boolean {
    return this.freeCount === 0 && this.high === this.capacity && now - this.sweptAt >= interval;
  }

  /** Removes entries that were silent for `silence` ms. Returns how many. */
  sweep(now: number, silence: number): number {
    this.sweptAt = now;
    let removed = 0;
    const keep = new Uint8Array(this.capacity);
    for (const held of this.slots) {
      if (held !== 0 && now - this.usedAt[held - 1]! < silence) keep[held - 1] = 1;
    }
    for (const held of this.slots) {
      if (held !== 0 && keep[held - 1] === 0) {
        this.free[this.freeCount++] = held - 1;
        removed++;
      }
    }
    if (removed > 0) this.rebuild(keep);
    return removed;
  }

  /** Forgets all entries, keeping the memory. */
  clear(): void {
    this.slots.fill(0);
    this.high = 0;
    this.size = 0;
    this.freeCount = 0;
  }

  private rebuild(keep: Uint8Array): void {
    this.slots.fill(0);
    this.size = 0;
    for (let index = 0; index < this.high; index++) {
      if (keep[index] === 0) continue;
      for (let i = 0; i < this.words; i++) this.key[i] = this.keys[index * this.words + i]!;
      this.slots[this.find()] = index + 1;
      this.size++;
    }
  }
}
