import {medianOf} from './steps.ts';

/** From a median of absolute deviations to a standard deviation. */
const MAD = 1.4826;
/** Hosts of an agent whose common offset can be told from theirs, and agents among which one's stands out. */
const LEAST_MEMBERS = 4;
const LEAST_AGENTS = 4;
/** An agent's offset is taken out of its hosts' values when it is so sure; of few agents all are, when two differ so surely. */
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
  /** None where agents are too few for one of them to stand out. */
  offsets: AgentOffset[];
}

/**
 * Values of hosts, of deviation 1 by sampling alone, in deviations from the job's median: its own spread counts where
 * that is more. What the hosts of an agent have in common is taken out first, and told. NaN where a value is.
 */
export function standardise(values: Float64Array, agents: ArrayLike<number>): Standardised {
  const all = offsetsOf(values, agents);
  const isFew = all.length < LEAST_AGENTS;
  const common = all.filter(({z}) => (isFew ? differ(all) : Math.abs(z) > SURE));
  const own = values.slice();
  for (const {members, offset} of common) for (const host of members) own[host] -= offset;
  const offsets = isFew ? [] : all;
  const rest = own.filter((value) => !Number.isNaN(value));
  const middle = medianOf(rest);
  const deviation = Math.max(1, spreadOf(rest, middle));
  return {z: own.map((value) => (value - middle) / deviation), offsets};
}

/** Of agents with hosts enough, where there are two or more. */
function offsetsOf(values: Float64Array, agents: ArrayLike<number>): AgentOffset[] {
  const members = [...membersOf(values, agents)].filter(([, hosts]) => hosts.length >= LEAST_MEMBERS);
  if (members.length < 2) return [];
  const medians = Float64Array.from(members, ([, hosts]) => medianOf(hosts.map((host) => values[host])));
  const middle = medianOf(medians);
  const spread = spreadOf(medians, middle);
  return members.map(([agent, hosts], at) => {
    const offset = medians[at] - middle;
    return {agent, members: hosts, offset, z: offset / Math.max(spread, OF_MEDIAN / Math.sqrt(hosts.length))};
  });
}

/** Whether the agents with the least and the largest offset surely have different ones. Which is usual is not known. */
function differ(agents: readonly AgentOffset[]): boolean {
  const sorted = [...agents].sort((a, b) => a.offset - b.offset);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  const error = OF_MEDIAN * Math.sqrt(1 / least.members.length + 1 / most.members.length);
  return most.offset - least.offset > SURE * error;
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
