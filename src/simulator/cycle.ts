import type {Random} from './random.ts';

/** Share of the cycle in which a node comes up to full rate; it stops in half of that. */
const RAMP = 0.04;
/** A node's rate in one exchange lies between this and the full one, evenly. */
const LOWEST_GAIN = 0.97;
/** Jitter is cut off here, in standard deviations. */
const MOST_DEVIATIONS = 3;

/** The part of the options that a cycle needs. */
export interface CycleOptions {
  readonly cycleMs: number;
  readonly duty: number;
  readonly jitter: number;
}

/**
 * When the nodes of a job exchange. All follow one cycle: exchange for `duty` of it, then compute. Each node starts
 * and ends its exchange a little early or late, anew in every cycle, and ramps up and down. Time must not go back.
 */
export class Cycle {
  private readonly options: CycleOptions;
  private readonly random: Random;
  private readonly beganMs: number;
  private readonly start: Float64Array;
  private readonly end: Float64Array;
  private readonly gain: Float64Array;
  private readonly turn: Int32Array;

  constructor(nodes: number, options: CycleOptions, beganMs: number, random: Random) {
    this.options = options;
    this.random = random;
    this.beganMs = beganMs;
    this.start = new Float64Array(nodes);
    this.end = new Float64Array(nodes);
    this.gain = new Float64Array(nodes);
    this.turn = new Int32Array(nodes).fill(-1);
    for (let node = 0; node < nodes; node++) this.next(node);
  }

  /** Rate of a node at a time, as a share of its full rate; 0 while it computes. */
  intensity(node: number, atMs: number): number {
    while (atMs >= this.end[node]) this.next(node);
    const since = atMs - this.start[node];
    if (since <= 0) return 0;
    const ramp = RAMP * Math.min(this.options.cycleMs, this.end[node] - this.start[node]);
    const up = since / ramp;
    const down = (this.end[node] - atMs) / (ramp / 2);
    return this.gain[node] * Math.min(1, up, down);
  }

  private next(node: number): void {
    const {cycleMs, duty} = this.options;
    const turn = ++this.turn[node];
    const base = this.beganMs + turn * cycleMs;
    // Half of the pause on either side, so that a late end never meets an early start.
    const most = Math.min(MOST_DEVIATIONS * this.options.jitter * cycleMs, ((1 - duty) / 2) * cycleMs);
    const nextBase = base + cycleMs - most;
    this.start[node] = base + this.deviation(most);
    this.end[node] = Math.min(nextBase, base + duty * cycleMs + this.deviation(most));
    if (this.end[node] <= this.start[node]) this.end[node] = this.start[node] + (duty * cycleMs) / 2;
    this.gain[node] = LOWEST_GAIN + (1 - LOWEST_GAIN) * this.random.uniform();
  }

  private deviation(most: number): number {
    const drawn = this.random.gaussian() * this.options.jitter * this.options.cycleMs;
    return Math.max(-most, Math.min(most, drawn));
  }
}
