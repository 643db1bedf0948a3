import {randomBytes} from 'node:crypto';

const FIRST_CAPACITY = 1_024;
const NONE = -1;

/** Columns of numbers; the words of a key are entry `i` of some that stand side by side. */
type Columns = readonly ArrayLike<number>[];

/**
 * A table by keys of a fixed number of 32-bit words, of which the one that was not asked for longest gives way when it is
 * full. Open addressing over typed arrays that grow with it: thousands of keys are looked up each second, and as texts
 * each would have to be made first. What comes of it does not depend on the hash, which nobody outside can know.
 */
export class RecentKeys<T> {
  /** Entries that it holds at most; may grow. */
  max: number;
  size = 0;
  private readonly words: number;
  /** A random odd number for each word of a key. */
  private readonly factors: Int32Array;
  private capacity = 0;
  private keys = new Uint32Array(0);
  private hashes = new Int32Array(0);
  /** Index of an entry plus 1, by hash; 0 is free. */
  private slots = new Int32Array(0);
  private readonly values: (T | undefined)[] = [];
  /** By index, in the order in which they were asked for. */
  private before = new Int32Array(0);
  private behind = new Int32Array(0);
  private first = NONE;
  private last = NONE;
  /** Hash of the key that was sought last. */
  private sought = 0;

  /** `max` entries of `words` words. */
  constructor(max: number, words: number) {
    this.max = max;
    this.words = words;
    const random = randomBytes(4 * words);
    this.factors = Int32Array.from({length: words}, (_, word) => random.readInt32LE(4 * word) | 1);
    this.grow(Math.min(max, FIRST_CAPACITY));
  }

  /** The place of a key, columns from..from+words of entry `i`, or -1; that is the most recent one then. */
  find(columns: Columns, from: number, i: number): number {
    let hash = 0;
    for (let word = 0; word < this.words; word++) {
      hash = Math.imul(hash ^ columns[from + word]![i]!, this.factors[word]!);
      hash ^= hash >>> 15;
    }
    this.sought = hash;
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const index = this.slots[slot]! - 1;
      if (this.hashes[index] !== hash || !this.isKey(index, columns, from, i)) continue;
      if (index !== this.last) {
        this.unlink(index);
        this.append(index);
      }
      return index;
    }
    return NONE;
  }

  /** Puts a value under a key that `find` has just not found. Returns the value that gave way. */
  add(columns: Columns, from: number, i: number, value: T): T | undefined {
    let gone: T | undefined;
    let index = this.size;
    if (index === this.max) {
      index = this.first;
      gone = this.values[index];
      this.unlink(index);
      this.free(index);
    } else {
      if (index === this.capacity) this.grow(Math.min(this.max, 2 * this.capacity));
      this.size++;
    }
    for (let word = 0; word < this.words; word++) this.keys[index * this.words + word] = columns[from + word]![i]!;
    this.hashes[index] = this.sought;
    this.values[index] = value;
    this.place(index);
    this.append(index);
    return gone;
  }

  /** The value at a place below `size`; whoever gives way leaves its place to the newcomer. */
  at(index: number): T {
    return this.values[index]!;
  }

  /** The place of the most recent one; -1 where there is none. */
  get newest(): number {
    return this.last;
  }

  private isKey(index: number, columns: Columns, from: number, i: number): boolean {
    const at = index * this.words;
    for (let word = 0; word < this.words; word++) if (this.keys[at + word] !== columns[from + word]![i]) return false;
    return true;
  }

  private place(index: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[index]! & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = index + 1;
  }

  /** Frees the slot of an entry; those behind it move up, so that none is cut off from where its search begins. */
  private free(index: number): void {
    const {slots, hashes} = this;
    const mask = slots.length - 1;
    let hole = hashes[index]! & mask;
    while (slots[hole] !== index + 1) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = hashes[slots[slot]! - 1]! & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot]!;
      hole = slot;
    }
    slots[hole] = 0;
  }

  private append(index: number): void {
    this.before[index] = this.last;
    this.behind[index] = NONE;
    if (this.last === NONE) this.first = index;
    else this.behind[this.last] = index;
    this.last = index;
  }

  private unlink(index: number): void {
    const before = this.before[index]!;
    const behind = this.behind[index]!;
    if (before === NONE) this.first = behind;
    else this.behind[before] = behind;
    if (behind === NONE) this.last = before;
    else this.before[behind] = before;
  }

  private grow(capacity: number): void {
    const longer = <A extends Uint32Array | Int32Array>(old: A, fresh: A): A => {
      fresh.set(old);
      return fresh;
    };
    this.capacity = capacity;
    this.keys = longer(this.keys, new Uint32Array(capacity * this.words));
    this.hashes = longer(this.hashes, new Int32Array(capacity));
    this.before = longer(this.before, new Int32Array(capacity));
    this.behind = longer(this.behind, new Int32Array(capacity));
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * capacity)));
    for (let index = 0; index < this.size; index++) this.place(index);
  }
}
