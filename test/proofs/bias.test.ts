import {afterAll, expect, it} from 'vitest';
import {optionsOf, type Scenario} from '../../src/simulator/scenario.ts';
import {scenarios} from '../../src/simulator/scenarios.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {START_BIN, START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

/** Simulated seconds that are summed up, and those before, in which roles and rates are found out. */
const WHOLE_SECONDS = 600;
const SLICE_SECONDS = 10;
const WARM_UP_SECONDS = 12;
const Z_99 = 2.576;
/** Share of the truth that a sum may be off by, or its 99 % interval, whichever is wider. */
const TOLERANCE = 0.01;
/** A slice is a few seconds, of which agents send up to one later: so much more may be missing or too much at its ends. */
const SLICE_TOLERANCE = 0.03;
const Z_SLICE = 4;

/** One of each kind, small ones. */
const SLICE = ['leaf-spine-bridged', 'bonded', 'egress', 'policer', 'sub-agents', 'slow-flush', 'loss'];
/** Found by counters and told, but not corrected: nobody can know whether counters or samples are wrong. */
const TOLD = 'misconfigured-fake-pool';
/** 4,096 ports: ten minutes of them take hours here. */
const TOO_LARGE = 'large';

const isWhole = process.env['TENHERTZ_PROVE'] === '1';
const played = scenarios.filter(({name}) => name !== TOLD && name !== TOO_LARGE && (isWhole || SLICE.includes(name)));
const table: string[][] = [];

function simulate(scenario: Scenario, seed: number, seconds: number): Simulated {
  const simulated = new Simulated(optionsOf(scenario, {startMs: START_MS, seed}), scenario.transport);
  simulated.total(START_BIN + WARM_UP_SECONDS * 10);
  // The last second waits with the agents.
  for (let second = 0; second < WARM_UP_SECONDS + seconds + 1; second++) simulated.pass(1_000);
  return simulated;
}

it.each(played)('$name: what enters at edge and core ports is what was sent', (scenario) => {
  const seconds = proofCount(SLICE_SECONDS, WHOLE_SECONDS);
  const {totals} = simulate(scenario, proofSeed(), seconds);
  const errors: string[] = [];
  for (const role of ['edge', 'core'] as const) {
    const {estimate, truth, unheard} = totals[role];
    if (truth === 0) {
      if (estimate.bytes > 0) errors.push(`${role}: ${estimate.bytes} bytes, where there are no such ports`);
      continue;
    }
    const error = Math.sqrt(estimate.squares);
    const most = isWhole
      ? Math.max(TOLERANCE * truth, Z_99 * error)
      : Math.max(SLICE_TOLERANCE * truth, Z_SLICE * error);
    // What enters at ports whose role is not known is left out, and told.
    const unknown = totals.unknown.estimate.bytes;
    const off = estimate.bytes - truth;
    if (off > most || off + unknown + unheard < -most) {
      errors.push(
        `${role}: ${estimate.bytes} bytes and ${unknown} at unknown ports, where ${truth} ± ${most} were sent, ${unheard} of them unheard`,
      );
    }
    const percent = (value: number) => `${((100 * value) / truth).toFixed(2)} %`;
    table.push([
      scenario.name,
      role,
      `${(truth / 1e12).toFixed(2)} TB`,
      percent(off),
      percent(Z_99 * error),
      percent(unknown),
      percent(unheard),
    ]);
  }
  expect(errors).toEqual([]);
});

it('a rate that its agent’s counters disagree with is told', () => {
  const scenario = scenarios.find(({name}) => name === TOLD)!;
  const {pipeline} = simulate(scenario, proofSeed(), proofCount(4, 20));
  const told = pipeline.fabric.events.after(0).filter(({kind}) => kind === 'sampling-rate-wrong');
  expect(told).toHaveLength(1);
});

afterAll(() => {
  table.sort((a, b) => (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1));
  proofTable('bias', 'Sums over ten minutes against what was simulated', ABOUT, HEAD, table);
});

const HEAD = [
  'scenario',
  'ports',
  'entered there',
  'estimate off by',
  '99 % interval ±',
  'at unknown ports',
  'while nothing came',
];
const ABOUT = [
  'Every scenario of the simulator, its datagrams received and decoded in simulated time, with roles inferred; from 12 s',
  'after the start. Goal: off by at most 1 % or the 99 % interval, whichever is wider. Where a scenario lets nothing through',
  'for seconds, what passed meanwhile was seen by nobody: its bins are gaps, and it may be missing. What enters at ports whose role is not known is left out, and told.',
];
