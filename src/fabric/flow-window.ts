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

/** A flow on one port, measured in one way, second by second. */
export class Sighting {
  readonly port: Port;
  /** Direction and basis. */
  readonly side: number;
  /** Highest TTL seen: the nearer to the source, the higher. */
  ttl = 0;
  /** The port that it left that switch by, of late; undefined where that is not known. */
  output: Port | undefined;
  /** Which second each stretch of `sums` belongs to. */
  private readonly seconds = new Float64Array(SECONDS);
  private readonly sums = new Float64Array(SECONDS * SUMS);

  constructor(port: Port, side: number) {
    this.port = port;
    this.side = side;
  }

  /** Adds to one of the second's sums; `Sum.Largest` keeps the largest, `Sum.LastPsn` the last that is one. */
  add(second: number, sum: number, value: number): void {
    const at = second % SECONDS;
    if (this.seconds[at] !== second) {
      this.seconds[at] = second;
      this.sums.fill(0, at * SUMS, (at + 1) * SUMS);
    }
    const index = at * SUMS + sum;
    if (sum === Sum.Largest) this.sums[index] = Math.max(this.sums[index]!, value);
    else if (sum === Sum.LastPsn) this.sums[index] = value || this.sums[index]!;
    else this.sums[index]! += value;
  }

  /** One of the sums over one second; 0 where that is not kept any more. */
  at(sum: number, second: number): number {
    const at = second % SECONDS;
    return this.seconds[at] === second ? this.sums[at * SUMS + sum]! : 0;
  }

  /** One of the sums over the window that ends with the second `newest`. */
  sum(sum: number, newest: number): number {
    let total = 0;
    for (let at = 0; at < SECONDS; at++) {
      if (!inWindow(this.seconds[at]!, newest)) continue;
      const value = this.sums[at * SUMS + sum]!;
      total = sum === Sum.Largest ? Math.max(total, value) : total + value;
    }
    return total;
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
