import {FAR_PLACES, farPlaceOf, PLACES, placeOf} from './nearness.ts';
import {PairHosts} from './pair-hosts.ts';
import type {Port, Role} from './ports.ts';

/** Seconds of a slice. */
export const SLICE_SECONDS = 2;
/** Slices that wait to be taken over, at most. */
const MOST_WAITING = 5;

/** Rows of a slice that are kept; what comes past them is left out, and the others stand for it. */
const MAX_ROWS = 131_072;
/** What leaves the fabric has come farther than to any place in it. */
const LEFT = Number.POSITIVE_INFINITY;

/** Frames of this byte-weighted mean length and more are data: acknowledges and notifications are shorter. */
const LEAST_DATA_BYTES = 192;

/** TTLs that hosts begin with. */
const INITIAL_TTLS = [64, 128, 255];

/** Samples of one flow at one place in about a second. */
export interface PairRow {
  /** Numbers of the hosts. */
  source: number;
  destination: number;
  destQp: number;
  port: Port;
  role: Role;
  isIn: boolean;
  ttl: number;
  /** Whether it counts at that port: other ways of sampling hold the same packets there once more. */
  counts: boolean;
  /** Whether it counts at an edge port that the switch sends it out by: there it leaves the fabric. */
  leaves: boolean;
  /** Whether the switch is known to send it on to another switch. */
  goesOn: boolean;
  samples: number;
  /** Σ L and Σ L² as sampled. */
  bytes: number;
  squares: number;
  /** The largest L. */
  largest: number;
  /** As sampled. */
  ce: number;
  cnp: number;
  /** Frames that a sample stands for. */
  weight: number;
  /** Epoch ms by which it was told, and the slots of `FLOW_SLOT_MS` before that in which there were samples. */
  time: number;
  slotsLow: number;
  slotsHigh: number;
}

/**
 * What hosts sent each other in two seconds, rows for each flow and about a second: what is told of it where it enters,
 * and of its marks where it has come farthest. Arrays are as long or longer than there are rows.
 */
export interface PairSlice {
  /** Counts slices since the epoch. */
  number: number;
  /** Hosts have numbers below this. */
  hosts: number;
  rows: number;
  /** Rows that came for each one that was kept. */
  scale: number;
  /** By row: numbers of the hosts, and the queue pair at the destination. */
  source: Uint32Array;
  destination: Uint32Array;
  destQp: Uint32Array;
  /** By row: ms after the slice began by which it was told, and the slots before that with samples, as in `PairRow`. */
  told: Uint32Array;
  slotsLow: Uint32Array;
  slotsHigh: Uint32Array;
  /** By row: samples, those of data among them (as if all had one length), and estimates. */
  samples: Float32Array;
  data: Float32Array;
  frames: Float32Array;
  bytes: Float32Array;
  /** Variance of `bytes`, and the largest that one sample stood for. */
  squares: Float32Array;
  largest: Float32Array;
  cnp: Float32Array;
  /** By row: samples and frames where they have come farthest on their way, and which of these frames are marked CE. */
  farSamples: Float32Array;
  farFrames: Float32Array;
  ce: Float32Array;
}

const ESTIMATES = ['samples', 'data', 'frames', 'bytes', 'squares', 'largest', 'cnp'] as const;
const COLUMNS = [...ESTIMATES, 'farSamples', 'farFrames', 'ce'] as const;
const WORDS = ['source', 'destination', 'destQp', 'told', 'slotsLow', 'slotsHigh'] as const;
/** Rows that a slice has room for at first, and room for more than the one before it had. */
const FIRST_ROWS = 1_024;
const SPARE = 1.2;

interface Slice extends Omit<PairSlice, 'hosts' | 'scale'> {
  /** Rows that came, kept or not. */
  came: number;
}

/**
 * What hosts sent each other in the last seconds: of each host the samples at the place nearest to it alone, so that each
 * packet counts once. Switches mark what they send, so marks count at the other end: where packets to a host leave the
 * fabric, or, where that is not seen, at the farthest place. Kept as it comes, and handed over to whoever adds it up.
 */
export class PairLog {
  private readonly hosts = new PairHosts();
  private readonly slices: Slice[] = [];
  private newest = Number.NEGATIVE_INFINITY;

  /** The number of the host at an address of four words; -1 where there is no room for it. */
  host(a: number, b: number, c: number, d: number): number {
    return this.hosts.numberOf(a, b, c, d, this.newest);
  }

  /** While it is the same, so are the numbers of hosts. */
  get epoch(): number {
    return this.hosts.epoch;
  }

  /** Takes what was seen in the second `second` or shortly before it. */
  add(second: number, row: PairRow): void {
    this.advance(second);
    const number = Math.floor(second / SLICE_SECONDS);
    const slice = this.sliceOf(number);
    const {source, destination} = row;
    if (!slice || source < 0 || destination < 0) return;
    this.hosts.hear(source, number);
    this.hosts.hear(destination, number);
    const isNearest = row.counts && this.isNearest(row);
    const isFarthest = this.isFarthest(row);
    if (!isNearest && !isFarthest) return;
    slice.came++;
    if (slice.rows === MAX_ROWS) return;
    if (slice.rows === slice.source.length) grow(slice);
    const at = slice.rows++;
    slice.source[at] = source;
    slice.destination[at] = destination;
    slice.destQp[at] = row.destQp;
    if (isNearest) putNearest(slice, at, row);
    if (!isFarthest) return;
    slice.farSamples[at] = row.samples;
    slice.farFrames[at] = row.samples * row.weight;
    slice.ce[at] = row.ce * row.weight;
  }

  /** The address of a host, by its number. */
  address(host: number): string {
    return this.hosts.address(host);
  }

  /** The edge port that the traffic of a host comes in at, where that is known. */
  home(host: number): Port | undefined {
    return this.hosts.home(host);
  }

  /** The slices that are over, oldest first, each once: whoever takes them may hand their arrays on. */
  takeOver(): PairSlice[] {
    const over = this.slices.filter(({number}) => number < this.newest);
    this.slices.splice(0, over.length);
    return over.map(({came, ...slice}) => ({
      ...slice,
      hosts: this.hosts.limit,
      scale: came / Math.max(1, slice.rows),
    }));
  }

  /** Time has come to this second, whether anything was sent or not. */
  advance(second: number): void {
    const number = Math.floor(second / SLICE_SECONDS);
    if (number <= this.newest) return;
    for (let next = Math.max(this.newest + 1, number - MOST_WAITING); next <= number; next++) {
      // As long as the last one had need of: most seconds are alike.
      const rows = this.slices.at(-1)?.rows ?? 0;
      if (this.slices.length > MOST_WAITING) this.slices.shift();
      this.slices.push(makeSlice(next, Math.min(MAX_ROWS, Math.max(FIRST_ROWS, Math.ceil(SPARE * rows)))));
    }
    // Before the first second there was nothing to hear.
    if (this.newest === Number.NEGATIVE_INFINITY) this.slices.splice(0, this.slices.length - 1);
    this.newest = number;
    this.hosts.forget(number);
  }

  private sliceOf(number: number): Slice | undefined {
    const last = this.slices.at(-1);
    return last?.number === number ? last : this.slices.find((slice) => slice.number === number);
  }

  /** Whether no place nearer to the source is known. */
  private isNearest({source, ttl, role, isIn, port}: PairRow): boolean {
    if (!this.hosts.isNearest(source, PLACES * hopsOf(ttl) + placeOf(role, isIn))) return false;
    if (isIn && role === 'edge') this.hosts.settle(source, port);
    return true;
  }

  /** Whether no place is known that packets to the destination come to later. */
  private isFarthest({destination, leaves, ttl, role, isIn, goesOn}: PairRow): boolean {
    const place = leaves ? LEFT : FAR_PLACES * hopsOf(ttl) + farPlaceOf(role, isIn, goesOn);
    return this.hosts.isFarthest(destination, place);
  }
}

/** Switches that a packet has come through. */
function hopsOf(ttl: number): number {
  for (const initial of INITIAL_TTLS) if (initial >= ttl) return initial - ttl;
  return 0;
}

/** What is told of a row where it enters. */
function putNearest(slice: Slice, at: number, row: PairRow): void {
  const {samples, bytes, squares, weight} = row;
  slice.told[at] = Math.max(0, row.time - slice.number * SLICE_SECONDS * 1_000);
  slice.slotsLow[at] = row.slotsLow;
  slice.slotsHigh[at] = row.slotsHigh;
  slice.samples[at] = samples;
  slice.data[at] = squares >= LEAST_DATA_BYTES * bytes ? (bytes * bytes) / squares : 0;
  slice.frames[at] = samples * weight;
  slice.bytes[at] = bytes * weight;
  slice.squares[at] = squares * weight * weight;
  slice.largest[at] = row.largest * weight;
  slice.cnp[at] = row.cnp * weight;
}

function makeSlice(number: number, rows: number): Slice {
  const words = Object.fromEntries(WORDS.map((name) => [name, new Uint32Array(rows)]));
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, new Float32Array(rows)]));
  return {number, rows: 0, came: 0, ...words, ...columns} as Slice;
}

function grow(slice: Slice): void {
  const rows = Math.min(MAX_ROWS, 2 * slice.source.length);
  const longer = <T extends Uint32Array | Float32Array>(old: T, fresh: T): T => {
    fresh.set(old);
    return fresh;
  };
  for (const name of WORDS) slice[name] = longer(slice[name], new Uint32Array(rows));
  for (const name of COLUMNS) slice[name] = longer(slice[name], new Float32Array(rows));
}
