import {afterAll, describe, expect, it} from 'vitest';
import {type FoundJobs, JobFinder} from '../../../src/analysis/jobs/job-work.ts';
import type {Pattern} from '../../../src/simulator/collectives.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed, proofTable} from '../../support/proof.ts';
import {logUniform} from '../period/period-traffic.ts';
import {type DrawnJob, drawSlices} from './edge-traffic.ts';

const table: string[][] = [];

afterAll(() => {
  table.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const about = [
    'Two jobs of 8 to 32 hosts (ring, double tree, all-to-all, halving-doubling, pipeline), periods of 0.3 to 4 s, 15 to 60',
    'samples a host and second (5 to 20 Gbit/s at 1 in 10,000), exchanging for 20 to 60 % of the cycle. Right: each is told',
    'with exactly its hosts and its period to 2 %, as overlapping the other; of one job that it stays one. Jobs whose every',
    'queue pair carries both cannot be told apart: right is that both periods are told, and that they overlap.',
  ];
  proofTable(
    'job-splits',
    'Jobs that share hosts',
    about,
    ['what', 'cases', 'right', 'one', 'wrong', 'told after, mean'],
    table,
  );
});

const SECONDS = 60;
const PATTERNS: readonly Pattern[] = ['ring', 'tree', 'all-to-all', 'halving-doubling', 'pipeline'];

function drawJob(random: Random, hosts: readonly number[], firstQp: number): DrawnJob {
  return {
    ...{hosts, firstQp},
    pattern: PATTERNS[random.below(PATTERNS.length)]!,
    queuePairs: 1 + random.below(2),
    periodMs: logUniform(random, 300, 4_000),
    duty: 0.2 + 0.4 * random.uniform(),
    drift: 0.002 + 0.008 * random.uniform(),
    samples: logUniform(random, 15, 60),
  };
}

const hostsFrom = (first: number, count: number) => Array.from({length: count}, (_, i) => first + i);

function shuffled(hosts: readonly number[], random: Random): number[] {
  return hosts
    .map((host) => ({host, at: random.uniform()}))
    .sort((a, b) => a.at - b.at)
    .map(({host}) => host);
}

/** A period that is no multiple of the other, nor near it. */
function otherPeriod(random: Random, periodMs: number): number {
  for (;;) {
    const other = logUniform(random, 300, 4_000);
    const ratio = Math.max(other, periodMs) / Math.min(other, periodMs);
    if (Math.abs(ratio - Math.round(ratio)) > 0.03 * Math.round(ratio)) return other;
  }
}

const KINDS: Record<string, (random: Random) => DrawnJob[]> = {
  'same hosts, other periods'(random) {
    const hosts = hostsFrom(0, 8 * 2 ** random.below(3));
    const one = drawJob(random, hosts, 100);
    return [one, {...drawJob(random, shuffled(hosts, random), 200), periodMs: otherPeriod(random, one.periodMs)}];
  },
  'same hosts and partners, one period that drifts'(random) {
    const hosts = hostsFrom(0, 8 * 2 ** random.below(3));
    const one = {...drawJob(random, hosts, 100), periodMs: logUniform(random, 300, 1_200), drift: 0.02};
    return [one, {...one, firstQp: 200}];
  },
  'some hosts in common, other periods'(random) {
    const size = 8 * 2 ** random.below(3);
    const one = drawJob(random, hostsFrom(0, size), 100);
    const other = hostsFrom(size - size / 4 - random.below(size / 2), size);
    return [one, {...drawJob(random, other, 200), periodMs: otherPeriod(random, one.periodMs)}];
  },
  'one job'(random) {
    return [drawJob(random, hostsFrom(0, 8 * 2 ** random.below(3)), 100)];
  },
  'every queue pair carries both, other periods'(random) {
    const one = {...drawJob(random, hostsFrom(0, 8 * 2 ** random.below(3)), 100), pattern: 'ring' as const};
    return [one, {...one, periodMs: otherPeriod(random, one.periodMs)}];
  },
  'one job in two stages'(random) {
    const job = {
      ...drawJob(random, hostsFrom(0, 8 * 2 ** random.below(3)), 100),
      duty: 0.6,
      pattern: 'pipeline' as const,
    };
    return [job];
  },
};

/** What is told of jobs at the end, and the seconds after which it was so for the first time. */
function look(jobs: readonly DrawnJob[], random: Random): {found: FoundJobs; after: number} {
  const finder = new JobFinder();
  const hosts = 1 + Math.max(...jobs.flatMap((job) => job.hosts));
  const slices = drawSlices(jobs, SECONDS, hosts, random);
  let found: FoundJobs | undefined;
  let after = Number.NaN;
  for (const [i, slice] of slices.entries()) {
    found = finder.take(slice);
    if (Number.isNaN(after) && found.jobs.length > 1) after = 2 * (i + 1);
  }
  return {found: found!, after};
}

const byNumber = (a: number, b: number) => a - b;

function isRight({jobs}: FoundJobs, truth: readonly DrawnJob[]): boolean {
  const isOne = truth.length === 2 && truth[0]!.firstQp === truth[1]!.firstQp;
  if (isOne) {
    const [job] = jobs;
    const isTold = ({periodMs}: DrawnJob) => job!.mixed.some((told) => Math.abs(told / periodMs - 1) < 0.02);
    return jobs.length === 1 && truth.every(isTold);
  }
  if (jobs.length !== truth.length) return false;
  return truth.every(({hosts, periodMs}) => {
    const sorted = [...hosts].sort(byNumber).join();
    return jobs.some((job) => {
      if ([...job.hosts].sort(byNumber).join() !== sorted) return false;
      if (truth.length === 1) return job.part === undefined && job.mixed.length === 0;
      return job.overlaps.length === 1 && Math.abs(job.part!.periodMs / periodMs - 1) < 0.02;
    });
  });
}

describe('a proof on drawn samples', () => {
  it.each([
    ['same hosts, other periods', 0.9],
    ['same hosts and partners, one period that drifts', 0.7],
    ['some hosts in common, other periods', 0.9],
    ['every queue pair carries both, other periods', 0.6],
    ['one job', 1],
    ['one job in two stages', 1],
  ])('tells them: %s', (kind, least) => {
    const seed = proofSeed();
    const cases = proofCount(2, 100);
    let right = 0;
    let one = 0;
    const times: number[] = [];
    for (let i = 0; i < cases; i++) {
      const random = new Random(seed + i, 71);
      const jobs = KINDS[kind]!(random);
      const {found, after} = look(jobs, random);
      if (isRight(found, jobs)) right++;
      else if (found.jobs.length < jobs.length) one++;
      if (after > 0) times.push(after);
    }
    const mean = times.length > 0 ? `${(times.reduce((sum, time) => sum + time, 0) / times.length).toFixed(0)} s` : '–';
    table.push([kind, `${cases}`, `${right}`, `${one}`, `${cases - right - one}`, mean]);
    expect(right / cases).toBeGreaterThanOrEqual(least - (cases < 100 ? 0.5 : 0));
  });
});
