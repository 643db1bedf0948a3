import {LEAD, spread} from './cycle-profile.ts';
import type {StepRing} from './step-ring.ts';

/** Parts of a cycle. */
export const PARTS = 50;
/** Sent and received: channels of a host. */
export const SIDES = 2;
/** Cycles of a block, blocks of a window; each next window has blocks as long as this one. */
const BLOCK_CYCLES = 5;
const BLOCKS = 4;
/** Windows of 20, 80 and 320 cycles. */
export const WINDOWS = 3;

/** Samples by host, side and part of the cycle: that of host h, side s and part b stands at (2h + s) · 50 + b. */
export interface PhaseCounts {
  hosts: number;
  counts: Float32Array;
  /** Cycles that they are of. */
  cycles: number;
}

/** A sum over blocks of cycles, each as long as the window before has in all. */
class Window {
  readonly blocks: Float32Array[] = [];
  readonly cyclesOf: number[] = [];
  open: Float32Array;
  openCycles = 0;
  private readonly blockCycles: number;
  private spare: Float32Array | undefined;

  constructor(size: number, blockCycles: number) {
    this.open = new Float32Array(size);
    this.blockCycles = blockCycles;
  }

  /** Closes the open block when it is full; returns it then. */
  close(): Float32Array | undefined {
    if (this.openCycles < this.blockCycles) return undefined;
    const full = this.open;
    this.blocks.push(full);
    this.cyclesOf.push(this.openCycles);
    if (this.blocks.length > BLOCKS) {
      this.spare = this.blocks.shift();
      this.cyclesOf.shift();
    }
    this.open = this.spare?.fill(0) ?? new Float32Array(full.length);
    this.spare = undefined;
    this.openCycles = 0;
    return full;
  }

  sum(into: Float32Array): number {
    into.set(this.open);
    for (const block of this.blocks) for (let at = 0; at < block.length; at++) into[at] += block[at];
    return this.openCycles + this.cyclesOf.reduce((sum, cycles) => sum + cycles, 0);
  }
}

/**
 * When in its cycle each host of a job sends and receives: sums of the last 20, 80 and 320 cycles, laid over each other
 * by when each began. The longer ones show what few samples a cycle do not show at once.
 */
export class HostPhases {
  readonly hosts: number;
  private readonly windows: Window[];
  private readonly total: Float32Array;

  constructor(hosts: number) {
    this.hosts = hosts;
    const size = hosts * SIDES * PARTS;
    this.windows = Array.from({length: WINDOWS}, (_, level) => new Window(size, BLOCK_CYCLES * BLOCKS ** level));
    this.total = new Float32Array(size);
  }

  /** Adds a cycle whose exchange began at `startMs`, a fifth before that and what is known of the rest. */
  add(ring: StepRing, startMs: number, periodMs: number): void {
    const {open} = this.windows[0];
    const {stepMs} = ring;
    const scale = PARTS / periodMs;
    const fromMs = startMs - LEAD * periodMs;
    const width = stepMs * scale;
    const last = Math.min(ring.end - 1, Math.ceil((fromMs + periodMs) / stepMs) - 1);
    for (let step = Math.floor(fromMs / stepMs); step <= last; step++) {
      if (ring.at(step) === 0) continue;
      const row = ring.row(step)!;
      const from = (step * stepMs - fromMs) * scale;
      // Steps are as long as they are for the sake of short cycles; where they are short, each lies in one part.
      if (width <= 1) addRow(open, row, Math.floor(from + width / 2));
      else
        for (let channel = 0; channel < row.length; channel++)
          if (row[channel] > 0) spread(open, from, from + width, row[channel], channel * PARTS, PARTS);
    }
    this.windows[0].openCycles++;
    for (let level = 0; level < WINDOWS; level++) {
      const full = this.windows[level].close();
      if (!full) break;
      const next = this.windows[level + 1];
      if (!next) break;
      for (let at = 0; at < full.length; at++) next.open[at] += full[at];
      next.openCycles += BLOCK_CYCLES * BLOCKS ** level;
    }
  }

  /** The sums of a window, valid until the next are asked for. */
  window(level: number): PhaseCounts {
    const cycles = this.windows[level].sum(this.total);
    return {hosts: this.hosts, counts: this.total, cycles};
  }
}

function addRow(open: Float32Array, row: Uint16Array, part: number): void {
  if (part < 0 || part >= PARTS) return;
  for (let channel = 0; channel < row.length; channel++)
    if (row[channel] > 0) open[channel * PARTS + part] += row[channel];
}
