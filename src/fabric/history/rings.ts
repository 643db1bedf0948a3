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

/** Columns of 32 bits, and as many places for columns of 16: a cell has the same index in all. One is not used. */
const COLUMNS = 6;
/** Cells of one bin stand side by side, column by column: what is read together lies together. */
const STRIDE = COLUMNS * CHUNK_ROWS;
const CELL_BYTES = COLUMNS * 4 + COLUMNS * 2;

/** A chunk with the memory that its columns lie in. */
class Held {
  readonly words: Uint32Array;
  readonly halves: Uint16Array;
  readonly chunk: Chunk;

  constructor(depth: number) {
    this.words = new Uint32Array(STRIDE * depth);
    this.halves = new Uint16Array(STRIDE * depth);
    const {words, halves} = this;
    const length = STRIDE * depth - (COLUMNS - 1) * CHUNK_ROWS;
    const at = (column: number) => column * CHUNK_ROWS;
    const floats = (column: number) => new Float32Array(words.buffer, at(column) * 4, length);
    this.chunk = {
      frames: words.subarray(at(0), at(0) + length),
      bytes: words.subarray(at(1), at(1) + length),
      squares: floats(2),
      roceFrames: words.subarray(at(3), at(3) + length),
      roceBytes: words.subarray(at(4), at(4) + length),
      roceSquares: floats(5),
      ce: halves.subarray(at(0), at(0) + length),
      cnp: halves.subarray(at(1), at(1) + length),
      trimmed: halves.subarray(at(2), at(2) + length),
      largest: halves.subarray(at(3), at(3) + length),
      roceLargest: halves.subarray(at(4), at(4) + length),
    };
  }
}

/**
 * The last bins of every row, unscaled: 36 bytes a cell. Cell (row, bin) stands at bin modulo depth, so that time
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
  private readonly chunks: Held[] = [];
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

  /** Rows that fit where they reach back as little as they may. */
  get mostRows(): number {
    const bytes = CHUNK_ROWS * (Math.min(this.depth, MIN_DEPTH) * CELL_BYTES + this.besides);
    return Math.floor(this.budget / bytes) * CHUNK_ROWS;
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
      this.chunks.push(new Held(depth));
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
    for (const [index, {words, halves}] of this.chunks.entries()) {
      const shorter = new Held(depth);
      let bin = Math.max(0, newest - depth + 1);
      while (bin <= newest) {
        const bins = Math.min(newest - bin + 1, before - (bin % before), depth - (bin % depth));
        const from = (bin % before) * STRIDE;
        const to = (bin % depth) * STRIDE;
        shorter.words.set(words.subarray(from, from + bins * STRIDE), to);
        shorter.halves.set(halves.subarray(from, from + bins * STRIDE), to);
        bin += bins;
      }
      this.chunks[index] = shorter; // at once, or both were there of all
    }
    this.depth = depth;
    this.base = newest - (newest % depth);
  }

  chunk(row: number): Chunk {
    return this.chunks[(row / CHUNK_ROWS) | 0]!.chunk;
  }

  /** Index of a cell within the row's chunk. */
  at(row: number, bin: number): number {
    const {depth} = this;
    let place = bin - this.base;
    if (place < 0) place += depth;
    if (!(place >= 0 && place < depth)) place = bin % depth;
    return place * STRIDE + (row % CHUNK_ROWS);
  }

  /** Adds entry `i` of columns, the measures' from `first` on, to the cell of a row and bin. */
  add(row: number, bin: number, columns: readonly ArrayLike<number>[], first: number, i: number): void {
    const chunk = this.chunk(row);
    const cell = this.at(row, bin);
    chunk.frames[cell]! += columns[first + Measure.Frames]![i]!;
    chunk.bytes[cell] = Math.min(chunk.bytes[cell]! + columns[first + Measure.Bytes]![i]!, 0xffffffff);
    chunk.squares[cell]! += columns[first + Measure.Squares]![i]!;
    const roceFrames = columns[first + Measure.RoceFrames]![i]!;
    if (roceFrames > 0) {
      chunk.roceFrames[cell]! += roceFrames;
      chunk.roceBytes[cell] = Math.min(chunk.roceBytes[cell]! + columns[first + Measure.RoceBytes]![i]!, 0xffffffff);
      chunk.roceSquares[cell]! += columns[first + Measure.RoceSquares]![i]!;
    }
    // Marks are rare, and each column is a miss of the cache.
    mark(chunk.ce, cell, columns[first + Measure.CeFrames]![i]!);
    mark(chunk.cnp, cell, columns[first + Measure.CnpFrames]![i]!);
    mark(chunk.trimmed, cell, columns[first + Measure.TrimmedFrames]![i]!);
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
    const start = place * STRIDE;
    for (const {words, halves} of this.chunks) {
      words.fill(0, start, start + STRIDE);
      halves.fill(0, start, start + STRIDE);
    }
  }
}

function mark(marks: Uint16Array, cell: number, frames: number): void {
  if (frames > 0) marks[cell] = Math.min(marks[cell]! + frames, 0xffff);
}
