// Hot path: no allocation after construction, no exception.
import {Layer, type PacketView} from '../packet/view.ts';
import {type DiscardView, FoundRecord} from '../sflow/views.ts';
import {KeyTable} from './key-table.ts';

/** Where each word of a key stands, in the order of the columns of `DROPS`. */
const DropKey = {
  Stream: 0,
  Input: 1,
  Output: 2,
  Reason: 3,
  Source: 4,
  Destination: 8,
  DestQp: 12,
  Roce: 13,
} as const;
const KEY_WORDS = 14;
/** What is kept of a key, as doubles: the columns of `DROPS` behind its key. */
const DropSum = {Frames: 0, Bytes: 1, LastSeen: 2} as const;
export const DROP_SUMS = 3;

const MAPPED = 0xffff;
/** No frame is longer; what claims to be counts without its length. */
const MAX_FRAME = 262_144;
/** Where the addresses stand in sampled_ipv4 and sampled_ipv6 (v5). */
const PARSED_ADDRESSES = 8;

/**
 * Packets that agents say they dropped, by notification: each stands for itself and is never scaled. Sent and forgotten
 * once a second; a full table is sent earlier, so nothing is lost to its bound.
 */
export class DropTable {
  readonly table: KeyTable;

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.table = new KeyTable(KEY_WORDS, capacity, seed, clock, DROP_SUMS * 2);
  }

  get size(): number {
    return this.table.size;
  }

  /** Adds a notification, of a packet whose header was decoded. Returns false when the table is full. */
  add(stream: number, discard: DiscardView, packet: PacketView, data: DataView, isRoce: boolean): boolean {
    const {table} = this;
    const {key, doubles} = table;
    key[DropKey.Stream] = stream;
    key[DropKey.Input] = discard.inputIfIndex;
    key[DropKey.Output] = discard.outputIfIndex;
    key[DropKey.Reason] = discard.reason;
    this.address(discard, packet, data);
    key[DropKey.DestQp] = isRoce && (packet.layers & Layer.Bth) !== 0 ? packet.destQp : 0;
    key[DropKey.Roce] = isRoce ? 1 : 0;
    const row = table.intern();
    if (row < 0) return false;
    const at = (table.at(row) + table.payloadAt) >>> 1;
    const length = discard.packet.frameLength;
    doubles[at + DropSum.Frames]!++;
    if (length <= MAX_FRAME) doubles[at + DropSum.Bytes]! += length;
    const now = table.clock[0]!;
    if (now > doubles[at + DropSum.LastSeen]!) doubles[at + DropSum.LastSeen] = now;
    return true;
  }

  clear(): void {
    this.table.clear();
  }

  /** Who sent to whom: by the header, else as the agent parsed it, else nobody to nobody. */
  private address({packet: {found, parsedIpOffset}}: DiscardView, packet: PacketView, data: DataView): void {
    const {key} = this.table;
    if ((packet.layers & (Layer.Ipv4 | Layer.Ipv6 | Layer.Grh)) !== 0) {
      key[DropKey.Source] = packet.source0;
      key[DropKey.Source + 1] = packet.source1;
      key[DropKey.Source + 2] = packet.source2;
      key[DropKey.Source + 3] = packet.source3;
      key[DropKey.Destination] = packet.destination0;
      key[DropKey.Destination + 1] = packet.destination1;
      key[DropKey.Destination + 2] = packet.destination2;
      key[DropKey.Destination + 3] = packet.destination3;
      return;
    }
    const at = parsedIpOffset + PARSED_ADDRESSES;
    key.fill(0, DropKey.Source, DropKey.DestQp);
    if ((found & FoundRecord.ParsedIpv4) !== 0) {
      key[DropKey.Source + 2] = MAPPED;
      key[DropKey.Source + 3] = data.getUint32(at);
      key[DropKey.Destination + 2] = MAPPED;
      key[DropKey.Destination + 3] = data.getUint32(at + 4);
    } else if ((found & FoundRecord.ParsedIpv6) !== 0) {
      for (let word = 0; word < 8; word++) key[DropKey.Source + word] = data.getUint32(at + 4 * word);
    }
  }
}
