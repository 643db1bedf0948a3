import {FAULT_LABELS} from '../../account/fault-names.ts';
import {COUNTS, Count} from '../../account/ledger.ts';
import type {Waterfall} from '../../shared/health.ts';
import type {SubAgentSums} from '../agents.ts';
import type {Fabric} from '../fabric.ts';

export type {Waterfall} from '../../shared/health.ts';

/** What all the ledgers hold at one instant; the difference of two of them is what happened in between. */
export interface Reading {
  counts: Float64Array;
  /** Over all agents, by sequence numbers. Late arrivals lower what is missing. */
  received: number;
  missing: number;
  samplesReceived: number;
  samplesMissing: number;
  agentDrops: number;
  tablesRefused: number;
  rowsLate: number;
  partialsLost: number;
}

/** The reading before anything came. */
export const NOTHING: Readonly<Reading> = {
  counts: new Float64Array(COUNTS),
  received: 0,
  missing: 0,
  samplesReceived: 0,
  samplesMissing: 0,
  agentDrops: 0,
  tablesRefused: 0,
  rowsLate: 0,
  partialsLost: 0,
};

/** Reads the ledgers as they are now. */
export function readLedgers({counts, agents, ports, rows, lateRows, producers}: Fabric): Reading {
  const reading: Reading = {
    ...NOTHING,
    counts: counts.slice(),
    tablesRefused: refusedByIngest(counts) + agents.refused + ports.refused + rows.refused,
    rowsLate: lateRows,
    partialsLost: producers.lost,
  };
  addTo(reading, agents.left);
  for (const agent of agents.all) for (const stream of agent.subAgents.values()) addTo(reading, stream);
  return reading;
}

/** What found no room in the tables of ingest threads. Whole agents are told among the datagrams that were rejected. */
function refusedByIngest(counts: Float64Array): number {
  return counts[Count.RowsRefused]! + counts[Count.CountersRefused]! + counts[Count.GaugesRefused]!;
}

function addTo(reading: Reading, sums: SubAgentSums): void {
  reading.received += sums.received;
  reading.missing += sums.missing;
  reading.samplesReceived += sums.flowSamples + sums.counterSamples;
  reading.samplesMissing += sums.missingFlowSamples + sums.missingCounterSamples;
  reading.agentDrops += sums.agentDrops;
}

/** What happened between two readings. */
export function between(earlier: Reading, later: Reading): Reading {
  const counts = new Float64Array(COUNTS);
  for (let i = 0; i < COUNTS; i++) counts[i] = later.counts[i]! - earlier.counts[i]!;
  return {
    counts,
    received: later.received - earlier.received,
    missing: later.missing - earlier.missing,
    samplesReceived: later.samplesReceived - earlier.samplesReceived,
    samplesMissing: later.samplesMissing - earlier.samplesMissing,
    agentDrops: later.agentDrops - earlier.agentDrops,
    tablesRefused: later.tablesRefused - earlier.tablesRefused,
    rowsLate: later.rowsLate - earlier.rowsLate,
    partialsLost: later.partialsLost - earlier.partialsLost,
  };
}

/** Flow samples that cannot be counted, by reason. */
const UNUSABLE = {
  no_rate: Count.FlowSamplesNoRate,
  no_length: Count.FlowSamplesNoLength,
  no_port: Count.FlowSamplesNoPort,
  table_full: Count.FlowSamplesRefused,
} as const;

/** The ledgers as people read them. Reasons that never occurred are left out. */
export function waterfallOf(reading: Reading): Waterfall {
  const {counts} = reading;
  const rejected: Record<string, number> = {};
  const damaged: Record<string, number> = {};
  for (const {fault, name, isRejection} of FAULT_LABELS) {
    const count = counts[Count.Faults + fault]!;
    if (count > 0) (isRejection ? rejected : damaged)[name] = count;
  }
  if (counts[Count.DatagramsAgentRefused]! > 0) rejected['agent_table_full'] = counts[Count.DatagramsAgentRefused]!;
  const unusable: Record<string, number> = {};
  for (const [name, count] of Object.entries(UNUSABLE)) if (counts[count]! > 0) unusable[name] = counts[count]!;
  const thinned = counts[Count.DatagramsThinned]!;
  return {
    kernelDropped: counts[Count.DatagramsKernelDropped]!,
    ringDropped: counts[Count.DatagramsRingDropped]!,
    // Those that were thinned had been received, too; the ingest thread never saw them.
    datagramsReceived: counts[Count.DatagramsReceived]! + thinned,
    datagramsRejected: rejected,
    datagramsDuplicate: counts[Count.DatagramsDuplicate]!,
    datagramsThinned: thinned,
    datagramsForwarded: counts[Count.Forwarded]!,
    forwardsFailed: counts[Count.ForwardFailed]!,
    datagramsDecoded: counts[Count.DatagramsDecoded]!,
    datagramsDamaged: damaged,
    flowSamples: counts[Count.FlowSamples]!,
    flowSamplesCounted: counts[Count.FlowSamplesCounted]!,
    flowSamplesUnusable: unusable,
    roceSamples: counts[Count.RoceSamples]!,
    counterSamples: counts[Count.CounterSamples]!,
    discardedPackets: counts[Count.DiscardedPackets]!,
    otherSamples: counts[Count.OtherSamples]!,
    datagramsMissing: reading.missing,
    agentDrops: reading.agentDrops,
    tablesRefused: reading.tablesRefused,
    rowsLate: reading.rowsLate,
    partialsLost: reading.partialsLost,
  };
}

/** The waterfall since the start. */
export function waterfall(fabric: Fabric): Waterfall {
  return waterfallOf(readLedgers(fabric));
}

/** Datagrams that sequence numbers miss, told apart by where they went. What nobody owns up to was lost elsewhere. */
export function missingByPlace({counts, missing}: Reading): {
  kernel: number;
  ring: number;
  thinned: number;
  elsewhere: number;
} {
  const kernel = counts[Count.DatagramsKernelDropped]!;
  const ring = counts[Count.DatagramsRingDropped]!;
  const thinned = counts[Count.DatagramsThinned]!;
  return {kernel, ring, thinned, elsewhere: Math.max(0, missing - kernel - ring - thinned)};
}

/** Samples by their sequence numbers. */
export function samplesOf(reading: Reading): {expected: number; received: number; missing: number} {
  const {samplesReceived: received, samplesMissing: missing} = reading;
  return {expected: received + missing, received, missing};
}

/** How often and by how much time was set forward, and for how long the ingest thread stood still. */
export function clockOf(counts: Float64Array): {steps: number; stepMs: number; stalls: number; stallMs: number} {
  return {
    steps: counts[Count.ClockSteps]!,
    stepMs: counts[Count.ClockStepMs]!,
    stalls: counts[Count.Stalls]!,
    stallMs: counts[Count.StallMs]!,
  };
}

/** Sum of a table of reasons. */
export function sumOf(reasons: Record<string, number>): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}
