/** `Source` of RoCEv2, which no switch sends; one of its flows; `Host`: a source of other IP traffic. */
export const ThingKind = {Source: 1, Flow: 2, Host: 3} as const;

const Word = {HashA: 0, HashB: 1, Kind: 2, By: 3, Address: 4, First: 8, Count: 9, IsCrowded: 10} as const;
const WORDS = 12;
const FIRST_CAPACITY = 1_024;

/**
 * What enters the fabric somewhere, by number; 0 is none. Found by 64 bits of a hash; each has a chain of sightings, one for
 * each port at which it comes in.
 */
export class Things {
  size = 0;
  private limit = 1;
  private words = new Uint32Array(FIRST_CAPACITY * WORDS);
  /** Numbers by hash; 0 is free. */
  private slots = new Uint32Array(2 * FIRST_CAPACITY);
  /** Those that left, chained. */
  private free = 0;

  find(a: number, b: number): number {
    const {slots, words} = this;
    const mask = slots.length - 1;
    for (let slot = a & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const at = slots[slot]! * WORDS;
      if (words[at + Word.HashA] === a && words[at + Word.HashB] === b) return slots[slot]!;
    }
    return 0;
  }

  /** Puts in one that is not known; `by` is the slot of the port that brings it up. */
  add(a: number, b: number, kind: number, by: number, address: readonly number[]): number {
    const index = this.free || this.limit;
    if (index === this.limit) {
      if (++this.limit * WORDS > this.words.length) this.extend();
    } else {
      this.free = this.words[index * WORDS + Word.First]!;
    }
    const at = index * WORDS;
    this.words.fill(0, at, at + WORDS);
    this.words[at + Word.HashA] = a;
    this.words[at + Word.HashB] = b;
    this.words[at + Word.Kind] = kind;
    this.words[at + Word.By] = by;
    this.words.set(address, at + Word.Address);
    this.place(index);
    this.size++;
    return index;
  }

  /** Takes out one that has no sightings any more. */
  remove(index: number): void {
    const {slots, words} = this;
    const mask = slots.length - 1;
    let slot = words[index * WORDS + Word.HashA]! & mask;
    while (slots[slot] !== index) slot = (slot + 1) & mask;
    slots[slot] = 0;
    // What stands behind it without a gap may have been pushed on by it.
    for (slot = (slot + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const pushed = slots[slot]!;
      slots[slot] = 0;
      this.place(pushed);
    }
    words[index * WORDS + Word.First] = this.free;
    this.free = index;
    this.size--;
  }

  kind(index: number): number {
    return this.words[index * WORDS + Word.Kind]!;
  }

  /** Slot of the port that brought it up. */
  by(index: number): number {
    return this.words[index * WORDS + Word.By]!;
  }

  /** One of the four words of the source's address. */
  address(index: number, word: number): number {
    return this.words[index * WORDS + Word.Address + word]!;
  }

  /** The first of its sightings. */
  first(index: number): number {
    return this.words[index * WORDS + Word.First]!;
  }

  /** How many they are. */
  count(index: number): number {
    return this.words[index * WORDS + Word.Count]!;
  }

  setFirst(index: number, sighting: number): void {
    this.words[index * WORDS + Word.First] = sighting;
  }

  setCount(index: number, count: number): void {
    this.words[index * WORDS + Word.Count] = count;
  }

  /** Came in at more ports alike than are followed: nothing can be told from it. */
  isCrowded(index: number): boolean {
    return this.words[index * WORDS + Word.IsCrowded] === 1;
  }

  setCrowded(index: number): void {
    this.words[index * WORDS + Word.IsCrowded] = 1;
  }

  private place(index: number): void {
    const {slots} = this;
    const mask = slots.length - 1;
    let slot = this.words[index * WORDS + Word.HashA]! & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = index;
  }

  /** Before the newcomer is placed: none of those that are in has left. */
  private extend(): void {
    const words = new Uint32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
    const old = this.slots;
    this.slots = new Uint32Array(2 * old.length);
    for (const index of old) if (index !== 0) this.place(index);
  }
}
