import {LARGEST_UNIT} from '../../fabric/history/rings.ts';
import type {LinkSums} from './link-loads.ts';

/** Sums that are kept of a link's direction, in this order. */
export const Kept = {
  Samples: 0,
  Frames: 1,
  FrameSquares: 2,
  Bytes: 3,
  Squares: 4,
  RoceSamples: 5,
  RoceFrames: 6,
  RoceBytes: 7,
  Ce: 8,
  Cnp: 9,
  RoceSquares: 10,
  /** The largest L that was possible, weighed, and the largest rate. */
  Largest: 11,
  LargestRate: 12,
} as const;
export const KEPT = 13;

/** What links carried in two seconds. */
export class Block {
  /** At (slot * 2 + direction) * KEPT. */
  readonly sums: Float64Array;
  /** By slot: bins in which the agent was there, and whether the link was full of what it sent in any of them. */
  readonly bins: Uint8Array;
  readonly isFull: Uint8Array;
  /** The largest L of rows that have no sample were asked for. */
  isAsked = false;

  constructor(slots: number) {
    this.sums = new Float64Array(slots * 2 * KEPT);
    this.bins = new Uint8Array(slots);
    this.isFull = new Uint8Array(slots);
  }

  /** Two other seconds are to come. */
  begin(): void {
    this.clear();
    this.isAsked = false;
  }

  /** Forgets the slots from..to-1. */
  clear(from = 0, to = this.bins.length): void {
    this.sums.fill(0, from * 2 * KEPT, to * 2 * KEPT);
    this.bins.fill(0, from, to);
    this.isFull.fill(0, from, to);
  }

  /** The same with room for more slots. */
  larger(slots: number): Block {
    const grown = new Block(slots);
    grown.sums.set(this.sums);
    grown.bins.set(this.bins);
    grown.isFull.set(this.isFull);
    grown.isAsked = this.isAsked;
    return grown;
  }

  addTo(slot: number, direction: number, into: LinkSums): void {
    if (!(this.bins[slot]! > 0)) return; // past the end, too
    const {sums} = this;
    const at = (slot * 2 + direction) * KEPT;
    into.bins += this.bins[slot]!;
    into.samples += sums[at + Kept.Samples]!;
    into.frames += sums[at + Kept.Frames]!;
    into.frameSquares += sums[at + Kept.FrameSquares]!;
    into.bytes += sums[at + Kept.Bytes]!;
    into.squares += sums[at + Kept.Squares]!;
    into.roceSamples += sums[at + Kept.RoceSamples]!;
    into.roceFrames += sums[at + Kept.RoceFrames]!;
    into.roceBytes += sums[at + Kept.RoceBytes]!;
    into.roceSquares += sums[at + Kept.RoceSquares]!;
    into.ceFrames += sums[at + Kept.Ce]!;
    into.cnpFrames += sums[at + Kept.Cnp]!;
    into.largest = Math.max(into.largest, sums[at + Kept.Largest]!);
    into.largestRate = Math.max(into.largestRate, sums[at + Kept.LargestRate]!);
  }

  /** One more sample at a place could stand for so many frames, the largest of that length as rings keep it. */
  see(place: number, rate: number, length: number): void {
    if (length === 0) return;
    const {sums} = this;
    const at = place * KEPT;
    const possible = rate * length * LARGEST_UNIT;
    if (possible > sums[at + Kept.Largest]!) sums[at + Kept.Largest] = possible;
    if (rate > sums[at + Kept.LargestRate]!) sums[at + Kept.LargestRate] = rate;
  }
}
