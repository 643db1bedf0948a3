import {expect, it} from 'vitest';
import type {PeriodReport} from '../../src/analysis/period/period-engine.ts';
import {makeHarness} from './harness.ts';

const period = {
  periodMs: 512.4,
  confidence: 0.98,
  score: 410,
  jitter: 0.01,
  duty: 0.5,
  sharpness: 0.6,
  swing: 0.9,
  ambiguous: false,
  isRunning: true,
};

const report: PeriodReport = {
  time: 1_700_000_000_000,
  historyMs: 64_000,
  shortestMs: 600,
  longestMs: 75_000,
  timeResolutionMs: 100,
  periods: [period, {...period, periodMs: 7_000, confidence: 0.75}],
};

it('answers with the cycles that were found, and with none before the first look', async () => {
  const periods: {report: PeriodReport | undefined} = {report: undefined};
  const {get} = await makeHarness({periods});
  const before = (await get('/api/v1/periods')).json;
  expect(before).toMatchObject({scope: 'fabric', time: null, history: null, shortest: null, periods: []});
  expect((await get('/metrics')).text).not.toContain('tenhertz_period_seconds{');

  periods.report = report;
  const {status, json} = await get('/api/v1/periods');
  expect(status).toBe(200);
  expect(json).toMatchObject({time: report.time, history: 64_000, shortest: 600, longest: 75_000, resolution: 100});
  const {isRunning: _, ...figures} = period;
  expect(json.periods[0]).toEqual(figures);
  expect(json.periods).toHaveLength(2);
  const {text} = await get('/metrics');
  expect(text).toContain('tenhertz_period_seconds{rank="1"} 0.5124');
  expect(text).toContain('tenhertz_period_seconds{rank="2"} 7');
  expect(text).toContain('tenhertz_period_confidence{rank="2"} 0.75');
});

it('answers without an engine too', async () => {
  const {get} = await makeHarness();
  expect((await get('/api/v1/periods')).json.periods).toEqual([]);
});
