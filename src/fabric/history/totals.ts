import {Direction} from '../../account/schema.ts';
import type {Ports} from '../ports.ts';
import type {Rows} from '../rows.ts';
import {Moments} from './moments.ts';
import {CHUNK_ROWS, type Rings} from './rings.ts';
import type {FabricSums} from './sums.ts';

/**
 * Running totals of estimates. They advance by final bins only, so they never run backwards and a scraper's `rate()`
 * works at any interval.
 */
export class Totals {
  roceBytes = 0;
  allBytes = 0;
  roceFrames = 0;
  allFrames = 0;
  ceFrames = 0;
  cnpFrames = 0;
  private readonly sums: FabricSums;
  private readonly ports: Ports;
  private readonly rows: Rows;
  private readonly rings: Rings;
  /** At slot * 2 + direction. */
  private linkRoce = new Float64Array(512);
  private linkAll = new Float64Array(512);
  private readonly moments = new Moments();

  constructor(sums: FabricSums, ports: Ports, rows: Rows, rings: Rings) {
    this.sums = sums;
    this.ports = ports;
    this.rows = rows;
    this.rings = rings;
  }

  /** Adds the bins from..to-1, which have just become final. */
  advance(from: number, to: number): void {
    if (!(from < to)) return;
    for (let bin = from; bin < to; bin++) {
      this.sums.addTo(this.moments.clear(), bin, 'roce');
      this.roceBytes += this.moments.bytes;
      this.roceFrames += this.moments.frames;
      this.sums.addTo(this.moments.clear(), bin, 'all');
      this.allBytes += this.moments.bytes;
      this.allFrames += this.moments.frames;
      this.ceFrames += this.sums.ce(bin);
      this.cnpFrames += this.sums.cnp(bin);
    }
    this.advanceLinks(from, to);
  }

  /** Estimated bytes of a link since the server's start. */
  ofLink(slot: number, direction: number): {roceBytes: number; allBytes: number} {
    const at = slot * 2 + direction;
    return {roceBytes: this.linkRoce[at] ?? 0, allBytes: this.linkAll[at] ?? 0};
  }

  /** The port of a slot has left: another one begins at nothing. */
  release(slot: number): void {
    for (const at of [slot * 2 + Direction.In, slot * 2 + Direction.Out]) {
      if (at >= this.linkAll.length) continue;
      this.linkRoce[at] = 0;
      this.linkAll[at] = 0;
    }
  }

  private advanceLinks(from: number, to: number): void {
    this.grow(this.ports.slots * 2);
    const {count} = this.rows.columns;
    for (let first = 0; first < count; first += CHUNK_ROWS) {
      for (let bin = from; bin < to; bin++) this.addRows(first, Math.min(count, first + CHUNK_ROWS), bin);
    }
  }

  /** Adds the rows from..to-1, which are of one chunk. */
  private addRows(from: number, to: number, bin: number): void {
    const {rows, rings, linkRoce, linkAll} = this;
    const {place} = rows.columns;
    const chunk = rings.chunk(from);
    const cells = rings.at(from, bin) - from;
    for (let row = from; row < to; row++) {
      const at = place[row]!;
      if (chunk.frames[cells + row] === 0 || at < 0 || !rows.counts(row, bin)) continue;
      const rate = rows.weightOf(row, bin);
      linkRoce[at]! += rate * chunk.roceBytes[cells + row]!;
      linkAll[at]! += rate * chunk.bytes[cells + row]!;
    }
  }

  private grow(size: number): void {
    if (size <= this.linkAll.length) return;
    const grown = (old: Float64Array) => {
      const next = new Float64Array(size * 2);
      next.set(old);
      return next;
    };
    this.linkRoce = grown(this.linkRoce);
    this.linkAll = grown(this.linkAll);
  }
}
