/** Evidence fades by this much a second; less than a fraction of a sample is forgotten. */
const FADING = 0.97;
const FAINT = 0.3;

/**
 * Words of a record, which is a line of the processor's cache; in front of them as a double the samples that have settled,
 * fading. Others wait for three seconds, the newest first: by then all switches have told theirs of the same time.
 */
const Word = {
  Newest: 2,
  Newer: 3,
  New: 4,
  Rate: 5,
  Slot: 6,
  Ttl: 7,
  IsDerived: 8,
  Since: 9,
  Second: 10,
  Thing: 11,
  Next: 12,
  NextAtPort: 13,
  BeforeAtPort: 14,
  Age: 15,
} as const;
const WORDS = 16;
const FIRST_CAPACITY = 1_024;
const FIRST_SLOTS = 256;

/** What the samples of one thing at one port were like. */
export interface Sample {
  slot: number;
  ttl: number;
  frames: number;
  rate: number;
  /** Taken where they left the switch, so perhaps with one off the TTL. */
  isDerived: boolean;
  second: number;
}

/**
 * What came in of one thing at one port, by number; 0 is none. There are hundreds of thousands, so they stand in one array,
 * chained by thing and by port, and are brought up to date when they are asked for.
 */
export class Sightings {
  size = 0;
  /** Numbers that were ever given are below this. */
  limit = 1;
  private words = new Uint32Array(FIRST_CAPACITY * WORDS);
  private doubles = new Float64Array(this.words.buffer);
  /** The first one at each port, by slot. */
  private atPort = new Uint32Array(FIRST_SLOTS);
  /** Those that were dropped, chained. */
  private free = 0;
  /** Seconds that evidence has aged. */
  private age = 0;

  /** A second has passed: evidence settles and fades. */
  grow(): void {
    this.age++;
  }

  /** A thing is seen at a port for the first time, no sample counted yet. */
  make(thing: number, {slot, ttl, rate, second}: Sample): number {
    const index = this.free || this.limit;
    if (index === this.limit) {
      if (++this.limit * WORDS > this.words.length) this.extend();
    } else {
      this.free = this.words[index * WORDS + Word.Next]!;
    }
    while (slot >= this.atPort.length) this.extendPorts();
    const {words} = this;
    const at = index * WORDS;
    words.fill(0, at, at + WORDS);
    words[at + Word.Rate] = rate;
    words[at + Word.Slot] = slot;
    words[at + Word.Ttl] = ttl;
    words[at + Word.Since] = second;
    words[at + Word.Thing] = thing;
    words[at + Word.Age] = this.age;
    const next = this.atPort[slot]!;
    words[at + Word.NextAtPort] = next;
    if (next !== 0) words[next * WORDS + Word.BeforeAtPort] = index;
    this.atPort[slot] = index;
    this.size++;
    return index;
  }

  /** Samples with a lower TTL than the highest are not counted: the same source may send with several. */
  add(index: number, {ttl, frames, rate, isDerived, second}: Sample): void {
    const {words} = this;
    const at = index * WORDS;
    const highest = words[at + Word.Ttl]!;
    if (ttl < highest) return;
    if (ttl > highest) {
      words[at + Word.Ttl] = ttl;
      words.fill(0, at, at + Word.Rate);
    }
    this.bringUp(index);
    words[at + Word.Newest]! += frames;
    if (rate < words[at + Word.Rate]!) words[at + Word.Rate] = rate;
    words[at + Word.IsDerived] = isDerived ? 1 : 0;
    words[at + Word.Second] = second;
  }

  /** Takes it out of its port's chain; it must be in no thing's any more. */
  drop(index: number): void {
    const {words} = this;
    const at = index * WORDS;
    const next = words[at + Word.NextAtPort]!;
    const before = words[at + Word.BeforeAtPort]!;
    if (next !== 0) words[next * WORDS + Word.BeforeAtPort] = before;
    if (before !== 0) words[before * WORDS + Word.NextAtPort] = next;
    else this.atPort[words[at + Word.Slot]!] = next;
    words[at + Word.Thing] = 0;
    words[at + Word.Next] = this.free;
    this.free = index;
    this.size--;
  }

  /** The first one at a port. */
  first(slot: number): number {
    return this.atPort[slot] ?? 0;
  }

  nextAtPort(index: number): number {
    return this.words[index * WORDS + Word.NextAtPort]!;
  }

  /** The next one of the same thing. */
  next(index: number): number {
    return this.words[index * WORDS + Word.Next]!;
  }

  setNext(index: number, next: number): void {
    this.words[index * WORDS + Word.Next] = next;
  }

  /** 0 where it was dropped. */
  thing(index: number): number {
    return this.words[index * WORDS + Word.Thing]!;
  }

  slot(index: number): number {
    return this.words[index * WORDS + Word.Slot]!;
  }

  /** The highest TTL. */
  ttl(index: number): number {
    return this.words[index * WORDS + Word.Ttl]!;
  }

  /** The least nominal rate of the samples: what was taken by another port may be at the rate of that one. */
  rate(index: number): number {
    return this.words[index * WORDS + Word.Rate]!;
  }

  isDerived(index: number): boolean {
    return this.words[index * WORDS + Word.IsDerived] === 1;
  }

  /** The last second with a sample. */
  second(index: number): number {
    return this.words[index * WORDS + Word.Second]!;
  }

  /** Samples that count, fading. */
  settled(index: number): number {
    this.bringUp(index);
    return this.doubles[(index * WORDS) >>> 1]!;
  }

  /** Samples of the last seconds but the newest. */
  recent(index: number): number {
    this.bringUp(index);
    const at = index * WORDS;
    return this.words[at + Word.Newer]! + this.words[at + Word.New]!;
  }

  /** All samples, those that do not count yet as well. */
  all(index: number): number {
    return this.settled(index) + this.recent(index) + this.words[index * WORDS + Word.Newest]!;
  }

  /** Whether nothing is left of it. */
  isFaint(index: number): boolean {
    return this.all(index) < FAINT;
  }

  /** Estimated frames a second, over the time that evidence lasts. */
  framesPerSecond(index: number): number {
    const at = index * WORDS;
    const seconds = this.words[at + Word.Second]! - this.words[at + Word.Since]! + 1;
    return (this.all(index) * this.rate(index)) / Math.min(seconds, 1 / (1 - FADING));
  }

  private bringUp(index: number): void {
    const {words, doubles, age} = this;
    const at = index * WORDS;
    let behind = age - words[at + Word.Age]!;
    if (behind === 0) return;
    words[at + Word.Age] = age;
    let settled = doubles[at >>> 1]!;
    for (let waiting = 3; behind > 0 && waiting > 0; waiting--, behind--) {
      settled = settled * FADING + words[at + Word.New]!;
      words[at + Word.New] = words[at + Word.Newer]!;
      words[at + Word.Newer] = words[at + Word.Newest]!;
      words[at + Word.Newest] = 0;
    }
    doubles[at >>> 1] = behind > 0 ? settled * FADING ** behind : settled;
  }

  private extend(): void {
    const words = new Uint32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
    this.doubles = new Float64Array(words.buffer);
  }

  private extendPorts(): void {
    const atPort = new Uint32Array(2 * this.atPort.length);
    atPort.set(this.atPort);
    this.atPort = atPort;
  }
}
