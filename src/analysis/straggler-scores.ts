import {medianOf} from './steps.ts';

/** From a median of absolute deviations to a standard deviation. */
const MAD = 1.4826;
/** Hosts of an agent whose common offset can be told from theirs. */
const LEAST_MEMBERS = 4;
/** An agent's offset is taken out of its hosts' values when it is so sure. */
const SURE = 4;
/** Of the spread of a median over that of a mean. */
const OF_MEDIAN = 1.2533;

/** What the hosts of one agent have in common. */
export interface AgentOffset {
  agent: number;
  /** Their places in the job. */
  members: number[];
  /** Deviations of their median from the job's. */
  z: number;
}

/**
 * Values of hosts, of deviation 1 by sampling alone, in deviations from the job's median: its own spread counts where
 * that is more. What the hosts of an agent have in common is taken out first, and told. NaN where a value is.
 */
export function standardise(
  values: Float64Array,
  agents: ArrayLike<number>,
): {z: Float64Array; offsets: AgentOffset[]} {
  const known = values.filter((value) => !Number.isNaN(value));
  const median = medianOf(known);
  const spread = spreadOf(known, median);
  const own = values.slice();
  const offsets: AgentOffset[] = [];
  const members = membersOf(values, agents);
  for (const [agent, hosts] of members) {
    if (members.size < 2 || hosts.length < LEAST_MEMBERS || 2 * hosts.length > known.length) continue;
    const offset = medianOf(hosts.map((host) => values[host])) - median;
    const z = offset / ((OF_MEDIAN * spread) / Math.sqrt(hosts.length));
    offsets.push({agent, members: hosts, z});
    if (Math.abs(z) > SURE) for (const host of hosts) own[host] -= offset;
  }
  const rest = own.filter((value) => !Number.isNaN(value));
  const middle = medianOf(rest);
  const deviation = spreadOf(rest, middle);
  return {z: own.map((value) => (value - middle) / deviation), offsets};
}

function spreadOf(values: Float64Array, median: number): number {
  return Math.max(1, MAD * medianOf(values.map((value) => Math.abs(value - median))));
}

function membersOf(values: Float64Array, agents: ArrayLike<number>): Map<number, number[]> {
  const members = new Map<number, number[]>();
  values.forEach((value, host) => {
    if (Number.isNaN(value) || agents[host] < 0) return;
    const list = members.get(agents[host]);
    if (list) list.push(host);
    else members.set(agents[host], [host]);
  });
  return members;
}
