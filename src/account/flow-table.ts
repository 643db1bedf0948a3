// Hot path: no allocation after construction, no exception.
import {Ecn} from '../packet/numbers.ts';
import type {PacketView} from '../packet/view.ts';
import {KeyTable} from './key-table.ts';

/** Where each word of a flow's key stands; `Row` is the row of accounting that it was seen on. */
export const FlowKey = {Row: 0, Source: 1, Destination: 5, DestQp: 9, Dscp: 10} as const;
const KEY_WORDS = 11;
/** What is kept of a flow, in the order of the columns of `FLOWS` behind its key. */
export const FlowSum = {
  Frames: 0,
  Bytes: 1,
  Squares: 2,
  Largest: 3,
  Operations: 4,
  Ce: 5,
  Cnp: 6,
  Ttl: 7,
  LastSeen: 8,
} as const;
export const FLOW_SUMS = 9;

/**
 * RoCEv2 flows since the last Partial that carried them: (source, destination, destination queue pair, DSCP) as seen
 * on one row. Sent and forgotten once a second; a full table is sent earlier, so nothing is lost to its bound.
 */
export class FlowTable {
  readonly table: KeyTable;
  /** `FLOW_SUMS` a flow, all in one piece: a sample adds to most of them. */
  readonly sums: Float64Array;

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.table = new KeyTable(KEY_WORDS, capacity, seed, clock);
    this.sums = new Float64Array(capacity * FLOW_SUMS);
  }

  get size(): number {
    return this.table.size;
  }

  /** Adds one sample. Returns false when the table is full: send the Partial first. */
  add(row: number, packet: PacketView, length: number, starts: boolean, isCnp: boolean): boolean {
    const {table} = this;
    const {key} = table;
    key[0] = row;
    key[1] = packet.source0;
    key[2] = packet.source1;
    key[3] = packet.source2;
    key[4] = packet.source3;
    key[5] = packet.destination0;
    key[6] = packet.destination1;
    key[7] = packet.destination2;
    key[8] = packet.destination3;
    key[9] = packet.destQp;
    key[10] = packet.dscp;
    const flow = table.intern();
    if (flow < 0) return false;
    const {sums} = this;
    const at = flow * FLOW_SUMS;
    if (table.created) sums.fill(0, at, at + FLOW_SUMS);
    sums[at + FlowSum.Frames]!++;
    sums[at + FlowSum.Bytes]! += length;
    sums[at + FlowSum.Squares]! += length * length;
    if (length > sums[at + FlowSum.Largest]!) sums[at + FlowSum.Largest] = length;
    if (starts) sums[at + FlowSum.Operations]!++;
    if (packet.ecn === Ecn.Ce) sums[at + FlowSum.Ce]!++;
    if (isCnp) sums[at + FlowSum.Cnp]!++;
    if (packet.ttl > sums[at + FlowSum.Ttl]!) sums[at + FlowSum.Ttl] = packet.ttl;
    sums[at + FlowSum.LastSeen] = table.clock[0]!;
    return true;
  }

  clear(): void {
    this.table.clear();
  }
}
