import {atOnce} from '../../fabric/at-once.ts';
import type {CounterSums} from '../../fabric/counter-columns.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import type {Mark} from '../../fabric/history/sums.ts';
import type {Role} from '../../fabric/ports.ts';
import {FABRIC_SCOPE} from '../../fabric/reader.ts';
import {ROLES} from '../../fabric/roles/roles.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState, type Estimate} from '../../shared/live.ts';
import {meanOver} from '../estimate.ts';
import {edgeOf, type OperationAnswer, operationsOf} from '../operations.ts';
import {fabricQuartiles, type RoleQuartiles} from '../quartiles.ts';
import {SETTLED_MS} from '../summary.ts';
import {topologyRoles} from './topology-roles.ts';

const WINDOW_BINS = SETTLED_MS / BIN_MS;
const BINS_PER_SECOND = 1_000 / BIN_MS;
const WINDOW_SECONDS = SETTLED_MS / 1_000;

/** What the figures of the AI Metrics app are taken from, over the two seconds before a bin. */
export interface AiReading {
  all: Estimate;
  quartiles: RoleQuartiles;
  /** Frames a second, once for each hop that they came in at. */
  cePerSecond: number | null;
  cnpPerSecond: number | null;
  trimmedPerSecond: number | null;
  counters: CounterSums;
  /** Packets a second that switches say they dropped, by reason. */
  drops: Map<string, number>;
  /** Over five seconds. */
  operations: OperationAnswer;
}

/**
 * Reads the two seconds before the bin `end`, all of which must be final. In some steps, for thousands of links take
 * tens of milliseconds, and no bin may wait for that.
 */
export function* readFabric(fabric: Fabric, end: number): Generator<void, AiReading> {
  const from = end - WINDOW_BINS;
  const to = end - 1;
  const roles = topologyRoles(fabric);
  const quartiles = fabricQuartiles(fabric, from, to);
  yield;
  const edge = edgeOf(fabric);
  const sums = yield* fabric.operations.sumsInSteps(edge);
  yield;
  const {ports} = fabric;
  const isMeant = ROLES.map((role) => roles.includes(role));
  const accepts = (slot: number) => isMeant[fabric.roles.numberAt(slot, to)]!;
  const counters = ports.counted.sums(fabric.time, accepts);
  const agents = fabric.agents.all.filter((agent) => agent.ports.some(accepts)).map(({address}) => address);
  yield;
  return {
    all: meanOver(fabric, FABRIC_SCOPE, 'all', from, to),
    quartiles,
    cePerSecond: everyHop(fabric, 'ce', roles, from, to),
    cnpPerSecond: everyHop(fabric, 'cnp', roles, from, to),
    trimmedPerSecond: everyHop(fabric, 'trimmed', roles, from, to),
    counters,
    operations: operationsOf(fabric, 'fabric', edge, sums),
    drops: dropRates(fabric, new Set(agents)),
  };
}

/** The same at once. */
export function readFabricAtOnce(fabric: Fabric, end: number): AiReading {
  return atOnce(readFabric(fabric, end));
}

/** Packets a second by reason that these agents told of in the last complete seconds. */
function dropRates({drops}: Fabric, agents: ReadonlySet<string>): Map<string, number> {
  const seconds = Math.min(WINDOW_SECONDS, Math.floor(drops.windowSeconds));
  const frames = drops.recent(seconds, (agent) => agents.has(agent));
  return new Map([...frames].map(([reason, count]) => [reason, count / seconds]));
}

/** Frames a second, once for each hop that they came in at; null where no agent was present. */
function everyHop(fabric: Fabric, mark: Mark, roles: readonly Role[], from: number, to: number): number | null {
  let frames = 0;
  let bins = 0;
  for (let bin = Math.max(from, fabric.firstBin); bin <= to; bin++) {
    if (fabric.skipped.has(bin) || fabric.sums.state(bin, 'unknown') === BinState.Absent) continue;
    bins++;
    for (const role of roles) frames += fabric.sums.marked(bin, mark, role);
  }
  return bins === 0 ? null : (frames / bins) * BINS_PER_SECOND;
}
