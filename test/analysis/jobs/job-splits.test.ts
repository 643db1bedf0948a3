import {describe, expect, it, vi} from 'vitest';
import {EdgeLog} from '../../../src/analysis/jobs/edge-log.ts';
import {JobSplits} from '../../../src/analysis/jobs/job-splits.ts';
import {Random} from '../../../src/simulator/random.ts';
import {type DrawnJob, drawSlices} from './edge-traffic.ts';

const job = (firstQp: number, periodMs: number): DrawnJob => ({
  ...{hosts: Array.from({length: 16}, (_, host) => host), firstQp, periodMs},
  ...{pattern: 'all-to-all', queuePairs: 1, duty: 0.3, drift: 0.005, samples: 40},
});
const group = job(0, 0).hosts;

/** After which slices a group is looked at, and in how many jobs it is told after each. */
function looksAt(jobs: readonly DrawnJob[], seconds: number): {slice: number; parts: number}[] {
  const [edges, splits] = [new EdgeLog(), new JobSplits()];
  const times = vi.spyOn(edges, 'times');
  const looks: {slice: number; parts: number}[] = [];
  const slices = drawSlices(jobs, seconds, group.length, new Random(7, 7));
  for (const [slice, drawn] of slices.entries()) {
    edges.add(drawn);
    splits.add(drawn);
    times.mockClear();
    splits.look([group], edges, drawn.number);
    if (times.mock.calls.length > 0) looks.push({slice, parts: splits.of(group)?.parts.length ?? 1});
  }
  return looks;
}

describe('the pace of looks at a group of hosts', () => {
  it('slows down while looks that see a whole minute find nothing new', () => {
    const looks = looksAt([job(100, 700)], 300).map(({slice}) => slice);
    const pauses = looks.slice(1).map((slice, i) => slice - looks[i]!);
    // The first looks see more and more of the past.
    expect(pauses.slice(0, 4)).toEqual([5, 5, 5, 5]);
    expect(pauses.slice(-3)).toEqual([20, 20, 20]);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  });

  it('finds two jobs as soon as it did at first, and goes on to tell them', () => {
    const looks = looksAt([job(100, 700), job(200, 910)], 200);
    const found = looks.findIndex(({parts}) => parts === 2);
    expect(looks[found]!.slice).toBeLessThanOrEqual(30);
    expect(looks.slice(found).every(({parts}) => parts === 2)).toBe(true);
  });
});
