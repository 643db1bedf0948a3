import {describe, expect, it} from 'vitest';
import {type Step, type StepShift, StepWatch} from '../../../src/analysis/stragglers/steps.ts';
import {StragglerWatch} from '../../../src/analysis/stragglers/straggler-watch.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed, proofTable} from '../../support/proof.ts';
import {DrawnRing, type RingOptions} from './straggler-traffic.ts';

/** Steps found and told in a drawn job of so many cycles, with the truth. */
function follow(options: RingOptions, cycles: number, random: Random) {
  const ring = new DrawnRing(options, random);
  const watch = new StragglerWatch(options.hosts, new Int32Array(options.hosts).fill(-1), options.periodMs);
  const steps: Step[] = [];
  const slow: Step[] = [];
  const shifts: StepShift[] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    ring.cycle((tick, counts, offset) => watch.add(tick, counts, offset));
    const before = watch.steps.count;
    for (const change of watch.advance()) {
      if (change.what === 'slow') slow.push(change.step);
      if (change.what === 'shift') shifts.push(change.shift);
    }
    const fresh = watch.steps.count - before;
    if (fresh > 0) steps.push(...watch.steps.steps.slice(-fresh));
  }
  return {steps, slow, shifts, readyMs: ring.readyMs};
}

const percent = (share: number) => `${(100 * share).toFixed(share > 0.0995 ? 0 : 2)} %`;

describe('a proof on drawn samples', () => {
  it('follows steps of any length, finds the slow ones and no others', () => {
    const seed = proofSeed();
    const jobs = proofCount(1, 20);
    const cycles = jobs < 20 ? 300 : 500;
    const rows: string[][] = [];
    for (const [periodMs, drift, hosts] of [
      [100, 0.005, 16],
      [300, 0.01, 16],
      [1_000, 0.01, 16],
      [1_000, 0.03, 16],
      [5_000, 0.01, 8],
    ]) {
      const by = [0.15, 0.25, 0.41, 1.2];
      const found = by.map(() => ({slow: 0, all: 0}));
      let healthy = 0;
      let wrong = 0;
      let error = 0;
      let missed = 0;
      for (let job = 0; job < jobs; job++) {
        const random = new Random(seed + job, periodMs + drift * 1e4);
        // Every 32nd cycle or so computes longer, from the 70th on.
        const slowOnes = new Map<number, number>();
        for (let at = 70 + random.below(10), i = 0; at < cycles - 20; at += 25 + random.below(15), i++)
          slowOnes.set(at, i % 4);
        const computes = (cycle: number) => (slowOnes.has(cycle) ? 1 + by[slowOnes.get(cycle)!] / 0.7 : 1);
        const {steps, slow, readyMs} = follow(
          {hosts, periodMs, duty: 0.3, headStart: 0.05, drift, computes},
          cycles,
          random,
        );
        const slowAt = new Set(slow.map(({time}) => time));
        let at = 1;
        for (const {time, ms} of steps) {
          while (at + 1 < readyMs.length && Math.abs(readyMs[at + 1] - time) < Math.abs(readyMs[at] - time)) at++;
          const truth = readyMs[at] - readyMs[at - 1];
          error += ((ms - truth) / periodMs) ** 2;
          if (Math.abs(ms - truth) > 0.2 * periodMs) missed++;
          const kind = slowOnes.get(at);
          if (kind === undefined) {
            healthy++;
            if (slowAt.has(time)) wrong++;
          } else {
            found[kind].all++;
            if (slowAt.has(time)) found[kind].slow++;
          }
        }
      }
      const shares = found.map(({slow, all}) => slow / all);
      const off = Math.sqrt(error / healthy);
      rows.push([
        `${periodMs / 1_000} s`,
        percent(drift),
        percent(off),
        ...shares.map(percent),
        `${wrong} of ${healthy.toLocaleString('en')}`,
      ]);
      const row = rows.at(-1)!.join(' | ');
      expect(missed, row).toBeLessThanOrEqual(healthy / 1_000);
      expect(off, row).toBeLessThan(periodMs < 300 ? 0.04 : 0.015);
      expect(shares[2], row).toBeGreaterThan(0.95);
      expect(shares[3], row).toBeGreaterThan(0.95);
      if (drift <= 0.01 && periodMs >= 300) expect(shares[1], row).toBeGreaterThan(0.95);
      expect(wrong, row).toBeLessThanOrEqual(healthy / 1_000);
    }
    console.log(rows.map((row) => row.join(' | ')).join('\n'));
    proofTable(
      'steps',
      'Slow steps',
      [
        `${jobs} jobs of 8 or 16 hosts a row, ${cycles} steps each, 1 in 10,000 of 100 Gbit/s, exchanging for 30 % of the period.`,
        'Deviation: of the computing, as a share of the period. Off: how far a found step is from its true length, likewise.',
      ],
      ['period', 'deviation', 'off by', 'found: longer by 15 %', '25 %', '41 %', '120 %', 'others told as slow'],
      rows,
    );
  }, 3_600_000);

  it('tells that steps have become longer for good, within some ten, and not of a steady job', () => {
    const seed = proofSeed();
    const jobs = proofCount(3, 100);
    let delay = 0;
    let share = 0;
    let found = 0;
    let wrong = 0;
    for (let job = 0; job < jobs; job++) {
      const options = {hosts: 8, periodMs: 400, duty: 0.3, headStart: 0.05, drift: 0.01};
      const computes = (cycle: number) => (cycle >= 150 ? 1 + 0.05 / 0.7 : 1);
      const {shifts, readyMs} = follow({...options, computes}, 200, new Random(seed + job, 31));
      const right = shifts.filter(({time}) => time > readyMs[149]);
      wrong += shifts.length - right.length + Math.max(0, right.length - 1);
      if (right.length === 0) continue;
      found++;
      delay += (right[0].time - readyMs[150]) / 420;
      share += right[0].toMs / right[0].fromMs - 1;
    }
    console.log(`shift of 5 %: found ${found} of ${jobs}, ${(delay / found).toFixed(1)} steps later, ${wrong} others`);
    expect(found / jobs).toBeGreaterThanOrEqual(0.95);
    expect(delay / found).toBeLessThan(12);
    expect(Math.abs(share / found - 0.05)).toBeLessThan(0.015);
    expect(wrong / jobs).toBeLessThanOrEqual(0.05);
  }, 600_000);
});

describe('steps', () => {
  const watchOf = (lengths: readonly number[]) => {
    const watch = new StepWatch();
    let time = 0;
    const told = lengths.map((ms) => watch.take({time: (time += ms), ms}));
    return {watch, told};
  };

  it('are judged by the last sixty, and their statistics by all that are remembered', () => {
    const {watch, told} = watchOf([...new Array<number>(30).fill(100), 141, ...new Array<number>(9).fill(100)]);
    expect(told.filter(({slow}) => slow).length).toBe(1);
    expect(told[30].slow!.share).toBeCloseTo(0.41);
    expect(watch.slow).toEqual([{time: 3_141, ms: 141, share: told[30].slow!.share}]);
    expect(watch.statistics()).toEqual({count: 40, mean: 101.025, p50: 100, p99: 141});
    expect(new StepWatch().statistics()).toBeNull();
  });

  it('are not judged before there is anything to compare with, nor told for trifles', () => {
    const {told} = watchOf([100, 300, ...new Array<number>(20).fill(100), 109, 111]);
    expect(told.map(({slow}) => slow !== undefined).lastIndexOf(true)).toBe(23);
    expect(told.filter(({slow}) => slow)).toHaveLength(1);
  });

  it('become longer for good only by more than a few', () => {
    const steady = new Array<number>(80).fill(100);
    expect(watchOf([...steady, 200, 200, ...steady]).told.filter(({shift}) => shift)).toEqual([]);
    const {told} = watchOf([...steady, ...new Array<number>(20).fill(105)]);
    const [first, ...others] = told.flatMap(({shift}) => (shift ? [shift] : []));
    expect(first.fromMs).toBeCloseTo(100);
    expect(first.toMs).toBeCloseTo(105);
    expect(others).toEqual([]);
  });
});
