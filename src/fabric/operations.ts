import type {PartialHeader, SectionData} from '../account/codec.ts';
import {Direction} from '../account/schema.ts';

export {kindName, NAK_NAMES} from '../account/operation-names.ts';

import type {Agent} from './agents.ts';
import {atOnce} from './at-once.ts';
import type {FlowRows} from './flow-ways.ts';
import {ENTRY_BYTES, makeBatch, type OperationBatch} from './operation-batch.ts';
import {OperationSums} from './operation-sums.ts';
import type {Port, Ports} from './ports.ts';
import {RecentWeights} from './recent-weights.ts';

/** Complete seconds that rates are taken over. */
export const OPERATION_WINDOW_SECONDS = 5;
/** Steps that the sums of a window are taken in. */
const SUM_STEPS = 6;
/** A producer that has sent nothing for longer than the others does not hold up the window. */
const MOST_BEHIND_SECONDS = 2;
/** Instead of the basis of ports that are not asked for. */
const NONE = -1;

/** Whose operations are asked for: what came in at the ports in the slots that it accepts. */
export type OperationScope = (slot: number) => boolean;

/** Operations, acknowledgements and Ultra Ethernet as they came in at each port, over the last complete seconds. */
export class Operations {
  private readonly ports: Ports;
  private readonly rows: FlowRows;
  private readonly budget: number;
  private batches: OperationBatch[] = [];
  /** Bytes taken. */
  bytes = 0;
  /** By producer: when it sent last, epoch ms. */
  private readonly sentAt = new Map<number, number>();

  private readonly weights: RecentWeights;
  private readonly weightOf = (slot: number, side: number, rate: number) => this.weights.of(slot, side, rate);

  /** `budget` in bytes: where more comes than fits, the window is shorter. */
  constructor(ports: Ports, rows: FlowRows, budget: number) {
    this.ports = ports;
    this.rows = rows;
    this.weights = new RecentWeights((slot, side, rate, end) => rows.weight(slot, side, rate, end));
    this.budget = budget;
  }

  /** Takes what a producer has seen since it sent operations last. */
  apply(section: SectionData, locals: readonly (Agent | undefined)[], header: PartialHeader): void {
    const {producer, time, watermark} = header;
    const before = this.sentAt.get(producer);
    this.sentAt.set(producer, time);
    // What it saw before it was heard for the first time is of a time that nobody knows.
    if (before === undefined || time < before) return;
    const seconds = Math.min((time - before) / 1_000, OPERATION_WINDOW_SECONDS);
    this.weights.clear(watermark);
    const batch = makeBatch(section, locals, this.ports, this.weightOf, {
      ...{producer, seconds, second: Math.floor(time / 1_000)},
    });
    this.batches.push(batch);
    this.bytes += batch.entries * ENTRY_BYTES;
    this.forget();
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
    const isHeld = ({second}: OperationBatch) => second >= from;
    const held = () => this.batches.filter(isHeld).reduce((sum, {entries}) => sum + entries * ENTRY_BYTES, 0);
    if (this.bytes > this.budget) while (from < newest && held() > this.budget) from++;
    this.batches = this.batches.filter(isHeld);
    this.bytes = held();
  }

  private window(): OperationBatch[] {
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
        if (slot < 0) continue;
        if (accepted[slot] === 0) {
          accepted[slot] =
            this.ports.agents[slot]! >= 0 && scope(slot) ? this.rows.basis(slot, Direction.In) + 1 : NONE;
        }
        if (batch.basis[i]! + 1 !== accepted[slot]) continue;
        sums.add(batch.kind[i]!, batch.weight[i]!, batch.sums, i);
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
        if (slot < 0) continue;
        let place = known.get(slot);
        if (!place) {
          const port = this.ports.at(slot);
          place = {basis: this.rows.basis(slot, Direction.In), sums: port && groupSums(port)};
          known.set(slot, place);
        }
        if (batch.basis[i] === place.basis) place.sums?.add(batch.kind[i]!, batch.weight[i]!, batch.sums, i);
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
