import {expect, it} from 'vitest';
import type {StepReport, StragglerReport, WaitReport} from '../../src/analysis/stragglers/straggler-engine.ts';
import {makeHarness} from './harness.ts';

const straggler: StragglerReport = {
  job: 'j1',
  host: '10.1.0.18',
  name: null,
  link: '10.0.0.3~2',
  kind: 'late',
  effectMs: 50,
  effectLowMs: 42,
  effectHighMs: 58,
  shareOfPeriod: 0.05,
  z: 8.1,
  certainty: 'named',
  since: 1_700_000_000_000,
  cycles: 20,
  text: 'host 10.1.0.18 at 10.0.0.3~2 is late',
};

const wait: WaitReport = {job: 'j1', cycles: 6, seconds: 6.3, why: 'that many samples'};

const steps: StepReport = {
  periodMs: 1_050,
  statistics: {count: 40, mean: 1_051, p50: 1_050, p99: 1_480},
  slowSteps: 1,
  steps: [{time: 1_700_000_000_000, ms: 1_480}],
  slow: [{time: 1_700_000_000_000, ms: 1_480, share: 0.41}],
};

const engine = {
  jobs: () => ['j1'],
  stragglers: (job?: string) =>
    job === undefined || job === 'j1' ? [straggler, {...straggler, certainty: 'suspected' as const}] : [],
  waits: (job?: string) => (job === undefined || job === 'j1' ? [wait] : []),
  steps: (job: string) => (job === 'j1' ? steps : undefined),
};

it('tells stragglers, of all jobs or of one', async () => {
  const {get} = await makeHarness({stragglers: engine});
  const {status, json} = await get('/api/v1/stragglers');
  expect(status).toBe(200);
  expect(json.stragglers[0]).toEqual(straggler);
  expect(json.waits).toEqual([wait]);
  expect((await get('/api/v1/stragglers?job=j2')).json).toMatchObject({stragglers: [], waits: []});
  expect((await get('/api/v1/stragglers?job=j1')).json.stragglers).toHaveLength(2);
});

it('tells the steps of a job, and 404 of one that is not followed', async () => {
  const {get} = await makeHarness({stragglers: engine});
  const {json} = await get('/api/v1/jobs/j1/steps');
  expect(json).toMatchObject({periodMs: 1_050, count: 40, mean: 1_051, p50: 1_050, p99: 1_480, slowSteps: 1});
  expect(json.steps).toEqual(steps.steps);
  expect(json.slow).toEqual(steps.slow);
  const missing = await get('/api/v1/jobs/j2/steps');
  expect(missing.status).toBe(404);
  expect(missing.json.title).toBe('Not Found');
});

it('tells steps and stragglers to Prometheus', async () => {
  const {get} = await makeHarness({stragglers: engine});
  const {text} = await get('/metrics');
  expect(text).toContain('tenhertz_job_step_seconds{job="j1",stat="p99"} 1.48');
  expect(text).toContain('tenhertz_job_slow_steps_total{job="j1"} 1');
  expect(text).toContain('tenhertz_stragglers{job="j1"} 1');
});

it('answers without an engine too', async () => {
  const {get} = await makeHarness();
  expect((await get('/api/v1/stragglers')).json).toMatchObject({stragglers: [], waits: []});
  expect((await get('/api/v1/jobs/j1/steps')).status).toBe(404);
});
