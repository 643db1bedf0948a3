import {Measure} from '../../account/measures.ts';
import type {RowColumns} from '../row-columns.ts';

/** Rows of one chunk. Chunks keep memory in step with the fabric's size. */
export const CHUNK_ROWS = 64;

/** Frames are at most 262,144 bytes: four bytes a unit keep the largest in 16 bits. */
export const LARGEST_UNIT = 4;

/** A length as rings keep it. */
export const lengthCode = (length: number): number => Math.min(0xffff, Math.ceil(length / LARGEST_UNIT));

/** History is never shorter: 30 s of bins. */
export const MIN_DEPTH = 300;

/** The columns that a ring keeps per (row, bin), unscaled; RoCEv2 besides all frames. */
export interface Chunk {
  frames: Uint32Array;
  bytes: Uint32Array;
  squares: Float32Array;
  roceFrames: Uint32Array;
  roceBytes: Uint32Array;
  roceSquares: Float32Array;
  ce: Uint16Array;
  cnp: Uint16Array;
  trimmed: Uint16Array;
  /** The largest recent L of the row as of this bin, in units of `LARGEST_UNIT`, rounded up. */
  largest: Uint16Array;
  roceLargest: Uint16Array;
}

const CELL_BYTES = 34;

function makeChunk(depth: number): Chunk {
  const cells = CHUNK_ROWS * depth;
  return {
    frames: new Uint32Array(cells),
    bytes: new Uint32Array(cells),
    squares: new Float32Array(cells),
    roceFrames: new Uint32Array(cells),
    roceBytes: new Uint32Array(cells),
    roceSquares: new Float32Array(cells),
    ce: new Uint16Array(cells),
    cnp: new Uint16Array(cells),
    trimmed: new Uint16Array(cells),
    largest: new Uint16Array(cells),
    roceLargest: new Uint16Array(cells),
  };
}

/**
 * The last bins of every row, unscaled: 34 bytes a cell. Cell (row, bin) stands at bin modulo depth, so that time
 * moves on by clearing one short stretch a chunk. ΣL of a bin fits 32 bits (it would take 475,000 samples of 9 kB);
 * beyond that it saturates.
 *
 * They take no more memory than they are given: where more rows come than fit, they reach back half as far.
 */
export class Rings {
  /** Bins that are kept. Shrinks, and never grows. */
  depth: number;
  /** Bytes that rings and what else is kept a row may take. */
  private readonly budget: number;
  /** Bytes that are kept elsewhere for each row. */
  private readonly besides: number;
  private chunks: Chunk[] = [];
  /** The bin at place 0, of those about the newest: a bin's remainder is dear, for it is beyond 32 bits. */
  private base = 0;

  constructor(depth: number, budget = Number.POSITIVE_INFINITY, besides = 0) {
    this.depth = depth;
    this.budget = budget;
    this.besides = besides;
  }

  /** Bytes taken. */
  get bytes(): number {
    return this.chunks.length * CHUNK_ROWS * this.depth * CELL_BYTES;
  }

  /**
   * Makes room for rows up to and including `row`; `newest` is the newest bin that anything was written for. Returns
   * whether there is room.
   */
  hold(row: number, newest: number): boolean {
    while (this.chunks.length * CHUNK_ROWS <= row) {
      const depth = this.affordable(this.chunks.length + 1);
      if (depth === 0) return false;
      if (depth < this.depth) this.shorten(depth, newest);
      this.chunks.push(makeChunk(depth));
    }
    return true;
  }

  /** The depth at which so many chunks fit, 0 if none does. */
  private affordable(chunks: number): number {
    const rows = chunks * CHUNK_ROWS;
    let {depth} = this;
    while (rows * (depth * CELL_BYTES + this.besides) > this.budget) {
      if (depth <= MIN_DEPTH) return 0;
      depth = Math.max(MIN_DEPTH, depth >> 1);
    }
    return depth;
  }

  /** Keeps the bins up to `newest` that find room in another depth. */
  private shorten(depth: number, newest: number): void {
    const before = this.depth;
    this.chunks = this.chunks.map((chunk) => {
      const shorter = makeChunk(depth);
      for (const name of Object.keys(chunk) as (keyof Chunk)[]) {
        let bin = Math.max(0, newest - depth + 1);
        while (bin <= newest) {
          const bins = Math.min(newest - bin + 1, before - (bin % before), depth - (bin % depth));
          const from = (bin % before) * CHUNK_ROWS;
          shorter[name].set(chunk[name].subarray(from, from + bins * CHUNK_ROWS), (bin % depth) * CHUNK_ROWS);
          bin += bins;
        }
      }
      return shorter;
    });
    this.depth = depth;
    this.base = newest - (newest % depth);
  }

  chunk(row: number): Chunk {
    return this.chunks[(row / CHUNK_ROWS) | 0]!;
  }

  /** Index of a cell within the row's chunk. */
  at(row: number, bin: number): number {
    const {depth} = this;
    let place = bin - this.base;
    if (place < 0) place += depth;
    if (!(place >= 0 && place < depth)) place = bin % depth;
    return place * CHUNK_ROWS + (row % CHUNK_ROWS);
  }

  /** Adds entry `i` of columns, the measures' from `first` on, to the cell of a row and bin. */
  add(row: number, bin: number, columns: readonly ArrayLike<number>[], first: number, i: number): void {
    const chunk = this.chunk(row);
    const cell = this.at(row, bin);
    chunk.frames[cell]! += columns[first + Measure.Frames]![i]!;
    chunk.bytes[cell] = Math.min(chunk.bytes[cell]! + columns[first + Measure.Bytes]![i]!, 0xffffffff);
    chunk.squares[cell]! += columns[first + Measure.Squares]![i]!;
    chunk.roceFrames[cell]! += columns[first + Measure.RoceFrames]![i]!;
    chunk.roceBytes[cell] = Math.min(chunk.roceBytes[cell]! + columns[first + Measure.RoceBytes]![i]!, 0xffffffff);
    chunk.roceSquares[cell]! += columns[first + Measure.RoceSquares]![i]!;
    chunk.ce[cell] = Math.min(chunk.ce[cell]! + columns[first + Measure.CeFrames]![i]!, 0xffff);
    chunk.cnp[cell] = Math.min(chunk.cnp[cell]! + columns[first + Measure.CnpFrames]![i]!, 0xffff);
    chunk.trimmed[cell] = Math.min(chunk.trimmed[cell]! + columns[first + Measure.TrimmedFrames]![i]!, 0xffff);
  }

  /**
   * Notes the largest L that the row has shown of late for a bin, as `lengthCode` has it: with it the band of a bin, an
   * empty one's too, stays what it was when the bin became final.
   */
  setLargest(row: number, bin: number, largest: number, roceLargest: number): void {
    const chunk = this.chunk(row);
    const cell = this.at(row, bin);
    chunk.largest[cell] = largest;
    chunk.roceLargest[cell] = roceLargest;
  }

  /** Notes it for a bin of all rows. */
  setAllLargest(bin: number, {count, largest, roceLargest}: RowColumns): void {
    for (let first = 0; first < count; first += CHUNK_ROWS) {
      const chunk = this.chunk(first);
      const cells = this.at(first, bin) - first;
      for (let row = first; row < first + CHUNK_ROWS; row++) {
        chunk.largest[cells + row] = largest[row]!;
        chunk.roceLargest[cells + row] = roceLargest[row]!;
      }
    }
  }

  /** Empties a row, whose place another may take. */
  clearRow(row: number): void {
    const columns = Object.values(this.chunk(row)) as Chunk[keyof Chunk][];
    for (const column of columns) for (let bin = 0; bin < this.depth; bin++) column[this.at(row, bin)] = 0;
  }

  /** Empties the cells of a bin, for all rows. */
  clear(bin: number): void {
    const place = bin % this.depth;
    this.base = bin - place;
    const start = place * CHUNK_ROWS;
    const end = start + CHUNK_ROWS;
    for (const chunk of this.chunks) {
      chunk.frames.fill(0, start, end);
      chunk.bytes.fill(0, start, end);
      chunk.squares.fill(0, start, end);
      chunk.roceFrames.fill(0, start, end);
      chunk.roceBytes.fill(0, start, end);
      chunk.roceSquares.fill(0, start, end);
      chunk.ce.fill(0, start, end);
      chunk.cnp.fill(0, start, end);
      chunk.trimmed.fill(0, start, end);
      chunk.largest.fill(0, start, end);
      chunk.roceLargest.fill(0, start, end);
    }
  }
}
