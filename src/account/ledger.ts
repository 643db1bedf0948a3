/**
 * The counts of the whole way of a datagram through an ingest thread. Plain numbers in an array:
 * counting costs 3 ns, and a Partial carries what was added since the last one.
 *
 * (a) received = decoded + rejected (by fault) + duplicates; what was thinned before never came here
 * (b) flow samples in decoded datagrams = counted + unusable (by reason); the other samples are counter samples, drop
 *     notifications and others
 * (c) by number, for each (agent, sub-agent): datagrams expected = received + missing, flow and counter samples alike
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
  /** Readings of interface counters that found no room. */
  CountersRefused: 14,
  /** Decoded up to a fault; in `DatagramsDecoded` too. */
  DatagramsDamaged: 15,
  /** Dropped by the kernel in front of the socket, as it says itself. */
  DatagramsKernelDropped: 16,
  /** Dropped by the native receiver, whose ring was full. */
  DatagramsRingDropped: 17,
  /** Dropped at random by the receiver to keep up, and so found missing by number. */
  DatagramsThinned: 18,
  /** Drop notifications: packets that a switch says it dropped, no samples of traffic. */
  DiscardedPackets: 19,
  /** First of one count per `Fault`, by its number. */
  Faults: 20,
  /** How often, and by how many ms in all, time was set forward by a step of the wall clock. */
  ClockSteps: 48,
  ClockStepMs: 49,
  /** How often, and for how many ms in all, the ingest thread stood still for longer than a bin. */
  Stalls: 50,
  StallMs: 51,
  /** Copies of datagrams that went on to other collectors, and that could not be sent. */
  Forwarded: 52,
  ForwardFailed: 53,
  /** Handovers of agents from one ingest thread to another; and those whose state came too late, so that they began anew. */
  Moves: 54,
  MovesLost: 55,
  /** Readings of other counters that found no room. */
  GaugesRefused: 56,
} as const;

/** Room for all counts, with some to spare for faults yet to be named. */
export const COUNTS = 64;
