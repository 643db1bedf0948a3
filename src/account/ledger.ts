/**
 * The counts of the whole way of a datagram through an ingest thread. Plain numbers in an array:
 * counting costs 3 ns, and a Partial carries what was added since the last one.
 *
 * (a) received = decoded + rejected (by fault) + duplicates
 * (b) flow samples in decoded datagrams = counted + unusable (by reason)
 */
export const Count = {
  DatagramsReceived: 0,
  DatagramsDecoded: 1,
  DatagramsDuplicate: 2,
  /** Datagrams of agents past the table's bound: rejected, like the faults. */
  DatagramsAgentRefused: 3,
  FlowSamples: 4,
  FlowSamplesCounted: 5,
  FlowSamplesNoRate: 6,
  FlowSamplesNoLength: 7,
  FlowSamplesNoPort: 8,
  FlowSamplesRefused: 9,
  RoceSamples: 10,
  CounterSamples: 11,
  OtherSamples: 12,
  /** Rows that found no place; their sample may still have counted on its other side. */
  RowsRefused: 13,
  CountersDropped: 14,
  /** Decoded up to a fault; in `DatagramsDecoded` too. */
  DatagramsDamaged: 15,
  /** Dropped by the kernel in front of the socket, as it says itself. */
  DatagramsKernelDropped: 16,
  /** Dropped by the native receiver, whose ring was full. */
  DatagramsRingDropped: 17,
  /** First of one count per `Fault`, by its number. */
  Faults: 20,
} as const;

/** Room for all counts, with some to spare for faults yet to be named. */
export const COUNTS = 64;
