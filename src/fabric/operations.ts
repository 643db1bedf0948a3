import type {PartialHeader, SectionData} from '../account/codec.ts';
import {columnIndexes, Direction, OPERATIONS} from '../account/schema.ts';

export {kindName, NAK_NAMES} from '../account/operation-names.ts';

import type {Agent} from './agents.ts';
import {atOnce} from './at-once.ts';
import type {FlowRows} from './flows.ts';
import {OperationSums} from './operation-sums.ts';
import type {Port, Ports} from './ports.ts';

/** Complete seconds that rates are taken over. */
export const OPERATION_WINDOW_SECONDS = 5;
/** Steps that the sums of a window are taken in. */
const SUM_STEPS = 6;
/** A producer that has sent nothing for longer than the others does not hold up the window. */
const MOST_BEHIND_SECONDS = 2;
const column = columnIndexes(OPERATIONS);
const FIRST = column['frames']!;
/** More than any direction and basis. */
const SIDES = 8;
const VALUES = OPERATIONS.columns.length - FIRST;
/** Bytes of an entry: its numbers, its weight, slot and kind. */
const ENTRY_BYTES = VALUES * 8 + 8 + 8;

/** Instead of the basis of ports that are not asked for. */
const NONE = -1;

/** What a producer has told of a second or a part of one, by port and kind. */
interface Batch {
  producer: number;
  second: number;
  /** Time that it tells of. */
  seconds: number;
  entries: number;
  slot: Int32Array;
  kind: Uint16Array;
  basis: Uint8Array;
  /** Frames that a sample stands for. */
  weight: Float64Array;
  /** `VALUES` an entry. */
  values: Float64Array;
}

/** Whose operations are asked for: what came in at the ports in the slots that it accepts. */
export type OperationScope = (slot: number) => boolean;

/** Operations, acknowledgements and Ultra Ethernet as they came in at each port, over the last complete seconds. */
export class Operations {
  private readonly ports: Ports;
  private readonly rows: FlowRows;
  private readonly budget: number;
  private batches: Batch[] = [];
  /** Bytes taken. */
  bytes = 0;
  /** By producer: when it sent last, epoch ms. */
  private readonly sentAt = new Map<number, number>();

  /** `budget` in bytes: where more comes than fits, the window is shorter. */
  constructor(ports: Ports, rows: FlowRows, budget: number) {
    this.ports = ports;
    this.rows = rows;
    this.budget = budget;
  }

  /** Takes what a producer has seen since it sent operations last. */
  apply(section: SectionData, locals: readonly (Agent | undefined)[], header: PartialHeader): void {
    const {producer, time} = header;
    const before = this.sentAt.get(producer);
    this.sentAt.set(producer, time);
    // What it saw before it was heard for the first time is of a time that nobody knows.
    if (before === undefined || time < before) return;
    const batch = this.batchOf(section, locals, header, Math.min((time - before) / 1_000, OPERATION_WINDOW_SECONDS));
    this.batches.push(batch);
    this.bytes += batch.entries * ENTRY_BYTES;
    this.forget();
  }

  private batchOf(
    {columns, rows}: SectionData,
    locals: readonly (Agent | undefined)[],
    {producer, time, watermark}: PartialHeader,
    seconds: number,
  ): Batch {
    const batch: Batch = {
      ...{producer, second: Math.floor(time / 1_000), seconds, entries: 0},
      slot: new Int32Array(rows),
      kind: new Uint16Array(rows),
      basis: new Uint8Array(rows),
      weight: new Float64Array(rows),
      values: new Float64Array(rows * VALUES),
    };
    const of = (name: string) => columns[column[name]!]!;
    const [agents, ports, rates, sides, kinds] = [of('agent'), of('port'), of('rate'), of('side'), of('kind')];
    /** By port and basis: what a sample stands for is asked once, and not for each kind of packet. */
    const weights = new Map<number, {rate: number; weight: number}>();
    for (let row = 0; row < rows; row++) {
      const agent = locals[agents[row]!];
      const port = agent && this.ports.intern(agent, ports[row]!);
      const side = sides[row]!;
      if (!port || (side & 1) !== Direction.In) continue;
      const at = batch.entries++;
      batch.slot[at] = port.slot;
      batch.kind[at] = kinds[row]!;
      batch.basis[at] = side >>> 1;
      const rate = rates[row]!;
      const place = port.slot * SIDES + side;
      let known = weights.get(place);
      if (known?.rate !== rate) {
        known = {rate, weight: this.rows.weight(port.slot, side, rate, watermark)};
        weights.set(place, known);
      }
      batch.weight[at] = known.weight;
      for (let i = 0; i < VALUES; i++) batch.values[at * VALUES + i] = columns[FIRST + i]![row]!;
    }
    return batch;
  }

  /** The last second that all producers have told of. */
  private get newest(): number {
    const last = [...this.sentAt.values()].map((time) => Math.floor(time / 1_000));
    const latest = Math.max(...last);
    return Math.min(...last.filter((second) => second >= latest - MOST_BEHIND_SECONDS));
  }

  /** Forgets what no window holds any more, and the oldest seconds where they are too much to keep. */
  private forget(): void {
    const {newest} = this;
    let from = newest - OPERATION_WINDOW_SECONDS + 1;
    const isHeld = ({second}: Batch) => second >= from;
    const held = () => this.batches.filter(isHeld).reduce((sum, {entries}) => sum + entries * ENTRY_BYTES, 0);
    if (this.bytes > this.budget) while (from < newest && held() > this.budget) from++;
    this.batches = this.batches.filter(isHeld);
    this.bytes = held();
  }

  private window(): Batch[] {
    const {newest} = this;
    return this.batches.filter(({second}) => second <= newest && second > newest - OPERATION_WINDOW_SECONDS);
  }

  /** Seconds that the window covers: those of the producer that covers most of it. */
  get windowSeconds(): number {
    const covered = new Map<number, number>();
    for (const {producer, seconds} of this.window()) covered.set(producer, (covered.get(producer) ?? 0) + seconds);
    return Math.round(Math.max(0, ...covered.values()) * 10) / 10;
  }

  /** What came in at the ports of a scope within the window. */
  sums(scope: OperationScope): OperationSums {
    return atOnce(this.sumsInSteps(scope));
  }

  /** The same in some steps: of thousands of ports it takes tens of milliseconds. */
  *sumsInSteps(scope: OperationScope): Generator<void, OperationSums> {
    const sums = new OperationSums(this.largestRate(scope));
    /** By slot: the basis that counts, plus 1; 0 where that was not asked yet. */
    const accepted = new Int8Array(this.ports.slots);
    const batches = this.window();
    const batchesAStep = Math.ceil(batches.length / SUM_STEPS);
    for (const [index, batch] of batches.entries()) {
      if (index > 0 && index % batchesAStep === 0) yield;
      for (let i = 0; i < batch.entries; i++) {
        const slot = batch.slot[i]!;
        if (accepted[slot] === 0) {
          accepted[slot] =
            this.ports.agents[slot]! >= 0 && scope(slot) ? this.rows.basis(slot, Direction.In) + 1 : NONE;
        }
        if (batch.basis[i]! + 1 !== accepted[slot]) continue;
        sums.add(batch.kind[i]!, batch.weight[i]!, batch.values, i * VALUES);
      }
    }
    return sums;
  }

  /** What came in at the ports of each of several groups within the window, in one pass over all. */
  sumsBy(groupOf: (port: Port) => string | undefined): Map<string, OperationSums> {
    const rates = new Map<string, number>();
    for (const port of this.ports.all) {
      const group = groupOf(port);
      if (group !== undefined) rates.set(group, Math.max(rates.get(group) ?? 0, port.agent.largest.rate));
    }
    const groups = new Map([...rates].map(([group, rate]) => [group, new OperationSums(rate)]));
    const groupSums = (port: Port) => {
      const group = groupOf(port);
      return group === undefined ? undefined : groups.get(group);
    };
    const known = new Map<number, {basis: number; sums: OperationSums | undefined}>();
    for (const batch of this.window()) {
      for (let i = 0; i < batch.entries; i++) {
        const slot = batch.slot[i]!;
        let place = known.get(slot);
        if (!place) {
          const port = this.ports.at(slot);
          place = {basis: this.rows.basis(slot, Direction.In), sums: port && groupSums(port)};
          known.set(slot, place);
        }
        if (batch.basis[i] === place.basis) place.sums?.add(batch.kind[i]!, batch.weight[i]!, batch.values, i * VALUES);
      }
    }
    return groups;
  }

  /** What one more sample at any of the ports could have stood for. */
  private largestRate(scope: OperationScope): number {
    const {ports} = this;
    let largest = 0;
    // Ports of an agent mostly stand side by side, and have the same.
    let asked = -1;
    for (let slot = 0; slot < ports.slots; slot++) {
      const agent = ports.agents[slot]!;
      if (agent < 0 || agent === asked || !scope(slot)) continue;
      asked = agent;
      largest = Math.max(largest, ports.at(slot)!.agent.largest.rate);
    }
    return largest;
  }
}
