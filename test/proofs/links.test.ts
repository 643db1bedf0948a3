/** What is found out of links, the whole way from simulated datagrams to events. */
import {afterAll, expect, it} from 'vitest';
import {LinkEngine} from '../../src/analysis/congestion/link-engine.ts';
import {WINDOW_SECONDS} from '../../src/analysis/imbalance/link-loads.ts';
import type {FabricEvent} from '../../src/fabric/watch/events.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {optionsOf} from '../../src/simulator/scenario.ts';
import {findScenario} from '../../src/simulator/scenarios.ts';
import {topologyFile} from '../../src/simulator/topology-file.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

const KINDS = new Set(['links-imbalanced', 'elephants-collide', 'incast']);
const KEPT_BINS = 200;
const table: string[][] = [];
const balances: string[][] = [];

/** A scenario before the analysis of links. */
class Run {
  readonly simulated: Simulated;
  readonly engine: LinkEngine;
  readonly seed: number;
  /** Bins in which each port dropped frames for want of room, by link id. */
  readonly overfull = new Map<string, number>();
  /** Bytes that each port sent, by bin. */
  private readonly sent = new Map<number, Map<string, number>>();

  constructor(name: string, seed: number, withTopology = false) {
    const scenario = findScenario(name)!;
    this.seed = seed;
    this.simulated = new Simulated(optionsOf(scenario, {startMs: START_MS, seed}), scenario.transport);
    const {pipeline, simulation} = this.simulated;
    const {fabric} = pipeline;
    if (withTopology) fabric.wiring.set(parseTopology(topologyFile(simulation.topology)));
    this.engine = new LinkEngine(fabric);
    pipeline.onTaken = () => this.engine.advance();
    this.simulated.onTruth = (bin, {agent, firstPort, ports}, {dropped, out}) => {
      const bytes = this.sent.get(bin) ?? new Map<string, number>();
      this.sent.set(bin, bytes);
      this.sent.delete(bin - KEPT_BINS);
      for (let port = 0; port < ports; port++) {
        const id = `${agent}~${port + 1}`;
        bytes.set(id, out.bytes(firstPort + port));
        if (dropped.frames(firstPort + port) > 0) this.overfull.set(id, (this.overfull.get(id) ?? 0) + 1);
      }
    };
  }

  pass(seconds: number): this {
    for (let second = 0; second < seconds; second++) this.simulated.pass(1_000);
    return this;
  }

  events(kind?: string): readonly FabricEvent[] {
    const all = this.simulated.pipeline.fabric.events.after(0);
    return all.filter((event) => (kind ? event.kind === kind : KINDS.has(event.kind)));
  }

  /** The coefficient of variation of each group of parallel links: as it is told, and of what its links really sent meanwhile. */
  balances(): {told: number; truth: number}[] {
    const {time, groups} = this.engine.imbalance.report!;
    const last = time / 100;
    return groups.flatMap(({cv, links}) => {
      if (cv === null) return [];
      const sums = links.map(({id}) => {
        let sum = 0;
        for (let bin = last - 10 * WINDOW_SECONDS; bin < last; bin++) sum += this.sent.get(bin)!.get(id)!;
        return sum;
      });
      const mean = sums.reduce((sum, one) => sum + one, 0) / sums.length;
      const variance = sums.reduce((sum, one) => sum + (one - mean) ** 2, 0) / sums.length;
      return [{told: cv, truth: Math.sqrt(variance) / mean}];
    });
  }

  /** Seconds from the start, of which it takes some ten to know edge from core. */
  static after = ({time}: FabricEvent) => (time - START_MS) / 1_000;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

const note = (scenario: string, runs: number, found: string, times: number[], wrong: number) => {
  const sorted = times.sort((a, b) => a - b);
  const [middle, last] = [sorted[sorted.length >> 1], sorted.at(-1)];
  const text = middle === undefined ? '–' : `${middle.toFixed(0)} s / ${last!.toFixed(0)} s`;
  table.push([scenario, `${runs}`, found, text, `${wrong}`]);
};

it('flows that collide on an uplink are named, and none where there is room', () => {
  const runs = proofCount(1, 8);
  const seconds = proofCount(40, 90);
  const first = proofSeed();
  const times: number[] = [];
  let collided = 0;
  let found = 0;
  let wrong = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const run = new Run('ecmp-collision', seed).pass(seconds);
    const isUplink = (id: string) => id.startsWith('10.0.0.') && Number(id.split('~')[1]) > 8;
    // One that is hit in passing is no collision: this one is overfull in most of the exchanges.
    const truth = new Set([...run.overfull].filter(([id, bins]) => isUplink(id) && bins > seconds).map(([id]) => id));
    const events = run.events('elephants-collide');
    const named = new Set(events.map(({link}) => link!));
    collided += truth.size;
    found += [...truth].filter((id) => named.has(id)).length;
    wrong += [...named].filter((id) => !truth.has(id)).length;
    times.push(...events.map(Run.after));
    for (const {figures} of events) expect(figures!['flows']).toBeGreaterThanOrEqual(2);
    expect(run.events('incast')).toEqual([]);
    expect(run.events('links-imbalanced').filter(({level}) => level === 'warning')).toEqual([]);
  }
  expect(collided).toBeGreaterThan(0);
  expect(wrong).toBe(0);
  expect(found / collided).toBeGreaterThan(runs > 1 ? 0.85 : 0.5);
  note('ecmp-collision', runs, `${found} of ${collided} full links`, times, wrong);
});

it('an incast is found at its port, with its sources and its period', () => {
  const runs = proofCount(1, 8);
  const first = proofSeed();
  const times: number[] = [];
  const sources12: number[] = [];
  const periods: number[] = [];
  let wrong = 0;
  let named = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const run = new Run('incast', seed).pass(30);
    const [event, ...more] = run.events('incast');
    wrong += more.length;
    expect(event).toMatchObject({link: '10.0.0.1~1', agent: '10.0.0.1'});
    times.push(Run.after(event!));
    const [incast] = run.engine.incasts.report;
    const sources = Array.from({length: 12}, (_, i) => `172.16.0.${9 + i}`);
    expect(incast!.addresses.slice().sort()).toEqual(sources.sort());
    expect(incast!.sources).toBeGreaterThan(11);
    expect(incast!.sources).toBeLessThan(15);
    expect(incast!.periodic).toBe(true);
    expect(incast!.periodMs! / 2_020).toBeCloseTo(1, 1);
    named++;
    sources12.push(incast!.sources / 12 - 1);
    periods.push(incast!.periodMs! / 2_020 - 1);
    const [most] = run.engine.congested('cnp', 1);
    expect(most!.port.id).toBe('10.0.0.1~1');
    expect(most!.direction).toBe('out');
    expect(most!.utilisation!.utilisation).toBeLessThan(0.3); // the mean hides it
  }
  expect(wrong).toBe(0);
  const off = (shares: number[]) => percent(shares.reduce((sum, one) => sum + one, 0) / shares.length);
  const found = `${named} of ${runs} ports; 12 sources off by ${off(sources12)}, period by ${off(periods)}`;
  note('incast', runs, found, times, wrong);
});

it('a hash that is polarised is more than luck with few flows', () => {
  const runs = proofCount(1, 5);
  const first = proofSeed();
  const times: number[] = [];
  let found = 0;
  let wrong = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const run = new Run('polarised', seed, true).pass(15);
    const events = run.events('links-imbalanced').filter(({level}) => level === 'warning');
    times.push(...events.map(Run.after));
    const agents = new Set(events.map(({agent}) => agent!));
    const isSpine = (agent: string) => agent.startsWith('10.1.');
    found += [...agents].filter(isSpine).length;
    wrong += [...agents].filter((agent) => !isSpine(agent)).length;
    for (const {id, verdict, links} of run.engine.imbalance.report!.groups) {
      if (!isSpine(id)) expect(verdict).not.toBe('imbalanced');
      else expect(Math.max(...links.map(({share}) => share))).toBeGreaterThan(0.99);
    }
  }
  expect(found).toBe(8 * runs);
  expect(wrong).toBe(0);
  note('polarised', runs, `${found} of ${8 * runs} spines`, times, wrong);
});

it('what is told of balance is how evenly links really carried', () => {
  const count = proofCount(1, BALANCES.length);
  for (const [name, seconds] of BALANCES.slice(0, count)) {
    const run = new Run(name, proofSeed(), name === 'polarised').pass(seconds);
    const pairs = run.balances();
    expect(pairs.length).toBeGreaterThan(2);
    const errors = pairs.map(({told, truth}) => told - truth);
    const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
    const rms = Math.sqrt(mean(errors.map((error) => error * error)));
    expect(rms).toBeLessThan(0.03);
    const truths = pairs.map(({truth}) => truth);
    const range = `${Math.min(...truths).toFixed(3)} to ${Math.max(...truths).toFixed(3)}`;
    balances.push([name, `${pairs.length}`, range, mean(errors).toFixed(4), rms.toFixed(4)]);
  }
});

/** With seconds that each is watched for. */
const BALANCES: readonly [string, number][] = [
  ['leaf-spine', 16],
  ['ecmp-collision', 30],
  ['polarised', 16],
];

/** Nothing of the kind in these; the slice has the first. */
const HEALTHY = ['leaf-spine', 'reference', 'three-tier', 'two-jobs', 'rails', 'egress', 'both', 'mixed-rates'];

it('nothing is found where nothing is wrong', () => {
  const count = proofCount(1, HEALTHY.length);
  const seconds = proofCount(20, 60);
  const seed = proofSeed();
  for (const name of HEALTHY.slice(0, count)) {
    const events = new Run(name, seed).pass(seconds).events();
    const told = events.filter(({level}) => level === 'warning');
    expect(told.map(({text}) => `${name}: ${text}`)).toEqual([]);
    note(name, 1, '–', [], told.length);
  }
});

afterAll(() => {
  proofTable('balance', 'Balance of parallel links against what they sent', BALANCE_ABOUT, BALANCE_HEAD, balances);
  table.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
  proofTable('links', 'Collisions, incasts and polarised hashes, found in simulated datagrams', ABOUT, HEAD, table);
});

const BALANCE_HEAD = ['scenario', 'groups', 'true cv', 'told less true, mean', 'root mean square'];
const BALANCE_ABOUT = ['Coefficients of variation of groups of parallel links over 10 s.'];
const HEAD = ['scenario', 'runs', 'found', 'told after, median / last', 'wrong'];
const ABOUT = [
  'Scenarios of the simulator the whole way, N = 4,000 on 100G (2,000 in `polarised`). Roles are inferred, which takes some ten',
  'of the seconds; `polarised` has its topology. A full link is one that dropped frames for want of room all the time.',
];
