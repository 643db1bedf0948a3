/** Stragglers and steps the whole way: from the simulator's datagrams to who is named in which job. */
import {expect, it} from 'vitest';
import {FabricJob} from '../../src/analysis/fabric-job.ts';
import {JobEngine} from '../../src/analysis/jobs/job-engine.ts';
import {followedJobs} from '../../src/analysis/jobs/job-hosts.ts';
import {PeriodEngine} from '../../src/analysis/period/period-engine.ts';
import {StragglerEngine} from '../../src/analysis/stragglers/straggler-engine.ts';
import {type Analyse, makeWork} from '../../src/analysis/work.ts';
import type {SimulationOptions} from '../../src/simulator/options.ts';
import {optionsOf, type Scenario} from '../../src/simulator/scenario.ts';
import {reference} from '../../src/simulator/scenarios/reference.ts';
import {straggler} from '../../src/simulator/scenarios/straggler.ts';
import {twoJobs} from '../../src/simulator/scenarios/two-jobs.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

/** A simulated fabric with its analysis, done at once. */
function world(scenario: Scenario, more: Partial<SimulationOptions>) {
  const simulated = new Simulated(optionsOf(scenario, {...more, startMs: START_MS}), scenario.transport);
  const {fabric} = simulated.pipeline;
  const work = makeWork();
  const analyse: Analyse = (kind, input, done) => done(work[kind](input));
  const periods = new PeriodEngine(fabric, (series, done) => analyse('periods', {of: 'fabric', ...series}, done));
  const whole = new FabricJob(fabric, () => periods.report);
  const jobs = new JobEngine(fabric, analyse);
  const hosts = followedJobs(
    () => jobs.report,
    () => whole.now(),
  );
  const engine = new StragglerEngine(fabric, hosts, (input, done) => analyse('stragglers', input, done));
  const pass = (seconds: number) => {
    for (let at = 0; at < seconds * 10; at++) {
      simulated.pass(100);
      periods.advance();
      jobs.advance();
      engine.advance();
    }
  };
  const told = () => fabric.events.after(0).filter(({kind}) => kind.startsWith('straggler') || kind.startsWith('step'));
  return {fabric, engine, jobs, pass, told};
}

it('the late host of the scenario is named with its link within 20 cycles, and how late it is', () => {
  const seconds = proofCount(22, 120);
  const {engine, jobs, pass, told} = world(straggler, {seed: proofSeed()});
  pass(seconds);
  // Host 18 is the second one at the third leaf; its cycle of 1 s is 50 ms longer for it.
  const [first] = told();
  expect(told().map(({kind, link}) => [kind, link])).toEqual([['straggler-named', '10.0.0.3~2']]);
  expect(first!.time - START_MS).toBeLessThan(20 * 1_050);
  const [found, ...others] = engine.stragglers();
  expect(others).toEqual([]);
  expect(found).toMatchObject({link: '10.0.0.3~2', kind: 'late', certainty: 'named'});
  expect(Math.abs(found!.effectMs - 50)).toBeLessThan(12);
  const [job] = jobs.report!.jobs;
  expect(job!.hosts.find(({address}) => address === found!.host)!.port!.id).toBe('10.0.0.3~2');
  expect(Math.abs(engine.steps(job!.id)!.statistics!.mean - 1_050)).toBeLessThan(5);
});

it('nobody is named on the reference fabric, and no step is slow', () => {
  const seconds = proofCount(20, 600);
  const {engine, pass, told} = world(reference, {seed: proofSeed(), nodes: seconds < 600 ? 64 : 244});
  pass(seconds);
  expect(told()).toEqual([]);
  expect(engine.stragglers()).toEqual([]);
  const [job, ...others] = engine.jobs();
  expect(others).toEqual([]);
  const {statistics} = engine.steps(job!)!;
  expect(statistics!.count).toBeGreaterThan(2 * seconds - 12);
  expect(Math.abs(statistics!.mean - 500)).toBeLessThan(1);
});

it('of two jobs side by side each has its own steps, and nobody is named in them', () => {
  const seconds = proofCount(15, 300);
  const {engine, pass, told} = world(twoJobs, {seed: proofSeed()});
  pass(seconds);
  expect(told()).toEqual([]);
  const means = engine.jobs().map((job) => engine.steps(job)!.statistics!.mean);
  expect(means).toHaveLength(2);
  for (const mean of means) {
    const periodMs = Math.abs(mean - 500) < Math.abs(mean - 720) ? 500 : 720;
    // Of the jitter of all of its hosts the last one is waited for.
    expect(mean - periodMs).toBeGreaterThan(0);
    expect(mean - periodMs).toBeLessThan(0.03 * periodMs);
  }
  expect(Math.max(...means) / Math.min(...means)).toBeGreaterThan(1.4);
});
