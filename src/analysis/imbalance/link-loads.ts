import type {Fabric} from '../../fabric/fabric.ts';
import {Moments} from '../../fabric/history/moments.ts';
import {LARGEST_UNIT} from '../../fabric/history/rings.ts';
import type {Port} from '../../fabric/ports.ts';
import {directionOf} from '../../fabric/rows.ts';
import {weightedPoissonBand} from '../../shared/band.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState} from '../../shared/live.ts';

/** Analyses of links look every 2 s of the fabric's time. */
const BLOCK_BINS = 20;
/** And see the last 10 s. */
export const WINDOW_BLOCKS = 5;
export const WINDOW_SECONDS = (WINDOW_BLOCKS * BLOCK_BINS * BIN_MS) / 1_000;
/** A stretch that was not followed and is longer is left out: what is said is about now. */
const MOST_BEHIND = WINDOW_BLOCKS * BLOCK_BINS;
/** Preamble, start delimiter and the gap between frames, which take time on the wire (IEEE 802.3, 4.4.2). */
const WIRE_BYTES = 20;
/** A bin that takes so much of the speed is taken for full. */
export const FULL = 0.8;
const BIN_SECONDS = BIN_MS / 1_000;

export const IN = directionOf('in');
export const OUT = directionOf('out');

/** What one direction of a link carried, bin by bin or over some: estimates, and what their bands are made from. */
export class LinkSums extends Moments {
  roceSamples = 0;
  roceFrames = 0;
  roceBytes = 0;
  /** RoCEv2 frames marked congestion experienced, and congestion notification packets. */
  ceFrames = 0;
  cnpFrames = 0;
  /** Bins in which the agent was there. */
  bins = 0;

  override clear(): this {
    super.clear();
    this.roceSamples = 0;
    this.roceFrames = 0;
    this.roceBytes = 0;
    this.ceFrames = 0;
    this.cnpFrames = 0;
    this.bins = 0;
    return this;
  }

  override add(other: LinkSums): this {
    super.add(other);
    this.roceSamples += other.roceSamples;
    this.roceFrames += other.roceFrames;
    this.roceBytes += other.roceBytes;
    this.ceFrames += other.ceFrames;
    this.cnpFrames += other.cnpFrames;
    this.bins += other.bins;
    return this;
  }

  /** Seconds that it is about. */
  get seconds(): number {
    return (this.bins * BIN_MS) / 1_000;
  }
}

/** Part of a link's speed in use, 0 to 1 and over where frames came for it that found no room; with its 95 % interval. */
export interface Utilisation {
  utilisation: number;
  low: number;
  high: number;
}

/** How much of a link's speed (bit/s) its sums take, with preambles and gaps; undefined without speed or time. */
export function utilisationOf(sums: LinkSums, speed: number | undefined): Utilisation | undefined {
  if (speed === undefined || sums.bins === 0) return undefined;
  const utilisation = loadOf(sums, speed);
  const scale = sums.bytes > 0 ? utilisation / sums.bytes : 8 / (speed * sums.seconds);
  const band = weightedPoissonBand(sums.bytes, sums.squares, sums.largest);
  return {utilisation, low: band.low * scale, high: band.high * scale};
}

function loadOf({bytes, frames, seconds}: LinkSums, speed: number): number {
  return (8 * (bytes + WIRE_BYTES * frames)) / (speed * seconds);
}

/** What is kept of a link's direction, in this order; the largest two as largest, all else as sums. */
const Kept = {
  Bins: 0,
  Samples: 1,
  Frames: 2,
  FrameSquares: 3,
  Bytes: 4,
  Squares: 5,
  RoceSamples: 6,
  RoceFrames: 7,
  RoceBytes: 8,
  Ce: 9,
  Cnp: 10,
  /** Bins that were full. */
  Full: 11,
  Largest: 12,
  LargestRate: 13,
} as const;
const KEPT = 14;
const FIRST_SLOTS = 256;

/**
 * What all links carried in the last 10 s, in blocks of 2 s: read once, bin by bin as bins become final, for all analyses
 * of links. In columns: of thousands of links every bin, objects would take five times as long.
 */
export class LinkLoads {
  private readonly fabric: Fabric;
  /** The last bin at (slot * 2 + direction) * KEPT, and the last blocks. */
  private last = new Float64Array(FIRST_SLOTS * 2 * KEPT);
  /** Part of its speed that each slot sent in the last bin. */
  private sent = new Float64Array(FIRST_SLOTS);
  private blocks = Array.from({length: WINDOW_BLOCKS}, () => new Float64Array(FIRST_SLOTS * 2 * KEPT));
  /** By slot. One that another port has taken begins anew. */
  private readonly owners: (Port | undefined)[] = [];
  /** The next bin to take. */
  private next = Number.NaN;

  constructor(fabric: Fabric) {
    this.fabric = fabric;
  }

  /** End of the newest bin that was taken, epoch ms. */
  get time(): number {
    return this.next * BIN_MS;
  }

  /** The newest bin that was taken. */
  get bin(): number {
    return this.next - 1;
  }

  /** Which block of 2 s the newest bin that was taken lies in. */
  get block(): number {
    return Math.floor(this.bin / BLOCK_BINS);
  }

  /** Takes the bins that have become final since the last call; `onBin` is told after each, `onBlock` after each 2 s. */
  advance(onBin: () => void, onBlock: () => void): void {
    const {fabric} = this;
    const end = fabric.finalBin;
    if (!Number.isFinite(end)) return;
    const from = Math.max(fabric.firstBin, end - MOST_BEHIND);
    if (!(this.next >= from)) this.restart(from);
    while (this.next < end) {
      this.take(this.next++);
      onBin();
      if (this.next % BLOCK_BINS === 0) onBlock();
    }
  }

  /** The last bin of a link's direction, in place of what is in `into`. */
  readBin({slot}: Port, direction: number, into: LinkSums): LinkSums {
    return addKept(this.last, (slot * 2 + direction) * KEPT, into.clear());
  }

  /** Part of its speed that a link sent in the last bin; 0 where nothing is known of it. */
  lastLoad({slot}: Port): number {
    return this.sent[slot] ?? 0;
  }

  /** In how many bins of the last 8 to 10 s a link was full. */
  fullBins({slot}: Port): number {
    let bins = 0;
    for (const block of this.blocks) bins += block[(slot * 2 + OUT) * KEPT + Kept.Full] ?? 0;
    return bins;
  }

  /** Adds the last 8 to 10 s of a link's direction to `into`: whole 10 s when a block has just ended. */
  window({slot}: Port, direction: number, into = new LinkSums()): LinkSums {
    for (const block of this.blocks) addKept(block, (slot * 2 + direction) * KEPT, into);
    return into;
  }

  private restart(from: number): void {
    this.next = from;
    for (const block of this.blocks) block.fill(0);
  }

  private take(bin: number): void {
    const {fabric} = this;
    if (fabric.ports.slots * 2 * KEPT > this.last.length) this.grow(fabric.ports.slots * 2);
    const block = this.blocks[Math.floor(bin / BLOCK_BINS) % WINDOW_BLOCKS]!;
    if (bin % BLOCK_BINS === 0) block.fill(0);
    this.last.fill(0);
    this.sent.fill(0);
    if (fabric.skipped.has(bin)) return;
    for (const agent of fabric.agents.all) {
      if (agent.presence.state(bin) === BinState.Absent) continue;
      for (const slot of agent.ports) {
        const port = fabric.ports.at(slot)!;
        if (this.owners[slot] !== port) this.own(port);
        this.takeLink(slot, IN, undefined, bin, block);
        this.takeLink(slot, OUT, port.speed, bin, block);
      }
    }
  }

  private takeLink(slot: number, direction: number, speed: number | undefined, bin: number, block: Float64Array): void {
    const at = (slot * 2 + direction) * KEPT;
    const {last} = this;
    last[at + Kept.Bins] = 1;
    addLinkBin(this.fabric, slot, direction, bin, last, at);
    if (speed !== undefined) {
      const load = (8 * (last[at + Kept.Bytes]! + WIRE_BYTES * last[at + Kept.Frames]!)) / (speed * BIN_SECONDS);
      this.sent[slot] = load;
      if (load >= FULL) last[at + Kept.Full] = 1;
    }
    for (let i = at; i < at + Kept.Largest; i++) block[i]! += last[i]!;
    if (last[at + Kept.Largest]! > block[at + Kept.Largest]!) block[at + Kept.Largest] = last[at + Kept.Largest]!;
    if (last[at + Kept.LargestRate]! > block[at + Kept.LargestRate]!) {
      block[at + Kept.LargestRate] = last[at + Kept.LargestRate]!;
    }
  }

  private own(port: Port): void {
    while (this.owners.length <= port.slot) this.owners.push(undefined); // without holes
    this.owners[port.slot] = port;
    const at = port.slot * 2 * KEPT;
    for (const block of this.blocks) block.fill(0, at, at + 2 * KEPT);
  }

  private grow(slots: number): void {
    const larger = (column: Float64Array) => {
      const grown = new Float64Array(slots * 2 * KEPT);
      grown.set(column);
      return grown;
    };
    this.last = larger(this.last);
    this.sent = new Float64Array(slots);
    this.blocks = this.blocks.map(larger);
  }
}

/** One bin of a direction, in the way of measuring that counts there: what `readBin` has, and RoCEv2's marks beside. */
function addLinkBin(
  {rows, rings}: Fabric,
  slot: number,
  direction: number,
  bin: number,
  into: Float64Array,
  at: number,
): void {
  const basis = rows.basis(slot, direction, bin);
  for (const row of rows.of(slot, direction)) {
    if (row.basis !== basis) continue;
    const chunk = rings.chunk(row.index);
    const cell = rings.at(row.index, bin);
    const rate = rows.weight(row, bin);
    const largest = rate * chunk.largest[cell]! * LARGEST_UNIT;
    if (largest > into[at + Kept.Largest]!) into[at + Kept.Largest] = largest;
    if (largest > 0 && rate > into[at + Kept.LargestRate]!) into[at + Kept.LargestRate] = rate;
    const frames = chunk.frames[cell]!;
    if (frames === 0) continue;
    const variance = rate * rate * rows.clumping(row, bin);
    into[at + Kept.Samples]! += frames;
    into[at + Kept.Frames]! += frames * rate;
    into[at + Kept.FrameSquares]! += frames * variance;
    into[at + Kept.Bytes]! += chunk.bytes[cell]! * rate;
    into[at + Kept.Squares]! += chunk.squares[cell]! * variance;
    into[at + Kept.RoceSamples]! += chunk.roceFrames[cell]!;
    into[at + Kept.RoceFrames]! += chunk.roceFrames[cell]! * rate;
    into[at + Kept.RoceBytes]! += chunk.roceBytes[cell]! * rate;
    into[at + Kept.Ce]! += chunk.ce[cell]! * rate;
    into[at + Kept.Cnp]! += chunk.cnp[cell]! * rate;
  }
}

function addKept(from: Float64Array, at: number, into: LinkSums): LinkSums {
  if (!(from[at + Kept.Bins]! > 0)) return into; // past the end, too
  into.bins += from[at + Kept.Bins]!;
  into.samples += from[at + Kept.Samples]!;
  into.frames += from[at + Kept.Frames]!;
  into.frameSquares += from[at + Kept.FrameSquares]!;
  into.bytes += from[at + Kept.Bytes]!;
  into.squares += from[at + Kept.Squares]!;
  into.roceSamples += from[at + Kept.RoceSamples]!;
  into.roceFrames += from[at + Kept.RoceFrames]!;
  into.roceBytes += from[at + Kept.RoceBytes]!;
  into.ceFrames += from[at + Kept.Ce]!;
  into.cnpFrames += from[at + Kept.Cnp]!;
  into.largest = Math.max(into.largest, from[at + Kept.Largest]!);
  into.largestRate = Math.max(into.largestRate, from[at + Kept.LargestRate]!);
  return into;
}
