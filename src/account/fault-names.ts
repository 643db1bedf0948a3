import {FAULT_NAMES, LAST_REJECTION} from '../sflow/faults.ts';

/** The decoder's faults for those who show counts: number, name, and whether nothing of the datagram was usable. */
export const FAULT_LABELS: readonly {fault: number; name: string; isRejection: boolean}[] = FAULT_NAMES.map(
  (name, fault) => ({fault, name, isRejection: fault <= LAST_REJECTION}),
).slice(1);
