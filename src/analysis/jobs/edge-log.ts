import {type PairSlice, SLICE_SECONDS} from '../../fabric/pair-log.ts';
import {FLOW_SLOT_MS, FLOW_SLOTS} from '../../shared/bins.ts';
import {anyOf} from './pairs.ts';

/** Slices whose times are kept, 64 s; and rows of them, at most: with more, fewer slices. */
const KEPT_SLICES = 32;
const MOST_ROWS = 2_000_000;
/** Times of a group that are looked at; of more as many, drawn evenly. */
const MOST_EVENTS = 250_000;
const SLOTS_OF_WORD = 32;
export const SLOTS_OF_SLICE = (SLICE_SECONDS * 1_000) / FLOW_SLOT_MS;

/** A queue pair between two hosts: who sends, who receives, and by which. */
export interface Edge {
  source: number;
  destination: number;
  destQp: number;
}

/** When edges had samples: of edge e the entries `start[e]` to `start[e + 1]`, exclusive, of `slot`. */
export interface EdgeTimes {
  edges: readonly Edge[];
  start: Uint32Array;
  slot: Uint32Array;
  /** Slots count from 0 to this, exclusive; the first is so many since the epoch. */
  slots: number;
  firstSlot: number;
}

type Times = Pick<
  PairSlice,
  'number' | 'rows' | 'source' | 'destination' | 'destQp' | 'told' | 'slotsLow' | 'slotsHigh'
>;

/** What tells when a row's samples were taken. */
type Told = Pick<Times, 'number' | 'told' | 'slotsLow' | 'slotsHigh'>;

/** By two hosts and a queue pair: edges, or what is known of them. Hosts have numbers below 2^16. */
export class EdgeMap<T> {
  private readonly pairs = new Map<number, Map<number, T>>();

  get({source, destination, destQp}: Edge): T | undefined {
    return this.of(source, destination, destQp);
  }

  of(source: number, destination: number, destQp: number): T | undefined {
    return this.pairs.get(source * 65_536 + destination)?.get(destQp);
  }

  set({source, destination, destQp}: Edge, value: T): void {
    const key = source * 65_536 + destination;
    const known = this.pairs.get(key);
    if (known) known.set(destQp, value);
    else this.pairs.set(key, new Map([[destQp, value]]));
  }
}

/** When each queue pair sent data in the last minute, to 25 ms. */
export class EdgeLog {
  private readonly slices: Times[] = [];

  add(slice: PairSlice): void {
    const {number} = slice;
    this.slices.push(dataOf(slice));
    let rows = this.slices.reduce((sum, one) => sum + one.rows, 0);
    while (this.slices[0]!.number <= number - KEPT_SLICES || (rows > MOST_ROWS && this.slices.length > 1)) {
      rows -= this.slices.shift()!.rows;
    }
  }

  /** Seconds that are known without a gap, up to now. */
  get seconds(): number {
    const [first] = this.slices;
    return first ? SLICE_SECONDS * (this.slices.at(-1)!.number - first.number + 1) : 0;
  }

  /** The times of all edges between the hosts of a group; `isMember` by host. */
  times(isMember: (host: number) => boolean): EdgeTimes {
    const {slices} = this;
    const firstSlot = (slices[0]?.number ?? 0) * SLOTS_OF_SLICE;
    // Of the newest two seconds not all has been told.
    const slots = slices.length === 0 ? 0 : slices.at(-1)!.number * SLOTS_OF_SLICE - firstSlot;
    const {edges, places, most} = edgesOf(slices, isMember);
    const start = new Uint32Array(edges.length + 1);
    for (let edge = 0; edge < edges.length; edge++) start[edge + 1] = start[edge]! + most[edge]!;
    const slot = new Uint32Array(start[edges.length]!);
    const end = start.slice();
    let place = 0;
    for (const slice of slices) {
      for (let row = 0; row < slice.rows; row++) {
        const edge = places[place++]!;
        if (edge < 0) continue;
        const size = slotsOf(slice, row, found);
        for (let i = 0; i < size; i++) {
          const at = found[i]! - firstSlot;
          if (at >= 0 && at < slots) slot[end[edge]++] = at;
        }
      }
    }
    return {edges, ...packed(start, end, slot), slots, firstSlot};
  }
}

/** Of a slice what it takes to tell when data was sent. */
function dataOf({number, rows, data, source, destination, destQp, told, slotsLow, slotsHigh}: PairSlice): Times {
  let size = 0;
  for (let row = 0; row < rows; row++) if (data[row]! > 0) size++;
  const only = (column: Uint32Array) => {
    const kept = new Uint32Array(size);
    let at = 0;
    for (let row = 0; row < rows; row++) if (data[row]! > 0) kept[at++] = column[row]!;
    return kept;
  };
  return {
    ...{number, rows: size, source: only(source), destination: only(destination), destQp: only(destQp)},
    ...{told: only(told), slotsLow: only(slotsLow), slotsHigh: only(slotsHigh)},
  };
}

/**
 * The edges between the hosts of a group: `places` gives that of each row, slice after slice, -1 where it has none, and
 * `most` by edge how many times it may have.
 */
function edgesOf(slices: readonly Times[], isMember: (host: number) => boolean) {
  const known = new EdgeMap<number>();
  const edges: Edge[] = [];
  const most: number[] = [];
  const places = new Int32Array(slices.reduce((sum, {rows}) => sum + rows, 0)).fill(-1);
  let at = 0;
  for (const slice of slices) {
    for (let row = 0; row < slice.rows; row++, at++) {
      const source = slice.source[row]!;
      const destination = slice.destination[row]!;
      const destQp = slice.destQp[row]!;
      if (source === destination || !isMember(source) || !isMember(destination)) continue;
      let place = known.of(source, destination, destQp);
      if (place === undefined) {
        place = edges.length;
        const edge = {source, destination, destQp};
        known.set(edge, place);
        edges.push(edge);
        most.push(0);
      }
      places[at] = place;
      most[place]! += bitsOf(slice.slotsLow[row]!) + bitsOf(slice.slotsHigh[row]!);
    }
  }
  return {edges, places, most};
}

/** The slots of the row that is looked at. */
const found = new Float64Array(FLOW_SLOTS);

/** Visits the slots of a row, in slots since the epoch. */
export function eachSlot(slice: Told, row: number, visit: (slot: number) => void): void {
  const size = slotsOf(slice, row, found);
  for (let i = 0; i < size; i++) visit(found[i]!);
}

/** Writes the slots of a row, in slots since the epoch, and returns how many there are. */
function slotsOf({number, told, slotsLow, slotsHigh}: Told, row: number, into: Float64Array): number {
  const last = number * SLOTS_OF_SLICE + Math.floor(told[row]! / FLOW_SLOT_MS);
  const lastBit = last % FLOW_SLOTS;
  let size = 0;
  for (let first = 0; first < FLOW_SLOTS; first += SLOTS_OF_WORD) {
    for (let left = first === 0 ? slotsLow[row]! : slotsHigh[row]!; left !== 0; left &= left - 1) {
      const bit = first + 31 - Math.clz32(left & -left);
      into[size++] = last - (lastBit >= bit ? lastBit - bit : lastBit - bit + FLOW_SLOTS);
    }
  }
  return size;
}

/** How many bits of a word are set. */
function bitsOf(word: number): number {
  let bits = 0;
  for (let left = word; left !== 0; left &= left - 1) bits++;
  return bits;
}

/**
 * Puts the times of edges, those of edge e from `start[e]` to `end[e]`, behind each other, in place. Of more times than
 * can be looked at as many as can, the same share of each edge's.
 */
function packed(start: Uint32Array, end: Uint32Array, slot: Uint32Array): Pick<EdgeTimes, 'start' | 'slot'> {
  const edges = start.length - 1;
  let times = 0;
  for (let edge = 0; edge < edges; edge++) times += end[edge]! - start[edge]!;
  const share = MOST_EVENTS / times;
  let size = 0;
  for (let edge = 0; edge < edges; edge++) {
    const from = start[edge]!;
    const to = end[edge]!;
    start[edge] = size;
    for (let at = from; at < to; at++) {
      if (share < 1 && anyOf(1 << 16, edge * 65_537 + at - from) >= share * (1 << 16)) continue;
      slot[size++] = slot[at]!;
    }
  }
  start[edges] = size;
  return {start, slot: slot.slice(0, size)};
}
