import type {Port, Ports} from './ports.ts';

/** Complete seconds that a flow's rate is taken over. */
export const FLOW_WINDOW_SECONDS = 5;
/** Seconds that are kept: the window, the running one, and one that is late. */
const SECONDS = FLOW_WINDOW_SECONDS + 2;

/** What is kept per second and place, in this order. */
export const Sum = {
  Samples: 0,
  Frames: 1,
  Bytes: 2,
  Squares: 3,
  Largest: 4,
  Operations: 5,
  Ce: 6,
  Cnp: 7,
  LastPsn: 8,
  Backward: 9,
} as const;
const SUMS = 10;

/** Whether a second lies in the window that ends with `newest`. */
export function inWindow(second: number, newest: number): boolean {
  return second <= newest && second > newest - FLOW_WINDOW_SECONDS;
}

/** Numbers of a second: which one it is, then its sums. */
const STRETCH = 1 + SUMS;
const PLACE = SECONDS * STRETCH;
const PLACE_BITS = 8;
const PLACES_A_CHUNK = 2 ** PLACE_BITS;

/**
 * Words in front of the sums: where it is (slot and side); the highest TTL seen, for the nearer to the source, the higher;
 * PSN, plus 1, of its last sample of a SEND or WRITE, and the second of that; the slot of the port that it left that switch
 * by of late, plus 1; and the place of the same flow behind it, plus 1.
 */
const Word = {At: 0, Ttl: 1, Psn: 2, PsnSecond: 3, Output: 4, Next: 5} as const;
const WORDS = 6;
/** More than any direction and basis. */
const SIDES = 8;

/** What a flow adds up to over a window; `squares` is the variance of `bytes`. */
export class WindowSums {
  bytes = 0;
  squares = 0;
  largest = 0;
  cnp = 0;

  clear(): void {
    this.bytes = 0;
    this.squares = 0;
    this.largest = 0;
    this.cnp = 0;
  }
}

/** What is kept of flows at the places where they are seen: in some large arrays, for as thousands of small ones it takes twice as much. */
export class SumStore {
  private readonly ports: Ports;
  private readonly chunks: Float64Array[] = [];
  private words = new Uint32Array(PLACES_A_CHUNK * WORDS);
  private readonly free: number[] = [];
  private used = 0;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** Bytes taken. */
  get bytes(): number {
    return this.chunks.length * PLACES_A_CHUNK * PLACE * Float64Array.BYTES_PER_ELEMENT + this.words.byteLength;
  }

  sighting(port: Port, side: number): Sighting {
    const place = this.free.pop() ?? this.used++;
    if (place >>> PLACE_BITS === this.chunks.length) this.chunks.push(new Float64Array(PLACES_A_CHUNK * PLACE));
    while ((place + 1) * WORDS > this.words.length) this.grow();
    const start = (place & (PLACES_A_CHUNK - 1)) * PLACE;
    this.chunk(place).fill(0, start, start + PLACE);
    this.words.fill(0, place * WORDS, (place + 1) * WORDS);
    this.words[place * WORDS + Word.At] = port.slot * SIDES + side;
    return new Sighting(this, port, side, place, this.chunk(place), start);
  }

  /** The place of a sighting that nobody will ask any more goes to another. */
  release({place}: Sighting): void {
    this.free.push(place);
  }

  /** Whether a place is that of a slot and side. */
  isAt(place: number, slot: number, side: number): boolean {
    return this.words[place * WORDS + Word.At] === slot * SIDES + side;
  }

  slot(place: number): number {
    return Math.floor(this.words[place * WORDS + Word.At]! / SIDES);
  }

  /** Direction and basis. */
  side(place: number): number {
    return this.words[place * WORDS + Word.At]! % SIDES;
  }

  /** Adds what was seen at a place in the window that ends with the second `newest`. */
  sumUp(place: number, newest: number, to: WindowSums): void {
    const sums = this.chunk(place);
    const start = (place & (PLACES_A_CHUNK - 1)) * PLACE;
    let bytes = 0;
    let squares = 0;
    let cnp = 0;
    for (let at = start; at < start + PLACE; at += STRETCH) {
      if (!inWindow(sums[at]!, newest)) continue;
      bytes += sums[at + 1 + Sum.Bytes]!;
      squares += sums[at + 1 + Sum.Squares]!;
      cnp += sums[at + 1 + Sum.Cnp]!;
      const largest = sums[at + 1 + Sum.Largest]!;
      if (largest > to.largest) to.largest = largest;
    }
    to.bytes += bytes;
    to.squares += squares;
    to.cnp += cnp;
  }

  /** The next place of the same flow; -1 behind the last one. */
  next(place: number): number {
    return this.words[place * WORDS + Word.Next]! - 1;
  }

  setNext(place: number, next: number): void {
    this.words[place * WORDS + Word.Next] = next + 1;
  }

  ttl(place: number): number {
    return this.words[place * WORDS + Word.Ttl]!;
  }

  raiseTtl(place: number, ttl: number): void {
    if (ttl > this.words[place * WORDS + Word.Ttl]!) this.words[place * WORDS + Word.Ttl] = ttl;
  }

  /** Slot of the port that it left by; -1 where that is not known. */
  output(place: number): number {
    return this.words[place * WORDS + Word.Output]! - 1;
  }

  outputPort(place: number): Port | undefined {
    const slot = this.output(place);
    return slot < 0 ? undefined : this.ports.at(slot);
  }

  setOutput(place: number, slot: number): void {
    this.words[place * WORDS + Word.Output] = slot + 1;
  }

  /** PSN, plus 1, of the last sample; 0 where there was none. */
  psn(place: number): number {
    return this.words[place * WORDS + Word.Psn]!;
  }

  psnSecond(place: number): number {
    return this.words[place * WORDS + Word.PsnSecond]!;
  }

  setPsn(place: number, psn: number, second: number): void {
    this.words[place * WORDS + Word.Psn] = psn;
    this.words[place * WORDS + Word.PsnSecond] = second;
  }

  /** The array that holds the sums of a place. */
  chunk(place: number): Float64Array {
    return this.chunks[place >>> PLACE_BITS]!;
  }

  /** Where in its chunk the sums of a place and second stand, by `Sum`, to be added to. */
  open(place: number, second: number): number {
    const sums = this.chunk(place);
    const at = (place & (PLACES_A_CHUNK - 1)) * PLACE + (second % SECONDS) * STRETCH;
    if (sums[at] !== second) {
      for (let i = at + 1; i < at + STRETCH; i++) sums[i] = 0;
      sums[at] = second;
    }
    return at + 1;
  }

  private grow(): void {
    const words = new Uint32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }
}

/** A flow on one port, measured in one way, second by second. */
export class Sighting {
  readonly port: Port;
  /** That port's. */
  readonly slot: number;
  /** Direction and basis. */
  readonly side: number;
  readonly place: number;
  private readonly store: SumStore;
  /** From `start` on: by second modulo `SECONDS` which one it is, and its sums. */
  private readonly sums: Float64Array;
  private readonly start: number;

  constructor(store: SumStore, port: Port, side: number, place: number, sums: Float64Array, start: number) {
    this.store = store;
    this.port = port;
    this.slot = port.slot;
    this.side = side;
    this.place = place;
    this.sums = sums;
    this.start = start;
  }

  /** Highest TTL seen: the nearer to the source, the higher. */
  get ttl(): number {
    return this.store.ttl(this.place);
  }

  /** The port that it left that switch by, of late; undefined where that is not known. */
  get output(): Port | undefined {
    return this.store.outputPort(this.place);
  }

  /** One of the sums over one second; 0 where that is not kept any more. */
  at(sum: number, second: number): number {
    const at = this.start + (second % SECONDS) * STRETCH;
    return this.sums[at] === second ? this.sums[at + 1 + sum]! : 0;
  }

  /** One of the sums over the window that ends with the second `newest`. */
  sum(sum: number, newest: number): number {
    const {sums, start} = this;
    let total = 0;
    for (let at = start; at < start + PLACE; at += STRETCH) {
      if (!inWindow(sums[at]!, newest)) continue;
      const value = sums[at + 1 + sum]!;
      total = sum === Sum.Largest ? Math.max(total, value) : total + value;
    }
    return total;
  }

  /** Whether there was a sample in the window that ends with the second `newest`. */
  isIn(newest: number): boolean {
    const {sums, start} = this;
    for (let at = start; at < start + PLACE; at += STRETCH) {
      if (sums[at + 1 + Sum.Samples]! > 0 && inWindow(sums[at]!, newest)) return true;
    }
    return false;
  }
}

/** How much time the flows of one producer cover, second by second. */
export class Coverage {
  private time: number;
  private readonly seconds = new Float64Array(SECONDS);
  private readonly covered = new Float64Array(SECONDS);

  /** `time`, epoch ms: when it sent flows first. */
  constructor(time: number) {
    this.time = time;
  }

  /** It sent flows again. A jump of time is not time in which flows were watched. */
  extend(time: number): void {
    const second = Math.floor(time / 1_000);
    const at = second % SECONDS;
    if (this.seconds[at] !== second) {
      this.seconds[at] = second;
      this.covered[at] = 0;
    }
    if (time <= this.time) return;
    this.covered[at]! += Math.min((time - this.time) / 1_000, FLOW_WINDOW_SECONDS);
    this.time = time;
  }

  /** Seconds that are covered in the window that ends with the second `newest`. */
  covers(newest: number): number {
    let sum = 0;
    for (let at = 0; at < SECONDS; at++) if (inWindow(this.seconds[at]!, newest)) sum += this.covered[at]!;
    return sum;
  }
}
