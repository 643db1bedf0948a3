import {totalmem} from 'node:os';

/** Fabrics that need more than this are told to take more machines' memory by hand. */
const MOST_BY_DEFAULT = 2 * 1024 ** 3;
/** Of the machine's memory. */
const SHARE = 1 / 4;

/**
 * What is kept of each row beside its cells, half a port among it: objects and columns 2 kB, what analyses of links keep
 * of its direction 1 kB, what the ingest thread has of it 2 kB.
 */
export const BYTES_PER_ROW = 5_120;
/** What columns of the heatmap, operations, events and the program itself take, whatever the fabric's size; less of small budgets. */
const FIXED_BYTES = 192 * 1024 ** 2;
const FIXED_SHARE = 1 / 4;

/** What history and tables may take, bytes, where nobody says: a quarter of the machine's memory, but no more than 2 GB. */
export const defaultBudget = (): number => Math.min(MOST_BY_DEFAULT, Math.floor(totalmem() * SHARE));

/** Samples of ports by 10 ms: 6.4 kB a port that has RoCEv2, and as much again at the edge. */
const PORT_TICKS_SHARE = 1 / 16;

/** Operations of the last seconds: 115 bytes for each port and kind of packet a second; a part of what is fixed. */
const OPERATION_BYTES = 64 * 1024 ** 2;
const OPERATION_SHARE = 1 / 32;

/** What of a budget is there for operations. */
export const budgetForOperations = (budget = Number.POSITIVE_INFINITY): number =>
  Math.min(OPERATION_BYTES, budget * OPERATION_SHARE);

/** Flows: two kilobytes each, seen at two places. */
const FLOWS_SHARE = 1 / 16;
const BYTES_PER_FLOW = 2_048;

/** How many flows there is room for in so many bytes. */
export const flowsWithin = (bytes: number): number => Math.floor(bytes / BYTES_PER_FLOW);

/** History in seconds and tens of seconds. */
const TIERS_SHARE = 1 / 16;

/** What each kind of thing may take of a budget, bytes; together they are the budget. */
export interface Shares {
  /** The history of 100 ms, and what else is kept of each row. */
  rows: number;
  /** History in seconds and tens of seconds. */
  tiers: number;
  /** Samples of ports by 10 ms. */
  portTicks: number;
  flows: number;
  operations: number;
  /** The rest. */
  other: number;
}

export function sharesOf(budget: number): Shares {
  const fixed = Math.min(FIXED_BYTES, budget * FIXED_SHARE);
  const operations = budgetForOperations(budget);
  const others = {
    tiers: budget * TIERS_SHARE,
    portTicks: budget * PORT_TICKS_SHARE,
    flows: budget * FLOWS_SHARE,
    operations,
    other: fixed - operations,
  };
  return {...others, rows: Object.values(others).reduce((left, bytes) => left - bytes, budget)};
}
