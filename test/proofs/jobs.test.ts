import {afterAll, expect, it} from 'vitest';
import {railsOf} from '../../src/analysis/imbalance/rails.ts';
import type {Job} from '../../src/analysis/jobs/job-engine.ts';
import {type JobSpec, job, nodesFrom} from '../../src/simulator/job-spec.ts';
import type {Scenario} from '../../src/simulator/scenario.ts';
import {patterns} from '../../src/simulator/scenarios/patterns.ts';
import {railJobs} from '../../src/simulator/scenarios/rail-jobs.ts';
import {sharedHosts} from '../../src/simulator/scenarios/shared-hosts.ts';
import {startStop} from '../../src/simulator/scenarios/start-stop.ts';
import {storage} from '../../src/simulator/scenarios/storage.ts';
import {twoJobs} from '../../src/simulator/scenarios/two-jobs.ts';
import {unevenRails} from '../../src/simulator/scenarios/uneven-rails.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {START_MS} from './support/pipeline.ts';
import {addressesOf, Watched} from './support/watched.ts';

const table: string[][] = [];
const railTable: string[][] = [];

afterAll(() => {
  table.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const about = [
    "Scenarios of the simulator, from datagrams to the jobs that are told: hosts against the simulator's, the period against",
    'the mean of its exchanges in the same time, when a job was first told of since it began.',
  ];
  const head = ['scenario', 'job', 'hosts right', 'pattern', 'true period', 'told', 'off by', 'told after'];
  const aboutRails = [
    'Scenario `uneven-rails`: of four rails that never cross, the third of one job sends three quarters of what the others do.',
    'Coefficient of variation over the rails, of 10 s, as told at each look; wrong: looks with another verdict.',
  ];
  const headOfRails = ['job', 'true variation', 'told, mean', 'largest', 'looks', 'wrong'];
  proofTable('rails', 'How evenly rails carry', aboutRails, headOfRails, railTable);
  proofTable('job-scenarios', 'Jobs the whole way', about, head, table);
});

/** What the simulator calls a pattern. */
const isTold = (spec: JobSpec, told: Job): boolean => told.pattern?.kind === spec.pattern;

/** Mean length of a cycle by the exchanges that a job really had, in the last seconds of so many. */
function truePeriod(watched: Watched, {name, bursts}: JobSpec, seconds: number): number {
  const starts = watched.exchanges.get(name)!.filter((time) => time >= watched.nowMs - seconds * 1_000);
  return ((starts.at(-1)! - starts[0]!) / (starts.length - 1)) * bursts.length;
}

/** Looks at all jobs of a scenario that run now. */
function check(name: string, watched: Watched, specs: readonly JobSpec[]): void {
  expect(watched.jobs.filter(({until}) => until === undefined)).toHaveLength(specs.length);
  for (const spec of specs) {
    const hosts = addressesOf(spec.members.flat());
    const told = watched.jobs.find((one) => one.hosts.some(({address}) => address === hosts[0]))!;
    expect(told.hosts.map(({address}) => address).sort(), spec.name).toEqual(hosts);
    expect(isTold(spec, told), `${spec.name} is told as ${told.pattern?.kind}: ${told.pattern?.why}`).toBe(true);
    expect(told.hosts.every(({port}) => port !== undefined)).toBe(true);
    const truth = truePeriod(watched, spec, 25);
    const {periodMs} = told.period!;
    expect(Math.abs(periodMs / truth - 1), `${spec.name}: ${periodMs} ms instead of ${truth}`).toBeLessThan(0.02);
    const appeared = watched.events.find(({kind, job: id}) => kind === 'job-appeared' && id === told.id)!;
    const off = `${((100 * (periodMs - truth)) / truth).toFixed(2)} %`;
    const after = `${((appeared.time - START_MS - spec.afterMs) / 1_000).toFixed(1)} s`;
    const period = [`${truth.toFixed(1)} ms`, `${periodMs.toFixed(1)} ms`, off];
    table.push([name, spec.name, `${hosts.length} of ${hosts.length}`, told.pattern!.kind, ...period, after]);
  }
}

const watch = (scenario: Scenario) => new Watched(scenario, {seed: proofSeed()});

/** As a scenario is, or in a slice a smaller one of the kind. */
const small = (scenario: Scenario, options: Scenario['options']): Scenario =>
  proofCount(0, 1) === 1 ? scenario : {...scenario, options: {...scenario.options, ...options}};

it('two jobs whose hosts stand between each other are told apart, from 10 s on', () => {
  const jobs = [
    job({name: 'even', members: [nodesFrom(0, 12, 2)], cycleMs: 500}),
    job({name: 'odd', members: [nodesFrom(1, 12, 2)], cycleMs: 720, pattern: 'tree'}),
  ];
  const scenario = small(twoJobs, {nodes: 24, fabric: {kind: 'leaf-spine', leaves: 3, spines: 2}, jobs});
  const watched = watch(scenario);
  watched.pass(10);
  expect(watched.jobs).toHaveLength(2);
  expect(watched.jobs.map(({hosts}) => hosts.length)).toEqual(
    scenario.options.jobs!.map(({members}) => members[0]!.length),
  );
  watched.pass(20);
  check('two-jobs', watched, scenario.options.jobs!);
});

it('storage does not belong to the job that uses it', () => {
  const scenario = small(storage, {
    nodes: 28,
    fabric: {kind: 'leaf-spine', leaves: 4, spines: 2},
    jobs: [job({name: 'training', members: [nodesFrom(0, 24)], cycleMs: 500})],
    storage: {clients: nodesFrom(0, 24), servers: nodesFrom(24, 4), load: 0.02, burstMs: 200, pauseMs: 800},
  });
  const watched = watch(scenario);
  watched.pass(30);
  check('storage', watched, scenario.options.jobs!);
  const {services} = watched.engine.report!;
  expect(services.map(({address}) => address).sort()).toEqual(addressesOf(scenario.options.storage!.servers));
});

it('a job that begins and one that ends are told, with the time', () => {
  const endMs = 20_000;
  const scenario = small(startStop, {
    nodes: 16,
    fabric: {kind: 'leaf-spine', leaves: 2, spines: 2},
    jobs: [
      job({name: 'first', members: [nodesFrom(0, 8)], cycleMs: 500, untilMs: endMs}),
      job({name: 'second', members: [nodesFrom(8, 8)], cycleMs: 800, afterMs: endMs}),
    ],
  });
  const [first, second] = scenario.options.jobs!;
  const watched = watch(scenario);
  watched.pass(first!.untilMs / 1_000);
  check('start-stop', watched, [first!]);
  const {id} = watched.jobs[0]!;
  watched.pass(26);
  check('start-stop', watched, [second!]);
  const told = watched.events.filter(({job: of}) => of !== undefined).map(({kind}) => kind);
  expect(told).toEqual(['job-appeared', 'job-appeared', 'job-ended']);
  const ended = watched.jobs.find((one) => one.id === id)!;
  expect(Math.abs(ended.until! - START_MS - first!.untilMs)).toBeLessThan(1_500);
  expect(ended.traffic.bytes).toBe(0);
  watched.pass(60);
  expect(watched.jobs.map((one) => one.id)).not.toContain(id);
});

it('rails that never cross are one job when they were in step for 32 cycles, and called probable', () => {
  const scenario = small(railJobs, {
    nodes: 32,
    fabric: {kind: 'rails', rails: 4, leaves: 1, spines: 2},
    jobs: [
      job({name: 'first', members: nodesFrom(0, 4).map((rail) => nodesFrom(8 * rail, 4)), cycleMs: 500}),
      job({name: 'second', members: nodesFrom(0, 4).map((rail) => nodesFrom(8 * rail + 4, 4)), cycleMs: 640}),
    ],
  });
  const watched = watch(scenario);
  watched.pass(27);
  check('rail-jobs', watched, scenario.options.jobs!);
  expect(watched.jobs.every(({isProbable}) => isProbable)).toBe(true);
  const joined = watched.events.filter(({kind}) => kind === 'jobs-joined');
  expect(joined.map(({figures}) => figures!['cycles']! >= 32)).toEqual([true, true]);
  // 32 cycles, and until bins are final and looked at.
  for (const {time} of joined) expect(time - START_MS).toBeLessThan(32 * 650 + 5_000);
});

it('a rail that is short is found, and rails that carry the same are not blamed', () => {
  const runs = proofCount(1, 8);
  const seed = proofSeed();
  const cvs = {short: [] as number[], even: [] as number[]};
  for (let run = 0; run < runs; run++) {
    const watched = new Watched(unevenRails, {seed: seed + run});
    for (let second = 0; second < 36; second += 2) {
      watched.pass(2);
      const {windowSeconds = 10} = watched.engine.report ?? {};
      for (const {rails, verdict, cv, pValue, text} of railsOf(watched.jobs, windowSeconds)) {
        const isShort = rails.some(({hosts}) => hosts.includes(addressesOf([0])[0]!));
        cvs[isShort ? 'short' : 'even'].push(cv!);
        expect(verdict, text).toBe(isShort ? 'imbalanced' : 'balanced');
        expect(rails).toHaveLength(4);
        if (!isShort) continue;
        const {rail} = rails.find(({hosts}) => hosts.includes(addressesOf([16])[0]!))!;
        expect(text).toMatch(new RegExp(`rail ${rail} carries 7\\d(\\.\\d)? % of what is usual`));
        expect(pValue).toBeLessThan(1e-6);
      }
    }
  }
  expect(cvs.short.length).toBeGreaterThan(2 * runs);
  expect(cvs.even.length).toBeGreaterThan(runs);
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  for (const [name, all] of Object.entries(cvs)) {
    // Of 1, 1, 3/4 and 1: their standard deviation, as of all there are, over their mean.
    const truth = name === 'short' ? 0.1083 / 0.9375 : 0;
    const mean = all.reduce((sum, cv) => sum + cv, 0) / all.length;
    expect(Math.abs(mean - truth)).toBeLessThan(0.015);
    railTable.push([name, percent(truth), percent(mean), percent(Math.max(...all)), `${all.length}`, '0']);
  }
});

it('jobs on the same hosts are told apart by period, and by when their queue pairs send', () => {
  const load = 0.45;
  const scenario = small(sharedHosts, {
    nodes: 8,
    fabric: {kind: 'leaf-spine', leaves: 2, spines: 2},
    jobs: [
      job({name: 'ring', members: [nodesFrom(0, 8)], cycleMs: 500, load}),
      job({name: 'tree', members: [nodesFrom(0, 8)], cycleMs: 720, load, pattern: 'tree'}),
    ],
  });
  const watched = watch(scenario);
  const specs = scenario.options.jobs!;
  watched.pass(proofCount(40, 70));
  const told = watched.jobs.filter(({until}) => until === undefined);
  expect(told).toHaveLength(specs.length);
  for (const spec of specs) {
    const hosts = addressesOf(spec.members.flat());
    const truth = truePeriod(watched, spec, 25);
    const own = told.filter(
      (one) =>
        one.hosts
          .map(({address}) => address)
          .sort()
          .join() === hosts.join(),
    );
    // Of those with one period no name tells which is which.
    const of = own.find(({period, pattern}) => {
      return Math.abs(period!.periodMs / truth - 1) < 0.02 && pattern?.kind === spec.pattern;
    });
    expect(of, `${spec.name} of ${truth} ms among ${own.map(({period}) => period?.periodMs)}`).toBeDefined();
    expect(own.filter(({id}) => of!.overlaps.includes(id))).toHaveLength(1);
    const off = `${((100 * (of!.period!.periodMs - truth)) / truth).toFixed(2)} %`;
    const appeared = watched.events.find(({kind, job: id}) => kind === 'job-appeared' && id === of!.id)!;
    const after = `${((appeared.time - START_MS) / 1_000).toFixed(1)} s`;
    const period = [`${truth.toFixed(1)} ms`, `${of!.period!.periodMs.toFixed(1)} ms`, off];
    table.push(['shared-hosts', spec.name, `${hosts.length} of ${hosts.length}`, of!.pattern!.kind, ...period, after]);
  }
});

it('two jobs of the same kind, on as many hosts, are not taken for one', () => {
  const twins = (drift: number) => [
    job({name: 'one', members: [nodesFrom(0, 8)], cycleMs: 500, drift}),
    job({name: 'other', members: [nodesFrom(8, 8)], cycleMs: 500, drift, phase: 0.3}),
  ];
  const seconds = proofCount(40, 240);
  const watched = watch({
    ...twoJobs,
    options: {...twoJobs.options, nodes: 16, fabric: {kind: 'leaf-spine', leaves: 2, spines: 2}, jobs: twins(0.005)},
  });
  watched.pass(seconds);
  expect(watched.jobs).toHaveLength(2);
  expect(watched.jobs.map(({isProbable}) => isProbable)).toEqual([false, false]);
  expect(watched.events.filter(({kind}) => kind === 'jobs-joined')).toEqual([]);
});

// Takes a minute: a slice of it would prove nothing.
if (process.env['TENHERTZ_PROVE'] === '1')
  it('six patterns are told for what they are', () => {
    const watched = watch(patterns);
    watched.pass(30);
    proofCount(0, 1);
    check('patterns', watched, patterns.options.jobs!);
  });
