import type {Fabric} from '../../fabric/fabric.ts';
import {Moments} from '../../fabric/history/moments.ts';
import {readBin} from '../../fabric/reader.ts';
import {directionOf} from '../../fabric/rows.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState, type MeasureName} from '../../shared/live.ts';

/** Cells that are kept at most: 32 MB. */
const MAX_CELLS = 32 * 1024 * 1024;
/** Cells that one snapshot may ask for, so that it does not hold up the others. */
const MAX_SNAPSHOT_CELLS = 2 * 1024 * 1024;
const BITS_PER_SECOND = (8 * 1_000) / BIN_MS;

/**
 * The heatmap's columns: for each bin one byte a link, its received traffic as a share of line rate. Columns of final
 * bins are kept; they are shared by all who look.
 */
export class HeatColumns {
  private readonly fabric: Fabric;
  private readonly measure: MeasureName;
  private readonly kept = new Map<number, Uint8Array>();
  private readonly moments = new Moments();
  /** Stands in for the speed of links that do not tell theirs: the largest rate that any of them has shown. */
  private busiest = 1;
  /** Ports that had left when the columns were kept. */
  private released = 0;

  constructor(fabric: Fabric, measure: MeasureName) {
    this.fabric = fabric;
    this.measure = measure;
  }

  /** Bins that a snapshot may reach back. */
  get reach(): number {
    return Math.max(20, Math.floor(MAX_SNAPSHOT_CELLS / Math.max(1, this.fabric.ports.slots)));
  }

  /** The columns of bins from..to, both inclusive. */
  columns(from: number, to: number): Uint8Array[] {
    return Array.from({length: to - from + 1}, (_, i) => this.column(from + i));
  }

  private column(bin: number): Uint8Array {
    const {slots, released} = this.fabric.ports;
    // Slots may be others' now: what was kept is that of those who left.
    if (released !== this.released) this.kept.clear();
    this.released = released;
    const known = this.kept.get(bin);
    if (known && known.length === slots) return known;
    const column = new Uint8Array(slots);
    for (let slot = 0; slot < slots; slot++) column[slot] = this.cell(slot, bin);
    if (bin < this.fabric.finalBin) this.keep(bin, column);
    return column;
  }

  private cell(slot: number, bin: number): number {
    const port = this.fabric.ports.at(slot);
    if (!port) return 0;
    const scope = {kind: 'link', port, direction: directionOf('in')} as const;
    const state = readBin(this.fabric, scope, this.measure, bin, this.moments.clear());
    if (state === BinState.Absent) return 0;
    const rate = this.moments.bytes * BITS_PER_SECOND;
    if (port.speed === undefined && rate > this.busiest) this.busiest = rate;
    const share = rate / (port.speed ?? this.busiest);
    return 1 + Math.round(254 * Math.min(1, share));
  }

  private keep(bin: number, column: Uint8Array): void {
    this.kept.set(bin, column);
    const most = Math.min(this.fabric.rings.depth, Math.floor(MAX_CELLS / Math.max(1, column.length)));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= most) break;
      this.kept.delete(oldest);
    }
  }
}
