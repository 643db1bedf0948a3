import type {Pattern} from './collectives.ts';

/** A training job: hosts that compute and exchange in one cycle. Times are in milliseconds, shares of 1. */
export interface JobSpec {
  readonly name: string;
  /** Its nodes. On rails one list for each rail: NICs at the same place of the lists belong to one host. */
  readonly members: readonly (readonly number[])[];
  readonly pattern: Pattern;
  /** Computing and exchanging, when no host is late. */
  readonly cycleMs: number;
  readonly duty: number;
  /** A cycle may have several exchanges, evenly spaced, with these shares of the work. */
  readonly bursts: readonly number[];
  /** Where in its cycle the job begins. */
  readonly phase: number;
  /** Standard deviation of when each host is ready for an exchange, and of the length of computing, in cycles. */
  readonly jitter: number;
  readonly drift: number;
  /** Share of the line rate in the exchange. */
  readonly load: number;
  /**
   * Share of an exchange that two hosts can do as soon as both are ready. Then they wait until all are: a late host
   * holds the others back. 1: nobody waits.
   */
  readonly headStart: number;
  /** Hosts, by their place, that are ready late in every cycle (in cycles), or send and receive slowly. */
  readonly late: readonly {readonly host: number; readonly by: number}[];
  readonly slow: readonly {readonly host: number; readonly factor: number}[];
  /** How much each list of members sends, by place, where that is not the whole: a rail that is short. */
  readonly shares: readonly number[];
  /** Every so many exchanges its hosts save their state: computing takes longer by so many cycles. */
  readonly checkpoints: {readonly every: number; readonly by: number} | undefined;
  /** Queue pairs of each pair of hosts: over how many ways their traffic can be spread. */
  readonly queuePairs: number;
  readonly messageBytes: number;
  /** Share of its frames that are marked somewhere on the way, beside those that full ports mark. */
  readonly ceShare: number;
  /** Share of the groups of packets that are acknowledged together which find the receiver not ready: sent again. */
  readonly rnrShare: number;
  /** When it runs, since the start. */
  readonly afterMs: number;
  readonly untilMs: number;
}

/** A job as most are: a coupled ring with a head start of a twentieth. */
export function job(spec: Partial<JobSpec> & Pick<JobSpec, 'name' | 'members'>): JobSpec {
  return {
    pattern: 'ring',
    cycleMs: 500,
    duty: 0.5,
    bursts: [1],
    phase: 0,
    jitter: 0.005,
    drift: 0,
    load: 0.9,
    headStart: 0.05,
    late: [],
    slow: [],
    shares: [],
    checkpoints: undefined,
    queuePairs: 2,
    messageBytes: 1_048_576,
    ceShare: 0.003,
    rnrShare: 0,
    afterMs: 0,
    untilMs: Number.POSITIVE_INFINITY,
    ...spec,
  };
}

/** So many nodes, one after the other or each `step`-th. */
export function nodesFrom(first: number, count: number, step = 1): number[] {
  return Array.from({length: count}, (_, i) => first + i * step);
}

/** Hosts read from and write to storage nodes, in bursts of random length, each host by itself. */
export interface StorageSpec {
  readonly clients: readonly number[];
  readonly servers: readonly number[];
  /** Share of its line rate that a host reads on average; it writes half as much. */
  readonly load: number;
  /** Mean length of a burst and of the pause between two. */
  readonly burstMs: number;
  readonly pauseMs: number;
}

/** The first thing that is wrong with the traffic in one line, undefined when all is well. */
export function findTrafficFault(jobs: readonly JobSpec[], storage: StorageSpec | undefined, nodes: number) {
  const isNode = (node: number) => Number.isInteger(node) && node >= 0 && node < nodes;
  for (const {name, members, cycleMs, duty, load, bursts} of jobs) {
    if (members.length === 0 || members.some((list) => list.length < 2)) return `job ${name} must have 2 hosts or more`;
    if (!members.flat().every(isNode)) return `job ${name} has nodes that are not there`;
    if (members.some((list) => list.length !== members[0].length)) return `job ${name} must be as large on each rail`;
    if (!(cycleMs >= 20 && cycleMs <= 3_600_000)) return `the cycle of job ${name} must be 20ms to 1h`;
    if (!(duty > 0 && duty < 1)) return `the duty of job ${name} must be above 0 and below 1`;
    if (!(load > 0 && load <= 0.99)) return `the load of job ${name} must be above 0 and at most 0.99`;
    if (bursts.length === 0 || bursts.some((share) => !(share > 0))) return `the bursts of job ${name} must be above 0`;
  }
  if (storage !== undefined && ![...storage.clients, ...storage.servers].every(isNode)) return 'no such storage nodes';
  return undefined;
}
