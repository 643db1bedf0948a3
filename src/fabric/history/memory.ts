import {totalmem} from 'node:os';

/** Fabrics that need more than this are told to take more machines' memory by hand. */
const MOST_BY_DEFAULT = 2 * 1024 ** 3;
/** Of the machine's memory. */
const SHARE = 1 / 4;

/** What is kept of each row beside its cells: row, half a port, source, weigher, what the ingest thread has of it. */
export const BYTES_PER_ROW = 2_048;
/** What flows, columns of the heatmap and events take at most, whatever the fabric's size; less of small budgets. */
const FIXED_BYTES = 192 * 1024 ** 2;
const FIXED_SHARE = 1 / 4;

/** What history and tables may take, bytes, where nobody says: a quarter of the machine's memory, but no more than 2 GB. */
export const defaultBudget = (): number => Math.min(MOST_BY_DEFAULT, Math.floor(totalmem() * SHARE));

/** Samples of ports by 10 ms: 6.4 kB a port that has RoCEv2, and as much again at the edge. */
const PORT_TICKS_SHARE = 1 / 16;

/** What of a budget is there for the samples of ports by 10 ms. */
export const budgetForPortTicks = (budget: number): number => budget * PORT_TICKS_SHARE;

/** Operations of the last seconds: 160 bytes for each port and kind of packet a second; a part of what is fixed. */
const OPERATION_BYTES = 64 * 1024 ** 2;
const OPERATION_SHARE = 1 / 32;

/** What of a budget is there for operations. */
export const budgetForOperations = (budget = Number.POSITIVE_INFINITY): number =>
  Math.min(OPERATION_BYTES, budget * OPERATION_SHARE);

/** History in seconds and tens of seconds. */
const TIERS_SHARE = 1 / 8;

/** What of a budget is there for history in seconds and tens of seconds. */
export const budgetForTiers = (budget: number): number => budget * TIERS_SHARE;

/** What of a budget is there for rows. */
export const budgetForRows = (budget: number): number =>
  budget - Math.min(FIXED_BYTES, budget * FIXED_SHARE) - budgetForPortTicks(budget) - budgetForTiers(budget);
