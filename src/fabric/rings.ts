import {Measure} from '../account/measures.ts';

/** Rows of one chunk. Chunks keep memory in step with the fabric's size. */
const CHUNK_ROWS = 64;

/** Frames are at most 262,144 bytes: four bytes a unit keep the largest in 16 bits. */
export const LARGEST_UNIT = 4;

/** The columns that a ring keeps per (row, bin), unscaled; RoCEv2 besides all frames. */
interface Chunk {
  frames: Uint32Array;
  bytes: Uint32Array;
  squares: Float32Array;
  roceFrames: Uint32Array;
  roceBytes: Uint32Array;
  roceSquares: Float32Array;
  ce: Uint16Array;
  cnp: Uint16Array;
  /** The largest recent L of the row as of this bin, in units of `LARGEST_UNIT`, rounded up. */
  largest: Uint16Array;
  roceLargest: Uint16Array;
}

/**
 * The last bins of every row, unscaled: 32 bytes a cell. Cell (row, bin) stands at bin modulo depth, so that time
 * moves on by clearing one short stretch a chunk. ΣL of a bin fits 32 bits (it would take 475,000 samples of 9 kB);
 * beyond that it saturates.
 */
export class Rings {
  readonly depth: number;
  private readonly chunks: Chunk[] = [];

  constructor(depth: number) {
    this.depth = depth;
  }

  /** Makes room for rows up to and including `row`. */
  ensure(row: number): void {
    const cells = CHUNK_ROWS * this.depth;
    while (this.chunks.length * CHUNK_ROWS <= row) {
      this.chunks.push({
        frames: new Uint32Array(cells),
        bytes: new Uint32Array(cells),
        squares: new Float32Array(cells),
        roceFrames: new Uint32Array(cells),
        roceBytes: new Uint32Array(cells),
        roceSquares: new Float32Array(cells),
        ce: new Uint16Array(cells),
        cnp: new Uint16Array(cells),
        largest: new Uint16Array(cells),
        roceLargest: new Uint16Array(cells),
      });
    }
  }

  chunk(row: number): Chunk {
    return this.chunks[(row / CHUNK_ROWS) | 0]!;
  }

  /** Index of a cell within the row's chunk. */
  at(row: number, bin: number): number {
    return (bin % this.depth) * CHUNK_ROWS + (row % CHUNK_ROWS);
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
  }

  /**
   * Notes the largest L that the row has shown of late for a bin: with it the band of a bin, an empty one's too, stays
   * what it was when the bin became final.
   */
  setLargest(row: number, bin: number, largest: number, roceLargest: number): void {
    const chunk = this.chunk(row);
    const cell = this.at(row, bin);
    chunk.largest[cell] = Math.min(0xffff, Math.ceil(largest / LARGEST_UNIT));
    chunk.roceLargest[cell] = Math.min(0xffff, Math.ceil(roceLargest / LARGEST_UNIT));
  }

  /** Empties a row, whose place another may take. */
  clearRow(row: number): void {
    const columns = Object.values(this.chunk(row)) as Chunk[keyof Chunk][];
    for (const column of columns) for (let bin = 0; bin < this.depth; bin++) column[this.at(row, bin)] = 0;
  }

  /** Empties the cells of a bin, for all rows. */
  clear(bin: number): void {
    const start = (bin % this.depth) * CHUNK_ROWS;
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
      chunk.largest.fill(0, start, end);
      chunk.roceLargest.fill(0, start, end);
    }
  }
}
