import type {Rings} from '../history/rings.ts';
import type {Rows} from '../rows.ts';

/** What is added up, in this order. */
const What = {Samples: 0, Frames: 1, Bytes: 2, Squares: 3} as const;
const SUMS = 4;
const FIRST_SLOTS = 64;

/** All that was estimated of a port and direction since the start: moments as `Moments` has them. */
export interface Tallied {
  samples: number;
  frames: number;
  bytes: number;
  squares: number;
}

/**
 * What each port was seen to receive and send, added up as samples arrive, so that it can be held against counters that
 * arrive with them. Directions that are only derived from other ports are left out: they lack what is flooded.
 */
export class Tally {
  private sums = new Float64Array(FIRST_SLOTS * 2 * SUMS);

  /** Samples at a place (slot * 2 + direction) have arrived; each counts for its nominal rate until its bin is final. */
  add(place: number, rate: number, samples: number, bytes: number, squares: number): void {
    this.put(place * SUMS, samples, samples * rate, bytes * rate, squares * rate * rate);
  }

  /** The bins from..to-1 are final: what they are corrected by. */
  correct(rows: Rows, rings: Rings, from: number, to: number): void {
    for (const row of rows.all) {
      if (row === undefined || row.stream === undefined || !row.weigher.isActive || rows.lastBin(row) < from) continue;
      const {port, direction, rate} = row;
      const chunk = rings.chunk(row.index);
      for (let bin = from; bin < to; bin++) {
        const weight = row.weigher.weight(bin);
        if (weight === rate || rows.basis(port.slot, direction, bin) !== row.basis) continue;
        const cell = rings.at(row.index, bin);
        const frames = chunk.frames[cell]! * (weight - rate);
        const squares = chunk.squares[cell]! * (weight * weight - rate * rate);
        this.put((port.slot * 2 + direction) * SUMS, 0, frames, chunk.bytes[cell]! * (weight - rate), squares);
      }
    }
  }

  of(slot: number, direction: number): Tallied {
    const at = (slot * 2 + direction) * SUMS;
    const sum = (what: number) => this.sums[at + what] ?? 0;
    return {
      samples: sum(What.Samples),
      frames: sum(What.Frames),
      bytes: sum(What.Bytes),
      squares: sum(What.Squares),
    };
  }

  /** The port of a slot has left: another one begins at nothing. */
  release(slot: number): void {
    this.sums.fill(0, slot * 2 * SUMS, (slot + 1) * 2 * SUMS);
  }

  private put(at: number, samples: number, frames: number, bytes: number, squares: number): void {
    if (at >= this.sums.length) {
      const grown = new Float64Array(Math.max(at + SUMS, this.sums.length * 2));
      grown.set(this.sums);
      this.sums = grown;
    }
    this.sums[at + What.Samples]! += samples;
    this.sums[at + What.Frames]! += frames;
    this.sums[at + What.Bytes]! += bytes;
    this.sums[at + What.Squares]! += squares;
  }
}
