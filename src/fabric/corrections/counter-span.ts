import type {Tallied} from './tally.ts';

/** Older intervals count half once they span so long, ms. */
const LONG_MS = 600_000;
/** The newest intervals are kept apart: when they tell another story, the older ones are forgotten. */
const NEWEST = 2;

/** Counter and estimate over one stretch of time. */
export interface Compared extends Tallied {
  ms: number;
  /** What the interface counted, octets. */
  octets: number;
  /** Bytes that may belong to the neighbouring stretch, at both ends together. */
  edges: number;
}

export const nothingCompared = (): Compared => ({
  ms: 0,
  octets: 0,
  samples: 0,
  frames: 0,
  bytes: 0,
  squares: 0,
  edges: 0,
});

/** Adds up stretches of one port that follow each other, their edges apart, or whole ones of several ports. */
export function addCompared(into: Compared, other: Compared): Compared {
  into.ms += other.ms;
  into.octets += other.octets;
  into.samples += other.samples;
  into.frames += other.frames;
  into.bytes += other.bytes;
  into.squares += other.squares;
  into.edges += other.edges;
  return into;
}

/** One reading of a counter, with all that was estimated up to it. */
export interface Reading {
  tallied: Tallied;
  /** Bytes estimated around the reading: the counter may have been read a little earlier than it arrived. */
  edge: number;
}

interface Interval extends Compared {
  /** Edge at its end. */
  edge: number;
}

/**
 * A port's counter of one direction against its samples, over counter intervals that join up, so that what is wrong at
 * the edge of one is made good by the next and only the outer edges remain.
 */
export class CounterSpan {
  private last: Reading;
  private older = nothingCompared();
  private newest: Interval[] = [];
  /** Edge in front of the older intervals, and behind them. */
  private outerEdge: number;
  private innerEdge: number;

  constructor(first: Reading) {
    this.last = first;
    this.outerEdge = first.edge;
    this.innerEdge = first.edge;
  }

  /** The next reading, `ms` and `octets` after the last one. */
  add(reading: Reading, ms: number, octets: number): void {
    const {last} = this;
    this.newest.push({
      ms,
      octets,
      samples: reading.tallied.samples - last.tallied.samples,
      frames: reading.tallied.frames - last.tallied.frames,
      bytes: reading.tallied.bytes - last.tallied.bytes,
      squares: reading.tallied.squares - last.tallied.squares,
      edges: 0,
      edge: reading.edge,
    });
    this.last = reading;
    if (this.newest.length <= NEWEST) return;
    const oldest = this.newest.shift()!;
    addCompared(this.older, oldest);
    this.innerEdge = oldest.edge;
    if (this.older.ms > LONG_MS) this.halve();
  }

  private halve(): void {
    const {older} = this;
    older.ms /= 2;
    older.octets /= 2;
    older.samples /= 2;
    older.frames /= 2;
    older.bytes /= 2;
    // Each of them counts half: their variance counts a quarter.
    older.squares /= 4;
    this.outerEdge /= 2;
  }

  /** All of it. */
  whole(): Compared {
    const sum = addCompared(nothingCompared(), this.older);
    for (const interval of this.newest) addCompared(sum, interval);
    sum.edges = this.outerEdge + this.last.edge;
    return sum;
  }

  /** The newest intervals alone; undefined while there are none but them. */
  recent(): Compared | undefined {
    if (this.older.ms === 0 || this.newest.length < NEWEST) return undefined;
    const sum = nothingCompared();
    for (const interval of this.newest) addCompared(sum, interval);
    sum.edges = this.innerEdge + this.last.edge;
    return sum;
  }

  /** All but the newest. */
  earlier(): Compared {
    return {...this.older, edges: this.outerEdge + this.innerEdge};
  }

  /** The older intervals do not hold any more. */
  forgetOlder(): void {
    this.older = nothingCompared();
    this.outerEdge = this.innerEdge;
  }
}
