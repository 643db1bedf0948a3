import {Measure} from '../../account/measures.ts';
import {Direction} from '../../account/schema.ts';
import {BinState, type MeasureName} from '../../shared/live.ts';
import type {Agents} from '../agents.ts';
import type {Port, Role} from '../ports.ts';
import {ROLES, type RoleReason, type Roles} from '../roles/roles.ts';
import type {Rows} from '../rows.ts';
import {Moments} from './moments.ts';
import {CHUNK_ROWS, type Chunk, LARGEST_UNIT, type Rings} from './rings.ts';

/** Frames that tell of congestion: RoCEv2 marked congestion experienced (RFC 3168), CNPs, and trimmed packets. */
export type Mark = 'ce' | 'cnp' | 'trimmed';

/** What is kept of a role's ports in each bin: moments of both measures, then marks. */
const Kept = {Samples: 0, Frames: 1, FrameSquares: 2, Bytes: 3, Squares: 4, Largest: 5, LargestRate: 6} as const;
const MOMENTS = 7;
const ALL = 0;
const ROCE = MOMENTS;
const MARKS: Record<Mark, number> = {ce: 2 * MOMENTS, cnp: 2 * MOMENTS + 1, trimmed: 2 * MOMENTS + 2};
const KEPT = 2 * MOMENTS + 3;

/** Bin by bin: where the cells of a chunk begin, and where its sums stand. */
interface BinPlaces {
  cells: Int32Array;
  sums: Int32Array;
}

/**
 * What enters at the ports of each role, per bin. The fabric-wide figure is that of the edge ports: *in*, so that each
 * packet counts once. What enters at ports of unknown role is left out of it, and kept beside it. Weighted moments: entries
 * are added as they come, and all of a bin is summed anew where what they stand for is another one than it was.
 */
export class FabricSums {
  private readonly depth: number;
  private readonly agents: Agents;
  private readonly rows: Rows;
  private readonly rings: Rings;
  private readonly roles: Roles;
  /** `KEPT` figures a bin and role, roles in the order of `ROLES`. */
  private readonly kept: Float64Array;

  constructor(depth: number, agents: Agents, rows: Rows, rings: Rings, roles: Roles) {
    this.depth = depth;
    this.agents = agents;
    this.rows = rows;
    this.rings = rings;
    this.roles = roles;
    this.kept = new Float64Array(depth * ROLES.length * KEPT);
  }

  /** A port's role now, and why. */
  role(port: Port): RoleReason {
    return this.roles.of(port);
  }

  clear(bin: number): void {
    const at = this.at(bin, 0);
    this.kept.fill(0, at, at + ROLES.length * KEPT);
  }

  /** Sums the bins from..to anew. */
  recompute(from: number, to: number): void {
    for (let bin = from; bin <= to; bin++) this.clear(bin);
    const {count} = this.rows.columns;
    const bins = this.placesOf(from, to);
    for (let first = 0; first < count; first += CHUNK_ROWS) {
      const chunk = this.rings.chunk(first);
      for (let row = first; row < Math.min(count, first + CHUNK_ROWS); row++) this.addRow(row, from, bins, chunk);
    }
  }

  /** What may have passed unsampled in the bin before is so in this one too: the largest L of no row is another one. */
  carryLargest(bin: number): void {
    const {kept} = this;
    for (let role = 0; role < ROLES.length; role++) {
      const from = this.at(bin - 1, role);
      const to = this.at(bin, role);
      for (const measure of [ALL, ROCE]) {
        for (const of of [Kept.Largest, Kept.LargestRate]) {
          if (kept[from + measure + of]! > kept[to + measure + of]!)
            kept[to + measure + of] = kept[from + measure + of]!;
        }
      }
    }
  }

  /** Adds entry `i` of columns, the measures' from `first` on, of a row in a bin. */
  addEntry(row: number, bin: number, columns: readonly ArrayLike<number>[], first: number, i: number): void {
    const {rows, roles, kept} = this;
    const place = rows.columns.place[row]!;
    if ((place & 1) !== Direction.In || !rows.counts(row, bin)) return;
    const at = this.at(bin, roles.numberAt(place >> 1, bin));
    const weight = rows.weightOf(row, bin);
    const of = (measure: number) => columns[first + measure]![i]!;
    add(kept, at + ALL, of(Measure.Frames), weight, of(Measure.Bytes), of(Measure.Squares));
    add(kept, at + ROCE, of(Measure.RoceFrames), weight, of(Measure.RoceBytes), of(Measure.RoceSquares));
    kept[at + MARKS.ce]! += weight * of(Measure.CeFrames);
    kept[at + MARKS.cnp]! += weight * of(Measure.CnpFrames);
    kept[at + MARKS.trimmed]! += weight * of(Measure.TrimmedFrames);
  }

  /** A row, by its number, has a larger L now in the bins from..to. */
  raiseLargest(row: number, from: number, to: number): void {
    const {rows, roles, kept} = this;
    const largest = rows.columns.largest[row]!;
    const roceLargest = rows.columns.roceLargest[row]!;
    const place = rows.columns.place[row]!;
    if (place < 0 || (place & 1) !== Direction.In) return;
    for (let bin = from; bin <= to; bin++) {
      if (!rows.counts(row, bin)) continue;
      const at = this.at(bin, roles.numberAt(place >> 1, bin));
      const weight = rows.weightOf(row, bin);
      seen(kept, at + ALL, weight, largest * LARGEST_UNIT);
      seen(kept, at + ROCE, weight, roceLargest * LARGEST_UNIT);
    }
  }

  /** Where the cells of any chunk begin in the bins from..to, and where their sums stand: a remainder of a bin is dear. */
  private placesOf(from: number, to: number): BinPlaces {
    const bins = Array.from({length: to - from + 1}, (_, i) => from + i);
    return {
      cells: Int32Array.from(bins, (bin) => this.rings.at(0, bin)),
      sums: Int32Array.from(bins, (bin) => this.at(bin, 0)),
    };
  }

  /** Adds a row to the bins from `from` on. What holds for all of them is asked once. */
  private addRow(row: number, from: number, {cells, sums}: BinPlaces, chunk: Chunk): void {
    const {rows, roles, kept} = this;
    const place = rows.columns.place[row]!;
    const slot = place >> 1;
    if (slot < 0 || (place & 1) !== Direction.In) return;
    const counts = rows.columns.counts(row, from);
    if (counts === false) return;
    const role = roles.numberSince(slot, from);
    const rate = rows.columns.rate[row]!;
    const nth = row % CHUNK_ROWS;
    for (let i = 0; i < cells.length; i++) {
      const bin = from + i;
      if (counts === undefined && !rows.counts(row, bin)) continue;
      const at = sums[i]! + (role ?? roles.numberAt(slot, bin)) * KEPT;
      const weight = rows.isCorrected ? rows.weightOf(row, bin) : rate;
      const cell = cells[i]! + nth;
      seen(kept, at + ALL, weight, chunk.largest[cell]! * LARGEST_UNIT);
      seen(kept, at + ROCE, weight, chunk.roceLargest[cell]! * LARGEST_UNIT);
      if (chunk.frames[cell] === 0) continue;
      add(kept, at + ALL, chunk.frames[cell]!, weight, chunk.bytes[cell]!, chunk.squares[cell]!);
      add(kept, at + ROCE, chunk.roceFrames[cell]!, weight, chunk.roceBytes[cell]!, chunk.roceSquares[cell]!);
      kept[at + MARKS.ce]! += weight * chunk.ce[cell]!;
      kept[at + MARKS.cnp]! += weight * chunk.cnp[cell]!;
      kept[at + MARKS.trimmed]! += weight * chunk.trimmed[cell]!;
    }
  }

  private at(bin: number, role: number): number {
    return ((bin % this.depth) * ROLES.length + role) * KEPT;
  }

  /** Adds what entered at the ports of a role in a bin to `into`. The bin must be within the rings' reach. */
  addTo(into: Moments, bin: number, measure: MeasureName, role: Role = 'edge'): void {
    const {kept} = this;
    const at = this.at(bin, ROLES.indexOf(role)) + (measure === 'all' ? ALL : ROCE);
    into.samples += kept[at + Kept.Samples]!;
    into.frames += kept[at + Kept.Frames]!;
    into.frameSquares += kept[at + Kept.FrameSquares]!;
    into.bytes += kept[at + Kept.Bytes]!;
    into.squares += kept[at + Kept.Squares]!;
    into.largest = Math.max(into.largest, kept[at + Kept.Largest]!);
    into.largestRate = Math.max(into.largestRate, kept[at + Kept.LargestRate]!);
  }

  /**
   * Of the bytes that entered at edge ports and at ports of unknown role in from..to, the share of the latter: as much as
   * may be missing in the fabric's figures. 0 where nothing entered.
   */
  unknownShare(from: number, to: number): number {
    if (!Number.isFinite(to)) return 0;
    const edge = new Moments();
    const unknown = new Moments();
    for (let bin = from; bin <= to; bin++) {
      this.addTo(edge, bin, 'all', 'edge');
      this.addTo(unknown, bin, 'all', 'unknown');
    }
    return unknown.bytes === 0 ? 0 : unknown.bytes / (unknown.bytes + edge.bytes);
  }

  /**
   * Estimated RoCEv2 frames of a bin that came in CE-marked at any port: switches mark what they send, so a frame comes
   * in marked at the hops behind that, and at edge ports hardly ever.
   */
  ce(bin: number): number {
    return this.marked(bin, 'ce', 'edge') + this.marked(bin, 'ce', 'core') + this.marked(bin, 'ce', 'unknown');
  }

  /** Estimated congestion notification packets of a bin that entered at edge ports. */
  cnp(bin: number): number {
    return this.marked(bin, 'cnp', 'edge');
  }

  /** Estimated frames with a mark that came in at the ports of a role in a bin. */
  marked(bin: number, mark: Mark, role: Role): number {
    return this.kept[this.at(bin, ROLES.indexOf(role)) + MARKS[mark]]!;
  }

  /**
   * What a bin of a role's ports is worth: present when any agent is, unconfirmed while one may still be coming. For the
   * edge it is agents with edge ports that matter, and where there are none it is absent: what entered is not known.
   */
  state(bin: number, role: Role = 'edge'): number {
    let state: number = BinState.Absent;
    for (const agent of this.agents.all) {
      if (role === 'edge' ? !this.roles.hasEdge(agent.index, bin) : agent.ports.length === 0) continue;
      const one = agent.presence.state(bin);
      if (one === BinState.Unconfirmed) return one;
      if (one === BinState.Present) state = one;
    }
    return state;
  }
}

/** A row that is summed could have had one more sample at this rate and of this length; 0: there was no such row then. */
function seen(kept: Float64Array, at: number, rate: number, length: number): void {
  if (length === 0) return;
  if (rate * length > kept[at + Kept.Largest]!) kept[at + Kept.Largest] = rate * length;
  if (rate > kept[at + Kept.LargestRate]!) kept[at + Kept.LargestRate] = rate;
}

function add(kept: Float64Array, at: number, samples: number, rate: number, bytes: number, squares: number): void {
  kept[at + Kept.Samples]! += samples;
  kept[at + Kept.Frames]! += samples * rate;
  kept[at + Kept.FrameSquares]! += samples * rate * rate;
  kept[at + Kept.Bytes]! += bytes * rate;
  kept[at + Kept.Squares]! += squares * rate * rate;
}
