// Hot path: no allocation after construction, no exception.
import {BIN_MS, TICK_MS} from '../shared/bins.ts';
import {Measure, TICK_BASE} from './measures.ts';
import type {Moment} from './moment.ts';

/** Bins that may be open at once, a power of two: a bin stays open for up to 1.2 s. */
const OPEN_BINS = 16;

/**
 * Words of a cell: its row and bin, then its measures in the order of `MEASURES` up to the counts by tick, which stand
 * behind them as 16 bits each, with that of trimmed frames behind them; two lines of a cache.
 */
export const CellWord = {Row: 0, Bin: 1, Measures: 2, Ticks: 12} as const;
export const CELL_WORDS = 16;
/** Counts by tick of one cell, and of one word. */
export const CELL_TICKS = BIN_MS / TICK_MS;
export const TICKS_OF_WORD = 4;
/** Where the count of trimmed frames stands among those by tick, and the most that it holds. */
export const CELL_TRIMMED = CELL_TICKS;
const MOST_TRIMMED = 0xffff;
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
  /** The same memory, `TICKS_OF_WORD` a word. */
  readonly ticks: Uint16Array;
  /** By cell: the low 32 bits of its row and bin, which are compared without making doubles of them. */
  private readonly keys: Int32Array;
  /** The RoCEv2 sample that was added last is still to be added to its tick, which lies in another bin: by `addTick`. */
  isTickElsewhere = false;
  private readonly moment: Moment;
  private readonly place: Int32Array;

  /** `moment` says which bin and tick are added to. */
  constructor(rows: number, capacity: number, moment: Moment) {
    this.moment = moment;
    this.capacity = capacity;
    this.words = new Float64Array(capacity * CELL_WORDS);
    this.ticks = new Uint16Array(this.words.buffer);
    this.keys = new Int32Array(capacity * 2);
    this.place = new Int32Array(rows * OPEN_BINS);
  }

  /** Adds one sample of a frame of `length` bytes. Returns false when there is no cell left: send the Partial first. */
  add(row: number, length: number, isRoce: boolean, isCe: boolean, isCnp: boolean): boolean {
    const {words, moment} = this;
    const at = this.find(row, moment.bin);
    if (at < 0) return false;
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
    this.isTickElsewhere = moment.tickBin !== moment.bin;
    if (!this.isTickElsewhere) this.count(at, moment.tick);
    return true;
  }

  /**
   * Adds one RoCEv2 sample to the tick of its own time, where that lies in an earlier bin than it counts in: a cell that
   * has nothing else then. Returns false when there is no cell left.
   */
  addTick(row: number): boolean {
    const {moment} = this;
    const at = this.find(row, moment.tickBin);
    if (at < 0) return false;
    this.count(at, moment.tick);
    return true;
  }

  private count(at: number, tick: number): void {
    const {ticks} = this;
    const place = (at + CellWord.Ticks) * TICKS_OF_WORD + tick;
    if (ticks[place]! < TICK_BASE - 1) ticks[place]!++;
  }

  /** The sample that was added to `row` last was of a trimmed frame. */
  addTrimmed(row: number): void {
    const at = this.find(row, this.moment.bin);
    if (at < 0) return;
    const place = (at + CellWord.Ticks) * TICKS_OF_WORD + CELL_TRIMMED;
    if (this.ticks[place]! < MOST_TRIMMED) this.ticks[place]!++;
  }

  /** Forgets all cells; their memory is used again. */
  clear(): void {
    // All at once: a call for each would cost as much as adding a sample.
    this.words.fill(0, 0, this.size * CELL_WORDS);
    this.size = 0;
  }

  /** Where the words of the cell of `row` in a bin (one of the present moment's) stand, -1 when there is no room for it. */
  private find(row: number, bin: number): number {
    const {keys} = this;
    const slot = row * OPEN_BINS + (bin & (OPEN_BINS - 1));
    const held = this.place[slot]!;
    if (held < this.size && keys[2 * held] === row && keys[2 * held + 1] === bin) return held * CELL_WORDS;
    return this.admit(row, bin, slot);
  }

  private admit(row: number, bin: number, slot: number): number {
    const {keys, words, size} = this;
    if (size === this.capacity) return -1;
    this.place[slot] = size;
    this.size = size + 1;
    keys[2 * size] = row;
    keys[2 * size + 1] = bin;
    const at = size * CELL_WORDS;
    words[at + CellWord.Row] = row;
    words[at + CellWord.Bin] = this.moment.wholeBin(bin);
    return at;
  }
}
