import {expect, it} from 'vitest';
import {Count} from '../../../src/account/ledger.ts';
import {FabricJob} from '../../../src/analysis/fabric-job.ts';
import {followedJobs} from '../../../src/analysis/jobs/job-hosts.ts';
import type {PeriodReport} from '../../../src/analysis/period/period-engine.ts';
import {type JobHosts, type LookAtHosts, StragglerEngine} from '../../../src/analysis/stragglers/straggler-engine.ts';
import {StragglerWork} from '../../../src/analysis/stragglers/straggler-work.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Random} from '../../../src/simulator/random.ts';
import {AGENT, IN, OUT, PartialBuilder} from '../../support/partial-builder.ts';
import {proofSeed} from '../../support/proof.ts';
import {DrawnRing, type RingOptions} from './straggler-traffic.ts';

const START_BIN = 17_900_000_000;

/** A fabric of one switch that is told a drawn job, host h at port h + 1. */
class World {
  readonly fabric = new Fabric({depth: 700, flows: 10});
  readonly builder = new PartialBuilder(0, 1);
  readonly ring: DrawnRing;
  private readonly hosts: number;
  /** By bin: counts by channel and tick. */
  private readonly bins = new Map<number, Uint8Array>();
  private bin = START_BIN;
  private steppedMs = 0;
  /** Time that each sample may be off by. */
  uncertainMs = 10;

  constructor(options: RingOptions, random: Random) {
    this.ring = new DrawnRing(options, random);
    this.hosts = options.hosts;
  }

  /** Lets so many bins pass; `then` is called behind each. */
  pass(bins: number, then: () => void): void {
    for (const end = this.bin + bins; this.bin < end; this.bin++) {
      this.draw(this.bin);
      const rows = this.rowsOf(this.bin);
      this.bins.delete(this.bin);
      const at = this.bin * 100 + 50;
      const heard = [{agent: AGENT, at, flowSamples: 100, uncertainMs: 100 * this.uncertainMs}];
      const counts: [number, number][] = [[Count.ClockStepMs, this.steppedMs]];
      this.steppedMs = 0;
      this.fabric.apply(this.builder.next(this.bin + 1, {rows, heard, counts}));
      then();
    }
  }

  /** The clock steps forward. */
  skip(bins: number): void {
    this.bin += bins;
    this.steppedMs = bins * 100;
  }

  private draw(bin: number): void {
    while (!(this.newest > bin)) {
      this.ring.cycle((tick, counts, offset) => {
        const at = Math.floor(tick / 10);
        this.newest = at;
        const into = this.bins.get(at) ?? new Uint8Array(this.ring.channels * 10);
        this.bins.set(at, into);
        for (let channel = 0; channel < this.ring.channels; channel++)
          into[channel * 10 + (tick % 10)] = counts[offset + channel];
      });
    }
  }

  private newest = 0;

  private rowsOf(bin: number) {
    const counts = this.bins.get(bin) ?? new Uint8Array(this.ring.channels * 10);
    return Array.from({length: this.hosts}, (_, host) =>
      [IN, OUT].map((side, at) => {
        const ticks = [...counts.subarray((2 * host + at) * 10, (2 * host + at + 1) * 10)];
        const samples = ticks.reduce((sum, count) => sum + count, 0);
        // Without samples of its own a row tells nothing: what comes in always has one, so that the ports are known.
        return {bin, port: host + 1, side, roce: new Array<number>(Math.max(samples, 1 - at)).fill(4_178), ticks};
      }),
    ).flat();
  }
}

function following(fabric: Fabric, jobs: () => readonly JobHosts[]) {
  const work = new StragglerWork();
  const look: LookAtHosts = (input, done) => {
    const counts = structuredClone(input.counts, {transfer: [input.counts.buffer as ArrayBuffer]});
    done(work.take({...input, counts}));
  };
  return new StragglerEngine(fabric, jobs, look);
}

const report = (...periodMs: number[]): PeriodReport => ({
  ...{time: 0, historyMs: 0, shortestMs: 60, longestMs: 75_000, timeResolutionMs: 10},
  periods: periodMs.map((each) => ({
    ...{periodMs: each, confidence: 1, score: 99, jitter: 0, duty: 0.3, sharpness: 1, swing: 1},
    ...{ambiguous: false, isRunning: true},
  })),
});

it('names the late host of a fabric with its link, tells so, and lets it go again', () => {
  const random = new Random(proofSeed(), 41);
  const late = (host: number, atMs: number) => (host === 5 && atMs < (START_BIN + 400) * 100 ? 0.06 : 0);
  const world = new World({hosts: 16, periodMs: 500, duty: 0.3, headStart: 0.1, late}, random);
  const {fabric} = world;
  let known: PeriodReport | undefined;
  const job = new FabricJob(fabric, () => known);
  const engine = following(
    fabric,
    followedJobs(
      () => undefined,
      () => job.now(),
    ),
  );
  world.pass(150, () => engine.advance());
  expect(engine.jobs()).toEqual([]);
  // When its period becomes known, what was before counts at once.
  known = report(515);
  world.pass(60, () => engine.advance());
  const [found, ...others] = engine.stragglers();
  expect(others).toEqual([]);
  expect(found).toMatchObject({job: 'fabric', link: `${AGENT}~6`, kind: 'late', certainty: 'named'});
  expect(Math.abs(found.effectMs - 30)).toBeLessThan(20);
  expect(engine.stragglers('another')).toEqual([]);
  expect(engine.waits()[0].cycles).toBeGreaterThan(1);
  const steps = engine.steps('fabric')!;
  expect(steps.statistics!.count).toBe(steps.steps.length);
  expect(Math.abs(steps.statistics!.mean - 530)).toBeLessThan(6);
  world.pass(500, () => engine.advance());
  expect(engine.stragglers()).toEqual([]);
  const kinds = fabric.events.after(0).map(({kind, link}) => [kind, link]);
  expect(kinds).toContainEqual(['straggler-named', `${AGENT}~6`]);
  expect(kinds).toContainEqual(['straggler-cleared', `${AGENT}~6`]);
  expect(kinds.filter(([kind]) => kind === 'straggler-named')).toHaveLength(1);
});

it('tells a slow step, and takes no gap for one', () => {
  const random = new Random(proofSeed(), 42);
  const computes = (cycle: number) => (cycle === 60 ? 2 : 1);
  const world = new World({hosts: 8, periodMs: 500, duty: 0.3, headStart: 0.1, computes}, random);
  const {fabric} = world;
  const job = new FabricJob(fabric, () => report(500));
  const engine = following(
    fabric,
    followedJobs(
      () => undefined,
      () => job.now(),
    ),
  );
  world.pass(250, () => engine.advance());
  expect(engine.steps('fabric')!.slow).toEqual([]);
  world.pass(150, () => engine.advance());
  const {slow, slowSteps} = engine.steps('fabric')!;
  expect(slowSteps).toBe(1);
  expect(Math.abs(slow[0].share - 0.7)).toBeLessThan(0.1);
  const told = fabric.events.after(0).filter(({kind}) => kind === 'step-slow');
  expect(told).toHaveLength(1);
  // The clock steps by one and a half cycles: none of the steps around it is told.
  world.skip(8);
  world.pass(100, () => engine.advance());
  expect(engine.steps('fabric')!.slowSteps).toBe(1);
  expect(engine.steps('fabric')!.steps.at(-1)!.time).toBeGreaterThan(fabric.time - 4_000);
  expect(
    Math.max(
      ...engine
        .steps('fabric')!
        .steps.slice(-8)
        .map(({ms}) => ms),
    ),
  ).toBeLessThan(540);
  expect(told[0].text).toMatch(/^a step of job fabric took 8\d\d ms: [67]\d % longer than the last ones$/);
});

it('follows the whole fabric only while it has one period', () => {
  const world = new World({hosts: 8, periodMs: 500, duty: 0.3, headStart: 0.1}, new Random(proofSeed(), 43));
  let known = report(500);
  const job = new FabricJob(world.fabric, () => known);
  const engine = following(
    world.fabric,
    followedJobs(
      () => undefined,
      () => job.now(),
    ),
  );
  world.pass(60, () => engine.advance());
  expect(engine.jobs()).toEqual(['fabric']);
  known = report(500, 720);
  world.pass(2, () => engine.advance());
  expect(engine.jobs()).toEqual([]);
  expect(engine.steps('fabric')).toBeUndefined();
});

it('says so where the times of samples are too coarse', () => {
  const world = new World({hosts: 8, periodMs: 500, duty: 0.3, headStart: 0.1}, new Random(proofSeed(), 44));
  const {fabric} = world;
  const hosts = () => fabric.ports.all.map((port) => ({address: port.id, name: null, port}));
  let jobs: JobHosts[] = [];
  const engine = following(fabric, () => jobs);
  world.uncertainMs = 200;
  world.pass(60, () => {});
  jobs = [{id: 'j1', name: 'training', hosts: hosts(), periodMs: 500}];
  world.pass(60, () => engine.advance());
  const [{cycles, seconds, why}] = engine.waits();
  expect([cycles, seconds]).toEqual([null, null]);
  expect(why).toContain('more than a tenth of a cycle');
  expect(engine.stragglers()).toEqual([]);
});
