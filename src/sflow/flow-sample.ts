// Hot path: no allocation, no closure, no exception, no read outside [start, end).
import {FlowRecordFormat, HeaderProtocol, INTERFACE_VALUE_MASK, Size} from './constants.ts';
import {Fault} from './faults.ts';
import type {FormatCounter} from './format-counter.ts';
import {afterOddRecord} from './framing.ts';
import {type FlowSampleView, FoundRecord} from './views.ts';

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
  unknown: FormatCounter,
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
  return decodeFlowRecords(view, data, at + 4, end, unknown);
}

/**
 * Reads the records of a flow sample or a drop notification. One sample is one packet, however many records describe
 * it (v5, "flow_data"): the raw header's length counts before the one of a parsed IP record, that before a parsed
 * Ethernet record's; the order on the wire means nothing.
 */
export function decodeFlowRecords(
  view: FlowSampleView,
  data: DataView,
  start: number,
  end: number,
  unknown: FormatCounter,
): Fault {
  let fault: Fault = Fault.None;
  let hasHeader = false;
  let at = start;
  view.found = 0;
  let left = view.recordCount;
  for (; left > 0 && end - at >= Size.Prefix; left--) {
    const dataFormat = data.getUint32(at);
    const length = data.getUint32(at + 4);
    const body = at + Size.Prefix;
    at = body + length;
    if (length > end - body) {
      fault = cutAt(view, body - Size.Prefix, left);
      at = end;
    } else if ((length & 3) !== 0) {
      at = afterOddRecord(data, at, length, end, unknown);
    }
    if (dataFormat !== FlowRecordFormat.RawHeader) {
      noteRecord(view, dataFormat, body, at - body, unknown);
    } else if (at - body >= Size.RawHeader) {
      readRawHeader(view, data, body, at, unknown);
      hasHeader = true;
    }
  }
  if (!hasHeader) useParsedLength(view, data, start);
  return left > 0 && fault === Fault.None ? cutAt(view, at, left) : fault;
}

function cutAt(view: FlowSampleView, offset: number, left: number): Fault {
  view.cutOffset = offset;
  view.cutLeft = left;
  return Fault.RecordCut;
}

/** v5, sampled_header. A header that claims more bytes than its record has is clipped, as all sampled headers are. */
function readRawHeader(view: FlowSampleView, data: DataView, body: number, end: number, unknown: FormatCounter): void {
  const protocol = data.getUint32(body);
  view.headerProtocol = protocol;
  if (protocol !== HeaderProtocol.Ethernet) otherProtocol(view, protocol, unknown);
  view.frameLength = data.getUint32(body + 4);
  view.stripped = data.getUint32(body + 8);
  const claimed = data.getUint32(body + 12);
  const offset = body + Size.RawHeader;
  view.headerOffset = offset;
  view.headerEnd = claimed < end - offset ? offset + claimed : end;
  // Some agents send a length that is smaller than the bytes they copied; the bytes were certainly there.
  if (view.frameLength < view.headerEnd - offset) view.frameLength = view.headerEnd - offset;
}

/** Agents that leave the protocol at 0 sample Ethernet. */
function otherProtocol(view: FlowSampleView, protocol: number, unknown: FormatCounter): void {
  if (protocol === 0) view.headerProtocol = HeaderProtocol.Ethernet;
  else unknown.seeHeaderProtocol(protocol);
}

/**
 * Remembers where a record stands that metrics may want; what it says is read by whoever wants it. A record that is
 * too short is as good as none, and must not move the offset of a good one.
 */
function noteRecord(
  view: FlowSampleView,
  dataFormat: number,
  body: number,
  length: number,
  unknown: FormatCounter,
): void {
  switch (dataFormat) {
    case FlowRecordFormat.Ethernet:
      if (length < Size.Word) return;
      view.parsedEthernetOffset = body;
      view.found |= FoundRecord.ParsedEthernet;
      return;
    case FlowRecordFormat.Ipv4:
      if (length < Size.ParsedIpv4) return;
      view.parsedIpOffset = body;
      view.found = (view.found & ~FoundRecord.ParsedIpv6) | FoundRecord.ParsedIpv4;
      return;
    case FlowRecordFormat.Ipv6:
      if (length < Size.ParsedIpv6) return;
      view.parsedIpOffset = body;
      view.found = (view.found & ~FoundRecord.ParsedIpv4) | FoundRecord.ParsedIpv6;
      return;
    case FlowRecordFormat.Switch:
      if (length < Size.Switch) return;
      view.switchOffset = body;
      view.found |= FoundRecord.Switch;
      return;
    case FlowRecordFormat.EgressQueue:
      if (length < Size.Word) return;
      view.egressQueueOffset = body;
      view.found |= FoundRecord.EgressQueue;
      return;
    case FlowRecordFormat.Transit:
      if (length < Size.Word) return;
      view.transitOffset = body;
      view.found |= FoundRecord.Transit;
      return;
    case FlowRecordFormat.Queue:
      if (length < Size.Word) return;
      view.queueOffset = body;
      view.found |= FoundRecord.Queue;
      return;
    case FlowRecordFormat.Timestamp:
      if (length < Size.Timestamp) return;
      view.timestampOffset = body;
      view.found |= FoundRecord.Timestamp;
      return;
    default:
      unknown.see(dataFormat);
  }
}

/** The frame's length from the records of an agent that parsed the packet itself and sent no header. */
function useParsedLength(view: FlowSampleView, data: DataView, start: number): void {
  view.headerProtocol = 0;
  view.stripped = 0;
  view.headerOffset = start;
  view.headerEnd = start;
  view.frameLength = 0;
  if ((view.found & (FoundRecord.ParsedIpv4 | FoundRecord.ParsedIpv6)) !== 0) {
    const length = data.getUint32(view.parsedIpOffset);
    if (length > 0) view.frameLength = length + ETHERNET_OVERHEAD;
  } else if ((view.found & FoundRecord.ParsedEthernet) !== 0) {
    view.frameLength = data.getUint32(view.parsedEthernetOffset);
  }
}
