import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import type {PeriodFigures} from '../../src/analysis/period/period-watch.ts';
import type {AnalysisThread} from '../../src/analysis/thread.ts';
import {repositoryRoot} from '../support/captures.ts';

/** As it is built: threads do not run TypeScript. */
const built = (await import(join(repositoryRoot, 'dist/analysis/thread.js'))) as {
  AnalysisThread: typeof AnalysisThread;
};

/** Bursts of three ticks in each `cycle`, for 64 s. */
function bursts(cycle: number): Float64Array {
  return Float64Array.from({length: 6_400}, (_, tick) => (tick % cycle < 3 ? 20 : 1));
}

function start(failures: string[] = []): AnalysisThread {
  const thread = new built.AnalysisThread((error) => failures.push(error.message));
  onTestFinished(() => thread.stop());
  return thread;
}

const look = (thread: AnalysisThread, of: string, counts: Float64Array) =>
  new Promise<PeriodFigures[] | undefined>((resolve) => {
    thread.analyse('periods', {of, counts, tickMs: 10, noise: 1, resolutionMs: 10}, resolve);
  });

it('does what was ordered one by one, and keeps the looks of each series apart', async () => {
  const thread = start();
  const orders = [20, 35].flatMap((cycle) => Array.from({length: 4}, () => look(thread, String(cycle), bursts(cycle))));
  expect(thread.waiting).toBe(8);
  const answers = await Promise.all(orders);
  expect(thread.waiting).toBe(0);
  // Two looks see less than three quarters of four.
  expect(answers.map((periods) => periods!.length > 0)).toEqual([false, false, true, true, false, false, true, true]);
  expect(answers[3]![0].periodMs).toBeCloseTo(200, 0);
  expect(answers[7]![0].periodMs).toBeCloseTo(350, 0);
});

it('takes the typed arrays of an input over', async () => {
  const thread = start();
  const counts = bursts(20);
  const answer = look(thread, 'x', counts);
  expect(counts.length).toBe(0);
  await answer;
});

it('tells of work that fails, and does what comes after it', async () => {
  const failures: string[] = [];
  const thread = start(failures);
  const nothing = undefined as unknown as Float64Array;
  expect(await look(thread, 'x', nothing)).toBeUndefined();
  expect(failures).toHaveLength(1);
  expect(await look(thread, 'x', bursts(20))).toEqual([]);
});

it('does nothing any more when it was stopped', async () => {
  const thread = start();
  await thread.stop();
  expect(await look(thread, 'x', bursts(20))).toBeUndefined();
});
