// Hot path: no allocation after construction, no exception.
import type {PacketView} from '../packet/view.ts';
import {KeyTable} from './key-table.ts';

/** Where each word of a host's key stands. */
export const HostKey = {Stream: 0, Port: 1, Side: 2, Address: 3} as const;
const KEY_WORDS = 7;
/** What is kept of a host: words of its payload. */
export const HostWord = {Frames: 0, Ttl: 1} as const;
const PAYLOAD = 2;

/**
 * Sources of IP traffic that is not RoCEv2, as seen coming in on a port. Sent and forgotten once a second; a full table
 * is sent earlier.
 */
export class HostTable {
  readonly table: KeyTable;

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.table = new KeyTable(KEY_WORDS, capacity, seed, clock, PAYLOAD);
  }

  get size(): number {
    return this.table.size;
  }

  /** Adds the source of one sample. Returns false when the table is full: send the Partial first. */
  add(stream: number, port: number, side: number, packet: PacketView): boolean {
    const {table} = this;
    const {key} = table;
    key[HostKey.Stream] = stream;
    key[HostKey.Port] = port;
    key[HostKey.Side] = side;
    key[HostKey.Address] = packet.source0;
    key[HostKey.Address + 1] = packet.source1;
    key[HostKey.Address + 2] = packet.source2;
    key[HostKey.Address + 3] = packet.source3;
    const host = table.intern();
    if (host < 0) return false;
    const {records} = table;
    const at = table.at(host) + table.payloadAt;
    records[at + HostWord.Frames]!++;
    if (packet.ttl > records[at + HostWord.Ttl]!) records[at + HostWord.Ttl] = packet.ttl;
    return true;
  }

  clear(): void {
    this.table.clear();
  }
}
