import {FlowRecordFormat, Size} from '../sflow/constants.ts';

const RECORD_BYTES = Size.Prefix + Size.Word;
/** The queue that all frames stand in. */
export const QUEUE = 0;
/** extended_egress_queue (0:1036), extended_queue (0:1040) and extended_transit (0:1039). */
export const QUEUE_RECORDS = 3;
export const QUEUE_RECORDS_BYTES = QUEUE_RECORDS * RECORD_BYTES;

/** Writes what a packet found in its queue, bytes, and how long it was in the switch, ns. */
export function writeQueueRecords(view: DataView, at: number, depth: number, delay: number): void {
  writeWord(view, at, FlowRecordFormat.EgressQueue, QUEUE);
  writeWord(view, at + RECORD_BYTES, FlowRecordFormat.Queue, depth);
  writeWord(view, at + 2 * RECORD_BYTES, FlowRecordFormat.Transit, delay);
}

function writeWord(view: DataView, at: number, format: number, value: number): void {
  view.setUint32(at, format);
  view.setUint32(at + 4, Size.Word);
  view.setUint32(at + Size.Prefix, value);
}
