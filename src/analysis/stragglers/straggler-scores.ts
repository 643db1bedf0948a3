import {medianOf} from './steps.ts';

/** From a median of absolute deviations to a standard deviation. */
const MAD = 1.4826;
/** Hosts of an agent whose common offset can be told from theirs, and agents among which one's stands out. */
const LEAST_MEMBERS = 4;
const LEAST_AGENTS = 4;
/** An agent's offset is taken out of its hosts' values when it is so sure. */
const SURE = 4;
/** Of the spread of a median over that of a mean. */
const OF_MEDIAN = 1.2533;

/** What the hosts of one agent have in common. */
export interface AgentOffset {
  agent: number;
  /** Their places in the job. */
  members: number[];
  /** Of their median from that of the agents; and in deviations. */
  offset: number;
  z: number;
}

/** Values in deviations, and what one was. */
export interface Standardised {
  z: Float64Array;
  offsets: AgentOffset[];
}

/**
 * Values of hosts, of deviation 1 by sampling alone, in deviations from the job's median: its own spread counts where
 * that is more. What the hosts of an agent have in common is taken out first, and told. NaN where a value is.
 */
export function standardise(values: Float64Array, agents: ArrayLike<number>): Standardised {
  const offsets = offsetsOf(values, agents);
  const own = values.slice();
  for (const {members, offset, z} of offsets) if (Math.abs(z) > SURE) for (const host of members) own[host] -= offset;
  const rest = own.filter((value) => !Number.isNaN(value));
  const middle = medianOf(rest);
  const deviation = Math.max(1, spreadOf(rest, middle));
  return {z: own.map((value) => (value - middle) / deviation), offsets};
}

/** Of agents enough to hold one against the others. */
function offsetsOf(values: Float64Array, agents: ArrayLike<number>): AgentOffset[] {
  const members = [...membersOf(values, agents)].filter(([, hosts]) => hosts.length >= LEAST_MEMBERS);
  if (members.length < LEAST_AGENTS) return [];
  const medians = Float64Array.from(members, ([, hosts]) => medianOf(hosts.map((host) => values[host])));
  const middle = medianOf(medians);
  const spread = spreadOf(medians, middle);
  return members.map(([agent, hosts], at) => {
    const offset = medians[at] - middle;
    return {agent, members: hosts, offset, z: offset / Math.max(spread, OF_MEDIAN / Math.sqrt(hosts.length))};
  });
}

function spreadOf(values: Float64Array, median: number): number {
  return MAD * medianOf(values.map((value) => Math.abs(value - median)));
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
