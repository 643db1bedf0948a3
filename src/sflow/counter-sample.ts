// Hot path: no allocation, no closure, no exception, no read outside [start, end).
import {CounterRecordFormat, Size} from './constants.ts';
import {Fault} from './faults.ts';
import type {CounterSampleView} from './views.ts';

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
  at += 4;
  for (let left = view.recordCount; left > 0 && end - at >= Size.Prefix; left--) {
    const dataFormat = data.getUint32(at);
    const length = data.getUint32(at + 4);
    const body = at + Size.Prefix;
    if (length > end - body) return Fault.RecordCut;
    if (dataFormat === CounterRecordFormat.Interface) {
      if (length >= Size.InterfaceCounters) view.interfaceOffset = body;
    } else if (dataFormat === CounterRecordFormat.Ethernet) {
      if (length >= Size.EthernetCounters) view.ethernetOffset = body;
    } else if (dataFormat === CounterRecordFormat.PortName) {
      if (length >= 4) view.portNameOffset = body;
    }
    at = body + length;
  }
  return Fault.None;
}
