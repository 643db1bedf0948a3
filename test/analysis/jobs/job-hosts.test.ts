import {expect, it} from 'vitest';
import type {Job, JobReport} from '../../../src/analysis/jobs/job-engine.ts';
import {NO_TRAFFIC} from '../../../src/analysis/jobs/job-groups.ts';
import {followedJobs} from '../../../src/analysis/jobs/job-hosts.ts';
import type {JobHosts} from '../../../src/analysis/stragglers/straggler-engine.ts';

const period = {
  ...{periodMs: 500, confidence: 1, score: 99, jitter: 0, duty: 0.3, sharpness: 1, swing: 1},
  ...{ambiguous: false, isRunning: true},
};

const job = (id: string, more: Partial<Job> = {}): Job => ({
  ...{id, name: undefined, since: 0, until: undefined, isProbable: false, why: '', period, pattern: undefined},
  hosts: [{address: '10.1.0.1', name: undefined, port: undefined}],
  groups: [['10.1.0.1']],
  traffic: {...NO_TRAFFIC},
  overlaps: [],
  groupTraffic: [],
  mixedPeriods: [],
  ...more,
});

const reportOf = (...jobs: Job[]) => ({jobs}) as unknown as JobReport;

it('follows the jobs that run, and the whole fabric while there are none', () => {
  const fabric: JobHosts = {id: 'fabric', name: null, hosts: [], periodMs: 500};
  let report: JobReport | undefined;
  let whole: JobHosts | undefined;
  const jobs = followedJobs(
    () => report,
    () => whole,
  );
  expect(jobs()).toEqual([]);
  whole = fabric;
  expect(jobs()).toEqual([fabric]);
  const silent = job('j3', {until: 5});
  const ended = job('j4', {until: 5, period: undefined});
  report = reportOf(job('j1', {name: 'training'}), job('j2', {period: undefined}), silent, ended);
  expect(jobs().map(({id, name, periodMs}) => [id, name, periodMs])).toEqual([
    ['j1', 'training', 500],
    ['j2', null, null],
    ['j3', null, 500],
  ]);
  expect(jobs()[0]!.hosts).toEqual([{address: '10.1.0.1', name: null, port: undefined}]);
  expect(jobs()).toBe(jobs());
  report = reportOf(ended);
  expect(jobs()).toEqual([fabric]);
});
