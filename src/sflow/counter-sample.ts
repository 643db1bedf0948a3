// Hot path: no allocation, no closure, no exception, no read outside [start, end).
import {CounterRecordFormat, Size} from './constants.ts';
import {Fault} from './faults.ts';
import type {FormatCounter} from './format-counter.ts';
import {afterOddRecord} from './framing.ts';
import {type CounterSampleView, MOST_GAUGES} from './views.ts';

/**
 * Reads a counter sample whose body stands in [start, end) and notes where the records that are accounted stand.
 * Returns a `Fault` as `decodeFlowSample` does.
 */
export function decodeCounterSample(
  view: CounterSampleView,
  data: DataView,
  start: number,
  end: number,
  expanded: boolean,
  unknown: FormatCounter,
): Fault {
  if (end - start < (expanded ? Size.CountersSampleExpanded : Size.CountersSample)) return Fault.SampleTooShort;
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
  view.recordCount = data.getUint32(at);
  view.recordsOffset = at + 4;
  view.recordsEnd = end;
  view.interfaceOffset = -1;
  view.ethernetOffset = -1;
  view.portNameOffset = -1;
  view.hostNameOffset = -1;
  view.lagOffset = -1;
  view.gauges = 0;
  let fault: Fault = Fault.None;
  at += 4;
  let left = view.recordCount;
  for (; left > 0 && end - at >= Size.Prefix; left--) {
    const dataFormat = data.getUint32(at);
    const length = data.getUint32(at + 4);
    const body = at + Size.Prefix;
    let next = body + length;
    if (length > end - body) {
      fault = cutAt(view, at, left);
      next = end;
    } else if ((length & 3) !== 0) {
      next = afterOddRecord(data, next, length, end, unknown);
    }
    noteRecord(view, dataFormat, body, next - body, unknown);
    at = next;
  }
  return left > 0 && fault === Fault.None ? cutAt(view, at, left) : fault;
}

function cutAt(view: CounterSampleView, offset: number, left: number): Fault {
  view.cutOffset = offset;
  view.cutLeft = left;
  return Fault.RecordCut;
}

/** Remembers where a record stands that is accounted, if it is long enough to be read. */
function noteRecord(
  view: CounterSampleView,
  dataFormat: number,
  body: number,
  length: number,
  unknown: FormatCounter,
): void {
  switch (dataFormat) {
    case CounterRecordFormat.Interface:
      if (length >= Size.InterfaceCounters) view.interfaceOffset = body;
      return;
    case CounterRecordFormat.Ethernet:
      if (length >= Size.EthernetCounters) view.ethernetOffset = body;
      return;
    case CounterRecordFormat.PortName:
      if (length >= 4) view.portNameOffset = body;
      return;
    case CounterRecordFormat.HostDescription:
      if (length >= 4) view.hostNameOffset = body;
      return;
    case CounterRecordFormat.Lag:
      if (length >= Size.LagCounters) view.lagOffset = body;
      return;
    case CounterRecordFormat.Optics:
    case CounterRecordFormat.Pfc:
    case CounterRecordFormat.Processor:
    case CounterRecordFormat.HostCpu:
    case CounterRecordFormat.HostMemory:
    case CounterRecordFormat.HostDisk:
    case CounterRecordFormat.HostNet:
    case CounterRecordFormat.DeviceBuffers:
    case CounterRecordFormat.PortBuffers:
    case CounterRecordFormat.Gpu:
      noteGauge(view, dataFormat, body, length);
      return;
    default:
      unknown.see(dataFormat);
  }
}

/** Its fields are read one by one, each if it is there. */
function noteGauge(view: CounterSampleView, dataFormat: number, body: number, length: number): void {
  if (view.gauges === MOST_GAUGES) return;
  const i = view.gauges++;
  view.gaugeFormats[i] = dataFormat;
  view.gaugeOffsets[i] = body;
  view.gaugeEnds[i] = body + length;
}
