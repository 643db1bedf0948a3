import {Direction} from '../../account/schema.ts';
import {BinState, type MeasureName} from '../../shared/live.ts';
import type {Agents} from '../agents.ts';
import type {Port, Ports, Role} from '../ports.ts';
import type {RoleReason, Roles} from '../roles/roles.ts';
import type {Row, Rows} from '../rows.ts';
import {Moments} from './moments.ts';
import {LARGEST_UNIT, type Rings} from './rings.ts';

/** Frames that tell of congestion: RoCEv2 marked congestion experienced (RFC 3168), CNPs, and trimmed packets. */
export type Mark = 'ce' | 'cnp' | 'trimmed';

/** What is kept of a role's ports in each bin. */
class RoleSums {
  readonly measures: Record<MeasureName, MomentColumns>;
  readonly marks: Record<Mark, Float64Array>;

  constructor(depth: number) {
    this.measures = {roce: new MomentColumns(depth), all: new MomentColumns(depth)};
    const frames = () => new Float64Array(depth);
    this.marks = {ce: frames(), cnp: frames(), trimmed: frames()};
  }

  clear(at: number): void {
    this.measures.roce.clear(at);
    this.measures.all.clear(at);
    this.marks.ce[at] = 0;
    this.marks.cnp[at] = 0;
    this.marks.trimmed[at] = 0;
  }
}

/**
 * What enters at the ports of each role, per bin. The fabric-wide figure is that of the edge ports: *in*, so that each
 * packet counts once. What enters at ports of unknown role is left out of it, and kept beside it. Weighted moments,
 * computed anew for each bin that changed.
 */
export class FabricSums {
  private readonly depth: number;
  private readonly agents: Agents;
  private readonly ports: Ports;
  private readonly rows: Rows;
  private readonly rings: Rings;
  private readonly roles: Roles;
  private readonly of: Record<Role, RoleSums>;

  constructor(depth: number, agents: Agents, ports: Ports, rows: Rows, rings: Rings, roles: Roles) {
    this.depth = depth;
    this.agents = agents;
    this.ports = ports;
    this.rows = rows;
    this.rings = rings;
    this.roles = roles;
    this.of = {edge: new RoleSums(depth), core: new RoleSums(depth), unknown: new RoleSums(depth)};
  }

  /** A port's role now, and why. */
  role(port: Port): RoleReason {
    return this.roles.of(port);
  }

  clear(bin: number): void {
    const at = bin % this.depth;
    this.of.edge.clear(at);
    this.of.core.clear(at);
    this.of.unknown.clear(at);
  }

  /** Sums the bins from..to anew. */
  recompute(from: number, to: number): void {
    for (let bin = from; bin <= to; bin++) this.clear(bin);
    for (const {slot} of this.ports.all) {
      const role = this.roles.since(slot, from);
      const basis = this.rows.basisSince(slot, Direction.In, from);
      for (const row of this.rows.of(slot, Direction.In)) {
        if (basis === undefined || basis === row.basis) this.addRow(row, role, basis, from, to);
      }
    }
  }

  /** `role` and `basis` are undefined where they change within the bins. */
  private addRow(row: Row, role: Role | undefined, basis: number | undefined, from: number, to: number): void {
    const chunk = this.rings.chunk(row.index);
    const {slot} = row.port;
    let at = from % this.depth;
    for (let bin = from; bin <= to; bin++, at = at + 1 < this.depth ? at + 1 : 0) {
      if (basis === undefined && this.rows.basis(slot, Direction.In, bin) !== row.basis) continue;
      const {measures, marks} = this.of[role ?? this.roles.at(slot, bin)];
      const rate = this.rows.weight(row, bin);
      const cell = this.rings.at(row.index, bin);
      measures.all.seen(at, rate, chunk.largest[cell]! * LARGEST_UNIT);
      measures.roce.seen(at, rate, chunk.roceLargest[cell]! * LARGEST_UNIT);
      if (chunk.frames[cell] === 0) continue;
      measures.all.add(at, chunk.frames[cell]!, rate, chunk.bytes[cell]!, chunk.squares[cell]!);
      measures.roce.add(at, chunk.roceFrames[cell]!, rate, chunk.roceBytes[cell]!, chunk.roceSquares[cell]!);
      marks.ce[at]! += rate * chunk.ce[cell]!;
      marks.cnp[at]! += rate * chunk.cnp[cell]!;
      marks.trimmed[at]! += rate * chunk.trimmed[cell]!;
    }
  }

  /** Adds what entered at the ports of a role in a bin to `into`. The bin must be within the rings' reach. */
  addTo(into: Moments, bin: number, measure: MeasureName, role: Role = 'edge'): void {
    this.of[role].measures[measure].addTo(into, bin % this.depth);
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
    return this.of[role].marks[mark][bin % this.depth]!;
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

/** Rings of moments. */
class MomentColumns {
  private readonly largest: Float64Array;
  private readonly largestRate: Float64Array;
  private readonly samples: Float64Array;
  private readonly frames: Float64Array;
  private readonly frameSquares: Float64Array;
  private readonly bytes: Float64Array;
  private readonly squares: Float64Array;

  constructor(depth: number) {
    this.samples = new Float64Array(depth);
    this.frames = new Float64Array(depth);
    this.frameSquares = new Float64Array(depth);
    this.bytes = new Float64Array(depth);
    this.squares = new Float64Array(depth);
    this.largest = new Float64Array(depth);
    this.largestRate = new Float64Array(depth);
  }

  /** A row that is summed could have had one more sample at this rate and of this length. */
  seen(at: number, rate: number, length: number): void {
    if (rate * length > this.largest[at]!) this.largest[at] = rate * length;
    if (rate > this.largestRate[at]!) this.largestRate[at] = rate;
  }

  clear(at: number): void {
    this.samples[at] = 0;
    this.frames[at] = 0;
    this.frameSquares[at] = 0;
    this.bytes[at] = 0;
    this.squares[at] = 0;
    this.largest[at] = 0;
    this.largestRate[at] = 0;
  }

  add(at: number, samples: number, rate: number, bytes: number, squares: number): void {
    this.samples[at]! += samples;
    this.frames[at]! += samples * rate;
    this.frameSquares[at]! += samples * rate * rate;
    this.bytes[at]! += bytes * rate;
    this.squares[at]! += squares * rate * rate;
  }

  addTo(into: Moments, at: number): void {
    into.samples += this.samples[at]!;
    into.frames += this.frames[at]!;
    into.frameSquares += this.frameSquares[at]!;
    into.bytes += this.bytes[at]!;
    into.squares += this.squares[at]!;
    if (this.largest[at]! > into.largest) into.largest = this.largest[at]!;
    if (this.largestRate[at]! > into.largestRate) into.largestRate = this.largestRate[at]!;
  }
}
