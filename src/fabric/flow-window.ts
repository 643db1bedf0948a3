import type {Port} from './ports.ts';

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
const PLACES_A_CHUNK = 256;

/** Where sightings keep their sums: in some large arrays, for as thousands of small ones they take twice as much. */
export class SumStore {
  private readonly chunks: Float64Array[] = [];
  private readonly free: number[] = [];
  private used = 0;

  /** Bytes taken. */
  get bytes(): number {
    return this.chunks.length * PLACES_A_CHUNK * PLACE * Float64Array.BYTES_PER_ELEMENT;
  }

  sighting(port: Port, side: number): Sighting {
    const place = this.free.pop() ?? this.used++;
    const chunk = (this.chunks[Math.floor(place / PLACES_A_CHUNK)] ??= new Float64Array(PLACES_A_CHUNK * PLACE));
    const at = (place % PLACES_A_CHUNK) * PLACE;
    chunk.fill(0, at, at + PLACE);
    return new Sighting(port, side, place, chunk, at);
  }

  /** The place of a sighting that nobody will ask any more goes to another. */
  release({place}: Sighting): void {
    this.free.push(place);
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
  /** Highest TTL seen: the nearer to the source, the higher. */
  ttl = 0;
  /** PSN, plus 1, of its last sample of a SEND or WRITE, and the second of that. */
  psn = 0;
  psnSecond = 0;
  /** The port that it left that switch by, of late; undefined where that is not known. */
  output: Port | undefined;
  /** From `start` on: by second modulo `SECONDS` which one it is, and its sums. */
  readonly sums: Float64Array;
  private readonly start: number;

  constructor(port: Port, side: number, place: number, sums: Float64Array, start: number) {
    this.port = port;
    this.slot = port.slot;
    this.side = side;
    this.place = place;
    this.sums = sums;
    this.start = start;
  }

  /** Where in `sums` those of a second stand, by `Sum`, to be added to. */
  open(second: number): number {
    const at = this.start + (second % SECONDS) * STRETCH;
    if (this.sums[at] !== second) {
      this.sums.fill(0, at, at + STRETCH);
      this.sums[at] = second;
    }
    return at + 1;
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
