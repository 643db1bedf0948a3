import {afterAll, expect, it} from 'vitest';
import {ceShareOf} from '../../src/analysis/sampling-error.ts';
import {topFlows} from '../../src/api/flows.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {BIN_MS} from '../../src/shared/bins.ts';
import {SamplingPoint} from '../../src/simulator/agent-options.ts';
import type {Scenario} from '../../src/simulator/scenario.ts';
import {ecmpCollision} from '../../src/simulator/scenarios/ecmp-collision.ts';
import {incast} from '../../src/simulator/scenarios/incast.ts';
import {topologyFile} from '../../src/simulator/topology-file.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {JobMarks} from './support/job-marks.ts';
import {addressesOf, Watched} from './support/watched.ts';

/** Standard errors that a share may be off by, and the part of it that the edges of a window may be. */
const Z = 4.5;
const EDGES = 0.05;
const WARM_UP_SECONDS = 14;
const WINDOW_SECONDS = 10;
const WINDOW_BINS = (WINDOW_SECONDS * 1_000) / BIN_MS;
/** Samples of a second come a second later; and what a look is of ends with the slice before the running one. */
const BEHIND_BINS = 10;

const table: string[][] = [];
afterAll(() => {
  table.sort((a, b) => (a.join() < b.join() ? -1 : 1));
  const about = [
    'Part of the frames between the hosts of a job that is marked CE, over windows of 10 s: as frames leave their last',
    'switch, with its marks; where only what comes in is sampled, as they come in there, without its marks and before',
    'it drops some.',
  ];
  const head = ['scenario', 'sampled', 'job', 'really as it leaves', 'really at the place sampled', 'told', 'samples'];
  proofTable('job-marks', 'Marks of jobs', about, head, table);
});

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** So many are played in each run of the tests; a proof plays all. */
const SLICE = 2;
const isWhole = process.env['TENHERTZ_PROVE'] === '1';

const CASES: [name: string, sampled: keyof typeof SamplingPoint, Scenario, isBridged?: boolean][] = [
  ['incast', 'Egress', incast],
  ['ecmp-collision', 'Ingress', ecmpCollision],
  ['incast', 'Ingress', incast],
  ['incast', 'Both', incast],
  ['ecmp-collision', 'Both', ecmpCollision],
  ['ecmp-collision, bridged', 'Ingress', ecmpCollision, true],
];

it.each(isWhole ? CASES : CASES.slice(0, SLICE))(
  'jobs of %s have the marks of their whole way, sampled so: %s',
  (name, sampled, scenario, isBridged = false) => {
    const {options} = scenario;
    const watched = new Watched(scenario, {
      ...{seed: proofSeed(), agents: [{samplingPoint: SamplingPoint[sampled]}]},
      fabric: {...options.fabric!, isRouted: !isBridged} as NonNullable<typeof options.fabric>,
    });
    const {simulation, pipeline} = watched.simulated;
    // Not all ports of switches that bridge are known by themselves.
    if (isBridged) pipeline.fabric.wiring.set(parseTopology(topologyFile(simulation.topology)));
    const truths = options.jobs!.map(({members}) => new JobMarks(simulation, members.flat()));
    const sums = options.jobs!.map(() => ({
      ce: 0,
      farFrames: 0,
      farSamples: 0,
      frames: 0,
      trueCe: 0,
      left: 0,
      leftCe: 0,
    }));
    watched.pass(WARM_UP_SECONDS);
    for (let window = 0; window < proofCount(1, 6); window++) {
      watched.pass(WINDOW_SECONDS);
      const end = Math.floor(watched.engine.report!.time / BIN_MS) - BEHIND_BINS;
      for (const [i, {members}] of options.jobs!.entries()) {
        const [first] = addressesOf(members.flat());
        const {traffic} = watched.jobs.find(({hosts}) => hosts.some(({address}) => address === first))!;
        const {came, left} = truths[i]!.over(end - WINDOW_BINS, end - 1);
        const sampledAt = sampled === 'Ingress' ? came : left;
        const sum = sums[i]!;
        sum.ce += traffic.ce;
        sum.farFrames += traffic.farFrames;
        sum.farSamples += traffic.farSamples;
        sum.frames += sampledAt.frames;
        sum.trueCe += sampledAt.ce;
        sum.left += left.frames;
        sum.leftCe += left.ce;
      }
    }
    for (const [i, job] of options.jobs!.entries()) {
      const {frames, trueCe, left, leftCe, ...told} = sums[i]!;
      const {value} = ceShareOf(told)!;
      const truth = trueCe / frames;
      const error = Math.sqrt((truth * (1 - truth)) / told.farSamples);
      expect(Math.abs(value - truth), `${job.name}: ${value}, really ${truth}`).toBeLessThan(Z * error + EDGES * truth);
      // Each packet once.
      expect(Math.abs(told.farFrames / frames - 1)).toBeLessThan(Z / Math.sqrt(told.farSamples) + 2 * EDGES);
      const figures = [percent(leftCe / left), percent(truth), percent(value), `${told.farSamples}`];
      table.push([name, sampled.toLowerCase(), job.name, ...figures]);
    }
    // The same of flows: most of the marks are of the largest.
    const {flows} = topFlows(pipeline.fabric, {top: 1_000});
    const most = options.jobs!.reduce((highest, _, i) => Math.max(highest, sums[i]!.trueCe / sums[i]!.frames), 0);
    const marked = flows.filter(({ceLow}) => ceLow > most / 3);
    expect(marked.length).toBeGreaterThan(0);
  },
);
