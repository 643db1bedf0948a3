// Hot path: no allocation, no closure, no exception, no read outside [start, end).
import {Size} from './constants.ts';
import {Fault} from './faults.ts';
import {decodeFlowRecords} from './flow-sample.ts';
import type {FormatCounter} from './format-counter.ts';
import type {DiscardView} from './views.ts';

/** Reads a drop notification (drops, discarded_packet) whose body stands in [start, end). Returns a `Fault`. */
export function decodeDiscard(
  view: DiscardView,
  data: DataView,
  start: number,
  end: number,
  unknown: FormatCounter,
): Fault {
  if (end - start < Size.DiscardedPacket) return Fault.SampleTooShort;
  view.sequenceNumber = data.getUint32(start);
  view.sourceClass = data.getUint32(start + 4);
  view.sourceIndex = data.getUint32(start + 8);
  view.drops = data.getUint32(start + 12);
  view.inputIfIndex = data.getUint32(start + 16);
  view.outputIfIndex = data.getUint32(start + 20);
  view.reason = data.getUint32(start + 24);
  view.packet.recordCount = data.getUint32(start + 28);
  view.packet.recordsOffset = start + Size.DiscardedPacket;
  view.packet.recordsEnd = end;
  return decodeFlowRecords(view.packet, data, start + Size.DiscardedPacket, end, unknown);
}
