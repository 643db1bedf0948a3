// Hot path: no allocation after construction, no exception.
import {isCeMarked} from '../classify/marked.ts';
import type {PacketView} from '../packet/view.ts';
import {KEY_AT, KeyTable} from './key-table.ts';
import type {Moment} from './moment.ts';

/** Where each word of a flow's key stands; `Row` is the row of accounting that it was seen on. */
export const FlowKey = {Row: 0, Source: 1, Destination: 5, DestQp: 9, Dscp: 10} as const;
const KEY_WORDS = 11;
/** Flows whose indexes are at hand: 2^14. */
const AT_HAND = 16_384;
const AT_HAND_SHIFT = 18;
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
  Output: 9,
  LastPsn: 10,
  Backward: 11,
  SlotsLow: 12,
  SlotsHigh: 13,
  Followed: 14,
  Reads: 15,
} as const;
export const FLOW_SUMS = 16;

const SLOTS_OF_WORD = 32;
/** A packet whose number lies behind the last one's by no more was overtaken on its way, and not sent again. */
const MOST_REORDERED = 64;

/**
 * RoCEv2 flows since the last Partial that carried them: (source, destination, destination queue pair, DSCP) as seen
 * on one row. Sent and forgotten once a second; a full table is sent earlier, so nothing is lost to its bound.
 */
export class FlowTable {
  readonly table: KeyTable;
  private readonly moment: Moment;
  /** By a cheap hash: the flow that was added to last, plus 1. */
  private readonly atHand = new Uint32Array(AT_HAND);
  /** Where the sums stand that were added to last. */
  private last = 0;

  /** `clock` as a `KeyTable` has it; `moment` tells when the sample was taken that is added. */
  constructor(capacity: number, seed: number, clock: Float64Array, moment: Moment) {
    this.moment = moment;
    this.table = new KeyTable(KEY_WORDS, capacity, seed, clock, FLOW_SUMS * 2);
  }

  get size(): number {
    return this.table.size;
  }

  /** Adds one sample, sent to the port `output` (0: not known). Returns false when the table is full: send the Partial first. */
  add(row: number, packet: PacketView, length: number, starts: boolean, isCnp: boolean, output: number): boolean {
    const {table, atHand} = this;
    const {doubles} = table;
    const place =
      (Math.imul(row, 0x9e3779b1) +
        Math.imul(packet.source3, 0x85ebca6b) +
        Math.imul(packet.destination3, 0xc2b2ae35) +
        Math.imul(packet.destQp, 0x27d4eb2f)) >>>
      AT_HAND_SHIFT;
    let flow = atHand[place]! - 1;
    if (flow < 0 || flow >= table.limit || !this.isAt(flow, row, packet)) {
      flow = this.intern(row, packet);
      if (flow < 0) return false;
      atHand[place] = flow + 1;
    }
    const at = this.sumsAt(flow);
    doubles[at + FlowSum.Frames]!++;
    doubles[at + FlowSum.Bytes]! += length;
    doubles[at + FlowSum.Squares]! += length * length;
    if (length > doubles[at + FlowSum.Largest]!) doubles[at + FlowSum.Largest] = length;
    if (starts) doubles[at + FlowSum.Operations]!++;
    if (isCeMarked(packet)) doubles[at + FlowSum.Ce]!++;
    if (isCnp) doubles[at + FlowSum.Cnp]!++;
    if (packet.ttl > doubles[at + FlowSum.Ttl]!) doubles[at + FlowSum.Ttl] = packet.ttl;
    if (output !== 0) doubles[at + FlowSum.Output] = output;
    const now = table.clock[0]!;
    if (now > doubles[at + FlowSum.LastSeen]!) doubles[at + FlowSum.LastSeen] = now;
    const bit = this.moment.flowSlot;
    const word = at + (bit < SLOTS_OF_WORD ? FlowSum.SlotsLow : FlowSum.SlotsHigh);
    doubles[word] = (doubles[word]! | (1 << bit)) >>> 0; // modulo 32, as shifts are
    this.last = at;
    return true;
  }

  /**
   * The sample that was added last is of a request with data (SEND or WRITE), whose packets are numbered one by one: how
   * far they have got, and whether the sender has gone back since the flow's last sample.
   */
  follow(psn: number): void {
    const {doubles} = this.table;
    const at = this.last + FlowSum.LastPsn;
    doubles[this.last + FlowSum.Followed]!++;
    const before = doubles[at]!;
    const number = psn + 1; // 0: none yet
    const step = ((number - before) << 8) >> 8; // modulo 2^24, signed
    if (before !== 0 && step <= 0) {
      if (step >= -MOST_REORDERED) return;
      doubles[this.last + FlowSum.Backward]!++;
    }
    doubles[at] = number;
  }

  /** The sample that was added last is of a READ: its request takes the numbers of all packets of its response. */
  read(): void {
    this.table.doubles[this.last + FlowSum.Reads]!++;
  }

  /** Where the sums of a flow stand among the table's doubles, in the order of `FlowSum`. */
  sumsAt(flow: number): number {
    const {table} = this;
    return (table.at(flow) + table.payloadAt) >>> 1;
  }

  clear(): void {
    this.table.clear();
  }

  /** Whether a flow that is in the table is that of the packet on this row. */
  private isAt(flow: number, row: number, packet: PacketView): boolean {
    const {records} = this.table;
    const at = this.table.at(flow) + KEY_AT;
    return (
      records[at] === row &&
      records[at + 4] === packet.source3 &&
      records[at + 8] === packet.destination3 &&
      records[at + 9] === packet.destQp &&
      records[at + 10] === packet.dscp &&
      records[at + 1] === packet.source0 &&
      records[at + 2] === packet.source1 &&
      records[at + 3] === packet.source2 &&
      records[at + 5] === packet.destination0 &&
      records[at + 6] === packet.destination1 &&
      records[at + 7] === packet.destination2
    );
  }

  private intern(row: number, packet: PacketView): number {
    const {key} = this.table;
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
    return this.table.intern();
  }
}
