// Hot path: nothing here allocates.
import {FlowRecordFormat, HeaderProtocol, SampleFormat, Size} from '../sflow/constants.ts';
import type {DatagramWriter} from './datagram-writer.ts';
import {HEADER_BYTES} from './packet-template.ts';
import type {PacketWriter} from './packet-writer.ts';
import {QUEUE_RECORDS, QUEUE_RECORDS_BYTES, writeQueueRecords} from './queue-records.ts';
import {FCS_BYTES} from './shape.ts';
import {setUint64} from './uint64.ts';

/** sFlow version 5, extended_switch: VLAN and priority of both sides. */
const EXTENDED_SWITCH = 1001;
const EXTENDED_SWITCH_BYTES = 16;
const RAW_HEADER_BYTES = Size.Prefix + Size.RawHeader;
const SWITCH_BYTES = Size.Prefix + EXTENDED_SWITCH_BYTES;
const TIMESTAMP_BYTES = Size.Prefix + Size.Timestamp;

/** One flow sample, apart from its packet. */
export interface FlowSampleFields {
  isExpanded: boolean;
  sequence: number;
  sourceClass: number;
  sourceIndex: number;
  samplingRate: number;
  samplePool: number;
  drops: number;
  inputIfIndex: number;
  /** The output interface: its format (single, discarded, multiple) and what that says: ifIndex, reason or number. */
  outputFormat: number;
  outputValue: number;
  /** VLAN of the port, tagged or not. */
  vlan: number;
  /** Epoch milliseconds of the timestamp record; below 0: there is none. */
  timestampMs: number;
  /** Bytes that it found in its queue, and ns that it took through the switch; below 0: nothing is told of that. */
  queueDepth: number;
  delay: number;
}

/**
 * Writes a flow sample (0:1, expanded 0:3) with the sampled header (0:1), extended_switch (0:1001) and perhaps a
 * timestamp (0:1043) and what it is told of its queue; returns where in the datagram the sampled header begins.
 */
export function writeFlowSample(
  datagram: DatagramWriter,
  packets: PacketWriter,
  fields: FlowSampleFields,
  stream: number,
  offset: number,
  atMs: number,
): number {
  const frameBytes = packets.frameBytes(stream, offset);
  const headerBytes = Math.min(HEADER_BYTES, frameBytes - FCS_BYTES);
  const paddedBytes = (headerBytes + 3) & ~3;
  const hasTimestamp = fields.timestampMs >= 0;
  const sampleBytes = fields.isExpanded ? Size.FlowSampleExpanded : Size.FlowSample;
  const hasQueue = fields.queueDepth >= 0;
  const more = (hasTimestamp ? TIMESTAMP_BYTES : 0) + (hasQueue ? QUEUE_RECORDS_BYTES : 0);
  const bytes = sampleBytes + RAW_HEADER_BYTES + paddedBytes + SWITCH_BYTES + more;
  const at = datagram.reserve(Size.Prefix + bytes, atMs);
  const {view} = datagram;
  view.setUint32(at, fields.isExpanded ? SampleFormat.FlowExpanded : SampleFormat.Flow);
  view.setUint32(at + 4, bytes);
  writeSample(view, at + Size.Prefix, fields, 2 + (hasTimestamp ? 1 : 0) + (hasQueue ? QUEUE_RECORDS : 0));
  const record = at + Size.Prefix + sampleBytes;
  const header = writeHeaderRecord(datagram, packets, record, stream, offset);
  let next = header + paddedBytes;
  view.setUint32(next, EXTENDED_SWITCH);
  view.setUint32(next + 4, EXTENDED_SWITCH_BYTES);
  view.setUint32(next + 8, fields.vlan);
  view.setUint32(next + 12, 0);
  view.setUint32(next + 16, fields.vlan);
  view.setUint32(next + 20, 0);
  next += SWITCH_BYTES;
  if (hasQueue) {
    writeQueueRecords(view, next, fields.queueDepth, fields.delay);
    next += QUEUE_RECORDS_BYTES;
  }
  if (!hasTimestamp) return header;
  view.setUint32(next, FlowRecordFormat.Timestamp);
  view.setUint32(next + 4, Size.Timestamp);
  writeNanoseconds(view, next + 8, fields.timestampMs);
  return header;
}

/** Writes a sampled header record (0:1) for which there is room; returns where the header itself begins. */
export function writeHeaderRecord(
  datagram: DatagramWriter,
  packets: PacketWriter,
  record: number,
  stream: number,
  offset: number,
): number {
  const frameBytes = packets.frameBytes(stream, offset);
  const headerBytes = Math.min(HEADER_BYTES, frameBytes - FCS_BYTES);
  const paddedBytes = (headerBytes + 3) & ~3;
  const {view} = datagram;
  view.setUint32(record, FlowRecordFormat.RawHeader);
  view.setUint32(record + 4, Size.RawHeader + paddedBytes);
  view.setUint32(record + 8, HeaderProtocol.Ethernet);
  view.setUint32(record + 12, frameBytes);
  view.setUint32(record + 16, FCS_BYTES); // stripped
  view.setUint32(record + 20, headerBytes);
  const header = record + RAW_HEADER_BYTES;
  packets.write(datagram.words, view, header, stream, offset);
  for (let pad = headerBytes; pad < paddedBytes; pad++) view.setUint8(header + pad, 0);
  return header;
}

function writeSample(view: DataView, at: number, fields: FlowSampleFields, records: number): void {
  const {sourceClass, sourceIndex, outputFormat, outputValue} = fields;
  view.setUint32(at, fields.sequence);
  let next = at + 4;
  if (fields.isExpanded) {
    view.setUint32(next, sourceClass);
    view.setUint32(next + 4, sourceIndex);
    next += 8;
  } else {
    view.setUint32(next, (sourceClass << 24) | sourceIndex);
    next += 4;
  }
  view.setUint32(next, fields.samplingRate);
  view.setUint32(next + 4, fields.samplePool);
  view.setUint32(next + 8, fields.drops);
  next += 12;
  if (fields.isExpanded) {
    view.setUint32(next, 0); // format of the input: single
    view.setUint32(next + 4, fields.inputIfIndex);
    view.setUint32(next + 8, outputFormat);
    view.setUint32(next + 12, outputValue);
    next += 16;
  } else {
    view.setUint32(next, fields.inputIfIndex);
    view.setUint32(next + 4, (outputFormat << 30) | outputValue);
    next += 8;
  }
  view.setUint32(next, records);
}

/** Epoch milliseconds as nanoseconds: more than a double holds, so in two steps. */
function writeNanoseconds(view: DataView, at: number, ms: number): void {
  setUint64(view, at, Math.floor(ms * 1_000), 1_000);
}
