import type {PhaseCounts} from './host-phases.ts';
import {medianOf} from './steps.ts';
import {type Interval, JobProfile} from './straggler-profile.ts';
import {standardise} from './straggler-scores.ts';

/** How a host differs from its job; `agent-late`: all hosts of an agent do. */
export type StragglerKind = 'late' | 'slow' | 'finishes-late' | 'agent-late';

/** How a host differs from its job, and how surely. */
export interface HostScore {
  /** Place in the job; of `agent-late` the agent. */
  host: number;
  kind: StragglerKind;
  /** Deviations from the job's median, by the spread of the job where that is more than sampling's. */
  z: number;
  /** How much, as a share of the period: how late; of a slow host how much longer it exchanges. */
  share: number;
  /** Its 95 % interval by sampling. */
  low: number;
  high: number;
}

/** What a window says of a job. */
export interface WindowScores {
  /** Those that differ by enough, the surest first; who is named is for the reader to judge. */
  hosts: HostScore[];
  /** Samples of the median host in the window, both sides. */
  samples: number;
  /** Its hosts exchange at different times, as the stages of a pipeline do: none can be held against the others. */
  takesTurns: boolean;
}

/** Hosts that make a job. */
export const LEAST_HOSTS = 4;
/** A host with fewer samples says nothing. */
const LEAST_SAMPLES = 20;
/** Widths of the windows in which first and last samples are counted, in parts: 4, 8 and 16 % of the cycle. */
const WIDTHS = [2, 4, 8] as const;
/** Last samples are counted from so many parts before the job's end. */
const LAST = [0, 2, 4] as const;
/** What a difference must come to, as a share of the period. */
const LEAST_SHARE = 0.02;
/** The exchange of a slow host is longer by so much of it at least, and of the period. */
const LEAST_SLOWER = 0.1;
const LEAST_SLOW = 0.005;
/** And it sends no less: its samples are within so much of the job's median. */
const SAME_VOLUME = 0.3;
/** Hosts take turns when the usual one differs so much from the job: two halves that exchange by turns differ by 1. */
const TURNS = 0.5;
/** Differences that are less sure are not looked into. */
const NOTED = 3.5;

/**
 * Holds the samples of each host in a cycle against those of its job. A host that is late holds back all who wait for
 * it: after their head start all are late alike, and what tells is that it has no early samples. Where nobody waits its
 * mean phase tells. Who only waits for such a host lacks what is exchanged with it, sent or received: both must agree.
 *
 * `agents` says by host which agent samples it, -1 where that is not known: agents have delays of their own.
 */
export function scoreHosts(window: PhaseCounts, agents: ArrayLike<number>): WindowScores {
  const {hosts} = window;
  if (hosts < LEAST_HOSTS) return {hosts: [], samples: 0, takesTurns: false};
  const profile = new JobProfile(window);
  const samples = Float64Array.from({length: hosts}, (_, host) => profile.samples(host));
  const volume = samples.slice().sort()[hosts >> 1];
  const each = (value: (host: number) => number) =>
    samples.map((count, host) => (count >= LEAST_SAMPLES ? value(host) : Number.NaN));
  const otherness = each((host) => profile.otherness(host)).filter((value) => !Number.isNaN(value));
  if (medianOf(otherness) > TURNS) return {hosts: [], samples: volume, takesTurns: true};
  const found = new Scores();
  const {onset, end} = profile;
  const lateness: Effect = {
    share: (host) => profile.lateness(host),
    interval: (host) => profile.latenessInterval(host),
  };
  for (const width of WIDTHS) {
    const missing = each((host) => -profile.deviance(host, onset, onset + width));
    found.judge('late', standardise(missing, agents), lateness, LEAST_SHARE);
  }
  const behind = each((host) => {
    const {share, error} = profile.shift(host);
    return share / error;
  });
  found.judge('late', standardise(behind, agents), lateness, LEAST_SHARE);
  const durations = each((host) => profile.duration(host).share)
    .filter((share) => share > 0)
    .sort();
  const usual = durations[durations.length >> 1] ?? Number.NaN;
  const longer = each((host) => {
    const {share, error} = profile.duration(host);
    return Math.abs(samples[host] / volume - 1) < SAME_VOLUME ? Math.log(share / usual) / error : Number.NaN;
  });
  const shorterSide = (host: number) => {
    const [sent, received] = [[0], [1]].map((sides) => profile.duration(host, sides));
    return received.share < sent.share ? received : sent;
  };
  const slower: Effect = {
    share: (host) => {
      const longer = shorterSide(host).share - usual;
      return longer >= LEAST_SLOWER * usual ? longer : 0;
    },
    interval: (host) => {
      const {share, error} = shorterSide(host);
      const factor = Math.exp(1.96 * error);
      return {low: share / factor - usual, high: share * factor - usual};
    },
  };
  const lasts: Effect = {
    share: (host) => profile.lasting(host),
    interval: (host) => profile.lastingInterval(host),
  };
  found.judge('slow', standardise(longer, agents), slower, LEAST_SLOW);
  for (const before of LAST) {
    const lasting = each((host) => profile.deviance(host, end - before, end + WIDTHS[2]));
    found.judge('finishes-late', standardise(lasting, agents), lasts, LEAST_SHARE);
  }
  return {hosts: found.sorted(), samples: volume, takesTurns: false};
}

/** By how much a host differs, and the 95 % interval of that. */
interface Effect {
  share: (host: number) => number;
  interval: (host: number) => Interval;
}

/** The surest difference of each host, and of each agent. A host that is late or slow may well finish late too. */
class Scores {
  private readonly hosts = new Map<number, HostScore>();
  private readonly agents = new Map<number, HostScore>();

  judge(kind: StragglerKind, {z, offsets}: ReturnType<typeof standardise>, effect: Effect, least: number): void {
    z.forEach((sure, host) => {
      const known = this.hosts.get(host);
      if (!(sure > NOTED) || (known && (known.kind !== kind || known.z >= sure))) return;
      const share = effect.share(host);
      if (share >= least) this.hosts.set(host, {host, kind, z: sure, share, ...effect.interval(host)});
    });
    if (kind !== 'late') return;
    for (const {agent, members, z: sure} of offsets) {
      if (!(sure > NOTED) || (this.agents.get(agent)?.z ?? 0) >= sure) continue;
      const shares = members.map(effect.share).sort((a, b) => a - b);
      const share = shares[shares.length >> 1];
      if (share < least) continue;
      this.agents.set(agent, {host: agent, kind: 'agent-late', z: sure, share, ...medianInterval(shares)});
    }
  }

  sorted(): HostScore[] {
    return [...this.hosts.values(), ...this.agents.values()].sort((a, b) => b.z - a.z);
  }
}

/** 95 % interval of the median of sorted values, by how many of them may lie below it; of few from the least to the most. */
function medianInterval(sorted: readonly number[]): Interval {
  const half = sorted.length / 2;
  const away = 0.98 * Math.sqrt(sorted.length);
  return {
    low: sorted[Math.max(0, Math.floor(half - away))],
    high: sorted[Math.min(sorted.length - 1, Math.ceil(half + away))],
  };
}
