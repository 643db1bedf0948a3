// Hot path: no allocation after construction, no exception.
import {Measure} from './measures.ts';

/** Bins that may be open at once, a power of two: a bin stays open for up to 1.2 s. */
const OPEN_BINS = 16;

/**
 * What was added to each (bin, row) since the last Partial. Cells stand one behind another, in columns that a Partial
 * copies as they are. A sparse set finds them: `place` may hold anything, and counts only if the cell it names says
 * that it belongs to that bin and row, so nothing has to be cleared.
 */
export class Cells {
  readonly capacity: number;
  /** Cells in use. */
  size = 0;
  readonly row: Uint32Array;
  readonly bin: Float64Array;
  /** By `Measure`, in the order of `MEASURES`. */
  readonly measures: readonly (Uint32Array | Float64Array)[];
  private readonly clock: Float64Array;
  private readonly place: Uint32Array;
  private readonly frames: Uint32Array;
  private readonly bytes: Float64Array;
  private readonly squares: Float64Array;
  private readonly largest: Uint32Array;
  private readonly roceFrames: Uint32Array;
  private readonly roceBytes: Float64Array;
  private readonly roceSquares: Float64Array;
  private readonly roceLargest: Uint32Array;
  private readonly ce: Uint32Array;
  private readonly cnp: Uint32Array;

  /** The second element of `clock` is the bin that is added to; shared for the reason that `KeyTable.clock` is. */
  constructor(rows: number, capacity: number, clock: Float64Array) {
    this.clock = clock;
    this.capacity = capacity;
    this.row = new Uint32Array(capacity);
    this.bin = new Float64Array(capacity);
    this.place = new Uint32Array(rows * OPEN_BINS);
    const u32 = () => new Uint32Array(capacity);
    const f64 = () => new Float64Array(capacity);
    this.frames = u32();
    this.bytes = f64();
    this.squares = f64();
    this.largest = u32();
    this.roceFrames = u32();
    this.roceBytes = f64();
    this.roceSquares = f64();
    this.roceLargest = u32();
    this.ce = u32();
    this.cnp = u32();
    const measures: (Uint32Array | Float64Array)[] = [];
    measures[Measure.Frames] = this.frames;
    measures[Measure.Bytes] = this.bytes;
    measures[Measure.Squares] = this.squares;
    measures[Measure.Largest] = this.largest;
    measures[Measure.RoceFrames] = this.roceFrames;
    measures[Measure.RoceBytes] = this.roceBytes;
    measures[Measure.RoceSquares] = this.roceSquares;
    measures[Measure.RoceLargest] = this.roceLargest;
    measures[Measure.CeFrames] = this.ce;
    measures[Measure.CnpFrames] = this.cnp;
    this.measures = measures;
  }

  /** Adds one sample of a frame of `length` bytes. Returns false when there is no cell left: send the Partial first. */
  add(row: number, length: number, isRoce: boolean, isCe: boolean, isCnp: boolean): boolean {
    const cell = this.cell(row);
    if (cell < 0) return false;
    const square = length * length;
    this.frames[cell]!++;
    this.bytes[cell]! += length;
    this.squares[cell]! += square;
    if (length > this.largest[cell]!) this.largest[cell] = length;
    if (!isRoce) return true;
    this.roceFrames[cell]!++;
    this.roceBytes[cell]! += length;
    this.roceSquares[cell]! += square;
    if (length > this.roceLargest[cell]!) this.roceLargest[cell] = length;
    if (isCe) this.ce[cell]!++;
    if (isCnp) this.cnp[cell]!++;
    return true;
  }

  /** Forgets all cells; their memory is used again. */
  clear(): void {
    this.size = 0;
  }

  private cell(row: number): number {
    const bin = this.clock[1]!;
    const at = row * OPEN_BINS + (bin % OPEN_BINS);
    const held = this.place[at]!;
    if (held < this.size && this.row[held] === row && this.bin[held] === bin) return held;
    if (this.size === this.capacity) return -1;
    const cell = this.size++;
    this.place[at] = cell;
    this.row[cell] = row;
    this.bin[cell] = bin;
    for (let i = 0; i < this.measures.length; i++) this.measures[i]![cell] = 0;
    return cell;
  }
}
