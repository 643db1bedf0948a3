import {Basis} from '../account/schema.ts';

const FIRST_ROWS = 512;

/**
 * What every bin asks of all rows, by their numbers, in columns: a hundred thousand objects would take ten times as long
 * to walk through. `Rows` keeps them in step with its rows.
 */
export class RowColumns {
  /** Numbers that were ever given. */
  count = 0;
  /** Slot * 2 + direction; -1 where there is no row. */
  place = new Int32Array(FIRST_ROWS);
  basis = new Uint8Array(FIRST_ROWS);
  /** Nominal sampling rate, N of 1-in-N. */
  rate = new Float64Array(FIRST_ROWS);
  /** The largest L of late, of all and of RoCEv2 samples, as rings keep it (`lengthCode`). */
  largest = new Uint16Array(FIRST_ROWS);
  roceLargest = new Uint16Array(FIRST_ROWS);
  /** The last bin with samples. */
  lastBin = new Float64Array(FIRST_ROWS);
  /** 1: its data source samples at another rate now: no sample is to come that could have weighed so much. */
  isFormer = new Uint8Array(FIRST_ROWS);
  /** Rows of a place, one after the other: the first by place, the next by row; -1 where there is none. */
  private firstOf = new Int32Array(FIRST_ROWS).fill(-1);
  private next = new Int32Array(FIRST_ROWS).fill(-1);
  /** By place: the basis in force, and the first bin that it counts in. */
  private inForce = new Uint8Array(FIRST_ROWS).fill(Basis.Derived);
  private since = new Float64Array(FIRST_ROWS).fill(Number.NEGATIVE_INFINITY);

  /** Whether a row counts in a bin: undefined where another basis was in force there then, or may have been. */
  counts(row: number, bin: number): boolean | undefined {
    const place = this.place[row]!;
    return bin >= this.since[place]! ? this.basis[row] === this.inForce[place] : undefined;
  }

  /** The basis that counts at a place in a bin; -1 where another one than the one in force may. */
  basisAt(place: number, bin: number): number {
    return bin >= this.since[place]! ? this.inForce[place]! : -1;
  }

  /** The first row of a place; -1 where there is none. */
  firstAt(place: number): number {
    return this.firstOf[place] ?? -1;
  }

  /** The next row of the same place; -1 behind the last. */
  nextOf(row: number): number {
    return this.next[row]!;
  }

  /** Whether no other row of its place is measured in the same way. */
  isAlone(row: number): boolean {
    const {basis, next} = this;
    for (let other = this.firstAt(this.place[row]!); other >= 0; other = next[other]!) {
      if (other !== row && basis[other] === basis[row]) return false;
    }
    return true;
  }

  /** Whether an older row of its place is measured in the same way. */
  hasOlder(row: number): boolean {
    const {basis, next} = this;
    for (let other = next[row]!; other >= 0; other = next[other]!) if (basis[other] === basis[row]) return true;
    return false;
  }

  /** A row of a place is new; `bin` is that of its first samples. */
  set(row: number, place: number, basis: number, rate: number, bin: number): void {
    while (row >= this.place.length) this.growRows();
    while (place >= this.since.length) this.growPlaces();
    if (row >= this.count) this.count = row + 1;
    this.place[row] = place;
    this.next[row] = this.firstOf[place]!;
    this.firstOf[place] = row;
    this.basis[row] = basis;
    this.rate[row] = rate;
    this.lastBin[row] = bin;
    this.isFormer[row] = 0;
    this.largest[row] = 0;
    this.roceLargest[row] = 0;
  }

  forget(row: number): void {
    this.unlink(row);
    this.place[row] = -1;
    this.largest[row] = 0;
    this.roceLargest[row] = 0;
  }

  /** `basis` counts at a place from a bin on; what counted before that is to be asked elsewhere. */
  choose(place: number, from: number, basis: number): void {
    while (place >= this.since.length) this.growPlaces();
    this.since[place] = from;
    this.inForce[place] = basis;
  }

  private unlink(row: number): void {
    const place = this.place[row]!;
    if (place < 0) return;
    let before = this.firstOf[place]!;
    if (before === row) {
      this.firstOf[place] = this.next[row]!;
      return;
    }
    while (this.next[before] !== row) before = this.next[before]!;
    this.next[before] = this.next[row]!;
  }

  private growRows(): void {
    const rows = 2 * this.place.length;
    this.place = longer(this.place, new Int32Array(rows));
    this.next = longer(this.next, new Int32Array(rows).fill(-1));
    this.basis = longer(this.basis, new Uint8Array(rows));
    this.rate = longer(this.rate, new Float64Array(rows));
    this.lastBin = longer(this.lastBin, new Float64Array(rows));
    this.isFormer = longer(this.isFormer, new Uint8Array(rows));
    this.largest = longer(this.largest, new Uint16Array(rows));
    this.roceLargest = longer(this.roceLargest, new Uint16Array(rows));
  }

  private growPlaces(): void {
    const places = 2 * this.since.length;
    this.firstOf = longer(this.firstOf, new Int32Array(places).fill(-1));
    this.inForce = longer(this.inForce, new Uint8Array(places).fill(Basis.Derived));
    this.since = longer(this.since, new Float64Array(places).fill(Number.NEGATIVE_INFINITY));
  }
}

/** `fresh` with what the shorter array holds. */
export function longer<T extends Int32Array | Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  old: T,
  fresh: T,
): T {
  fresh.set(old);
  return fresh;
}
