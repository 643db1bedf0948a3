// Hot path: no allocation after construction, no exception.
import {MEASURES, Measure} from './measures.ts';
import {ClockAt} from './times.ts';

/** Bins that may be open at once, a power of two: a bin stays open for up to 1.2 s. */
const OPEN_BINS = 16;

/** Words of a cell: its row and bin, then its measures in the order of `MEASURES`; two lines of a cache. */
export const CellWord = {Row: 0, Bin: 1, Measures: 2} as const;
export const CELL_WORDS = 16;
const MEASURED = MEASURES.length;
const FRAMES = CellWord.Measures + Measure.Frames;
const BYTES = CellWord.Measures + Measure.Bytes;
const SQUARES = CellWord.Measures + Measure.Squares;
const LARGEST = CellWord.Measures + Measure.Largest;
const ROCE_FRAMES = CellWord.Measures + Measure.RoceFrames;
const ROCE_BYTES = CellWord.Measures + Measure.RoceBytes;
const ROCE_SQUARES = CellWord.Measures + Measure.RoceSquares;
const ROCE_LARGEST = CellWord.Measures + Measure.RoceLargest;
const CE = CellWord.Measures + Measure.CeFrames;
const CNP = CellWord.Measures + Measure.CnpFrames;

/**
 * What was added to each (bin, row) since the last Partial. Cells stand one behind another, each in one piece: a sample
 * adds to most of its words. A sparse set finds them: `place` may hold anything, and counts only if the cell it names
 * says that it belongs to that bin and row, so nothing has to be cleared.
 */
export class Cells {
  readonly capacity: number;
  /** Cells in use. */
  size = 0;
  /** `CELL_WORDS` a cell. */
  readonly words: Float64Array;
  private readonly clock: Float64Array;
  private readonly place: Uint32Array;

  /** `clock` says which bin is added to (`ClockAt`); shared for the reason that `KeyTable.clock` is. */
  constructor(rows: number, capacity: number, clock: Float64Array) {
    this.clock = clock;
    this.capacity = capacity;
    this.words = new Float64Array(capacity * CELL_WORDS);
    this.place = new Uint32Array(rows * OPEN_BINS);
  }

  /** Adds one sample of a frame of `length` bytes. Returns false when there is no cell left: send the Partial first. */
  add(row: number, length: number, isRoce: boolean, isCe: boolean, isCnp: boolean): boolean {
    const at = this.find(row);
    if (at < 0) return false;
    const {words} = this;
    const square = length * length;
    words[at + FRAMES]!++;
    words[at + BYTES]! += length;
    words[at + SQUARES]! += square;
    if (length > words[at + LARGEST]!) words[at + LARGEST] = length;
    if (!isRoce) return true;
    words[at + ROCE_FRAMES]!++;
    words[at + ROCE_BYTES]! += length;
    words[at + ROCE_SQUARES]! += square;
    if (length > words[at + ROCE_LARGEST]!) words[at + ROCE_LARGEST] = length;
    if (isCe) words[at + CE]!++;
    if (isCnp) words[at + CNP]!++;
    return true;
  }

  /** Forgets all cells; their memory is used again. */
  clear(): void {
    this.size = 0;
  }

  /** Where the words of the cell of `row` in the present bin stand, -1 when there is no room for it. */
  private find(row: number): number {
    const {words} = this;
    const bin = this.clock[ClockAt.SampleBin]!;
    // What `%` does, but that calls for a division of doubles, which costs as much as all the rest of a cell.
    const slot = row * OPEN_BINS + (bin - Math.floor(bin / OPEN_BINS) * OPEN_BINS);
    const held = this.place[slot]!;
    const known = held * CELL_WORDS;
    if (held < this.size && words[known + CellWord.Row] === row && words[known + CellWord.Bin] === bin) return known;
    if (this.size === this.capacity) return -1;
    const at = this.size * CELL_WORDS;
    this.place[slot] = this.size++;
    words[at + CellWord.Row] = row;
    words[at + CellWord.Bin] = bin;
    words.fill(0, at + CellWord.Measures, at + CellWord.Measures + MEASURED);
    return at;
  }
}
