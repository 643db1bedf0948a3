import {CounterRecordFormat, SampleFormat, Size, SourceClass, UNKNOWN_COUNTER_32} from '../sflow/constants.ts';
import type {DatagramWriter} from './datagram-writer.ts';
import {OPTICS_RECORD_BYTES, type PauseCounts, PFC_RECORD_BYTES, writeOptics, writePfc} from './port-records.ts';
import {FCS_BYTES} from './shape.ts';
import {setUint64} from './uint64.ts';

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
  /** Octets are told 2^32 below what they are, mod 2^64: those that begin below 2^32 soon wrap. */
  isNearWrap: boolean;
  pauses: PauseCounts;
}

/** sFlow host structures, host_descr: the UUID has no length in front of it. */
const HOST_DESCRIPTION = 2000;
const UUID_BYTES = 16;
/** machine_type x86_64 and os_name linux of sFlow's host structures. */
const MACHINE_X86_64 = 3;
const OS_LINUX = 2;
/** Data source class and index of the device itself. */
const DEVICE_INDEX = 1;

/** How an agent writes its counter samples. */
export interface CounterStyle {
  readonly isExpanded: boolean;
  readonly hasPortNames: boolean;
  readonly hasPfc: boolean;
  readonly hasOptics: boolean;
}

/**
 * Writes a counters sample (0:2, expanded 0:4) with if_counters (0:1), ethernet_counters (0:2) and, as the agent does,
 * PFC (0:11), the optical module (0:10) and port_name (0:1005).
 */
export function writeCounterSample(
  datagram: DatagramWriter,
  counters: PortCounters,
  sequence: number,
  atMs: number,
  style: CounterStyle,
): void {
  const nameBytes = 4 + ((counters.name.length + 3) & ~3);
  const {hasPortNames, hasPfc, hasOptics} = style;
  const more = (hasPortNames ? Size.Prefix + nameBytes : 0) + (hasPfc ? PFC_RECORD_BYTES : 0);
  const bytes = 2 * Size.Prefix + Size.InterfaceCounters + Size.EthernetCounters + more;
  const all = bytes + (hasOptics ? OPTICS_RECORD_BYTES : 0);
  const {view} = datagram;
  let next = beginSample(datagram, SourceClass.Interface, counters.ifIndex, sequence, all, atMs, style);
  view.setUint32(next - 4, 2 + [hasPortNames, hasPfc, hasOptics].filter((has) => has).length);
  next = writeInterface(view, next, counters);
  next = writeEthernet(view, next);
  if (hasPfc) next = writePfc(view, next, counters.pauses);
  if (hasOptics) next = writeOptics(view, next, counters.ifIndex);
  if (!hasPortNames) return;
  view.setUint32(next, CounterRecordFormat.PortName);
  view.setUint32(next + 4, nameBytes);
  writeString(datagram, next + 8, counters.name);
}

/** Writes a counters sample of the device itself with its host_descr (0:2000). */
export function writeHostSample(
  datagram: DatagramWriter,
  hostName: Uint8Array,
  sequence: number,
  atMs: number,
  style: CounterStyle,
): void {
  const nameBytes = 4 + ((hostName.length + 3) & ~3);
  const bytes = nameBytes + UUID_BYTES + 8 + 4;
  const {view} = datagram;
  const at = beginSample(datagram, SourceClass.Entity, DEVICE_INDEX, sequence, Size.Prefix + bytes, atMs, style);
  view.setUint32(at - 4, 1);
  view.setUint32(at, HOST_DESCRIPTION);
  view.setUint32(at + 4, bytes);
  writeString(datagram, at + 8, hostName);
  const next = at + 8 + nameBytes;
  for (let i = 0; i < UUID_BYTES; i++) view.setUint8(next + i, 0);
  view.setUint32(next + UUID_BYTES, MACHINE_X86_64);
  view.setUint32(next + UUID_BYTES + 4, OS_LINUX);
  view.setUint32(next + UUID_BYTES + 8, 0); // release: an empty string
}

/** Returns where the records begin; the word before it is their number. */
function beginSample(
  datagram: DatagramWriter,
  sourceClass: number,
  index: number,
  sequence: number,
  recordBytes: number,
  atMs: number,
  {isExpanded}: CounterStyle,
): number {
  const bytes = (isExpanded ? Size.CountersSampleExpanded : Size.CountersSample) + recordBytes;
  const at = datagram.reserve(Size.Prefix + bytes, atMs);
  const {view} = datagram;
  view.setUint32(at, isExpanded ? SampleFormat.CountersExpanded : SampleFormat.Counters);
  view.setUint32(at + 4, bytes);
  view.setUint32(at + 8, sequence);
  if (isExpanded) {
    view.setUint32(at + 12, sourceClass);
    view.setUint32(at + 16, index);
    return at + Size.Prefix + Size.CountersSampleExpanded;
  }
  view.setUint32(at + 12, (sourceClass << 24) | index);
  return at + Size.Prefix + Size.CountersSample;
}

/** A string of XDR: length, bytes, padding with zeros. */
function writeString({view, bytes}: DatagramWriter, at: number, text: Uint8Array): void {
  view.setUint32(at + ((text.length + 3) & ~3), 0); // the padding; the bytes come over it
  view.setUint32(at, text.length);
  bytes.set(text, at + 4);
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
  const {isNearWrap} = counters;
  writeDirection(view, body + 24, counters.inBytes, counters.inFrames, 0, isNearWrap);
  view.setUint32(body + 52, UNKNOWN_COUNTER_32); // ifInUnknownProtos
  writeDirection(view, body + 56, counters.outBytes, counters.outFrames, counters.outDiscards, isNearWrap);
  view.setUint32(body + 84, UNKNOWN_COUNTER_32); // ifPromiscuousMode
  return body + Size.InterfaceCounters;
}

/** Octets, unicast, multicast, broadcast, discards, errors: the same order for in and out. */
function writeDirection(
  view: DataView,
  at: number,
  bytes: number,
  frames: number,
  discards: number,
  isNearWrap: boolean,
): void {
  setUint64(view, at, bytes - FCS_BYTES * frames);
  if (isNearWrap) view.setUint32(at, view.getUint32(at) - 1);
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
