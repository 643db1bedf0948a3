import {type PairSlice, SLICE_SECONDS} from '../../fabric/pair-log.ts';

/** Slices that pairs are looked at by, 10 s; and those that are kept. */
const WINDOW_SLICES = 5;
export const WINDOW_SECONDS = WINDOW_SLICES * SLICE_SECONDS;
const KEPT_SLICES = 30;
/** Seconds that a window may have. */
export const LEAST_WINDOW_SECONDS = SLICE_SECONDS;
export const MOST_WINDOW_SECONDS = KEPT_SLICES * SLICE_SECONDS;

/** What hosts sent each other, added up by pair; arrays of equal length. */
export interface PairSums {
  seconds: number;
  source: Uint32Array;
  destination: Uint32Array;
  samples: Float64Array;
  bytes: Float64Array;
  squares: Float64Array;
  largest: Float64Array;
}

const SUMMED = ['samples', 'data', 'frames', 'bytes', 'squares', 'cnp', 'farSamples', 'farFrames', 'ce'] as const;
type Summed = (typeof SUMMED)[number];

/** The same with samples of data, frames and marks; also pairs of which only these were seen. */
export interface PairTotals extends PairSums, Record<Summed, Float64Array> {
  hosts: number;
}

/** The columns of rows that are added up. */
type Columns = Pick<PairSlice, 'source' | 'destination' | 'largest' | Summed> | PairTotals;

/** What hosts sent each other in the last minute, by pair and two seconds. */
export class PairHistory {
  private readonly slices: {number: number; totals: PairTotals}[] = [];

  /** Takes the next two seconds. */
  add(slice: PairSlice): void {
    const {number, hosts, rows, scale} = slice;
    const sums = new PairAdder(hosts);
    sums.add(slice, rows, scale);
    this.slices.push({number, totals: sums.totals(SLICE_SECONDS)});
    while (this.slices[0]!.number <= number - KEPT_SLICES) this.slices.shift();
  }

  /** The last so many seconds, as far as they are known. */
  window(seconds = WINDOW_SECONDS): PairTotals {
    const newest = this.slices.at(-1)?.number ?? 0;
    const within = this.slices.filter(({number}) => number > newest - seconds / SLICE_SECONDS);
    const sums = new PairAdder(within.reduce((most, {totals}) => Math.max(most, totals.hosts), 0));
    for (const {totals} of within) sums.add(totals, totals.source.length, 1);
    return sums.totals(SLICE_SECONDS * within.length);
  }
}

/** Adds rows up by pair of hosts. */
export class PairAdder {
  private readonly hosts: number;
  private readonly places = new Map<number, number>();
  private readonly sums: Record<Summed | 'largest', number[]>;

  constructor(hosts: number) {
    this.hosts = hosts;
    const columns = [...SUMMED, 'largest' as const].map((name) => [name, [] as number[]]);
    this.sums = Object.fromEntries(columns) as Record<Summed | 'largest', number[]>;
  }

  /** Adds the first `rows` of some columns, each standing for `scale` of them; those that `isWanted`. */
  add(columns: Columns, rows: number, scale: number, isWanted: (row: number) => boolean = () => true): void {
    const {hosts, places, sums} = this;
    const {source, destination, samples, data, frames, bytes, squares, cnp, farSamples, farFrames, ce, largest} =
      columns;
    for (let i = 0; i < rows; i++) {
      if (!isWanted(i)) continue;
      const key = source[i]! * hosts + destination[i]!;
      let at = places.get(key);
      if (at === undefined) {
        at = places.size;
        places.set(key, at);
        for (const name of SUMMED) sums[name].push(0);
        sums.largest.push(0);
      }
      sums.samples[at]! += samples[i]!;
      sums.data[at]! += data[i]!;
      sums.frames[at]! += frames[i]! * scale;
      sums.bytes[at]! += bytes[i]! * scale;
      sums.squares[at]! += squares[i]! * scale * scale;
      sums.cnp[at]! += cnp[i]! * scale;
      sums.farSamples[at]! += farSamples[i]!;
      sums.farFrames[at]! += farFrames[i]! * scale;
      sums.ce[at]! += ce[i]! * scale;
      sums.largest[at] = Math.max(sums.largest[at]!, largest[i]! * scale);
    }
  }

  /** What was added, which were so many seconds. */
  totals(seconds: number): PairTotals {
    const {hosts, sums} = this;
    const keys = Array.from(this.places.keys());
    const columns = Object.entries(sums).map(([name, values]) => [name, Float64Array.from(values)]);
    return {
      seconds,
      hosts,
      source: Uint32Array.from(keys, (key) => Math.floor(key / hosts)),
      destination: Uint32Array.from(keys, (key) => key % hosts),
      ...(Object.fromEntries(columns) as Record<Summed | 'largest', Float64Array>),
    };
  }
}
