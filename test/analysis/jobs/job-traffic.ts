/** Pair matrices as sampling draws them from jobs whose hosts, pattern and volume are known. */
import type {PairMatrix} from '../../../src/analysis/jobs/pairs.ts';
import {edgesOf} from '../../../src/simulator/collectives.ts';
import type {Random} from '../../../src/simulator/random.ts';
import {logUniform, poisson} from '../period/period-traffic.ts';

export const JOB_PATTERNS = ['ring', 'tree', 'pipeline', 'all-to-all', 'halving-doubling', 'mixed'] as const;
export type JobPattern = (typeof JOB_PATTERNS)[number] | 'broadcast';

export interface PlacedJob {
  pattern: JobPattern;
  hosts: number[];
}

export interface Placement {
  jobs: PlacedJob[];
  hosts: number;
  /** Storage servers that all jobs use. */
  servers: number[];
}

/** What is drawn beside the jobs. */
export interface Conditions {
  /** Mean bit/s that a host of a job sends. */
  bitsPerSecond: number;
  seconds: number;
  /** N of 1-in-N. */
  sampling: number;
  /** Of the volume so much goes to and comes from storage. */
  storageShare: number;
  /** Samples a host that go to anybody, and pairs of strangers that have several each. */
  strays: number;
  strayPairs: number;
}

const FRAME_BYTES = 4_178;
export const WINDOW: Conditions = {
  bitsPerSecond: 5e9,
  seconds: 10,
  sampling: 10_000,
  storageShare: 0,
  strays: 0.2,
  strayPairs: 20,
};

/** 1,008 hosts in jobs of 8 to 256 hosts, wherever there is room, and 16 servers. */
export function placeJobs(random: Random, pattern?: JobPattern): Placement {
  const servers = 16;
  const free = shuffled(1_008, random);
  const jobs: PlacedJob[] = [];
  while (free.length >= 8) {
    const size = Math.min(Math.round(logUniform(random, 8, 256)), free.length);
    const left = free.length - size;
    const chosen = pattern ?? JOB_PATTERNS[random.below(JOB_PATTERNS.length)];
    const hosts = free.splice(0, left < 8 ? free.length : size).slice(0, 256);
    jobs.push({pattern: chosen, hosts: hosts.slice(0, membersOf(chosen, hosts.length))});
  }
  return {jobs, hosts: 1_008 + servers, servers: Array.from({length: servers}, (_, i) => 1_008 + i)};
}

/** Halving and doubling needs a power of two; a grid of stages and rows is full. */
function membersOf(pattern: JobPattern, most: number): number {
  if (pattern === 'halving-doubling') return 2 ** Math.floor(Math.log2(most));
  return pattern === 'mixed' ? most - (most % 8) : most;
}

function shuffled(count: number, random: Random): number[] {
  const all = Array.from({length: count}, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all;
}

/** Shares of a job's volume, by pair of its members. */
export function sharesOf(pattern: JobPattern, members: number): {from: number; to: number; share: number}[] {
  switch (pattern) {
    case 'broadcast':
      return edgesOf('incast', members).map(({from, to, share}) => ({from: to, to: from, share}));
    case 'mixed': {
      // Columns are stages of a pipeline, rows rings of the same stage, and experts are spread over eights.
      const stages = members >= 64 ? 8 : members >= 16 ? 4 : 2;
      const rows = Math.floor(members / stages);
      const at = (row: number, stage: number) => row * stages + stage;
      const edges: {from: number; to: number; share: number}[] = [];
      for (let row = 0; row < rows; row++) {
        for (let stage = 0; stage < stages; stage++) {
          edges.push({from: at(row, stage), to: at((row + 1) % rows, stage), share: 0.6});
          if (stage + 1 < stages) {
            edges.push({from: at(row, stage), to: at(row, stage + 1), share: 0.125});
            edges.push({from: at(row, stage + 1), to: at(row, stage), share: 0.125});
          }
        }
      }
      for (let from = 0; from < members; from++) {
        const first = from - (from % 8);
        for (let to = first; to < first + 8; to++) if (to !== from) edges.push({from, to, share: 0.15 / 7});
      }
      return edges;
    }
    default:
      return edgesOf(pattern, members);
  }
}

/** Draws the samples of a window. */
export function drawPairs({jobs, hosts, servers}: Placement, conditions: Conditions, random: Random): PairMatrix {
  const {bitsPerSecond, seconds, sampling, storageShare, strays, strayPairs} = conditions;
  const perHost = (bitsPerSecond * seconds) / (8 * FRAME_BYTES * sampling);
  const entries: [number, number, number][] = [];
  const draw = (from: number, to: number, mean: number) => {
    const samples = from === to ? 0 : poisson(random, mean);
    if (samples > 0) entries.push([from, to, samples]);
  };
  for (const job of jobs) {
    const edges = sharesOf(job.pattern, job.hosts.length);
    const sum = edges.reduce((total, {share}) => total + share, 0);
    const volume = (1 - storageShare) * perHost * job.hosts.length;
    for (const {from, to, share} of edges) draw(job.hosts[from], job.hosts[to], (volume * share) / sum);
    if (storageShare === 0) continue;
    for (const host of job.hosts) {
      for (const server of servers) {
        const mean = (storageShare * perHost) / servers.length;
        draw(server, host, (2 / 3) * mean);
        draw(host, server, mean / 3);
      }
    }
  }
  const anyHost = () => random.below(storageShare > 0 ? hosts : hosts - servers.length);
  for (let i = poisson(random, strays * hosts); i > 0; i--) draw(anyHost(), anyHost(), 1);
  for (let i = 0; i < strayPairs; i++) draw(anyHost(), anyHost(), 3);
  return matrixOf(hosts, entries);
}

export function matrixOf(hosts: number, entries: readonly (readonly [number, number, number])[]): PairMatrix {
  return {
    hosts,
    source: Uint32Array.from(entries, ([source]) => source),
    destination: Uint32Array.from(entries, ([, destination]) => destination),
    samples: Float64Array.from(entries, ([, , samples]) => samples),
  };
}
