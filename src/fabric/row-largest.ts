import {lengthCode} from './history/rings.ts';
import {longer} from './row-columns.ts';

/** The largest length is remembered for one to two of these with samples; a quiet row keeps the last it had. */
const GENERATION_BINS = 300;
const FIRST_ROWS = 512;

/** The largest L of late of each row, of all and of RoCEv2 samples: this generation's and the last one's. */
export class RowLargest {
  private now = new Uint32Array(FIRST_ROWS);
  private before = new Uint32Array(FIRST_ROWS);
  private roceNow = new Uint32Array(FIRST_ROWS);
  private roceBefore = new Uint32Array(FIRST_ROWS);
  private generation = new Int32Array(FIRST_ROWS);

  /** A row is new in a bin. */
  begin(row: number, bin: number): void {
    while (row >= this.now.length) this.grow();
    this.now[row] = 0;
    this.before[row] = 0;
    this.roceNow[row] = 0;
    this.roceBefore[row] = 0;
    this.generation[row] = Math.floor(bin / GENERATION_BINS);
  }

  /** A row got samples in a bin, the largest of these lengths. */
  add(row: number, bin: number, largest: number, roceLargest: number): void {
    const {now, before, roceNow, roceBefore} = this;
    const generation = Math.floor(bin / GENERATION_BINS);
    if (generation > this.generation[row]!) {
      before[row] = now[row]! || before[row]!;
      now[row] = 0;
      roceBefore[row] = roceNow[row]! || roceBefore[row]!;
      roceNow[row] = 0;
      this.generation[row] = generation;
    }
    if (largest > now[row]!) now[row] = largest;
    if (roceLargest > roceNow[row]!) roceNow[row] = roceLargest;
  }

  /** As rings keep it, of all samples, and of RoCEv2: of all where there was none. */
  code(row: number): number {
    return lengthCode(Math.max(this.now[row]!, this.before[row]!));
  }

  roceCode(row: number): number {
    const largest = Math.max(this.roceNow[row]!, this.roceBefore[row]!);
    return largest > 0 ? lengthCode(largest) : this.code(row);
  }

  private grow(): void {
    const rows = 2 * this.now.length;
    this.now = longer(this.now, new Uint32Array(rows));
    this.before = longer(this.before, new Uint32Array(rows));
    this.roceNow = longer(this.roceNow, new Uint32Array(rows));
    this.roceBefore = longer(this.roceBefore, new Uint32Array(rows));
    this.generation = longer(this.generation, new Int32Array(rows));
  }
}
