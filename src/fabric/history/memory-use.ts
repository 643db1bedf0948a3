import {MOST_STREAMS} from '../../account/holders.ts';
import {Count} from '../../account/ledger.ts';
import {BIN_MS} from '../../shared/bins.ts';
import type {Fabric} from '../fabric.ts';
import {ingestThreads} from '../findings/ingest-threads.ts';
import {MAX_ROWS} from '../rows.ts';
import {sharesOf} from './memory.ts';

/** A bounded table of the server. */
export interface TableUse {
  name: 'agents' | 'sub-agents' | 'ports' | 'rows' | 'flows';
  entries: number;
  /** Most that it holds. */
  most: number;
  /** Entries that found no room, since the start; of sub-agents, their datagrams; flows give way instead, the longest silent first. */
  refused: number;
}

/** What history and tables take, and how far back they reach. */
export interface MemoryUse {
  /** Bytes that all may take (`--memory`); null without a bound. */
  budgetBytes: number | null;
  /** Of them for the history of 100 ms, bytes; null without a bound. */
  historyBudgetBytes: number | null;
  /** Taken by the history, bytes. */
  historyBytes: number;
  /** Taken by the coarser history, bytes. */
  coarseBytes: number;
  /** Taken by samples of ports by 10 ms, by flows, and by operations, bytes. */
  portTickBytes: number;
  flowBytes: number;
  operationBytes: number;
  /** How far back bins of 100 ms are kept, ms. */
  historyMs: number;
  tables: TableUse[];
}

export function memoryUse(fabric: Fabric): MemoryUse {
  const {memory, rings, tiers, agents, ports, rows, flows, counts} = fabric;
  const table = (name: TableUse['name'], entries: number, most: number, refused = 0): TableUse => ({
    name,
    entries,
    most,
    refused,
  });
  const subAgents = agents.all.reduce((sum, one) => sum + one.subAgents.size, 0);
  const threads = Math.max(1, ingestThreads(fabric).threads.length);
  return {
    budgetBytes: memory ?? null,
    historyBudgetBytes: memory === undefined ? null : sharesOf(memory).rows,
    historyBytes: rings.bytes,
    coarseBytes: tiers.bytes,
    portTickBytes: fabric.portTicks.bytes + fabric.portTicksOut.bytes,
    flowBytes: flows.bytes,
    operationBytes: fabric.operations.bytes,
    historyMs: rings.depth * BIN_MS,
    tables: [
      table('agents', agents.all.length, agents.max, agents.refused),
      table('sub-agents', subAgents, MOST_STREAMS * threads, counts[Count.DatagramsAgentRefused]),
      table('ports', ports.all.length, ports.max, ports.refused),
      table('rows', rows.size, Math.min(MAX_ROWS, rings.mostRows), rows.refused),
      table('flows', flows.size, flows.max),
    ],
  };
}
