// Hot path: no allocation, no closure, no exception, no read outside [start, end).
import {FlowRecordFormat, HeaderProtocol, INTERFACE_VALUE_MASK, Size} from './constants.ts';
import {Fault} from './faults.ts';
import type {FlowSampleView} from './views.ts';

/** sampled_ipv4 and sampled_ipv6 (v5) start with the length of the IP packet, without the link layer. */
const ETHERNET_OVERHEAD = 18;

/**
 * Reads a flow sample whose body stands in [start, end): the fixed part, then all records for the raw header and the
 * frame's length. Returns a `Fault`; the view is untrusted after `SampleTooShort`, and whole up to the damage after
 * `RecordCut`.
 */
export function decodeFlowSample(
  view: FlowSampleView,
  data: DataView,
  start: number,
  end: number,
  expanded: boolean,
): Fault {
  if (end - start < (expanded ? Size.FlowSampleExpanded : Size.FlowSample)) return Fault.SampleTooShort;
  view.expanded = expanded;
  view.sequenceNumber = data.getUint32(start);
  let at = start + 8;
  if (expanded) {
    view.sourceClass = data.getUint32(start + 4);
    view.sourceIndex = data.getUint32(start + 8);
    at = start + 12;
  } else {
    const source = data.getUint32(start + 4);
    view.sourceClass = source >>> 24;
    view.sourceIndex = source & 0xffffff;
  }
  view.samplingRate = data.getUint32(at);
  view.samplePool = data.getUint32(at + 4);
  view.drops = data.getUint32(at + 8);
  const input = data.getUint32(at + 12);
  if (expanded) {
    view.inputFormat = input;
    view.inputValue = data.getUint32(at + 16);
    view.outputFormat = data.getUint32(at + 20);
    view.outputValue = data.getUint32(at + 24);
    at += 28;
  } else {
    const output = data.getUint32(at + 16);
    view.inputFormat = input >>> 30;
    view.inputValue = input & INTERFACE_VALUE_MASK;
    view.outputFormat = output >>> 30;
    view.outputValue = output & INTERFACE_VALUE_MASK;
    at += 20;
  }
  view.recordCount = data.getUint32(at);
  view.recordsOffset = at + 4;
  view.recordsEnd = end;
  return decodeRecords(view, data, at + 4, end);
}

/**
 * One flow sample is one packet, however many records describe it (v5, "flow_data"): the raw header's length counts
 * before the one of a parsed IP or Ethernet record.
 */
function decodeRecords(view: FlowSampleView, data: DataView, start: number, end: number): Fault {
  view.frameLength = 0;
  view.headerProtocol = 0;
  view.stripped = 0;
  view.headerOffset = start;
  view.headerEnd = start;
  let at = start;
  for (let left = view.recordCount; left > 0 && end - at >= Size.Prefix; left--) {
    const dataFormat = data.getUint32(at);
    const length = data.getUint32(at + 4);
    const body = at + Size.Prefix;
    if (length > end - body) return Fault.RecordCut;
    if (dataFormat === FlowRecordFormat.RawHeader) {
      if (length >= Size.RawHeader) readRawHeader(view, data, body, body + length);
    } else if (view.headerProtocol === 0 && length >= 4) {
      if (dataFormat === FlowRecordFormat.Ethernet) {
        if (view.frameLength === 0) view.frameLength = data.getUint32(body);
      } else if (dataFormat === FlowRecordFormat.Ipv4 || dataFormat === FlowRecordFormat.Ipv6) {
        if (view.frameLength === 0) view.frameLength = data.getUint32(body) + ETHERNET_OVERHEAD;
      }
    }
    at = body + length;
  }
  return Fault.None;
}

/** v5, sampled_header. A header that claims more bytes than its record has is clipped, as all sampled headers are. */
function readRawHeader(view: FlowSampleView, data: DataView, body: number, end: number): void {
  view.headerProtocol = data.getUint32(body);
  if (view.headerProtocol === 0) view.headerProtocol = HeaderProtocol.Ethernet;
  view.frameLength = data.getUint32(body + 4);
  view.stripped = data.getUint32(body + 8);
  const claimed = data.getUint32(body + 12);
  const offset = body + Size.RawHeader;
  view.headerOffset = offset;
  view.headerEnd = claimed < end - offset ? offset + claimed : end;
  // Some agents send a length that is smaller than the bytes they copied; the bytes were certainly there.
  if (view.frameLength < view.headerEnd - offset) view.frameLength = view.headerEnd - offset;
}
