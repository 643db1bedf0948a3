import {FAULT_LABELS} from '../account/fault-names.ts';
import {Count} from '../account/ledger.ts';
import type {Fabric} from './fabric.ts';

/**
 * Where datagrams and samples went, from the wire to a bin; each level adds up:
 * received = decoded + duplicate + Σ rejected, and flowSamples = counted + Σ unusable.
 */
export interface Waterfall {
  /** Dropped by the kernel in front of the socket: not among the received. */
  kernelDropped: number;
  /** Dropped by the native receiver, whose ring was full: not among the received either. */
  ringDropped: number;
  datagramsReceived: number;
  datagramsRejected: Record<string, number>;
  datagramsDuplicate: number;
  datagramsThinned: number;
  datagramsDecoded: number;
  /** Decoded up to some damage; among the decoded. */
  datagramsDamaged: Record<string, number>;
  flowSamples: number;
  flowSamplesCounted: number;
  flowSamplesUnusable: Record<string, number>;
  roceSamples: number;
  counterSamples: number;
  otherSamples: number;
  /** Datagrams that sequence numbers say were sent and that did not come, all agents. */
  datagramsMissing: number;
  /** Rows, ports and agents that found no room in a table. */
  tablesRefused: number;
  /** Rows of bins that were final already, and deltas of ingest threads that never came: both miss in the figures. */
  rowsLate: number;
  partialsLost: number;
}

/** Reads the ledger. Reasons that never occurred are left out. */
export function waterfall({counts, agents, ports, rows, lateRows, producers}: Fabric): Waterfall {
  const rejected: Record<string, number> = {};
  const damaged: Record<string, number> = {};
  for (const {fault, name, isRejection} of FAULT_LABELS) {
    const count = counts[Count.Faults + fault]!;
    if (count > 0) (isRejection ? rejected : damaged)[name] = count;
  }
  if (counts[Count.DatagramsAgentRefused]! > 0) rejected['agent_table_full'] = counts[Count.DatagramsAgentRefused]!;
  const unusable: Record<string, number> = {};
  const reasons = {
    no_rate: Count.FlowSamplesNoRate,
    no_length: Count.FlowSamplesNoLength,
    no_port: Count.FlowSamplesNoPort,
    table_full: Count.FlowSamplesRefused,
  };
  for (const [name, count] of Object.entries(reasons)) if (counts[count]! > 0) unusable[name] = counts[count]!;
  let missing = 0;
  for (const agent of agents.all) for (const stream of agent.subAgents.values()) missing += stream.missing;
  return {
    kernelDropped: counts[Count.DatagramsKernelDropped]!,
    ringDropped: counts[Count.DatagramsRingDropped]!,
    datagramsReceived: counts[Count.DatagramsReceived]!,
    datagramsRejected: rejected,
    datagramsDuplicate: counts[Count.DatagramsDuplicate]!,
    datagramsThinned: 0,
    datagramsDecoded: counts[Count.DatagramsDecoded]!,
    datagramsDamaged: damaged,
    flowSamples: counts[Count.FlowSamples]!,
    flowSamplesCounted: counts[Count.FlowSamplesCounted]!,
    flowSamplesUnusable: unusable,
    roceSamples: counts[Count.RoceSamples]!,
    counterSamples: counts[Count.CounterSamples]!,
    otherSamples: counts[Count.OtherSamples]!,
    datagramsMissing: missing,
    tablesRefused: counts[Count.RowsRefused]! + agents.refused + ports.refused + rows.refused,
    rowsLate: lateRows,
    partialsLost: producers.lost,
  };
}

/** Sum of a table of reasons. */
export function sumOf(reasons: Record<string, number>): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}
