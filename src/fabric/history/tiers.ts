import {BinState, type MeasureName} from '../../shared/live.ts';
import type {Fabric} from '../fabric.ts';
import type {Port} from '../ports.ts';
import {readBin, type Scope} from '../reader.ts';
import {ROLES} from '../roles/roles.ts';
import {Moments} from './moments.ts';
import {type Coarse, Tier} from './tier.ts';

/** Bins are taken when they are so old: whoever was late has come, and rings of any depth still hold them. */
const AGE_BINS = 250;
const SECOND_BINS = 10;
/** An hour in seconds, a day in tens of them. */
const SECONDS = 3_600;
const TENS = 8_640;
/** Where nobody says what they may take, the two together. */
const UNBOUNDED_BYTES = 512 * 1024 ** 2;
/** Directions of links that are looked at in one bin at most, so that no bin waits for them. */
const MOST_A_BIN = 2_048;

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

/**
 * History beyond that of 100 ms: seconds up to an hour, tens of seconds up to a day, for the ports of each role together
 * and for both directions of each link that ever carried anything. Peaks survive: each cell has its lowest and highest
 * bin. Estimates are taken as they are when they are final, so that later corrections change nothing of them.
 */
export class Tiers {
  readonly seconds: Tier;
  readonly tens: Tier;
  /** The next bin whose turn it is. */
  private next = Number.NaN;
  private readonly coarse = makeCoarse();
  private readonly one = new Moments();

  /** `budget`: bytes that all of it may take. */
  constructor(budget = UNBOUNDED_BYTES) {
    this.seconds = new Tier(SECOND_BINS, SECONDS, budget / 2);
    this.tens = new Tier(SECOND_BINS * 10, TENS, budget / 2);
  }

  get bytes(): number {
    return this.seconds.bytes + this.tens.bytes;
  }

  /** No bin before this one is kept. */
  get firstBin(): number {
    return Math.min(...[this.seconds, this.tens].map(({first, binsACell}) => first * binsACell));
  }

  /**
   * To be called when bins are complete. A second is taken within the ten bins behind it, a tenth of the links with each:
   * all at once they would hold up a bin.
   */
  advance(fabric: Fabric): void {
    const end = fabric.newest - AGE_BINS + 1;
    if (!Number.isFinite(end)) return;
    if (!(this.next >= fabric.firstBin)) this.next = Math.max(fabric.firstBin, end - SECOND_BINS);
    for (; this.next < end; this.next++) this.take(fabric, this.next);
  }

  /**
   * Adds the cell of a scope that begins with a bin to `into`, if it is no longer than `most` bins. Returns how many bins
   * it stands for, 0 where none is kept that begins there.
   */
  read(scope: Scope, measure: MeasureName, bin: number, most: number, into: Coarse): number {
    for (const tier of [this.seconds, this.tens]) {
      const {binsACell, first} = tier;
      if (binsACell > most || bin % binsACell !== 0 || bin / binsACell < first) continue;
      tier.read(numberOf(scope), bin / binsACell, MEASURES.indexOf(measure), into);
      return binsACell;
    }
    return 0;
  }

  /** A port has left. */
  release({slot}: Port): void {
    for (const direction of [0, 1]) {
      for (const tier of [this.seconds, this.tens]) tier.release(numberOfLink(slot, direction));
    }
  }

  private take(fabric: Fabric, bin: number): void {
    const second = Math.floor(bin / SECOND_BINS) - 1;
    const part = bin % SECOND_BINS;
    if (second * SECOND_BINS < fabric.oldest) return;
    if (part === 0) for (const role of ROLES) this.takeScope(fabric, {kind: 'fabric', role}, second);
    let taken = 0;
    for (const port of fabric.ports.all) {
      if (port.slot % SECOND_BINS !== part) continue;
      for (const direction of [0, 1]) {
        if (fabric.rows.of(port.slot, direction).length === 0 || taken >= MOST_A_BIN) continue;
        this.takeScope(fabric, {kind: 'link', port, direction}, second);
        taken++;
      }
    }
  }

  private takeScope(fabric: Fabric, scope: Scope, second: number): void {
    const {coarse, one} = this;
    const number = numberOf(scope);
    for (const [index, measure] of MEASURES.entries()) {
      clearCoarse(coarse);
      const from = second * SECOND_BINS;
      for (let bin = from; bin < from + SECOND_BINS; bin++) {
        const state = readBin(fabric, scope, measure, bin, one.clear());
        // A zero that nobody has confirmed by now is rather a gap.
        if (state === BinState.Absent || (state === BinState.Unconfirmed && one.samples === 0)) continue;
        coarse.bins++;
        coarse.min = Math.min(coarse.min, one.bytes);
        coarse.max = Math.max(coarse.max, one.bytes);
        coarse.moments.add(one);
      }
      if (coarse.bins === 0) return;
      this.seconds.add(number, second, index, coarse);
      this.tens.add(number, Math.floor(second / 10), index, coarse);
    }
  }
}

const numberOf = (scope: Scope): number =>
  scope.kind === 'fabric' ? ROLES.indexOf(scope.role ?? 'edge') : numberOfLink(scope.port.slot, scope.direction);

const numberOfLink = (slot: number, direction: number): number => ROLES.length + slot * 2 + direction;
