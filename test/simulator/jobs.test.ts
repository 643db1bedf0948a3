import {describe, expect, test} from 'vitest';
import {edgesOf, type Pattern} from '../../src/simulator/collectives.ts';
import {JobClock} from '../../src/simulator/job-clock.ts';
import {type JobSpec, job, nodesFrom} from '../../src/simulator/job-spec.ts';
import {findFault, type SimulationOptions} from '../../src/simulator/options.ts';
import {Random} from '../../src/simulator/random.ts';
import {Simulation} from '../../src/simulator/simulation.ts';
import {START_MS, simulate, small, type TruthLine} from './harness.ts';

const PATTERNS: Pattern[] = ['ring', 'all-to-all', 'tree', 'pipeline', 'halving-doubling', 'incast'];

describe('collectives', () => {
  test.each(PATTERNS)('%s asks no more of a member than its port gives', (pattern) => {
    for (const members of [2, 3, 8, 13, 32]) {
      const edges = edgesOf(pattern, members);
      // Edges of a pipeline take turns: at each moment of the exchange.
      for (let moment = 0.005; moment < 1; moment += 0.01) {
        const active = edges.filter(({begin, end}) => begin <= moment && moment < end);
        for (let member = 0; member < members; member++) {
          const share = (side: 'from' | 'to') =>
            active.filter((edge) => edge[side] === member).reduce((sum, edge) => sum + edge.share, 0);
          const most = pattern === 'pipeline' ? 2 : 1;
          expect(share('from')).toBeLessThanOrEqual(most + 1e-9);
          if (pattern !== 'incast') expect(share('to')).toBeLessThanOrEqual(most + 1e-9);
        }
      }
      const linked = new Set(edges.flatMap(({from, to}) => [from, to]));
      expect(linked.size).toBe(members);
      expect(edges.every(({from, to}) => from !== to && from < members && to < members)).toBe(true);
    }
  });

  test('have the number of partners that tells them apart', () => {
    const partners = (pattern: Pattern) => {
      const edges = edgesOf(pattern, 16);
      return nodesFrom(0, 16).map(
        (member) => new Set(edges.filter(({from}) => from === member).map(({to}) => to)).size,
      );
    };
    expect(new Set(partners('ring'))).toEqual(new Set([1]));
    expect(new Set(partners('all-to-all'))).toEqual(new Set([15]));
    expect(new Set(partners('halving-doubling'))).toEqual(new Set([4]));
    expect(Math.max(...partners('tree'))).toBeLessThanOrEqual(4);
    expect(partners('pipeline').filter((count) => count === 1).length).toBe(2);
    expect(partners('incast')).toEqual([0, ...new Array(15).fill(1)]);
  });
});

describe('the clock of a job', () => {
  const members = [nodesFrom(0, 8)];
  const clockOf = (spec: Partial<JobSpec>) => {
    const whole = job({name: 'x', members, cycleMs: 1_000, duty: 0.3, jitter: 0, ...spec});
    const pairs = edgesOf(whole.pattern, 8).map(({from, to}) => [from, to] as const);
    return new JobClock(whole, pairs, 0, new Random(1));
  };

  test('repeats its cycle exactly where nothing is random', () => {
    const clock = clockOf({phase: 0.25});
    for (let i = 0; i < 5; i++) {
      clock.next();
      expect(clock.startMs).toBeCloseTo(250 + i * 1_000, 6);
      expect(clock.endMs).toBeCloseTo(550 + i * 1_000, 6);
    }
  });

  test('lets a late host hold all back, but for their head start', () => {
    const clock = clockOf({late: [{host: 3, by: 0.05}], headStart: 0.1});
    clock.next();
    expect(clock.startMs).toBe(50);
    // 30 of 300 ms of work are head start.
    expect([10, 30, 45].map((at) => clock.done(0, 1, at))).toEqual([10, 30, 30]);
    expect([10, 30, 45, 50].map((at) => clock.done(2, 3, at))).toEqual([0, 0, 0, 0]);
    expect([60, 100].map((at) => clock.done(0, 1, at))).toEqual([40, 80]);
    expect([60, 100].map((at) => clock.done(2, 3, at))).toEqual([10, 50]);
    expect(clock.endMs).toBe(350);
    const first = clock.startMs;
    clock.next();
    // The cycle is as much longer as the host is late.
    expect(clock.startMs - first).toBeCloseTo(1_050, 6);
  });

  test('lets all go their way where nobody waits', () => {
    const clock = clockOf({late: [{host: 3, by: 0.05}], headStart: 1});
    clock.next();
    expect([10, 60, 300].map((at) => clock.done(0, 1, at))).toEqual([10, 60, 300]);
    expect([10, 60, 350].map((at) => clock.done(2, 3, at))).toEqual([0, 10, 300]);
    const first = clock.readyMs;
    clock.next();
    expect(clock.readyMs - first).toBe(1_000);
  });

  test('has slow hosts and several exchanges a cycle', () => {
    const slow = clockOf({slow: [{host: 3, factor: 0.5}]});
    slow.next();
    expect(slow.endMs).toBe(600);
    expect(slow.done(3, 4, 100)).toBe(50);
    const bursts = clockOf({bursts: [2, 1]});
    const seen = Array.from({length: 4}, () => {
      bursts.next();
      return [bursts.startMs, bursts.endMs].map(Math.round);
    });
    expect(seen).toEqual([
      [0, 200],
      [550, 650],
      [1_000, 1_200],
      [1_550, 1_650],
    ]);
  });

  test('computes for longer where its hosts save their state', () => {
    const clock = clockOf({checkpoints: {every: 3, by: 0.5}});
    const starts = Array.from({length: 7}, () => {
      clock.next();
      return Math.round(clock.startMs);
    });
    expect(starts).toEqual([0, 1_000, 2_000, 3_500, 4_500, 5_500, 7_000]);
  });

  test('jitters and drifts as far as it is told', () => {
    const clock = clockOf({jitter: 0.01, drift: 0.01});
    const starts = Array.from({length: 400}, () => {
      clock.next();
      expect(clock.startMs - clock.readyMs).toBeGreaterThanOrEqual(-30);
      expect(clock.startMs - clock.readyMs).toBeLessThanOrEqual(30);
      return clock.startMs;
    });
    const lengths = starts.slice(1).map((start, i) => start - starts[i]);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    const spread = Math.sqrt(lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length);
    // Waiting for the last of eight adds 1.4 standard deviations to each cycle.
    expect(Math.abs(mean - 1_014)).toBeLessThan(4);
    expect(spread).toBeGreaterThan(7);
    expect(spread).toBeLessThan(20);
  });
});

describe('jobs in a fabric', () => {
  const run = (options: Partial<SimulationOptions>, ms: number) =>
    simulate({...small, sampling: 100_000, flushMs: 10_000, ...options}, ms).truth;
  const bytesOf = (truth: TruthLine[], bins: number, of: (line: TruthLine) => boolean) => {
    const series = new Array<number>(bins).fill(0);
    for (const line of truth) if (of(line)) series[line.bin - START_MS / 100] += line.in.roceBytes;
    return series;
  };

  test('have their own cycle, start and end', () => {
    const jobs = [
      job({name: 'a', members: [nodesFrom(0, 8)], cycleMs: 400, duty: 0.25, untilMs: 2_000}),
      job({name: 'b', members: [nodesFrom(8, 8)], cycleMs: 1_000, duty: 0.4, afterMs: 1_000, pattern: 'tree'}),
    ];
    const truth = run({jobs}, 4_000);
    const a = bytesOf(truth, 40, (line) => line.ifIndex <= 8);
    const b = bytesOf(truth, 40, (line) => line.ifIndex > 8);
    const isBusy = (bytes: number) => bytes > 8e8;
    const share = (series: number[], from: number, to: number) =>
      series.slice(from, to).filter(isBusy).length / (to - from);
    expect(share(a, 0, 20)).toBeGreaterThan(0.2);
    expect(share(a, 0, 20)).toBeLessThanOrEqual(0.55);
    expect(a.slice(21).every((bytes) => bytes === 0)).toBe(true);
    expect(b.slice(0, 9).every((bytes) => bytes === 0)).toBe(true);
    expect(share(b, 10, 40)).toBeGreaterThan(0.3);
    expect(share(b, 10, 40)).toBeLessThanOrEqual(0.55);
    // A ring sends at 0.9 of 8 ports for a quarter of the time.
    const mean = (a.slice(0, 20).reduce((sum, bytes) => sum + bytes, 0) * 8) / 2;
    expect(mean / (8 * 100e9 * 0.9 * 0.25)).toBeGreaterThan(0.93);
    expect(mean / (8 * 100e9 * 0.9 * 0.25)).toBeLessThan(1.03);
  });

  test('on rails never cross them', () => {
    const jobs = [job({name: 'a', members: [nodesFrom(0, 4), nodesFrom(4, 4), nodesFrom(8, 4), nodesFrom(12, 4)]})];
    const truth = run({fabric: {kind: 'rails', rails: 4, leaves: 1, spines: 2}, jobs}, 600);
    expect(truth.every((line) => line.role === 'edge')).toBe(true);
    expect(new Set(truth.filter((line) => line.in.roceFrames > 0).map((line) => line.agent)).size).toBe(4);
  });

  test('tell of their exchanges', () => {
    const jobs = [job({name: 'a', members: [nodesFrom(0, 4)], cycleMs: 200, jitter: 0.01})];
    const simulation = new Simulation({...small, jobs}, () => {});
    const starts: number[] = [];
    for (const each of simulation.jobs) each.onExchange = ({startMs}) => starts.push(startMs - START_MS);
    simulation.advance(START_MS + 1_000);
    // The sixth lies ahead.
    expect(starts.length).toBe(6);
    expect(starts.every((start, i) => Math.abs(start - 200 * i) < 20)).toBe(true);
  });

  test('share the fabric with storage in bursts', () => {
    const storage = {clients: nodesFrom(0, 12), servers: nodesFrom(12, 4), load: 0.05, burstMs: 50, pauseMs: 150};
    const jobs = [job({name: 'a', members: [nodesFrom(0, 2)], load: 0.01})];
    const truth = run({storage, jobs}, 3_000);
    const read = bytesOf(truth, 30, (line) => line.ifIndex > 12).reduce((sum, bytes) => sum + bytes, 0);
    expect((read * 8) / 3 / (12 * 100e9) / 0.05).toBeGreaterThan(0.6);
    expect((read * 8) / 3 / (12 * 100e9) / 0.05).toBeLessThan(1.5);
  });

  test('are refused when they are not right', () => {
    const fault = (spec: Partial<JobSpec>) =>
      findFault({...small, jobs: [job({name: 'x', members: [nodesFrom(0, 4)], ...spec})]});
    expect(fault({})).toBeUndefined();
    expect(fault({members: [nodesFrom(10, 10)]})).toBe('job x has nodes that are not there');
    expect(fault({members: [[1]]})).toBe('job x must have 2 hosts or more');
    expect(fault({members: [nodesFrom(0, 4), nodesFrom(4, 3)]})).toBe('job x must be as large on each rail');
    expect(fault({duty: 1})).toBe('the duty of job x must be above 0 and below 1');
  });
});
