import {columnIndexes, FLOWS} from '../account/schema.ts';

const column = columnIndexes(FLOWS);

/** Where the columns of flows stand. `Key` is the first of the `KEY_WORDS` words that name a flow. */
export const FlowColumn = {
  Agent: column['agent']!,
  Port: column['port']!,
  Rate: column['rate']!,
  Side: column['side']!,
  Key: column['source0']!,
  DestQp: column['destQp']!,
  Ttl: column['ttl']!,
  Output: column['output']!,
  Frames: column['frames']!,
  Bytes: column['bytes']!,
  Squares: column['squares']!,
  Largest: column['largest']!,
  Operations: column['operations']!,
  Ce: column['ce']!,
  Cnp: column['cnp']!,
  LastPsn: column['lastPsn']!,
  Backward: column['backward']!,
  Followed: column['followed']!,
  Reads: column['reads']!,
  SlotsLow: column['slotsLow']!,
  SlotsHigh: column['slotsHigh']!,
} as const;

/** Source and destination in four words each, destination queue pair, DSCP. */
export const KEY_WORDS = 10;
