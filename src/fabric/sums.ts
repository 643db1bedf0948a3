import {Direction} from '../account/schema.ts';
import {BinState, type MeasureName} from '../shared/live.ts';
import type {Agents} from './agents.ts';
import type {Moments} from './moments.ts';
import type {Port, Ports, Role} from './ports.ts';
import {LARGEST_UNIT, type Rings} from './rings.ts';
import type {Row, Rows} from './rows.ts';

/**
 * The fabric-wide sums per bin: *in* over edge ports, so that each packet counts once. Kept as
 * weighted moments and computed anew for each bin that changed.
 *
 * Until roles are inferred, a single switch is all edge; with several, every port is counted and `countedPerHop`
 * says so.
 */
export class FabricSums {
  private readonly depth: number;
  private readonly agents: Agents;
  private readonly ports: Ports;
  private readonly rows: Rows;
  private readonly rings: Rings;
  private readonly columns: Record<MeasureName, MomentColumns>;
  private readonly ceFrames: Float64Array;
  private readonly cnpFrames: Float64Array;

  constructor(depth: number, agents: Agents, ports: Ports, rows: Rows, rings: Rings) {
    this.depth = depth;
    this.agents = agents;
    this.ports = ports;
    this.rows = rows;
    this.rings = rings;
    this.columns = {roce: new MomentColumns(depth), all: new MomentColumns(depth)};
    this.ceFrames = new Float64Array(depth);
    this.cnpFrames = new Float64Array(depth);
  }

  /** Whether several switches are seen whose roles are not known: a packet may be counted on every hop. */
  get countedPerHop(): boolean {
    return this.switches() > 1;
  }

  /** Agents that have ports. */
  switches(): number {
    let switches = 0;
    for (const agent of this.agents.all) if (agent.ports.length > 0) switches++;
    return switches;
  }

  role(_port: Port): {role: Role; why: string} {
    return this.countedPerHop
      ? {role: 'unknown', why: 'several switches are seen, and roles are not inferred yet'}
      : {role: 'edge', why: 'the only switch: every port is towards hosts'};
  }

  clear(bin: number): void {
    const at = bin % this.depth;
    this.columns.roce.clear(at);
    this.columns.all.clear(at);
    this.ceFrames[at] = 0;
    this.cnpFrames[at] = 0;
  }

  /** Sums the bins from..to anew. */
  recompute(from: number, to: number): void {
    for (let bin = from; bin <= to; bin++) this.clear(bin);
    for (const {slot} of this.ports.all) {
      for (const row of this.rows.of(slot, Direction.In)) this.addRow(row, from, to);
    }
  }

  private addRow(row: Row, from: number, to: number): void {
    const chunk = this.rings.chunk(row.index);
    for (let bin = from; bin <= to; bin++) {
      if (this.rows.basis(row.port.slot, Direction.In, bin) !== row.basis) continue;
      const rate = this.rows.weight(row, bin);
      const cell = this.rings.at(row.index, bin);
      const at = bin % this.depth;
      this.columns.all.seen(at, rate, chunk.largest[cell]! * LARGEST_UNIT);
      this.columns.roce.seen(at, rate, chunk.roceLargest[cell]! * LARGEST_UNIT);
      if (chunk.frames[cell] === 0) continue;
      this.columns.all.add(at, chunk.frames[cell]!, rate, chunk.bytes[cell]!, chunk.squares[cell]!);
      this.columns.roce.add(at, chunk.roceFrames[cell]!, rate, chunk.roceBytes[cell]!, chunk.roceSquares[cell]!);
      this.ceFrames[at]! += rate * chunk.ce[cell]!;
      this.cnpFrames[at]! += rate * chunk.cnp[cell]!;
    }
  }

  /** Adds the fabric's moments of a bin to `into`. The bin must be within the rings' reach. */
  addTo(into: Moments, bin: number, measure: MeasureName): void {
    this.columns[measure].addTo(into, bin % this.depth);
  }

  /** Estimated RoCEv2 frames of a bin that were CE-marked. */
  ce(bin: number): number {
    return this.ceFrames[bin % this.depth]!;
  }

  /** Estimated congestion notification packets of a bin. */
  cnp(bin: number): number {
    return this.cnpFrames[bin % this.depth]!;
  }

  /** What a bin of the whole fabric is worth: present when any agent is, unconfirmed while one may still be coming. */
  state(bin: number): number {
    let state: number = BinState.Absent;
    for (const agent of this.agents.all) {
      if (agent.ports.length === 0) continue;
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
