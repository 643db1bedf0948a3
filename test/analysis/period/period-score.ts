/** What the detector makes of drawn scenarios, held against their truth: for the proof, and for the benchmark. */
import type {ShownPeriod} from '../../../src/analysis/period/period-watch.ts';
import {PeriodWatch} from '../../../src/analysis/period/period-watch.ts';
import {Random} from '../../../src/simulator/random.ts';
import {finder, isRight, lookAt, shownAtEnd} from './period-looks.ts';
import {type Drawn, happen, type JobTruth, randomScenario, TICK_MS} from './period-traffic.ts';

/** What carries a period: n · R² of the truth. */
export const CARRIES = 30;

/** What came of a period that is carried. Half or twice of it: the other reading of two near-equal bursts. */
export type Outcome = 'right' | 'half or twice' | 'wrong' | 'nothing';

/** One job in one series. */
export interface Reading {
  seed: number;
  /** All that the fabric carries, or only what came in from the hosts of the job. */
  series: 'fabric' | 'job';
  /** Jobs of the scenario. */
  jobs: number;
  truth: JobTruth;
  isCarried: boolean;
  drawn: Drawn;
  /** What is told, strongest first; nothing was looked for where nothing is carried. */
  shown: readonly ShownPeriod[];
  /** The one that counts: of a job's own series the first; of the fabric's the nearest to the truth. */
  told: ShownPeriod | undefined;
}

/** A random scenario, looked at in every way: each job by itself, the fabric for each of its jobs. */
export function* readScenario(seed: number): Generator<Reading> {
  const random = new Random(seed, 99);
  const scenario = randomScenario(random);
  const happened = happen(scenario, random);
  const jobs = scenario.jobs.length;
  for (const [index] of scenario.jobs.entries()) {
    const drawn = happened.ofJob(index);
    const truth = drawn.truths[index]!;
    const isCarried = truth.carried >= CARRIES;
    const shown = isCarried ? shownAtEnd(drawn) : [];
    yield {seed, series: 'job', jobs, truth, isCarried, drawn, shown, told: shown[0]};
  }
  const drawn = happened.mixed();
  const shown = shownAtEnd(drawn);
  for (const truth of drawn.truths) {
    const told = shown.find(({periodMs}) => isRight(periodMs, truth.periodMs)) ?? shown[0];
    yield {seed, series: 'fabric', jobs, truth, isCarried: truth.carried >= CARRIES, drawn, shown, told};
  }
}

/** What a period that was told, in ms, is worth; 0 or undefined where none was. */
export function outcomeOf(toldMs: number | undefined, trueMs: number): Outcome {
  if (!toldMs) return 'nothing';
  if (isRight(toldMs, trueMs)) return 'right';
  return isRight(toldMs, trueMs / 2) || isRight(toldMs, trueMs * 2) ? 'half or twice' : 'wrong';
}

/** Least time after a stop in which it can be told. */
const LEAST_STOP_MS = 500;

/** What is told of a job that stops: right before; and whether any period is still told three cycles after. */
export function readStop(seed: number): {isTold: boolean; isLost: boolean; periodMs: number} | undefined {
  const random = new Random(seed, 98);
  const scenario = randomScenario(random);
  scenario.jobs = scenario.jobs.slice(0, 1);
  const {periodMs} = scenario.jobs[0]!;
  const stopMs = Math.max(60_000, 9 * periodMs);
  const laterMs = Math.max(3 * periodMs, LEAST_STOP_MS) + scenario.flushMs;
  scenario.seconds = Math.ceil((stopMs + laterMs) / 1_000) + 1;
  const {counts, resolutionMs, truths} = happen(scenario, random, stopMs).mixed();
  if (truths[0]!.carried < CARRIES) return undefined;
  const watch = new PeriodWatch(finder);
  const tick = (ms: number) => Math.floor(ms / TICK_MS);
  let before: readonly ShownPeriod[] = [];
  for (let back = 3; back >= 0; back--) before = lookAt(watch, counts, tick(stopMs - 2_000 * back), resolutionMs);
  const isTold = before[0] !== undefined && isRight(before[0].periodMs, truths[0]!.periodMs);
  const after = lookAt(watch, counts, tick(stopMs + laterMs), resolutionMs);
  return {isTold, isLost: after.length === 0, periodMs};
}
