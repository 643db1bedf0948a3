import {afterAll, expect, it, onTestFinished} from 'vitest';
import {PeriodFinder} from '../../src/analysis/period/period.ts';
import {PeriodEngine} from '../../src/analysis/period/period-engine.ts';
import {PeriodWatch} from '../../src/analysis/period/period-watch.ts';
import {quartilesOf} from '../../src/analysis/quartiles.ts';
import {makeApi} from '../../src/api/server.ts';
import {ManualClock} from '../../src/clock.ts';
import type {Mark} from '../../src/fabric/history/sums.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {Operation, ROCE_V2_PORT} from '../../src/packet/opcodes.ts';
import {SamplingPoint} from '../../src/simulator/agent-options.ts';
import type {TrafficModel} from '../../src/simulator/flows.ts';
import type {SimulationOptions} from '../../src/simulator/options.ts';
import {Random} from '../../src/simulator/random.ts';
import {optionsOf, type Scenario} from '../../src/simulator/scenario.ts';
import {incast} from '../../src/simulator/scenarios/incast.ts';
import {leafSpine} from '../../src/simulator/scenarios/leaf-spine.ts';
import {trimming} from '../../src/simulator/scenarios/trimming.ts';
import {topologyFile} from '../../src/simulator/topology-file.ts';
import {type TrafficFactory, trafficOf} from '../../src/simulator/traffic.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {HopTruth} from './support/hop-truth.ts';
import {START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

const APP = '/app/ai-metrics/scripts/metrics.js';
const TRIM_DSCP = 11;
/** Frames a millisecond that come from each host trimmed. */
const TRIMMED_PER_MS = 20;
const WINDOW_BINS = 20;
const WINDOW_SECONDS = 2;
const WARM_UP_WINDOWS = 3;
/** Standard errors that a figure may be off by: one in 150,000 is farther. */
const Z = 4.5;
/** The largest frame of the simulator. */
const MOST_BYTES = 4_178;

/** Beside the scenario's own traffic: each host sends packets to one behind the core that were trimmed on their way. */
const withTrimmed =
  (options: SimulationOptions): TrafficFactory =>
  (plan, topology, pairs) => {
    const models = trafficOf(options, new Random(options.seed, 99))(plan, topology, pairs);
    const first = plan.flows.length;
    const shape = pairs.shapes.single(Operation.WriteMiddle);
    for (let node = 0; node < topology.nodes; node++) {
      const data = plan.addStream({
        ...{source: node, destination: (node + topology.nodes / 2) % topology.nodes, shape, ceShare: 0},
        ...{sourcePort: 50_000 + node, destinationPort: ROCE_V2_PORT, trafficClass: TRIM_DSCP << 2, destQp: 99},
        ...{psnStart: 0, psnStep: 1, msnStep: 0, syndrome: 0, dmaBytes: 0},
      });
      const alone = {reply: -1, replyEvery: 1, isReplyFirst: false, cnp: -1, ceShare: 0};
      plan.addFlow({data, ...alone, framesPerMs: TRIMMED_PER_MS});
    }
    const trimmed: TrafficModel = {
      draw: (flows, _, slotMs) => {
        for (let flow = first; flow < first + topology.nodes; flow++) flows.send(flow, 1, slotMs);
      },
    };
    return [...models, trimmed];
  };

/** A figure over many windows: what was served, what is true, and the variance that sampling gives it. */
class Figure {
  private served = 0;
  private truth = 0;
  private variance = 0;
  private squares = 0;
  private windows = 0;

  add(served: number, truth: number, variance: number): void {
    this.served += served;
    this.truth += truth;
    this.variance += variance;
    this.squares += (served - truth) ** 2;
    this.windows++;
  }

  /** By how many standard errors the sum of what was served is off. */
  get deviations(): number {
    return Math.abs(this.served - this.truth) / Math.sqrt(this.variance);
  }

  /** Mean of the truth; by how much that of what was served is off, and the root of a window's mean square error. */
  row(): string[] {
    const percent = (value: number) => `${((100 * value) / this.truth).toFixed(2)} %`;
    const off = percent(this.served - this.truth);
    return [(this.truth / this.windows).toPrecision(4), off, percent(Math.sqrt(this.squares * this.windows))];
  }
}

/** What is read of the fabric's own answer. */
interface FabricAnswer {
  roce: {bitsPerSecond: number};
  marks: Record<Mark, {framesPerSecond: number}>;
}

/** A simulated fabric, the server's own answers, and the truth of the same two seconds. */
class Run {
  readonly simulated: Simulated;
  readonly truth: HopTruth;
  readonly figures = new Map<string, Figure>();
  /** Frames that found no room. */
  dropped = 0;
  readonly sampling: number;
  private readonly ports: Record<'edge' | 'core', number[]>;

  /** Hosts send packets that look trimmed, where no switch trims. */
  constructor(options: SimulationOptions, traffic?: TrafficFactory) {
    this.sampling = options.sampling;
    this.simulated = new Simulated(options, {}, undefined, traffic);
    const {pipeline, simulation} = this.simulated;
    const {topology} = simulation;
    const isBoth = options.agents.some(({samplingPoint}) => samplingPoint === SamplingPoint.Both);
    this.truth = new HopTruth(simulation, TRIM_DSCP, isBoth);
    pipeline.ingest.accountant.trimDscp = TRIM_DSCP;
    pipeline.fabric.wiring.set(parseTopology(topologyFile(topology)));
    const all = Array.from({length: topology.ports}, (_, port) => port);
    const of = (role: 'edge' | 'core') => all.filter((port) => topology.role(port) === role);
    this.ports = {edge: of('edge'), core: of('core')};
    this.simulated.onTruth = (_, {firstPort, ports}, tallies) => {
      for (let port = firstPort; port < firstPort + ports; port++) this.dropped += tallies.dropped.frames(port);
    };
  }

  /** A face on it. */
  async open() {
    const {fabric} = this.simulated.pipeline;
    const watch = new PeriodWatch(new PeriodFinder());
    const periods = new PeriodEngine(fabric, (series, done) => done(watch.look(series)));
    this.simulated.pipeline.onTaken = () => periods.advance();
    const info = {version: '', demo: false, source: 'udp', receiver: undefined, udpPort: undefined, addresses: []};
    const {server} = await makeApi(
      {
        ...{fabric, periods, token: undefined, anyHost: false, metricsLinks: 0},
        info: {...info, receiveBufferBytes: undefined, ready: true},
      },
      new ManualClock(),
      '/nowhere',
    );
    onTestFinished(() => server.close());
    return async (url: string) => (await server.inject({url, headers: {host: 'localhost'}})).json();
  }

  /** Holds what is served of the last settled two seconds against what was sent in them. */
  compare(values: Record<string, number>, {roce, marks}: FabricAnswer): void {
    const end = this.simulated.pipeline.fabric.finalBin;
    const sums = this.truth.over(end - WINDOW_BINS, end - 1);
    const bits = (port: number) => (sums.bytes[port]! * 8) / WINDOW_SECONDS;
    const edge = this.ports.edge.map(bits);
    const total = edge.reduce((sum, one) => sum + one, 0);
    // A sample stands for so many bits, or frames, a second.
    const bitsASample = (MOST_BYTES * 8 * this.sampling) / WINDOW_SECONDS;
    const framesASample = this.sampling / WINDOW_SECONDS;
    this.figure('bps').add(values['bps']!, total, total * bitsASample);
    const roceTotal = (sums.roceBytes * 8) / WINDOW_SECONDS;
    this.figure('roce').add(roce.bitsPerSecond, roceTotal, roceTotal * bitsASample);
    this.compareQuartiles('edge', edge, bitsASample, values);
    this.compareQuartiles('core', this.ports.core.map(bits), bitsASample, values);
    const rate = (name: string, served: number, frames: number) => {
      const truth = frames / WINDOW_SECONDS;
      this.figure(name).add(served, truth, truth * framesASample);
    };
    rate('ecn_pps', values['ecn_pps']!, sums.ce);
    rate('cnp_pps', values['cnp_pps']!, sums.cnp);
    rate('trim_pps', values['trim_pps']!, sums.trimmed);
    for (const mark of MARKS) rate(`marks.${mark}`, marks[mark].framesPerSecond, sums.leaving[mark]);
  }

  /**
   * Where no link is off by more than some bounds, neither is the k-th of the sorted links by more than the k-th of the
   * sorted bounds.
   */
  private compareQuartiles(role: 'edge' | 'core', bits: number[], bitsASample: number, values: Record<string, number>) {
    const most = (truth: number) => Z * Math.sqrt(truth * bitsASample) + (Z * Z * bitsASample) / 2;
    const truth = quartilesOf(bits)!;
    const low = quartilesOf(bits.map((one) => Math.max(0, one - most(one))))!;
    const high = quartilesOf(bits.map((one) => one + most(one)))!;
    for (const quartile of ['min', 'q1', 'median', 'q3', 'max'] as const) {
      const name = `${role}_${quartile === 'median' ? 'med' : quartile}_bps`;
      expect(values[name], name).toBeGreaterThanOrEqual(low[quartile]);
      expect(values[name], name).toBeLessThanOrEqual(high[quartile]);
      this.figure(name).add(values[name]!, truth[quartile], Number.POSITIVE_INFINITY);
    }
  }

  private figure(name: string): Figure {
    const figure = this.figures.get(name) ?? new Figure();
    this.figures.set(name, figure);
    return figure;
  }
}

const MARKS: readonly Mark[] = ['ce', 'cnp', 'trimmed'];
const table: string[][] = [];

it.each<[Scenario, seconds: number, cycleSeconds?: number]>([
  [leafSpine, 60, 0.5],
  [incast, 300],
  [trimming, 300],
])('the figures of AI Metrics are what $name really sent', async (scenario, seconds, cycleSeconds) => {
  const options = {
    ...optionsOf(scenario),
    // What waits with the agents would be told of the next window; counters are read once in each.
    ...{flushMs: 10, counterMs: 2_000, startMs: START_MS, seed: proofSeed()},
  };
  const run = new Run(options, scenario === trimming ? undefined : withTrimmed(options));
  const {simulated} = run;
  const ask = await run.open();
  const windows = proofCount(4, seconds / WINDOW_SECONDS);
  const discards: number[] = [];
  let period = 0;
  for (let window = 0; window < WARM_UP_WINDOWS + windows; window++) {
    simulated.pass(WINDOW_SECONDS * 1_000);
    if (window === WARM_UP_WINDOWS - 1) run.dropped = 0;
    if (window < WARM_UP_WINDOWS) continue;
    const values = await ask(`${APP}/metric/json`);
    run.compare(values, await ask('/api/v1/fabric'));
    discards.push(values.discards_out);
    period = values.period;
    expect([values.errors_in, values.errors_out, values.discards_in]).toEqual([0, 0, 0]);
  }
  const errors: string[] = [];
  for (const [name, figure] of run.figures) {
    if (figure.deviations > Z) errors.push(`${name} is ${figure.deviations.toFixed(1)} standard errors off`);
    table.push([scenario.name, name, ...figure.row()]);
  }
  expect(errors).toEqual([]);
  // Eight cycles and four looks make sure of it.
  if (cycleSeconds !== undefined && windows * WINDOW_SECONDS >= 30) {
    expect(Math.abs(period / cycleSeconds - 1)).toBeLessThan(0.02);
    table.push([
      scenario.name,
      'period',
      String(cycleSeconds),
      `${(100 * (period / cycleSeconds - 1)).toFixed(2)} %`,
      '',
    ]);
  }
  // Counters lag by up to one interval: so much of the truth may be that of the one before or after.
  const dropped = run.dropped / (windows * WINDOW_SECONDS);
  const told = discards.reduce((sum, rate) => sum + rate, 0) / windows;
  const off = dropped === 0 ? '' : `${((100 * (told - dropped)) / dropped).toFixed(2)} %`;
  table.push([scenario.name, 'discards_out', dropped.toPrecision(4), off, '']);
  expect(Math.abs(told - dropped)).toBeLessThanOrEqual(dropped * (0.05 + 1 / windows));
});

afterAll(() => {
  table.sort((a, b) => (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1));
  proofTable('ai-metrics', 'The figures of AI Metrics against what was simulated', ABOUT, HEAD, table);
});

const HEAD = ['scenario', 'figure', 'truth (mean)', 'mean off by', 'error of one reading'];
const ABOUT = [
  'Two seconds a reading, as served, against what really came in at the same ports in the same two seconds; with each',
  'host sending 20,000 packets a second more that are marked as trimmed, but for `trimming`, where switches trim. `bps`, `roce` (RoCEv2 in bit/s), `edge_…` and',
  '`marks.…` count a packet once, the others on every hop. `period`: at the end, against the only job’s. Quartiles are',
  'wider than the true ones by the sampling error of single links; one sample stands for 67 Mbit/s here.',
];
