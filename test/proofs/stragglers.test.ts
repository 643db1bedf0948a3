/** Stragglers the whole way: from the simulator's datagrams to who is named. */
import {expect, it} from 'vitest';
import {FabricJob} from '../../src/analysis/fabric-job.ts';
import {PeriodEngine} from '../../src/analysis/period-engine.ts';
import {StragglerEngine} from '../../src/analysis/straggler-engine.ts';
import {makeWork} from '../../src/analysis/work.ts';
import type {SimulationOptions} from '../../src/simulator/options.ts';
import {optionsOf, type Scenario} from '../../src/simulator/scenario.ts';
import {reference} from '../../src/simulator/scenarios/reference.ts';
import {straggler} from '../../src/simulator/scenarios/straggler.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

/** A simulated fabric with its analysis, done at once. */
function world(scenario: Scenario, more: Partial<SimulationOptions>) {
  const simulated = new Simulated(optionsOf(scenario, {...more, startMs: START_MS}), scenario.transport);
  const {fabric} = simulated.pipeline;
  const work = makeWork();
  const periods = new PeriodEngine(fabric, (series, done) => done(work.periods({of: 'fabric', ...series})));
  const job = new FabricJob(fabric, () => periods.report);
  const engine = new StragglerEngine(
    fabric,
    () => [job.now()],
    (input, done) => done(work.stragglers(input)),
  );
  const pass = (seconds: number) => {
    for (let at = 0; at < seconds * 10; at++) {
      simulated.pass(100);
      periods.advance();
      engine.advance();
    }
  };
  return {fabric, engine, pass};
}

it('the late host of the scenario is named with its link within 20 cycles, and how late it is', () => {
  const seconds = proofCount(25, 120);
  const {fabric, engine, pass} = world(straggler, {seed: proofSeed()});
  pass(seconds);
  // Host 18 is the second one at the third leaf; its cycle of 1 s is 50 ms longer for it.
  const told = fabric.events.after(0).filter(({kind}) => kind !== 'agent-appeared');
  expect(told.map(({kind, link}) => [kind, link])).toEqual([['straggler-named', '10.0.0.3~2']]);
  expect(told[0]!.time - START_MS).toBeLessThan(20 * 1_050);
  const [found, ...others] = engine.stragglers();
  expect(others).toEqual([]);
  expect(found).toMatchObject({link: '10.0.0.3~2', kind: 'late', certainty: 'named'});
  expect(Math.abs(found!.effectMs - 50)).toBeLessThan(12);
  expect(Math.abs(engine.steps('fabric')!.statistics!.mean - 1_050)).toBeLessThan(5);
});

it('nobody is named on the reference fabric, and no step is slow', () => {
  const seconds = proofCount(20, 600);
  const {fabric, engine, pass} = world(reference, {seed: proofSeed(), nodes: seconds < 600 ? 64 : 244});
  pass(seconds);
  expect(fabric.events.after(0).map(({kind}) => kind)).toEqual(['agent-appeared']);
  expect(engine.stragglers()).toEqual([]);
  const {statistics, slowSteps} = engine.steps('fabric')!;
  expect(statistics!.count).toBeGreaterThan(2 * seconds - 12);
  expect(slowSteps).toBe(0);
  expect(Math.abs(statistics!.mean - 500)).toBeLessThan(1);
});
