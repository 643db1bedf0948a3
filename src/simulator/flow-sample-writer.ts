// Hot path: nothing here allocates.
import {FlowRecordFormat, HeaderProtocol, SampleFormat, Size} from '../sflow/constants.ts';
import type {DatagramWriter} from './datagram-writer.ts';
import {HEADER_BYTES} from './packet-template.ts';
import type {PacketWriter} from './packet-writer.ts';
import {FCS_BYTES} from './shape.ts';

/** sFlow version 5, extended_switch: VLAN and priority of both sides. */
const EXTENDED_SWITCH = 1001;
const EXTENDED_SWITCH_BYTES = 16;
const RAW_HEADER_AT = Size.Prefix + Size.FlowSample;
const FIXED_BYTES = RAW_HEADER_AT + Size.Prefix + Size.RawHeader + Size.Prefix + EXTENDED_SWITCH_BYTES;

/** One flow sample, apart from its packet. */
export interface FlowSampleFields {
  sequence: number;
  sourceIfIndex: number;
  samplingRate: number;
  samplePool: number;
  inputIfIndex: number;
  /** The output interface word: an ifIndex, or format 1 with the reason of the discard. */
  output: number;
  /** VLAN of the port, tagged or not. */
  vlan: number;
}

/**
 * Writes a compact flow sample (0:1) with the sampled header (0:1) and extended_switch (0:1001); returns where in the
 * datagram the sampled header begins.
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
  const at = datagram.reserve(FIXED_BYTES + paddedBytes, atMs);
  const {view} = datagram;
  view.setUint32(at, SampleFormat.Flow);
  view.setUint32(at + 4, FIXED_BYTES + paddedBytes - Size.Prefix);
  view.setUint32(at + 8, fields.sequence);
  view.setUint32(at + 12, fields.sourceIfIndex);
  view.setUint32(at + 16, fields.samplingRate);
  view.setUint32(at + 20, fields.samplePool);
  view.setUint32(at + 24, 0); // drops
  view.setUint32(at + 28, fields.inputIfIndex);
  view.setUint32(at + 32, fields.output);
  view.setUint32(at + 36, 2); // records
  const record = at + RAW_HEADER_AT;
  view.setUint32(record, FlowRecordFormat.RawHeader);
  view.setUint32(record + 4, Size.RawHeader + paddedBytes);
  view.setUint32(record + 8, HeaderProtocol.Ethernet);
  view.setUint32(record + 12, frameBytes);
  view.setUint32(record + 16, FCS_BYTES); // stripped
  view.setUint32(record + 20, headerBytes);
  const header = record + Size.Prefix + Size.RawHeader;
  packets.write(datagram.words, view, header, stream, offset);
  for (let pad = headerBytes; pad < paddedBytes; pad++) view.setUint8(header + pad, 0);
  const extended = header + paddedBytes;
  view.setUint32(extended, EXTENDED_SWITCH);
  view.setUint32(extended + 4, EXTENDED_SWITCH_BYTES);
  view.setUint32(extended + 8, fields.vlan);
  view.setUint32(extended + 12, 0);
  view.setUint32(extended + 16, fields.vlan);
  view.setUint32(extended + 20, 0);
  return header;
}
