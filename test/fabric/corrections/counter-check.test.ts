import {describe, expect, it} from 'vitest';
import {CounterSpan} from '../../../src/fabric/corrections/counter-span.ts';
import {compare, differs} from '../../../src/fabric/corrections/counter-verdict.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Random} from '../../../src/simulator/random.ts';
import {type DrawnPort, DrawnStream, type StreamOptions} from '../../support/drawn-stream.ts';
import {AGENT, type CounterRow, PartialBuilder, T} from '../../support/partial-builder.ts';
import {proofCount, proofSeed} from '../../support/proof.ts';

/** Bins between two readings of a port's counters: 20 s. */
const INTERVAL = 200;

interface World {
  fabric: Fabric;
  /** Passes so many bins. */
  pass(bins: number): void;
  events(): string[];
}

interface WorldOptions extends StreamOptions {
  /** Bins by which counters were read before they arrive. */
  stale?: number;
  /** Whether they count the FCS. */
  withFcs?: boolean;
  loss?: number;
}

/** A switch whose counters tell the truth, each port's at a time of its own. */
function world(options: WorldOptions, seed: number): World {
  const {stale = 0, withFcs = false, loss = 0} = options;
  const fabric = new Fabric({depth: 300, flows: 10});
  const builder = new PartialBuilder();
  const stream = new DrawnStream(options, new Random(seed));
  /** By ifIndex: octets up to each of the last bins. */
  const octets = new Map<number, number[]>();
  const told = new Map<number, number>();
  let bin = T;
  const counters = (): CounterRow[] =>
    options.ports.flatMap(({ifIndex}) => {
      const {bytes, frames} = stream.truth.get(ifIndex)!;
      const history = octets.get(ifIndex) ?? [];
      octets.set(ifIndex, history);
      history.push(bytes - (withFcs ? 0 : 4 * frames));
      if (history.length > stale + 1) history.shift();
      if ((bin - T + ifIndex * 7) % INTERVAL !== 0) return [];
      const now = history[0]!;
      const before = told.get(ifIndex);
      told.set(ifIndex, now);
      const elapsedMs = before === undefined ? 0 : INTERVAL * 100;
      return [{port: ifIndex, time: bin * 100 + 99, elapsedMs, inOctets: before === undefined ? 0 : now - before}];
    });
  return {
    fabric,
    pass(bins) {
      for (const end = bin + bins; bin < end; bin++) {
        const content = stream.bin(bin, loss);
        fabric.apply(builder.next(bin + 1, {...content, counters: counters()}));
      }
    },
    events: () =>
      fabric.events.after(0).flatMap(({kind, agent, link}) => (/rate/.test(kind) ? [`${kind} ${link ?? agent}`] : [])),
  };
}

const steady = (ifIndex: number, samples: number, more: Partial<DrawnPort> = {}): DrawnPort => ({
  ifIndex,
  rate: 1_000,
  frames: () => samples * (more.rate ?? 1_000),
  ...more,
});
const four = (samples: number, more: Partial<DrawnPort> = {}) =>
  [1, 2, 3, 4].map((port) => steady(port, samples, more));
const WRONG = `sampling-rate-wrong ${AGENT}`;
const RIGHT = `sampling-rate-right ${AGENT}`;
const agentOf = ({agents}: Fabric) => agents.get(AGENT)!;

describe('samples against counters', () => {
  it.each([
    ['FCS left out', {}],
    ['FCS counted', {withFcs: true}],
    ['counters read a second before they arrive', {stale: 10}],
    ['a third of the datagrams lost', {loss: 0.33}],
    ['an agent that drops half of its samples', {policer: 5}],
  ])('agree where the rate is right: %s', (_, options) => {
    const {fabric, pass, events} = world({ports: four(2.5), ...options}, proofSeed());
    pass(6 * INTERVAL);
    const comparison = fabric.counterCheck.ofAgent(agentOf(fabric))!;
    expect(comparison.verdict).toBe('agrees');
    expect(comparison.low).toBeLessThan(1);
    expect(comparison.high).toBeGreaterThan(1);
    expect(Math.abs(comparison.ratio - 1)).toBeLessThan(0.05);
    expect(events()).toEqual([]);
  });

  it.each([
    ['samples twice as often as it claims', 500, 500],
    ['samples half as often', 2_000, 2_000],
    ['samples ten times as often', 100, 100],
  ])('find an agent that %s, by two counter intervals, though its pool is computed', (_, rate, fitting) => {
    const {fabric, pass, events} = world({ports: four(2.5, {rate, claims: 1_000}), pool: 'fake'}, proofSeed());
    // Each port's first reading is where its comparison begins.
    pass(3 * INTERVAL + 20);
    const comparison = fabric.counterCheck.ofAgent(agentOf(fabric))!;
    expect(comparison.verdict).toBe('disagrees');
    expect(comparison.ratio / (1_000 / rate)).toBeCloseTo(1, 1);
    expect(events()[0]).toBe(WRONG);
    expect(fabric.events.after(0).find(({kind}) => kind === 'sampling-rate-wrong')!.figures).toMatchObject({fitting});
  });

  it('refute a pool that counts what is not sampled: the rate was right', () => {
    const {fabric, pass, events} = world({ports: four(5), pool: 'double'}, proofSeed());
    pass(2 * INTERVAL);
    expect(events()).toEqual([WRONG]);
    pass(4 * INTERVAL);
    expect(events()).toEqual([WRONG, RIGHT]);
    expect(fabric.counterCheck.ofAgent(agentOf(fabric))!.verdict).toBe('agrees');
    expect(fabric.rows.weight(fabric.rows.all[0]!, fabric.newest)).toBe(1_000);
  });

  it('say that it is right again, by the newest intervals', () => {
    const port = steady(1, 5, {rate: 500, claims: 1_000});
    const {pass, events} = world({ports: [port], pool: 'fake'}, proofSeed());
    pass(10 * INTERVAL);
    expect(events()).toEqual([WRONG]);
    port.rate = 1_000;
    pass(4 * INTERVAL);
    expect(events()).toEqual([WRONG, RIGHT]);
  });

  it('name the one port that is wrong', () => {
    const ports = [...four(2.5), steady(5, 2.5, {rate: 400, claims: 1_000})].map((port) => ({...port}));
    const many = [...ports, ...[6, 7, 8, 9, 10, 11, 12].map((port) => steady(port, 2.5))];
    const {pass, events} = world({ports: many, pool: 'fake'}, proofSeed());
    pass(4 * INTERVAL);
    expect(events()).toEqual([`sampling-rate-wrong ${AGENT}~5`]);
  });

  it('are not alarmed by true traffic that comes and goes, however often they look', () => {
    const seed = proofSeed();
    for (let i = 0; i < proofCount(1, 20); i++) {
      const random = new Random(seed + i, 1);
      const ports = Array.from({length: 16}, (_, at): DrawnPort => {
        const [period, peak, rate] = [20 + random.below(500), 10 ** (3 * random.uniform()), 500 + random.below(5_000)];
        const duty = random.below(period);
        const frames = (bin: number) => ((bin + at * 13) % period < duty ? Math.round(peak * rate * 0.02) : 0);
        return {ifIndex: at + 1, rate, frames, length: 64 + random.below(9_000)};
      });
      const {pass, events} = world({ports, pool: 'own', stale: random.below(10)}, seed + i);
      pass(15 * INTERVAL);
      expect(events()).toEqual([]);
    }
  });

  it('are unknown where nothing is sampled, and for what is derived', () => {
    const silent = {...steady(2, 2.5), rate: 1e9, claims: 1_000};
    const {fabric, pass, events} = world({ports: [steady(1, 2.5), silent]}, proofSeed());
    pass(4 * INTERVAL);
    const port = (ifIndex: number) => fabric.ports.get(`${AGENT}~${ifIndex}`)!;
    expect(fabric.counterCheck.ofPort(port(1), 0)!.verdict).toBe('agrees');
    expect(fabric.counterCheck.ofPort(port(1), 1)).toBeUndefined();
    expect(fabric.counterCheck.ofPort(port(2), 0)).toBeUndefined();
    expect(fabric.counterCheck.ofAgent(agentOf(fabric))!.verdict).toBe('agrees');
    expect(events()).toEqual([]);
  });
});

describe('the band of a comparison', () => {
  it('raises no false alarm on thousands of healthy ports for hours', () => {
    const random = new Random(proofSeed());
    const none = {samples: 0, frames: 0, bytes: 0, squares: 0};
    let alarms = 0;
    for (let port = 0; port < proofCount(400, 40_000); port++) {
      const expected = 10 ** (1 + 3 * random.uniform());
      const [length, rate] = [200 + random.below(4_000), 1_000];
      const edge = (expected * rate * length) / 20;
      const tallied = {...none};
      const span = new CounterSpan({tallied: none, edge});
      // An hour of 20 s.
      for (let reading = 0; reading < 180; reading++) {
        const samples = Math.max(0, Math.round(expected + Math.sqrt(expected) * random.gaussian()));
        tallied.samples += samples;
        tallied.frames += samples * rate;
        tallied.bytes += samples * rate * length;
        tallied.squares += samples * (rate * length) ** 2;
        span.add({tallied: {...tallied}, edge}, 20_000, expected * rate * (length - 4));
        const recent = span.recent();
        if (recent && differs(recent, span.earlier())) span.forgetOlder();
        if (compare(span.whole())?.verdict === 'disagrees') alarms++;
      }
    }
    expect(alarms).toBe(0);
  });

  it('leaves out 1 by chance as seldom as it says', () => {
    const random = new Random(proofSeed());
    let outside = 0;
    let off = 0;
    const rounds = proofCount(20_000, 2_000_000);
    for (let i = 0; i < rounds; i++) {
      const expected = 20 + random.below(2_000);
      const samples = Math.max(0, Math.round(expected + Math.sqrt(expected) * random.gaussian()));
      const sums = {
        ms: 20_000,
        octets: expected * 996,
        samples,
        frames: samples,
        bytes: samples * 1_000,
        squares: samples * 1_000 ** 2,
        edges: 0,
      };
      const comparison = compare(sums);
      if (!comparison) continue;
      if (comparison.low > 1 || comparison.high < 1) outside++;
      if (comparison.verdict === 'disagrees') off++;
    }
    expect(outside / rounds).toBeLessThan(20 / rounds + 2e-6);
    expect(off).toBe(0);
  });
});

it('reads counters that come with the very first samples, before any bin is complete', () => {
  const fabric = new Fabric({depth: 400, flows: 10});
  const counters = [{elapsedMs: 50, inOctets: 1_000, outOctets: 1_000}];
  fabric.apply(new PartialBuilder().next(T + 1, {rows: [{bin: T, roce: [1_000]}], counters}));
  expect(fabric.newest).toBe(T);
});
