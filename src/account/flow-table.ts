// Hot path: no allocation after construction, no exception.
import {Ecn} from '../packet/numbers.ts';
import type {PacketView} from '../packet/view.ts';
import {KeyTable} from './key-table.ts';

/** Where each word of a flow's key stands; `Row` is the row of accounting that it was seen on. */
export const FlowKey = {Row: 0, Source: 1, Destination: 5, DestQp: 9, Dscp: 10} as const;
const KEY_WORDS = 11;

/**
 * RoCEv2 flows since the last Partial that carried them: (source, destination, destination queue pair, DSCP) as seen
 * on one row. Sent and forgotten once a second; a full table is sent earlier, so nothing is lost to its bound.
 */
export class FlowTable {
  readonly table: KeyTable;
  readonly frames: Uint32Array;
  readonly bytes: Float64Array;
  readonly squares: Float64Array;
  readonly largest: Uint32Array;
  readonly operations: Uint32Array;
  readonly ce: Uint32Array;
  readonly cnp: Uint32Array;
  readonly ttl: Uint32Array;
  readonly lastSeen: Float64Array;

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.table = new KeyTable(KEY_WORDS, capacity, seed, clock);
    this.frames = new Uint32Array(capacity);
    this.bytes = new Float64Array(capacity);
    this.squares = new Float64Array(capacity);
    this.largest = new Uint32Array(capacity);
    this.operations = new Uint32Array(capacity);
    this.ce = new Uint32Array(capacity);
    this.cnp = new Uint32Array(capacity);
    this.ttl = new Uint32Array(capacity);
    this.lastSeen = new Float64Array(capacity);
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
    if (table.created) this.zero(flow);
    this.frames[flow]!++;
    this.bytes[flow]! += length;
    this.squares[flow]! += length * length;
    if (length > this.largest[flow]!) this.largest[flow] = length;
    if (starts) this.operations[flow]!++;
    if (packet.ecn === Ecn.Ce) this.ce[flow]!++;
    if (isCnp) this.cnp[flow]!++;
    if (packet.ttl > this.ttl[flow]!) this.ttl[flow] = packet.ttl;
    this.lastSeen[flow] = table.clock[0]!;
    return true;
  }

  clear(): void {
    this.table.clear();
  }

  private zero(flow: number): void {
    this.frames[flow] = 0;
    this.bytes[flow] = 0;
    this.squares[flow] = 0;
    this.largest[flow] = 0;
    this.operations[flow] = 0;
    this.ce[flow] = 0;
    this.cnp[flow] = 0;
    this.ttl[flow] = 0;
  }
}
