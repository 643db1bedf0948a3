// Hot path: no allocation after construction, no exception.
import {aethCredits} from '../packet/opcode-names.ts';
import {Layer, type PacketView} from '../packet/view.ts';
import {KEY_AT, KeyTable} from './key-table.ts';

/** Where each word of a key stands; `Row` is the row of accounting that the packet came in on. */
export const OperationKey = {Row: 0, Kind: 1} as const;
const KEY_WORDS = 2;

/** Kinds of packets: the BTH's opcode (0..255), and from here on `UetClass` of Ultra Ethernet. */
export const UET_KINDS = 256;

/**
 * What is kept of a kind, in the order of the columns of `OPERATIONS` behind its key: all its packets; those with a RETH
 * and its DMA length; AETHs with a credit count, decoded; "receiver not ready"; and NAKs by code, reserved ones last.
 */
export const OperationSum = {
  Frames: 0,
  Bytes: 1,
  Squares: 2,
  Largest: 3,
  RdmaFrames: 4,
  RdmaBytes: 5,
  RdmaSquares: 6,
  CreditFrames: 7,
  Credits: 8,
  LeastCredits: 9,
  MostCredits: 10,
  Rnr: 11,
  Naks: 12,
} as const;
/** NAK codes that mean something (InfiniBand vol. 1, table 47); what has another code is counted behind them. */
export const NAK_CODES = 5;
export const OPERATION_SUMS = OperationSum.Naks + NAK_CODES + 1;

/** Bits 6 and 5 of an AETH syndrome: what it is (vol. 1, 9.7.5.1.2). */
const Aeth = {Ack: 0, Rnr: 1, Nak: 3} as const;
/** Messages that an ACK's credit code stands for; -1: no limit told. */
const creditsOf = Float64Array.from({length: 32}, (_, code) => aethCredits(code));

/** Kinds whose indexes are at hand: 2^14. */
const AT_HAND = 16_384;
const AT_HAND_SHIFT = 18;

/**
 * Packets of RoCEv2 and Ultra Ethernet by kind since the last Partial that carried them, as they came in on one row.
 * Sent and forgotten once a second; a full table is sent earlier, so nothing is lost to its bound.
 */
export class OperationTable {
  readonly table: KeyTable;
  /** By a cheap hash: the key that was added to last, plus 1. */
  private readonly atHand = new Uint32Array(AT_HAND);

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.table = new KeyTable(KEY_WORDS, capacity, seed, clock, OPERATION_SUMS * 2);
  }

  get size(): number {
    return this.table.size;
  }

  /** Adds one sample of a kind. Returns false when the table is full: send the Partial first. */
  add(row: number, kind: number, packet: PacketView, length: number): boolean {
    const {table, atHand} = this;
    const {doubles} = table;
    const slot = (Math.imul(row, 0x9e3779b1) + Math.imul(kind, 0x85ebca6b)) >>> AT_HAND_SHIFT;
    let index = atHand[slot]! - 1;
    if (index < 0 || index >= table.limit || !this.isAt(index, row, kind)) {
      table.key[OperationKey.Row] = row;
      table.key[OperationKey.Kind] = kind;
      index = table.intern();
      if (index < 0) return false;
      atHand[slot] = index + 1;
    }
    const at = this.sumsAt(index);
    doubles[at + OperationSum.Frames]!++;
    doubles[at + OperationSum.Bytes]! += length;
    doubles[at + OperationSum.Squares]! += length * length;
    if (length > doubles[at + OperationSum.Largest]!) doubles[at + OperationSum.Largest] = length;
    if (kind >= UET_KINDS) return true;
    const {layers} = packet;
    if ((layers & Layer.Reth) !== 0) {
      const bytes = packet.dmaLength;
      doubles[at + OperationSum.RdmaFrames]!++;
      doubles[at + OperationSum.RdmaBytes]! += bytes;
      doubles[at + OperationSum.RdmaSquares]! += bytes * bytes;
    } else if ((layers & Layer.Aeth) !== 0) {
      this.addAnswer(at, packet.syndrome);
    }
    return true;
  }

  /** Where the sums of a kind stand among the table's doubles, in the order of `OperationSum`. */
  sumsAt(index: number): number {
    const {table} = this;
    return (table.at(index) + table.payloadAt) >>> 1;
  }

  clear(): void {
    this.table.clear();
  }

  /** Whether a key that is in the table is this one. */
  private isAt(index: number, row: number, kind: number): boolean {
    const {records} = this.table;
    const at = this.table.at(index) + KEY_AT;
    return records[at + OperationKey.Row] === row && records[at + OperationKey.Kind] === kind;
  }

  private addAnswer(at: number, syndrome: number): void {
    const {doubles} = this.table;
    const what = (syndrome >>> 5) & 3;
    const code = syndrome & 0x1f;
    if (what === Aeth.Ack) {
      const credits = creditsOf[code]!;
      if (credits < 0) return;
      const isFirst = doubles[at + OperationSum.CreditFrames]!++ === 0;
      doubles[at + OperationSum.Credits]! += credits;
      if (isFirst || credits < doubles[at + OperationSum.LeastCredits]!)
        doubles[at + OperationSum.LeastCredits] = credits;
      if (credits > doubles[at + OperationSum.MostCredits]!) doubles[at + OperationSum.MostCredits] = credits;
    } else if (what === Aeth.Rnr) {
      doubles[at + OperationSum.Rnr]!++;
    } else if (what === Aeth.Nak) {
      doubles[at + OperationSum.Naks + (code < NAK_CODES ? code : NAK_CODES)]!++;
    }
  }
}
