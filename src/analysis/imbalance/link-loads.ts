import type {Fabric} from '../../fabric/fabric.ts';
import {Moments} from '../../fabric/history/moments.ts';
import {CHUNK_ROWS, LARGEST_UNIT} from '../../fabric/history/rings.ts';
import type {Port} from '../../fabric/ports.ts';
import {directionOf} from '../../fabric/rows.ts';
import {weightedPoissonBand} from '../../shared/band.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState} from '../../shared/live.ts';
import {Block, KEPT, Kept} from './link-block.ts';

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
const FIRST_SLOTS = 256;

export const IN = directionOf('in');
export const OUT = directionOf('out');

/** What one direction of a link carried, bin by bin or over some: estimates, and what their bands are made from. */
export class LinkSums extends Moments {
  roceSamples = 0;
  roceFrames = 0;
  roceBytes = 0;
  /** Variance of `roceBytes`. */
  roceSquares = 0;
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
    this.roceSquares = 0;
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
    this.roceSquares += other.roceSquares;
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

/**
 * What all links carried in the last 10 s, in blocks of 2 s: read once, bin by bin as bins become final, for all analyses
 * of links. In columns: of thousands of links every bin, objects would take five times as long.
 */
export class LinkLoads {
  private readonly fabric: Fabric;
  /** Part of its speed that each slot sent in the last bin, and whether its agent was there. */
  private sent = new Float64Array(FIRST_SLOTS);
  private isHere = new Uint8Array(FIRST_SLOTS);
  private blocks = Array.from({length: WINDOW_BLOCKS}, () => new Block(FIRST_SLOTS));
  /** By slot. One that another port has taken begins anew. */
  private readonly owners: (Port | undefined)[] = [];
  /** Ports that had come and left when the owners were looked at. */
  private changes = 0;
  /** Slots that sent anything in the bin at hand. */
  private readonly sending: number[] = [];
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
    into.clear();
    if (this.isHere[slot] !== 1) return into;
    into.bins = 1;
    addLinkBin(this.fabric, slot, direction, this.bin, into);
    return into;
  }

  /** Part of its speed that a link sent in the last bin; 0 where nothing is known of it. */
  lastLoad({slot}: Port): number {
    return this.sent[slot] ?? 0;
  }

  /** Ports that were full in any bin of the last 8 to 10 s. */
  fullPorts(): Port[] {
    const {ports} = this.fabric;
    const full: Port[] = [];
    for (let slot = 0; slot < this.isHere.length; slot++) {
      if (!this.blocks.some((block) => block.isFull[slot] === 1)) continue;
      const port = ports.at(slot);
      if (port) full.push(port);
    }
    return full;
  }

  /** Adds the last 8 to 10 s of a link's direction to `into`: whole 10 s when a block has just ended. */
  window({slot}: Port, direction: number, into = new LinkSums()): LinkSums {
    for (const block of this.blocks) block.addTo(slot, direction, into);
    return into;
  }

  private restart(from: number): void {
    this.next = from;
    for (const block of this.blocks) block.begin();
  }

  private take(bin: number): void {
    const {fabric} = this;
    if (fabric.ports.slots > this.isHere.length) this.grow(fabric.ports.slots * 2);
    const block = this.blocks[Math.floor(bin / BLOCK_BINS) % WINDOW_BLOCKS]!;
    if (bin % BLOCK_BINS === 0) block.begin();
    this.sent.fill(0);
    if (fabric.skipped.has(bin)) {
      this.isHere.fill(0);
      return;
    }
    this.ownSlots();
    this.takePresence(bin, block);
    const {count} = fabric.rows.columns;
    for (let first = 0; first < count; first += CHUNK_ROWS) {
      const to = Math.min(count, first + CHUNK_ROWS);
      this.takeRows(first, to, bin, block);
      if (!block.isAsked) this.takeLargest(first, to, bin, block);
    }
    block.isAsked = true;
    for (const slot of this.sending) {
      const speed = fabric.ports.speeds[slot]!;
      const load = speed === 0 ? 0 : this.sent[slot]! / (speed * BIN_SECONDS);
      this.sent[slot] = load;
      if (load >= FULL) block.isFull[slot] = 1;
    }
    this.sending.length = 0;
  }

  /** Notes who is there. Those who come within a block are to be asked for what they may have carried, too. */
  private takePresence(bin: number, block: Block): void {
    const {agents, ports} = this.fabric;
    const {isHere} = this;
    const {bins} = block;
    const isPresent = new Uint8Array(agents.limit);
    for (const {index, presence} of agents.all) isPresent[index] = presence.state(bin) === BinState.Absent ? 0 : 1;
    for (let slot = 0; slot < ports.slots; slot++) {
      const agent = ports.agents[slot]!;
      const here = agent < 0 ? 0 : isPresent[agent]!;
      isHere[slot] = here;
      if (here > 0 && bins[slot] === 0) block.isAsked = false;
      bins[slot]! += here;
    }
  }

  /** Adds a bin of the rows from..to-1, which are of one chunk, in the way of measuring that counts: most have no sample. */
  private takeRows(from: number, to: number, bin: number, block: Block): void {
    const {isHere, sent, sending} = this;
    const {sums} = block;
    const {rows, rings} = this.fabric;
    const places = rows.columns.place;
    const chunk = rings.chunk(from);
    const cells = rings.at(from, bin) - from;
    for (let row = from; row < to; row++) {
      const cell = cells + row;
      const frames = chunk.frames[cell]!;
      if (frames === 0) continue;
      const place = places[row]!;
      if (place < 0 || isHere[place >> 1] === 0 || !rows.counts(row, bin)) continue;
      const rate = rows.weightOf(row, bin);
      block.see(place, rate, chunk.largest[cell]!);
      const bytes = chunk.bytes[cell]!;
      const variance = rate * rate * rows.clumpingOf(row, bin);
      const at = place * KEPT;
      sums[at + Kept.Samples]! += frames;
      sums[at + Kept.Frames]! += frames * rate;
      sums[at + Kept.FrameSquares]! += frames * variance;
      sums[at + Kept.Bytes]! += bytes * rate;
      sums[at + Kept.Squares]! += chunk.squares[cell]! * variance;
      sums[at + Kept.RoceSamples]! += chunk.roceFrames[cell]!;
      sums[at + Kept.RoceFrames]! += chunk.roceFrames[cell]! * rate;
      sums[at + Kept.RoceBytes]! += chunk.roceBytes[cell]! * rate;
      sums[at + Kept.RoceSquares]! += chunk.roceSquares[cell]! * variance;
      const ce = chunk.ce[cell]!;
      const cnp = chunk.cnp[cell]!;
      if (ce > 0) sums[at + Kept.Ce]! += ce * rate;
      if (cnp > 0) sums[at + Kept.Cnp]! += cnp * rate;
      if ((place & 1) !== OUT) continue;
      const slot = place >> 1;
      if (sent[slot] === 0) sending.push(slot);
      sent[slot]! += 8 * (bytes + WIRE_BYTES * frames) * rate;
    }
  }

  /** What one more sample could have stood for where there were none: asked of all rows as a block begins, and as others come. */
  private takeLargest(from: number, to: number, bin: number, block: Block): void {
    const {isHere} = this;
    const {rows, rings} = this.fabric;
    const places = rows.columns.place;
    const chunk = rings.chunk(from);
    const cells = rings.at(from, bin) - from;
    for (let row = from; row < to; row++) {
      const place = places[row]!;
      if (place < 0 || isHere[place >> 1] === 0 || !rows.counts(row, bin)) continue;
      block.see(place, rows.weightOf(row, bin), chunk.largest[cells + row]!);
    }
  }

  /** Slots that other ports have taken begin anew. */
  private ownSlots(): void {
    const {ports} = this.fabric;
    if (ports.changes === this.changes) return;
    this.changes = ports.changes;
    for (const port of ports.all) {
      const {slot} = port;
      if (this.owners[slot] === port) continue;
      while (this.owners.length <= slot) this.owners.push(undefined); // without holes
      this.owners[slot] = port;
      for (const block of this.blocks) block.clear(slot, slot + 1);
    }
  }

  private grow(slots: number): void {
    this.sent = new Float64Array(slots);
    this.isHere = new Uint8Array(slots);
    this.blocks = this.blocks.map((block) => block.larger(slots));
  }
}

/** Adds one bin of a direction to `into`, in the way of measuring that counts there. */
function addLinkBin({rows, rings}: Fabric, slot: number, direction: number, bin: number, into: LinkSums): void {
  const basis = rows.basis(slot, direction, bin);
  for (const row of rows.of(slot, direction)) {
    if (row.basis !== basis) continue;
    const chunk = rings.chunk(row.index);
    const cell = rings.at(row.index, bin);
    const rate = rows.weight(row, bin);
    const largest = rate * chunk.largest[cell]! * LARGEST_UNIT;
    into.largest = Math.max(into.largest, largest);
    if (largest > 0) into.largestRate = Math.max(into.largestRate, rate);
    const frames = chunk.frames[cell]!;
    const variance = rate * rate * rows.clumping(row, bin);
    into.samples += frames;
    into.frames += frames * rate;
    into.frameSquares += frames * variance;
    into.bytes += chunk.bytes[cell]! * rate;
    into.squares += chunk.squares[cell]! * variance;
    into.roceSamples += chunk.roceFrames[cell]!;
    into.roceFrames += chunk.roceFrames[cell]! * rate;
    into.roceBytes += chunk.roceBytes[cell]! * rate;
    into.roceSquares += chunk.roceSquares[cell]! * variance;
    into.ceFrames += chunk.ce[cell]! * rate;
    into.cnpFrames += chunk.cnp[cell]! * rate;
  }
}
