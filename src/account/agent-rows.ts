import type {Accountant} from './accountant.ts';
import type {SectionData} from './codec.ts';
import {AGENTS, type ColumnArray, columnIndexes, makeColumns} from './schema.ts';

/** A running count by stream, and what was sent of it. */
interface Running {
  column: ColumnArray;
  values: Float64Array;
  sent: Float64Array;
}

/**
 * The rows of agents in a Partial: all streams, so that others may name one by its number; the table is small, one row a
 * sub-agent. Counts go as differences to what was sent before.
 */
export class AgentRows {
  private readonly accountant: Accountant;
  private readonly columns: ColumnArray[];
  private readonly running: readonly Running[];
  /** By stream: whose numbers were sent, for a place in the table may pass to another. */
  private readonly tenant: Float64Array;

  constructor(accountant: Accountant) {
    this.accountant = accountant;
    const {agents, limits, sources, counterSequence, times, flowSamples, counterSamples} = accountant;
    const {received, missing, duplicates, late, restarts} = agents.sequence;
    const {uncertainMs, timestamped, timestampsRefused} = times;
    this.columns = makeColumns(AGENTS, limits.agents);
    this.tenant = new Float64Array(limits.agents);
    const counts: Record<string, Float64Array> = {
      ...{received, missing, duplicates, late, restarts, flowSamples, counterSamples},
      missingFlowSamples: sources.sequence.missing,
      missingCounterSamples: counterSequence.missing,
      agentDrops: sources.agentDrops,
      ...{uncertainMs, timestamped, timestampsRefused},
    };
    this.running = Object.entries(counts).map(([name, values]) => {
      return {column: this.column(name), values, sent: new Float64Array(limits.agents)};
    });
  }

  /** What has come since it was asked last. */
  take(): SectionData {
    const {agents, largestDatagram, times} = this.accountant;
    const {streams, sequence} = agents;
    const rows = streams.limit;
    for (let stream = 0; stream < rows; stream++) this.meet(stream);
    for (let word = 0; word < streams.words; word++) {
      const column = this.columns[word]!;
      for (let stream = 0; stream < rows; stream++) column[stream] = streams.word(stream, word);
    }
    for (const {column, values, sent} of this.running) {
      for (let stream = 0; stream < rows; stream++) {
        column[stream] = values[stream]! - sent[stream]!; // `missing` may shrink by late arrivals
        sent[stream] = values[stream]!;
      }
    }
    fill(this.column('uptimeMs'), sequence.uptimeMs, rows);
    fill(this.column('largestDatagram'), largestDatagram, rows);
    fill(this.column('longestGapMs'), times.longestGapMs, rows);
    fill(this.column('lastArrival'), times.lastArrival, rows);
    times.longestGapMs.fill(0, 0, rows);
    return {schema: AGENTS, rows, columns: this.columns};
  }

  /** A stream has come from another thread, which has told of all that its counts hold. */
  adopt(stream: number): void {
    this.meet(stream);
    for (const {values, sent} of this.running) sent[stream] = values[stream]!;
  }

  /** Nothing was sent of a newcomer. */
  private meet(stream: number): void {
    const {tenant} = this.accountant.agents.sequence;
    if (this.tenant[stream] === tenant[stream]) return;
    this.tenant[stream] = tenant[stream]!;
    for (const {sent} of this.running) sent[stream] = 0;
  }

  private column(name: string): ColumnArray {
    return this.columns[COLUMN[name]!]!;
  }
}

const COLUMN = columnIndexes(AGENTS);

function fill(column: ColumnArray, values: ColumnArray, rows: number): void {
  for (let row = 0; row < rows; row++) column[row] = values[row]!;
}
