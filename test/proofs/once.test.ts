import {afterAll, describe, expect, it} from 'vitest';
import {Moments} from '../../src/fabric/history/moments.ts';
import {readBin} from '../../src/fabric/reader.ts';
import {Direction} from '../../src/fabric/rows.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import type {SimulationOptions} from '../../src/simulator/options.ts';
import {optionsOf} from '../../src/simulator/scenario.ts';
import {both} from '../../src/simulator/scenarios/both.ts';
import {topologyFile} from '../../src/simulator/topology-file.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {START_BIN, START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

const Z = 4;
const table: string[][] = [];

afterAll(() => {
  table.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const about = [
    'A three-tier Clos fabric whose ports all sample both ways; what enters it, and what its ports receive in all.',
  ];
  const head = ['roles', 'from', 'for', 'entered', 'the fabric says', 'off by', 'all ports together'];
  proofTable('once', 'Each packet counts once', about, head, table);
});

/** Bytes that came in at all ports, whatever they are for. */
function atEveryHop({pipeline: {fabric}}: Simulated, from: number, to: number): number {
  const moments = new Moments();
  for (const port of fabric.ports.all) {
    for (let bin = from; bin < to; bin++)
      readBin(fabric, {kind: 'link', port, direction: Direction.In}, 'all', bin, moments);
  }
  return moments.bytes;
}

/** Simulates until `seconds` after `from`, which is in seconds since the start; the figure of the fabric is the truth. */
function expectOnce(simulated: Simulated, from: number, seconds: number): void {
  simulated.total(START_BIN + from * 10);
  // Two more: what waits with the agents, and bins that are not final yet.
  for (let second = 0; second < from + seconds + 2; second++) simulated.pass(1_000);
  const {edge, unknown} = simulated.totals;
  expect(unknown.estimate.bytes).toBe(0);
  const error = Math.sqrt(edge.estimate.squares);
  expect(edge.truth).toBeGreaterThan(1e10);
  expect(error / edge.truth).toBeLessThan(0.01);
  // An agent that gathers samples for up to a second brings some of those from before and not those of the end.
  expect(Math.abs(edge.estimate.bytes - edge.truth)).toBeLessThan(Z * error + 0.02 * edge.truth);
  const to = simulated.pipeline.fabric.finalBin;
  const hops = atEveryHop(simulated, START_BIN + from * 10, to) / edge.truth;
  expect(hops).toBeGreaterThan(2);
  const off = `${((100 * (edge.estimate.bytes - edge.truth)) / edge.truth).toFixed(2)} %`;
  const terabytes = (bytes: number) => `${(bytes / 1e12).toFixed(3)} TB`;
  const sums = [terabytes(edge.truth), terabytes(edge.estimate.bytes), off, `${hops.toFixed(2)} ×`];
  table.push([simulated.pipeline.fabric.roles.from, `${from} s`, `${seconds} s`, ...sums]);
}

describe('in a three-tier Clos fabric with every port sampled both ways, each packet counts once', () => {
  const options = (): SimulationOptions => ({
    ...optionsOf(both),
    // A small one is as good as a large one.
    ...{nodes: 16, sampling: 2_000, fabric: {kind: 'three-tier', pods: 2, leaves: 2, spines: 2, cores: 2}},
    ...{startMs: START_MS, seed: proofSeed()},
  });

  it('10 s after the start, by itself', () => {
    const simulated = new Simulated(options());
    expectOnce(simulated, 10, proofCount(3, 60));
    expect(simulated.pipeline.fabric.roles.from).toBe('inferred');
  });

  it('from 2 s on, with the topology given', () => {
    const simulated = new Simulated(options());
    simulated.pipeline.fabric.wiring.set(parseTopology(topologyFile(simulated.simulation.topology)));
    expectOnce(simulated, 2, proofCount(3, 60));
    expect(simulated.pipeline.fabric.roles.from).toBe('topology');
  });
});
