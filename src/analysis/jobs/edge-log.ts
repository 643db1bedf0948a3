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

  add({data, ...slice}: PairSlice): void {
    const kept = Uint32Array.from({length: slice.rows}, (_, row) => row).filter((row) => data[row]! > 0);
    const only = (column: Uint32Array) => kept.map((row) => column[row]!);
    const {number, source, destination, destQp, told, slotsLow, slotsHigh} = slice;
    this.slices.push({
      ...{number, rows: kept.length},
      ...{source: only(source), destination: only(destination), destQp: only(destQp)},
      ...{told: only(told), slotsLow: only(slotsLow), slotsHigh: only(slotsHigh)},
    });
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
    const places = new EdgeMap<number>();
    const edges: Edge[] = [];
    const found: number[][] = [];
    const firstSlot = (slices[0]?.number ?? 0) * SLOTS_OF_SLICE;
    // Of the newest two seconds not all has been told.
    const slots = slices.length === 0 ? 0 : slices.at(-1)!.number * SLOTS_OF_SLICE - firstSlot;
    let events = 0;
    for (const slice of slices) {
      const {source, destination, destQp} = slice;
      for (let row = 0; row < slice.rows; row++) {
        if (source[row] === destination[row] || !isMember(source[row]!) || !isMember(destination[row]!)) continue;
        const edge = {source: source[row]!, destination: destination[row]!, destQp: destQp[row]!};
        let place = places.get(edge);
        if (place === undefined) {
          place = edges.length;
          places.set(edge, place);
          edges.push(edge);
          found.push([]);
        }
        const times = found[place]!;
        const before = times.length;
        eachSlot(slice, row, (slot) => {
          if (slot >= firstSlot && slot < firstSlot + slots) times.push(slot - firstSlot);
        });
        events += times.length - before;
      }
    }
    return packed(edges, found, events, {slots, firstSlot});
  }
}

/** Visits the slots of a row, in slots since the epoch. */
export function eachSlot(
  {number, told, slotsLow, slotsHigh}: Pick<Times, 'number' | 'told' | 'slotsLow' | 'slotsHigh'>,
  row: number,
  visit: (slot: number) => void,
): void {
  const last = number * SLOTS_OF_SLICE + Math.floor(told[row]! / FLOW_SLOT_MS);
  for (const [first, word] of [
    [0, slotsLow[row]!],
    [SLOTS_OF_WORD, slotsHigh[row]!],
  ] as const) {
    for (let left = word; left !== 0; left &= left - 1) {
      const slot = first + 31 - Math.clz32(left & -left);
      visit(last - ((((last - slot) % FLOW_SLOTS) + FLOW_SLOTS) % FLOW_SLOTS));
    }
  }
}

/** Of more times than can be looked at as many as can, the same share of each edge's. */
function packed(
  edges: readonly Edge[],
  found: readonly number[][],
  events: number,
  span: Pick<EdgeTimes, 'slots' | 'firstSlot'>,
): EdgeTimes {
  const start = new Uint32Array(edges.length + 1);
  const slot = new Uint32Array(Math.min(events, 2 * MOST_EVENTS));
  const share = MOST_EVENTS / events;
  let size = 0;
  for (const [edge, times] of found.entries()) {
    start[edge] = size;
    for (const [i, time] of times.entries()) {
      if (share < 1 && anyOf(1 << 16, edge * 65_537 + i) >= share * (1 << 16)) continue;
      if (size < slot.length) slot[size++] = time;
    }
  }
  start[edges.length] = size;
  return {edges, start, slot: slot.subarray(0, size), ...span};
}
