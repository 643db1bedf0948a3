import {expect, it, vi} from 'vitest';
import {JobEngine} from '../../../src/analysis/jobs/job-engine.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {PartialBuilder, T} from '../../support/partial-builder.ts';

const HOSTS = 20_000;

it('finds thousands of hosts in several bins, none of which takes most of them', () => {
  const fabric = new Fabric({depth: 300, flows: 40});
  const builder = new PartialBuilder();
  const none = new Float64Array(HOSTS);
  const source = Uint32Array.from({length: HOSTS}, (_, i) => i);
  const pairs = {seconds: 10, source, destination: source.toReversed(), samples: none, bytes: none};
  const found = {pairs: {...pairs, squares: none, largest: none}, jobs: [], services: [], small: []};
  const engine = new JobEngine(fabric, (order: string, _input: unknown, done: (answer: never) => void) => {
    if (order === 'jobs') done(found as never);
  });
  const home = vi.spyOn(fabric.flows.pairs, 'home');
  const taken: number[] = [];
  for (let bin = T; bin < T + 60 && !engine.report; bin++) {
    const rows = [{bin, rate: 1_000, roce: [1_000]}];
    fabric.apply(builder.next(bin + 1, {rows, isSecond: bin % 10 === 9, flows: [FLOW]}));
    home.mockClear();
    engine.advance();
    taken.push(home.mock.calls.length);
  }
  expect(engine.report?.hosts.size).toBe(HOSTS);
  expect(taken.reduce((sum, hosts) => sum + hosts, 0)).toBe(HOSTS);
  expect(Math.max(...taken)).toBeLessThan(HOSTS / 2);
});

const FLOW = {source: '10.1.0.1', destination: '10.1.0.2', lengths: [1_000]};
