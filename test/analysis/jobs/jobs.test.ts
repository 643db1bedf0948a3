import {afterAll, describe, expect, it} from 'vitest';
import {LEAST_HOSTS, type Partition, partition} from '../../../src/analysis/jobs/jobs.ts';
import {effectiveDegree, neighboursOf, talk} from '../../../src/analysis/jobs/pairs.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed, proofTable} from '../../support/proof.ts';
import {poisson} from '../period/period-traffic.ts';
import {drawPairs, matrixOf, type Placement, placeJobs, sharesOf, WINDOW} from './job-traffic.ts';

const table: string[][] = [];

afterAll(() => {
  table.sort(([a = ''], [b = '']) => Number.parseFloat(a) - Number.parseFloat(b));
  const about = [
    'Random placements of jobs of 8 to 256 hosts (ring, double tree, pipeline, all-to-all, halving-doubling, mixed) on 1,008',
    'hosts; 0 to 10 % of the volume to and from 16 storage servers, 205 samples of strays, 20 pairs of strangers with 3',
    'samples each; 1 in 10,000, frames of 4,178 bytes, 10 s. Right: each job is a group of exactly its hosts.',
  ];
  const head = ['Gbit/s a host', 'placements', 'all jobs right', 'jobs', 'right', 'ms each, mean / longest'];
  proofTable('jobs', 'Who works together', about, head, table);
});

/** Jobs whose hosts are a group, and nobody else is in it. */
function rightJobs({jobs}: Placement, {group, sizes}: Partition): number {
  return jobs.filter(({hosts}) => {
    const number = group[hosts[0]];
    return number >= 0 && sizes[number] === hosts.length && hosts.every((host) => group[host] === number);
  }).length;
}

describe('a proof on drawn samples', () => {
  it.each([
    [1, 0.88],
    [5, 0.98],
    [20, 0.98],
  ])('finds who works together at %i Gbit/s a host', (gigabits, least) => {
    const seed = proofSeed();
    const placements = proofCount(8, 200);
    let allRight = 0;
    let jobs = 0;
    let right = 0;
    const times: number[] = [];
    for (let i = 0; i < placements; i++) {
      const random = new Random(seed + i, 61);
      const placement = placeJobs(random);
      const conditions = {...WINDOW, bitsPerSecond: gigabits * 1e9, storageShare: 0.1 * random.uniform()};
      const matrix = drawPairs(placement, conditions, random);
      const start = performance.now();
      const found = partition(matrix);
      times.push(performance.now() - start);
      const count = rightJobs(placement, found);
      right += count;
      jobs += placement.jobs.length;
      if (count === placement.jobs.length) allRight++;
    }
    const percent = (value: number, of: number) => `${((100 * value) / of).toFixed(1)} %`;
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const time = `${mean.toFixed(0)} / ${Math.max(...times).toFixed(0)}`;
    const figures = [percent(allRight, placements), String(jobs), percent(right, jobs), time];
    table.push([String(gigabits), String(placements), ...figures]);
    // Of eight one more or less is much.
    expect(allRight / placements).toBeGreaterThanOrEqual(least - (placements < 200 ? 0.13 : 0));
    expect(right / jobs).toBeGreaterThanOrEqual(Math.max(0.97, least));
  });
});

/** Samples of one pattern, hosts from `first` on, `perEdge` samples on average. */
function draw(
  pattern: Parameters<typeof sharesOf>[0],
  first: number,
  members: number,
  perEdge: number,
  random: Random,
) {
  const edges = sharesOf(pattern, members);
  const mean = edges.reduce((sum, {share}) => sum + share, 0) / edges.length;
  return edges.map(({from, to, share}): [number, number, number] => {
    return [first + from, first + to, poisson(random, (perEdge * share) / mean)];
  });
}

describe('a partition', () => {
  it('is empty without samples', () => {
    for (const hosts of [0, 1, 50]) {
      const {group, sizes} = partition(matrixOf(hosts, []));
      expect(sizes).toEqual([]);
      expect([...group]).toEqual(new Array(hosts).fill(-1));
    }
  });

  it('keeps a star together, and sets a server of several jobs aside', () => {
    const random = new Random(proofSeed(), 62);
    const star = partition(matrixOf(40, draw('broadcast', 0, 40, 20, random)));
    expect(star.sizes).toEqual([40]);
    const jobs = [...draw('ring', 0, 20, 100, random), ...draw('tree', 20, 20, 60, random)];
    const served = Array.from({length: 40}, (_, host): [number, number, number] => [40, host, 12]);
    const {sizes, isService, group} = partition(matrixOf(41, [...jobs, ...served]));
    expect(sizes).toEqual([20, 20]);
    expect(isService[40]).toBe(1);
    expect(group[40]).toBe(-1);
  });

  it('does not join two jobs for the traffic of a service that runs on all hosts', () => {
    const random = new Random(proofSeed(), 63);
    const entries = [...draw('ring', 0, 32, 150, random), ...draw('tree', 32, 32, 60, random)];
    for (let a = 0; a < 64; a++) {
      for (let b = 0; b < 64; b++) if (a !== b) entries.push([a, b, poisson(random, 0.12)]);
    }
    expect(partition(matrixOf(64, entries)).sizes).toEqual([32, 32]);
  });

  it('does not join two jobs for one pair of hosts that copies something, nor takes in a host that does', () => {
    const random = new Random(proofSeed(), 64);
    const jobs = [...draw('ring', 0, 16, 150, random), ...draw('ring', 16, 16, 150, random)];
    const {sizes, group} = partition(matrixOf(33, [...jobs, [3, 20, 25], [32, 7, 20]]));
    expect(sizes).toEqual([16, 16]);
    expect(group[32]).toBe(-1);
  });

  it('numbers groups by their traffic, and says how much it is', () => {
    const random = new Random(proofSeed(), 65);
    const {sizes, samples} = partition(
      matrixOf(24, [...draw('ring', 0, 4, 20, random), ...draw('ring', 4, 20, 50, random)]),
    );
    expect(sizes).toEqual([20, 4]);
    expect(samples[0]).toBeGreaterThan(800);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(LEAST_HOSTS);
  });
});

describe('neighbours', () => {
  it('add up both directions, ascending', () => {
    const matrix = matrixOf(4, [
      [2, 0, 3],
      [0, 2, 2],
      [0, 1, 1],
      [3, 3, 9],
      [1, 3, 0],
    ]);
    const neighbours = neighboursOf(matrix);
    expect([...neighbours.start]).toEqual([0, 2, 3, 4, 4]);
    expect([...neighbours.partner]).toEqual([1, 2, 0, 0]);
    expect([...neighbours.samples]).toEqual([1, 5, 1, 5]);
    expect([...neighbours.total]).toEqual([6, 1, 5, 0]);
    expect([talk(neighbours, 0, 2), talk(neighbours, 2, 1), talk(neighbours, 3, 0)]).toEqual([true, false, false]);
  });

  it('have an effective number that does not depend on how many samples there are', () => {
    const random = new Random(proofSeed(), 66);
    for (const [partners, samples] of [
      [6, 60],
      [31, 200],
      [255, 1_000],
    ]) {
      let sum = 0;
      for (let run = 0; run < 200; run++) {
        const counts = Array.from({length: partners}, () => poisson(random, samples / partners));
        const all = counts.reduce((total, count) => total + count, 0);
        sum +=
          1 /
          effectiveDegree(
            all,
            counts.reduce((total, count) => total + count * (count - 1), 0),
          );
      }
      expect(200 / sum / partners).toBeGreaterThan(0.93);
      expect(200 / sum / partners).toBeLessThan(1.07);
    }
    expect(effectiveDegree(3, 0)).toBeNaN();
  });
});
