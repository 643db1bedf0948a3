import {BinState, type MeasureName} from '../../shared/live.ts';
import type {Fabric} from '../fabric.ts';
import type {Port} from '../ports.ts';
import {readBin, type Scope} from '../reader.ts';
import {ROLES} from '../roles/roles.ts';
import {Moments} from './moments.ts';
import {CHUNK_ROWS} from './rings.ts';
import {SECOND_BINS, Seconds} from './seconds.ts';
import {bytesOfCells, CELL_FIGURES, CHUNK_CELLS, type Coarse, Figure, MEASURE_FIGURES, Tier} from './tier.ts';

/** Bins are taken when they are so old: whoever was late has come, and rings of any depth still hold them. */
const AGE_BINS = 250;
/** An hour in seconds, a day in tens of them. */
const SECONDS = 3_600;
const TENS = 8_640;
/** A chunk of seconds is a cell of tens, made bit by bit while the next one comes. */
const TEN_BINS = SECOND_BINS * CHUNK_CELLS;
const FOLD_BINS = TEN_BINS - SECOND_BINS;
/** Where nobody says what they may take, all together. */
const UNBOUNDED_BYTES = 512 * 1024 ** 2;
/** The ports of each role together keep theirs, whatever links there are: of little memory at most so much, each. */
const ROLES_SHARE = 1 / 16;

const MEASURES: readonly MeasureName[] = ['roce', 'all'];

export const makeCoarse = (): Coarse => ({
  moments: new Moments(),
  bins: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
});

export function clearCoarse(coarse: Coarse): Coarse {
  coarse.moments.clear();
  coarse.bins = 0;
  coarse.min = Number.POSITIVE_INFINITY;
  coarse.max = Number.NEGATIVE_INFINITY;
  return coarse;
}

/** Seconds, and tens of seconds that are made of them. */
interface Pair {
  seconds: Tier;
  tens: Tier;
}

/**
 * History beyond that of 100 ms: seconds up to an hour, tens of seconds up to a day, for the ports of each role together
 * and for both directions of each link that ever carried anything. Peaks survive: each cell has its lowest and highest
 * bin. Estimates are taken as they are when they are final, so that later corrections change nothing of them.
 */
export class Tiers {
  private readonly ofRoles: Pair;
  private readonly ofLinks: Pair;
  /** The next bin whose turn it is. */
  private next = Number.NaN;
  private readonly gathered = new Seconds();
  private readonly figures = new Float64Array(CELL_FIGURES);
  private readonly one = new Moments();

  /** `budget`: bytes that all of it may take. */
  constructor(budget = UNBOUNDED_BYTES) {
    const scopes = ROLES.length;
    const roles = (depth: number) => Math.min(bytesOfCells(depth + 2 * CHUNK_CELLS, scopes), budget * ROLES_SHARE);
    const left = budget - roles(SECONDS) - roles(TENS);
    this.ofRoles = {
      seconds: new Tier(SECOND_BINS, SECONDS, roles(SECONDS), scopes),
      tens: new Tier(TEN_BINS, TENS, roles(TENS), scopes),
    };
    this.ofLinks = {
      seconds: new Tier(SECOND_BINS, SECONDS, left / 2),
      tens: new Tier(TEN_BINS, TENS, left / 2),
    };
  }

  get bytes(): number {
    return this.pairs.reduce((sum, {seconds, tens}) => sum + seconds.bytes + tens.bytes, 0);
  }

  /** No bin of a scope before this one is kept. */
  firstBin(scope: Scope): number {
    const {seconds, tens} = this.of(scope);
    return Math.min(seconds.first * seconds.binsACell, tens.first * tens.binsACell);
  }

  /**
   * To be called when bins are complete. A second is taken within the ten bins behind it, a tenth of the links with each:
   * all at once they would hold up a bin.
   */
  advance(fabric: Fabric): void {
    const end = fabric.newest - AGE_BINS + 1;
    if (!Number.isFinite(end)) return;
    if (!(this.next >= fabric.firstBin)) this.next = Math.max(fabric.firstBin, end - SECOND_BINS);
    for (; this.next < end; this.next++) {
      this.take(fabric, this.next);
      this.fold(this.next);
    }
  }

  /**
   * Adds the cell of a scope that begins with a bin to `into`, if it is no longer than `most` bins. Returns how many bins
   * it stands for, 0 where none is kept that begins there.
   */
  read(scope: Scope, measure: MeasureName, bin: number, most: number, into: Coarse): number {
    const {seconds, tens} = this.of(scope);
    for (const tier of [seconds, tens]) {
      const {binsACell, first} = tier;
      if (binsACell > most || bin % binsACell !== 0 || bin / binsACell < first) continue;
      tier.read(numberOf(scope), bin / binsACell, MEASURES.indexOf(measure), into);
      return binsACell;
    }
    return 0;
  }

  /** A port has left. */
  release({slot}: Port): void {
    const {seconds, tens} = this.ofLinks;
    for (const direction of [0, 1]) for (const tier of [seconds, tens]) tier.release(slot * 2 + direction);
  }

  private get pairs(): Pair[] {
    return [this.ofRoles, this.ofLinks];
  }

  private of({kind}: Scope): Pair {
    return kind === 'fabric' ? this.ofRoles : this.ofLinks;
  }

  /** What is due of seconds with a bin: a role each of the first, and every tenth chunk of rows. */
  private take(fabric: Fabric, bin: number): void {
    const second = Math.floor(bin / SECOND_BINS) - 1;
    const part = bin % SECOND_BINS;
    const from = second * SECOND_BINS;
    if (from < fabric.oldest) return;
    const role = ROLES[part];
    if (role) this.takeScope(fabric, {kind: 'fabric', role}, second);
    this.gathered.begin(from);
    const {count} = fabric.rows.columns;
    for (let first = part * CHUNK_ROWS; first < count; first += SECOND_BINS * CHUNK_ROWS) {
      this.takeRows(fabric, first, Math.min(count, first + CHUNK_ROWS), second);
    }
  }

  /** Takes the rows from..to-1, which are of one chunk. */
  private takeRows(fabric: Fabric, from: number, to: number, second: number): void {
    const {rows} = fabric;
    const {gathered, ofLinks} = this;
    const {columns, refusals} = rows;
    const chunk = gathered.enter(fabric, from);
    const first = second * SECOND_BINS;
    for (let row = from; row < to; row++) {
      const place = columns.place[row]!;
      if (place < 0) continue;
      const counts = columns.counts(row, first);
      if (counts === false) continue;
      if (counts === undefined || refusals.knows(place)) {
        this.takePlace(fabric, row, place, second);
        continue;
      }
      const isAlone = columns.isAlone(row);
      // All that are of one place are taken with the oldest of them.
      if (!isAlone && columns.hasOlder(row)) continue;
      const isThere = isAlone ? gathered.read(fabric, chunk, row) : gathered.readTogether(fabric, row);
      if (isThere) ofLinks.seconds.put(place, second, gathered.figures);
    }
  }

  /** Takes a place that was measured in several ways, or whose samples found no room: once, with the first row. */
  private takePlace(fabric: Fabric, row: number, place: number, second: number): void {
    const [slot, direction] = [place >> 1, place & 1];
    const basis = fabric.rows.basisSince(slot, direction, second * SECOND_BINS);
    const first = fabric.rows.of(slot, direction).find((one) => basis === undefined || one.basis === basis);
    if (first?.index !== row) return;
    this.takeScope(fabric, {kind: 'link', port: fabric.ports.at(slot)!, direction}, second);
  }

  private takeScope(fabric: Fabric, scope: Scope, second: number): void {
    const {figures, one} = this;
    figures.fill(0);
    for (let bin = second * SECOND_BINS; bin < (second + 1) * SECOND_BINS; bin++) {
      const state = readBin(fabric, scope, 'all', bin, one.clear());
      // A zero that nobody has confirmed by now is rather a gap.
      if (state === BinState.Absent || (state === BinState.Unconfirmed && one.samples === 0)) continue;
      const isFirst = figures[0]!++ === 0;
      for (const [index, measure] of MEASURES.entries()) {
        readBin(fabric, scope, measure, bin, one.clear());
        addTo(figures, 1 + index * MEASURE_FIGURES, one, isFirst);
      }
    }
    if (figures[0] !== 0) this.of(scope).seconds.put(numberOf(scope), second, figures);
  }

  /** Makes tens of the seconds that are complete, a part of the links with each bin. */
  private fold(bin: number): void {
    const part = (bin % TEN_BINS) - SECOND_BINS;
    if (part < 0) return;
    for (const {seconds, tens} of this.pairs) seconds.fold(Math.floor(bin / TEN_BINS) - 1, tens, part, FOLD_BINS);
  }
}

/** Adds what a bin holds of a measure to the figures of a cell. */
function addTo(figures: Float64Array, at: number, {bytes, squares, largest, samples}: Moments, isFirst: boolean): void {
  figures[at + Figure.Bytes]! += bytes;
  figures[at + Figure.Squares]! += squares;
  figures[at + Figure.Samples]! += samples;
  figures[at + Figure.Largest] = Math.max(figures[at + Figure.Largest]!, largest);
  figures[at + Figure.Max] = Math.max(figures[at + Figure.Max]!, bytes);
  figures[at + Figure.Min] = isFirst ? bytes : Math.min(figures[at + Figure.Min]!, bytes);
}

const numberOf = (scope: Scope): number =>
  scope.kind === 'fabric' ? ROLES.indexOf(scope.role ?? 'edge') : scope.port.slot * 2 + scope.direction;
