import {afterAll, expect, it} from 'vitest';
import {BUCKET_ERROR} from '../../src/account/log-buckets.ts';
import type {Percentiles} from '../../src/fabric/queue-seconds.ts';
import {QUEUE_WINDOW_SECONDS} from '../../src/fabric/queues.ts';
import {LANES, opticsOf} from '../../src/simulator/port-records.ts';
import {QUEUE_BYTES} from '../../src/simulator/queue-model.ts';
import {QUEUE} from '../../src/simulator/queue-records.ts';
import {optionsOf} from '../../src/simulator/scenario.ts';
import {queues} from '../../src/simulator/scenarios/queues.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

const SHARES = {p50: 0.5, p90: 0.9, p99: 0.99} as const;
/** Standard errors that a percentile's rank may be off. */
const Z = 4;

const table: string[][] = [];

afterAll(() => {
  const about = [
    'An incast that fills the queue of a port again and again; what sampled packets found in it and how long they took,',
    'beside what all packets did. A rank is the share of all packets that found no more than what is told, which may be',
    '6.25 % less than what it stands for.',
  ];
  const head = ['of', 'percentile', 'samples', 'told', 'all packets', 'its true rank'];
  proofTable('queues', 'Queues', about, head, table);
});

/** What all packets of one port found, by value. */
class Truth {
  private readonly frames = new Map<number, number>();
  private total = 0;

  add(value: number, frames: number): void {
    this.frames.set(value, (this.frames.get(value) ?? 0) + frames);
    this.total += frames;
  }

  /** Share of the packets up to a value. */
  rank(value: number): number {
    let below = 0;
    for (const [one, frames] of this.frames) if (one <= value) below += frames;
    return below / this.total;
  }

  percentile(share: number): number {
    const values = [...this.frames.keys()].sort((a, b) => a - b);
    return values.find((value) => this.rank(value) >= share - 1e-9) ?? Number.NaN;
  }
}

/** Holds percentiles against those of all packets: as near as buckets and the chance of sampling allow. */
function expectPercentiles(what: string, found: Percentiles, truth: Truth): void {
  for (const [name, share] of Object.entries(SHARES)) {
    const value = found[name as keyof typeof SHARES];
    const error = (Z * Math.sqrt(share * (1 - share))) / Math.sqrt(found.samples);
    expect(truth.rank(value * (1 + BUCKET_ERROR) + 1), `${what} ${name}`).toBeGreaterThanOrEqual(share - error);
    expect(truth.rank(value / (1 + BUCKET_ERROR) - 1), `${what} ${name}`).toBeLessThanOrEqual(share + error);
    const numbers = [found.samples, Math.round(value), truth.percentile(share)].map((one) => one.toLocaleString('en'));
    table.push([what, name, ...numbers, truth.rank(value).toFixed(3)]);
  }
}

/** A scenario whose switches tell of everything, with the truth by link id. */
function simulate() {
  const simulated = new Simulated({...optionsOf(queues), flushMs: 500, startMs: START_MS, seed: proofSeed()});
  const {topology} = simulated.simulation;
  const links = topology.switches.flatMap(({agent, firstPort, ports}) =>
    Array.from({length: ports}, (_, i) => ({id: `${agent}~${i + 1}`, ifIndex: i + 1, port: firstPort + i})),
  );
  return {simulated, links, model: simulated.simulation.queues!, fabric: simulated.pipeline.fabric};
}

it('what sampled packets found in queues is what all packets found', () => {
  const {simulated, links, model, fabric} = simulate();
  const depths = links.map(() => new Truth());
  const delays = links.map(() => new Truth());
  // What the first second brings comes with the next ones, and is as they are.
  simulated.pass(1_000);
  model.truth = (port, depth, frames) => {
    depths[port]!.add(depth, frames);
    delays[port]!.add(model.delayAt(port, depth), frames);
  };
  const seconds = proofCount(4, QUEUE_WINDOW_SECONDS - 2);
  for (let second = 0; second < seconds; second++) simulated.pass(1_000);

  const told = fabric.queues.all().filter(({depth}) => depth!.max > 0);
  const filled = links.filter(({port}) => depths[port]!.rank(0) < 0.5);
  expect(told.map(({port}) => port.id)).toEqual(expect.arrayContaining(filled.map(({id}) => id)));
  expect(filled.length).toBeGreaterThanOrEqual(2);
  for (const {port, queue, depth, delay} of told) {
    const at = links.find(({id}) => id === port.id)!.port;
    expect(queue).toBe(QUEUE);
    expectPercentiles(`depth in bytes at ${port.id}`, depth!, depths[at]!);
    expectPercentiles(`delay in ns at ${port.id}`, delay!, delays[at]!);
    expect(depth!.max).toBeLessThanOrEqual(QUEUE_BYTES);
  }
  // Who stood there sent to the host behind the port.
  for (const {id} of filled) {
    const flows = fabric.queues.flows({link: id});
    expect(new Set(flows.map(({destination}) => destination)).size).toBe(1);
    expect(flows.length).toBeGreaterThanOrEqual(2);
  }
});

it('pauses and optics are what they are, and storms are told', () => {
  const {simulated, links, model, fabric} = simulate();
  const seconds = proofCount(6, 60);
  /** By whole seconds since the start: what each port has counted. */
  const counted: {us: number; requests: number}[][] = [];
  /** By link: how far its values reach, and what they add up to. */
  const sums = new Map<string, {from: number; to: number; us: number; requests: number}>();
  const read = () => {
    for (const {id} of links) {
      const port = fabric.ports.get(id);
      const values = port ? fabric.gauges.ofPort(port) : [];
      const pause = values.find(({metric}) => metric.id === 'pfc-pause');
      const requests = values.find(({metric}) => metric.id === 'pfc-requests');
      if (!pause || !requests) continue;
      const known = sums.get(id);
      if (!known) sums.set(id, {from: pause.time, to: pause.time, us: 0, requests: 0});
      if (!known || known.to === pause.time) continue;
      const interval = (pause.time - known.to) / 1_000;
      known.us += pause.value * interval * 1e6;
      known.requests += requests.value * interval;
      known.to = pause.time;
    }
  };
  for (let step = 0; step < 10 * seconds; step++) {
    if (step % 10 === 0) {
      counted.push(links.map(({port}) => ({us: model.pausedUs[port]!, requests: model.pauseRequests[port]!})));
    }
    simulated.pass(100);
    read();
  }
  expect(sums.size).toBe(links.length);
  /** Counters are read on the second, and arrive before the next one. */
  const secondOf = (time: number) => Math.floor((time - START_MS) / 1_000);
  let paused = 0;
  for (const {id, port} of links) {
    const {from, to, us, requests} = sums.get(id)!;
    const first = counted[secondOf(from)]![port]!;
    const last = counted[secondOf(to)]![port]!;
    // Told in whole microseconds.
    expect(Math.abs(us - (last.us - first.us)), id).toBeLessThan(1.5);
    expect(requests, id).toBeCloseTo(last.requests - first.requests, 6);
    if (us > 0) paused++;
  }
  expect(paused).toBeGreaterThanOrEqual(4);

  for (const {id, ifIndex} of links) {
    const values = fabric.gauges.ofPort(fabric.ports.get(id)!);
    const value = (metric: string, lane: number | null = null) =>
      values.find((one) => one.metric.id === metric && one.lane === lane)?.value;
    expect(value('pfc-indications')).toBeUndefined();
    for (let lane = 1; lane <= LANES; lane++) {
      const {milliCelsius, biasUa, sentUw, receivedUw} = opticsOf(ifIndex, lane);
      expect(value('optics-temperature')).toBe(milliCelsius / 1e3);
      expect(value('optics-tx-bias', lane)).toBe(biasUa / 1e6);
      expect(value('optics-tx-power', lane)).toBe(sentUw / 1e6);
      expect(value('optics-rx-power', lane)).toBe(receivedUw / 1e6);
    }
  }

  const stormy = links.filter(({port}) => model.storms[port]! > 0).map(({id}) => id);
  const events = fabric.events.after(0).filter(({kind}) => kind === 'pfc-storm');
  expect(stormy.length).toBeGreaterThanOrEqual(2);
  expect(new Set(events.map(({link}) => link))).toEqual(new Set(stormy));
  expect(events.every(({figures}) => figures!['found']! + figures!['over']! > 0)).toBe(true);
});
