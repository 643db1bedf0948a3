import {CounterRecordFormat, SampleFormat, Size, UNKNOWN_COUNTER_32} from '../sflow/constants.ts';
import type {DatagramWriter} from './datagram-writer.ts';
import {FCS_BYTES} from './shape.ts';

/** IANA ifType: ethernetCsmacd. */
const IF_TYPE_ETHERNET = 6;
const FULL_DUPLEX = 1;
/** Bit 0 administratively up, bit 1 operationally up. */
const UP = 3;
const U32 = 2 ** 32;

/**
 * The counters of a port as the switch keeps them. Bytes are with FCS here; the record's octets are without, as most
 * switches count: 4 bytes a frame less than the sums of frame_length. Exact up to 2^53.
 */
export interface PortCounters {
  ifIndex: number;
  name: Uint8Array;
  speed: number;
  inBytes: number;
  inFrames: number;
  outBytes: number;
  outFrames: number;
  outDiscards: number;
}

/** Writes a counters sample (0:2) with if_counters (0:1), ethernet_counters (0:2) and port_name (0:1005). */
export function writeCounterSample(
  datagram: DatagramWriter,
  counters: PortCounters,
  sequence: number,
  atMs: number,
): void {
  const nameBytes = 4 + ((counters.name.length + 3) & ~3);
  const records = 3 * Size.Prefix + Size.InterfaceCounters + Size.EthernetCounters + nameBytes;
  const at = datagram.reserve(Size.Prefix + Size.CountersSample + records, atMs);
  const {view} = datagram;
  view.setUint32(at, SampleFormat.Counters);
  view.setUint32(at + 4, Size.CountersSample + records);
  view.setUint32(at + 8, sequence);
  view.setUint32(at + 12, counters.ifIndex); // source_id: class 0
  view.setUint32(at + 16, 3);
  let next = at + Size.Prefix + Size.CountersSample;
  next = writeInterface(view, next, counters);
  next = writeEthernet(view, next);
  view.setUint32(next, CounterRecordFormat.PortName);
  view.setUint32(next + 4, nameBytes);
  view.setUint32(next + nameBytes + 4, 0); // padding of the name; its bytes come after
  view.setUint32(next + 8, counters.name.length);
  datagram.bytes.set(counters.name, next + 12);
}

function writeInterface(view: DataView, at: number, counters: PortCounters): number {
  view.setUint32(at, CounterRecordFormat.Interface);
  view.setUint32(at + 4, Size.InterfaceCounters);
  const body = at + Size.Prefix;
  view.setUint32(body, counters.ifIndex);
  view.setUint32(body + 4, IF_TYPE_ETHERNET);
  setUint64(view, body + 8, counters.speed);
  view.setUint32(body + 16, FULL_DUPLEX);
  view.setUint32(body + 20, UP);
  writeDirection(view, body + 24, counters.inBytes, counters.inFrames, 0);
  view.setUint32(body + 52, UNKNOWN_COUNTER_32); // ifInUnknownProtos
  writeDirection(view, body + 56, counters.outBytes, counters.outFrames, counters.outDiscards);
  view.setUint32(body + 84, UNKNOWN_COUNTER_32); // ifPromiscuousMode
  return body + Size.InterfaceCounters;
}

/** Octets, unicast, multicast, broadcast, discards, errors: the same order for in and out. */
function writeDirection(view: DataView, at: number, bytes: number, frames: number, discards: number): void {
  setUint64(view, at, bytes - FCS_BYTES * frames);
  view.setUint32(at + 8, frames % U32);
  view.setUint32(at + 12, 0);
  view.setUint32(at + 16, 0);
  view.setUint32(at + 20, discards % U32);
  view.setUint32(at + 24, 0);
}

/** No errors; what a full-duplex port cannot have is unknown, as agents say it. */
function writeEthernet(view: DataView, at: number): number {
  view.setUint32(at, CounterRecordFormat.Ethernet);
  view.setUint32(at + 4, Size.EthernetCounters);
  const body = at + Size.Prefix;
  for (let i = 0; i < Size.EthernetCounters; i += 4) view.setUint32(body + i, 0);
  view.setUint32(body + 16, UNKNOWN_COUNTER_32); // SQE test errors
  view.setUint32(body + 36, UNKNOWN_COUNTER_32); // carrier sense errors
  return body + Size.EthernetCounters;
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / U32) % U32);
  view.setUint32(at + 4, value % U32);
}
