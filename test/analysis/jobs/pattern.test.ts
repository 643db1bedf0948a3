import {afterAll, describe, expect, it} from 'vitest';
import type {PairMatrix} from '../../../src/analysis/jobs/pairs.ts';
import {patternOf} from '../../../src/analysis/jobs/pattern.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed, proofTable} from '../../support/proof.ts';
import {poisson} from '../period/period-traffic.ts';
import {JOB_PATTERNS, type JobPattern, matrixOf, sharesOf, WINDOW} from './job-traffic.ts';

const DRAWN: readonly JobPattern[] = [...JOB_PATTERNS, 'broadcast'];
const SIZES = [8, 16, 32, 64, 128, 256];
const RATES = [1, 2, 5, 20];
const table: string[][] = [];

afterAll(() => {
  table.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const about = [
    'Jobs of 8 to 256 hosts in random order, 10 s of samples, 1 in 10,000, frames of 4,178 bytes, one stray sample for',
    'every twenty hosts. By pattern and rate: what it was told as, over all sizes.',
  ];
  const head = ['pattern', 'Gbit/s a host', ...SIZES.map((size) => `${size} hosts`)];
  proofTable('patterns', 'Collective patterns told by sampled pairs', about, head, table);
});

/** Ten seconds of one job whose hosts stand in random order. */
function draw(pattern: JobPattern, hosts: number, gigabits: number, random: Random): PairMatrix {
  const edges = sharesOf(pattern, hosts);
  const all = edges.reduce((sum, {share}) => sum + share, 0);
  const samples = (hosts * gigabits * 1e9 * WINDOW.seconds) / (8 * 4_178 * WINDOW.sampling);
  const order = Array.from({length: hosts}, (_, host) => ({host, at: random.uniform()}))
    .sort((a, b) => a.at - b.at)
    .map(({host}) => host);
  const entries = edges.map(({from, to, share}): [number, number, number] => {
    return [order[from], order[to], poisson(random, (samples * share) / all)];
  });
  for (let strays = poisson(random, hosts / 20); strays > 0; strays--) {
    entries.push([random.below(hosts), random.below(hosts), 1]);
  }
  return matrixOf(
    hosts,
    entries.filter(([, , count]) => count > 0),
  );
}

describe('a pattern is told by the samples between hosts', () => {
  it.each(DRAWN)('%s', (pattern) => {
    const seed = proofSeed();
    const runs = proofCount(3, 200);
    for (const gigabits of RATES) {
      let right = 0;
      let wrong = 0;
      const cells = SIZES.map((size) => {
        const told = new Map<string, number>();
        for (let run = 0; run < runs; run++) {
          const {kind, confidence, why} = patternOf(draw(pattern, size, gigabits, new Random(seed + run, 71 + size)));
          expect(confidence).toBeGreaterThanOrEqual(kind === 'unknown' ? 0 : 0.8);
          expect(confidence).toBeLessThanOrEqual(1);
          expect(why).not.toBe('');
          told.set(kind, (told.get(kind) ?? 0) + 1);
          if (kind === pattern) right++;
          else if (kind !== 'unknown') wrong++;
        }
        const parts = [...told].sort(([, a], [, b]) => b - a);
        return parts.map(([kind, count]) => `${kind} ${((100 * count) / runs).toFixed(0)} %`).join(', ');
      });
      table.push([pattern, String(gigabits), ...cells]);
      const all = runs * SIZES.length;
      // Unknown is no error; what is mixed takes more than a gigabit to be sure of.
      expect(wrong / all, `${pattern} at ${gigabits} Gbit/s`).toBeLessThan(0.02 + (runs < 10 ? 0.05 : 0));
      if (gigabits >= 5) expect(right / all, `${pattern} at ${gigabits} Gbit/s`).toBeGreaterThan(0.97);
      if (pattern !== 'mixed') expect(right / all, `${pattern} at ${gigabits} Gbit/s`).toBeGreaterThan(0.92);
    }
  });
});

it('tells gathering from broadcasting by who sends', () => {
  const random = new Random(proofSeed(), 81);
  const {hosts, source, destination, samples} = draw('broadcast', 24, 5, random);
  expect(patternOf({hosts, source: destination, destination: source, samples}).kind).toBe('gather');
});

it('tells a ring both ways and several rings as rings', () => {
  const random = new Random(proofSeed(), 82);
  const ring = (step: number) =>
    Array.from({length: 16}, (_, host): [number, number, number] => [host, (host + step) % 16, poisson(random, 60)]);
  const both = patternOf(matrixOf(16, [...ring(1), ...ring(15)]));
  expect(both).toMatchObject({kind: 'ring', why: expect.stringContaining('both ways')});
  const two = patternOf(matrixOf(16, [...ring(1), ...ring(3)]));
  expect(two).toMatchObject({kind: 'ring', why: expect.stringContaining('2 rings')});
  expect(two.degree).toBeGreaterThan(1.8);
  expect(two.degree).toBeLessThan(2.2);
});

it('is unknown where there are too few samples, and where hosts talk without order', () => {
  const random = new Random(proofSeed(), 83);
  expect(patternOf(matrixOf(8, [])).kind).toBe('unknown');
  expect(patternOf(matrixOf(8, [[0, 1, 3]])).kind).toBe('unknown');
  expect(patternOf(draw('ring', 64, 0.1, random)).kind).toBe('unknown');
  for (let run = 0; run < 20; run++) {
    const entries = Array.from({length: 160}, (): [number, number, number] => {
      return [random.below(32), random.below(32), 1 + random.below(60)];
    });
    expect(patternOf(matrixOf(32, entries)).kind).toBe('unknown');
  }
});
