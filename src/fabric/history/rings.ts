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

/** The columns that a ring keeps per (row, bin), unscaled; RoCEv2 besides all frames. For reading alone. */
export interface Chunk {
  frames: Uint16Array;
  bytes: Uint32Array;
  squares: Float32Array;
  roceFrames: Uint16Array;
  roceBytes: Uint32Array;
  roceSquares: Float32Array;
  ce: Uint16Array;
  cnp: Uint16Array;
  trimmed: Uint16Array;
  /** The largest recent L of the row as of this bin, in units of `LARGEST_UNIT`, rounded up. */
  largest: Uint16Array;
  roceLargest: Uint16Array;
}

/** Columns of 32 bits, and as many places for columns of 16: a cell has the same index in all. */
const COLUMNS = 4;
/** Cells of one bin stand side by side, column by column: what is read together lies together. */
const STRIDE = COLUMNS * CHUNK_ROWS;
const CELL_BYTES = COLUMNS * 4 + COLUMNS * 2;
/** Marks besides, of chunks that have any. */
const MARKS_BYTES = COLUMNS * 2;
/** There is always room for marks of all. */
const MOST_CELL_BYTES = CELL_BYTES + MARKS_BYTES;

/** Cells that each column reaches over. */
const lengthOf = (depth: number): number => STRIDE * depth - (COLUMNS - 1) * CHUNK_ROWS;

/** A chunk with the memory that its columns lie in. */
class Held {
  readonly words: Uint32Array;
  readonly halves: Uint16Array;
  /** None while no frame of its rows was marked: then its columns of marks are those that all such chunks share. */
  marks: Uint16Array | undefined;
  readonly chunk: Chunk;

  constructor(depth: number, noMarks: Uint16Array) {
    this.words = new Uint32Array(STRIDE * depth);
    this.halves = new Uint16Array(STRIDE * depth);
    const {words, halves} = this;
    const length = lengthOf(depth);
    const at = (column: number) => column * CHUNK_ROWS;
    const floats = (column: number) => new Float32Array(words.buffer, at(column) * 4, length);
    this.chunk = {
      bytes: words.subarray(at(0), at(0) + length),
      squares: floats(1),
      roceBytes: words.subarray(at(2), at(2) + length),
      roceSquares: floats(3),
      frames: halves.subarray(at(0), at(0) + length),
      roceFrames: halves.subarray(at(1), at(1) + length),
      largest: halves.subarray(at(2), at(2) + length),
      roceLargest: halves.subarray(at(3), at(3) + length),
      ce: noMarks,
      cnp: noMarks,
      trimmed: noMarks,
    };
  }

  /** Gives it columns of marks of its own. */
  makeMarks(depth: number): Uint16Array {
    const marks = new Uint16Array(STRIDE * depth);
    const length = lengthOf(depth);
    const column = (index: number) => marks.subarray(index * CHUNK_ROWS, index * CHUNK_ROWS + length);
    this.marks = marks;
    this.chunk.ce = column(0);
    this.chunk.cnp = column(1);
    this.chunk.trimmed = column(2);
    return marks;
  }
}

/**
 * The last bins of every row, unscaled: 24 bytes a cell, and 8 more where frames are marked. Cell (row, bin) stands at bin
 * modulo depth, so that time moves on by clearing one short stretch a chunk. Samples of a row and bin fit 16 bits, which
 * are 655,000 a second at one port, and ΣL fits 32 (it would take 475,000 samples of 9 kB); beyond that they saturate.
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
  /** The first bin that anything was added to: there is nothing before it. */
  private first = Number.POSITIVE_INFINITY;
  /** Marks of all chunks that have none. */
  private noMarks: Uint16Array;

  constructor(depth: number, budget = Number.POSITIVE_INFINITY, besides = 0) {
    this.depth = depth;
    this.budget = budget;
    this.besides = besides;
    this.noMarks = new Uint16Array(lengthOf(depth));
  }

  /** Bytes taken. */
  get bytes(): number {
    const marked = this.chunks.reduce((count, {marks}) => count + (marks ? 1 : 0), 0);
    return CHUNK_ROWS * this.depth * (this.chunks.length * CELL_BYTES + marked * MARKS_BYTES);
  }

  /** Rows that fit where they reach back as little as they may. */
  get mostRows(): number {
    const bytes = CHUNK_ROWS * (Math.min(this.depth, MIN_DEPTH) * MOST_CELL_BYTES + this.besides);
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
      this.chunks.push(new Held(depth, this.noMarks));
    }
    return true;
  }

  /** The depth at which so many chunks fit, 0 if none does. */
  private affordable(chunks: number): number {
    const rows = chunks * CHUNK_ROWS;
    let {depth} = this;
    while (rows * (depth * MOST_CELL_BYTES + this.besides) > this.budget) {
      if (depth <= MIN_DEPTH) return 0;
      depth = Math.max(MIN_DEPTH, depth >> 1);
    }
    return depth;
  }

  /** Keeps the bins up to `newest` that find room in another depth. */
  private shorten(depth: number, newest: number): void {
    const before = this.depth;
    this.noMarks = new Uint16Array(lengthOf(depth));
    for (const [index, {words, halves, marks}] of this.chunks.entries()) {
      const shorter = new Held(depth, this.noMarks);
      const kept = marks && shorter.makeMarks(depth);
      // What is not written to takes no memory yet.
      let bin = Math.max(0, newest - depth + 1, this.first);
      while (bin <= newest) {
        const bins = Math.min(newest - bin + 1, before - (bin % before), depth - (bin % depth));
        const from = (bin % before) * STRIDE;
        const end = from + bins * STRIDE;
        const to = (bin % depth) * STRIDE;
        shorter.words.set(words.subarray(from, end), to);
        shorter.halves.set(halves.subarray(from, end), to);
        if (marks) kept?.set(marks.subarray(from, end), to);
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
    if (bin < this.first) this.first = bin;
    const chunk = this.chunk(row);
    const cell = this.at(row, bin);
    addTo(chunk.frames, cell, columns[first + Measure.Frames]![i]!, 0xffff);
    addTo(chunk.bytes, cell, columns[first + Measure.Bytes]![i]!, 0xffffffff);
    chunk.squares[cell]! += columns[first + Measure.Squares]![i]!;
    const roceFrames = columns[first + Measure.RoceFrames]![i]!;
    if (roceFrames > 0) {
      addTo(chunk.roceFrames, cell, roceFrames, 0xffff);
      addTo(chunk.roceBytes, cell, columns[first + Measure.RoceBytes]![i]!, 0xffffffff);
      chunk.roceSquares[cell]! += columns[first + Measure.RoceSquares]![i]!;
    }
    const ce = columns[first + Measure.CeFrames]![i]!;
    const cnp = columns[first + Measure.CnpFrames]![i]!;
    const trimmed = columns[first + Measure.TrimmedFrames]![i]!;
    if (ce + cnp + trimmed === 0) return;
    const held = this.chunks[(row / CHUNK_ROWS) | 0]!;
    if (!held.marks) held.makeMarks(this.depth);
    addTo(chunk.ce, cell, ce, 0xffff);
    addTo(chunk.cnp, cell, cnp, 0xffff);
    addTo(chunk.trimmed, cell, trimmed, 0xffff);
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
    for (const {words, halves, marks} of this.chunks) {
      words.fill(0, start, start + STRIDE);
      halves.fill(0, start, start + STRIDE);
      marks?.fill(0, start, start + STRIDE);
    }
  }
}

/** Adds to a cell of a column, up to the most that it holds. */
function addTo(column: Uint16Array | Uint32Array, cell: number, value: number, most: number): void {
  column[cell] = Math.min(column[cell]! + value, most);
}
