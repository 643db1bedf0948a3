import type {Advance, Fabric} from '../../fabric/fabric.ts';
import {CHUNK_ROWS} from '../../fabric/history/rings.ts';
import {directionOf} from '../../fabric/rows.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState, type DirectionName, type MeasureName} from '../../shared/live.ts';

/** Cells that are kept at most: 32 MB. */
const MAX_CELLS = 32 * 1024 * 1024;
/** Cells that one snapshot may ask for, so that it does not hold up the others. */
const MAX_SNAPSHOT_CELLS = 2 * 1024 * 1024;
const IN = directionOf('in');
const OUT = directionOf('out');
/** The byte of a link that carried nothing. */
const NOTHING = 1;
const BITS_PER_SECOND = (8 * 1_000) / BIN_MS;

/** A bin of all links, and by agent whether it was absent then. */
interface Column {
  cells: Uint8Array;
  absent: Uint8Array;
}

/**
 * The heatmap's columns: for each bin one byte a link, what it receives or sends as a share of line rate, of several
 * directions the one that has more; shared by all who
 * look. They are kept, and of bins that are not final only the cells read again that changed: of thousands of links and a
 * dozen of such bins hardly any do.
 */
export class HeatColumns {
  /** The newest bin that was asked for. */
  askedBin = Number.NEGATIVE_INFINITY;
  private readonly fabric: Fabric;
  private readonly measure: MeasureName;
  private readonly hasIn: boolean;
  private readonly hasOut: boolean;
  private readonly kept = new Map<number, Column>();
  /** Stands in for the speed of links that do not tell theirs: the largest rate that any of them has shown. */
  private busiest = 1;
  /** Ports that had left when the columns were kept. */
  private released = 0;
  /** What open columns were made with: speeds, and their stand-in. */
  private revision = -1;
  private busiestThen = 1;
  /** By twice the slot plus the direction: what a link carried in the bin at hand; 0 but while a column is filled. */
  private bytes = new Float64Array(0);
  /** Where that is not 0. */
  private readonly carried: number[] = [];
  /** Samples that had found no room when the open columns were looked through for that. */
  private refusedThen = 0;
  /** Columns of bins before this one are as they were when it became final. */
  private openFrom: number;

  constructor(fabric: Fabric, measure: MeasureName, directions: readonly DirectionName[] = ['in']) {
    this.fabric = fabric;
    this.measure = measure;
    this.openFrom = fabric.finalBin;
    this.hasIn = directions.includes('in');
    this.hasOut = directions.includes('out');
  }

  /** Bins that a snapshot may reach back. */
  get reach(): number {
    return Math.max(20, Math.floor(MAX_SNAPSHOT_CELLS / Math.max(1, this.fabric.ports.slots)));
  }

  /** Bins are complete: to be told of each advance. */
  note({from, touched}: Advance): void {
    const {fabric, kept} = this;
    if (kept.size > 0) {
      const whole = this.isStale() ? this.openFrom : touched ? touched.wholeFrom : from;
      for (const bin of kept.keys()) if (bin >= this.openFrom && bin >= whole) kept.delete(bin);
      for (const bin of kept.keys()) if (bin >= this.openFrom) this.followAgents(bin);
      this.followRefusals();
      for (let i = 0; touched && i < touched.count; i++) {
        const way = touched.ways[i]!;
        if (this.isAsked(way)) this.readAgain(way >>> 1, touched.bins[i]!);
      }
    }
    this.openFrom = Math.max(this.openFrom, fabric.finalBin);
  }

  /** The columns of bins from..to, both inclusive. */
  columns(from: number, to: number): Uint8Array[] {
    this.askedBin = Math.max(this.askedBin, to);
    // Slots may be others' now: what was kept is that of those who left.
    const {released} = this.fabric.ports;
    if (released !== this.released) this.kept.clear();
    this.released = released;
    if (this.isStale()) for (const bin of this.kept.keys()) if (bin >= this.openFrom) this.kept.delete(bin);
    return Array.from({length: to - from + 1}, (_, i) => this.column(from + i));
  }

  /** Whether open columns were made with other speeds. */
  private isStale(): boolean {
    const {revision} = this.fabric.ports;
    const isStale = revision !== this.revision || this.busiest !== this.busiestThen;
    this.revision = revision;
    this.busiestThen = this.busiest;
    return isStale;
  }

  private column(bin: number): Uint8Array {
    const {ports, agents} = this.fabric;
    const known = this.kept.get(bin);
    if (known && known.cells.length === ports.slots) return known.cells;
    const column = {cells: new Uint8Array(ports.slots), absent: new Uint8Array(agents.limit)};
    for (const agent of agents.all) column.absent[agent.index] = this.isAbsent(agent.presence.state(bin), bin) ? 1 : 0;
    this.fill(column, bin);
    this.keep(bin, column);
    return column.cells;
  }

  /** Makes all cells of a column: `cell` for each link would ask much that is the same for all. */
  private fill({cells, absent}: Column, bin: number): void {
    const {ports, rows, rings} = this.fabric;
    if (this.bytes.length < 2 * cells.length) this.bytes = new Float64Array(4 * cells.length);
    const {bytes, carried} = this;
    const {count, place} = rows.columns;
    for (let first = 0; first < count; first += CHUNK_ROWS) {
      const chunk = rings.chunk(first);
      const column = this.measure === 'roce' ? chunk.roceBytes : chunk.bytes;
      const at = rings.at(first, bin) - first;
      for (let row = first; row < Math.min(count, first + CHUNK_ROWS); row++) {
        if (column[at + row] === 0 || place[row]! < 0) continue;
        if (!this.isAsked(place[row]!) || !rows.counts(row, bin)) continue;
        if (bytes[place[row]!] === 0) carried.push(place[row]!);
        bytes[place[row]!]! += column[at + row]! * rows.weightOf(row, bin);
      }
    }
    const {agents, speeds} = ports;
    for (let slot = 0; slot < cells.length; slot++) {
      if (agents[slot]! >= 0 && absent[agents[slot]!] === 0) cells[slot] = NOTHING;
    }
    for (const place of carried) {
      const slot = place >> 1;
      if (cells[slot] !== 0) cells[slot] = this.shade(speeds[slot]!, bytes[2 * slot + IN]!, bytes[2 * slot + OUT]!);
    }
    for (const place of carried) bytes[place] = 0;
    carried.length = 0;
    for (const place of rows.refusals.places) if (this.isRefused(place >> 1, bin)) cells[place >> 1] = 0;
  }

  private isAbsent(state: number, bin: number): boolean {
    const {firstBin, newest, skipped} = this.fabric;
    return state === BinState.Absent || bin < firstBin || bin > newest || skipped.has(bin);
  }

  private cell(slot: number, bin: number, {absent}: Column): number {
    const {agents, speeds} = this.fabric.ports;
    const agent = agents[slot]!;
    if (agent < 0 || absent[agent] === 1 || this.isRefused(slot, bin)) return 0;
    const received = this.hasIn ? this.bytesOf(slot * 2 + IN, bin) : 0;
    return this.shade(speeds[slot]!, received, this.hasOut ? this.bytesOf(slot * 2 + OUT, bin) : 0);
  }

  /** Whether samples of a direction that is asked for found no room: then what it carried is not known. */
  private isRefused(slot: number, bin: number): boolean {
    const {refusals} = this.fabric.rows;
    return (this.hasIn && refusals.has(slot * 2 + IN, bin)) || (this.hasOut && refusals.has(slot * 2 + OUT, bin));
  }

  /** What a direction of a link carried, estimated. */
  private bytesOf(place: number, bin: number): number {
    const {rows, rings} = this.fabric;
    const {columns} = rows;
    let bytes = 0;
    for (let row = columns.firstAt(place); row >= 0; row = columns.nextOf(row)) {
      const chunk = rings.chunk(row);
      const carried = (this.measure === 'roce' ? chunk.roceBytes : chunk.bytes)[rings.at(row, bin)]!;
      if (carried > 0 && rows.counts(row, bin)) bytes += carried * rows.weightOf(row, bin);
    }
    return bytes;
  }

  /** The byte of a link of a speed (bit/s, 0 where it is not known) whose directions carried so many bytes in a bin. */
  private shade(speed: number, received: number, sent: number): number {
    const rate = Math.max(this.hasIn ? received : 0, this.hasOut ? sent : 0) * BITS_PER_SECOND;
    if (speed === 0 && rate > this.busiest) this.busiest = rate;
    return NOTHING + Math.round(254 * Math.min(1, rate / (speed || this.busiest)));
  }

  /** Whether a place, twice the slot plus the direction, is of a direction that is shown. */
  private isAsked(place: number): boolean {
    return (place & 1) === IN ? this.hasIn : this.hasOut;
  }

  /** Whether agents are there is known better now. */
  private followAgents(bin: number): void {
    const column = this.kept.get(bin)!;
    const {agents} = this.fabric;
    for (const {index, presence, ports} of agents.all) {
      const isAbsent = this.isAbsent(presence.state(bin), bin) ? 1 : 0;
      if (index >= column.absent.length) continue; // its ports are new: the column is made anew
      if (column.absent[index] === isAbsent) continue;
      column.absent[index] = isAbsent;
      for (const slot of ports) this.readAgain(slot, bin);
    }
  }

  /** Samples found no room: there may be tens of thousands of such places, most of them absent already. */
  private followRefusals(): void {
    const {refusals} = this.fabric.rows;
    if (refusals.added === this.refusedThen) return;
    this.refusedThen = refusals.added;
    const open = [...this.kept].filter(([bin]) => bin >= this.openFrom);
    for (const place of refusals.places) {
      const slot = place >> 1;
      for (const [bin, {cells}] of open) if (cells[slot]! > 0 && this.isRefused(slot, bin)) cells[slot] = 0;
    }
  }

  private readAgain(slot: number, bin: number): void {
    const column = bin >= this.openFrom ? this.kept.get(bin) : undefined;
    if (column && slot < column.cells.length) column.cells[slot] = this.cell(slot, bin, column);
  }

  private keep(bin: number, column: Column): void {
    this.kept.set(bin, column);
    const most = Math.min(this.fabric.rings.depth, Math.floor(MAX_CELLS / Math.max(1, column.cells.length)));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= most) break;
      this.kept.delete(oldest);
    }
  }
}
