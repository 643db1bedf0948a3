import {expect, it} from 'vitest';
import {LinkEngine} from '../../../src/analysis/congestion/link-engine.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {parseTopology} from '../../../src/fabric/wiring/topology-parse.ts';
import {Random} from '../../../src/simulator/random.ts';
import {AGENT, type FlowSamples, OUT_DERIVED, PartialBuilder, T} from '../../support/partial-builder.ts';
import {proofSeed} from '../../support/proof.ts';
import {poisson} from '../period/period-traffic.ts';

/** One leaf: hosts at port 9, four uplinks of 100 Gbit/s at ports 1 to 4. */
const UPLINKS = [1, 2, 3, 4];
const SPEED = 100e9;
const N = 4_000;
const LENGTH = 4_178;
/** Samples of a bin at line rate. */
const FULL = (SPEED * 0.1) / 8 / (LENGTH + 20) / N;

const topology = parseTopology({
  links: Object.fromEntries(
    UPLINKS.map((port) => [`L${port}`, {node1: 'leaf', port1: `p${port}`, node2: `spine${port}`, port2: 'p1'}]),
  ),
  nodes: {
    leaf: {agent: AGENT, ports: Object.fromEntries([...UPLINKS, 9].map((port) => [`p${port}`, {ifindex: port}]))},
    ...Object.fromEntries(
      UPLINKS.map((port) => [`spine${port}`, {agent: `10.0.1.${port}`, ports: {p1: {ifindex: 1}}}]),
    ),
  },
});

/** A flow of host `i` by an uplink, with so many samples a second. */
const flow = (i: number, output: number, samples: number): FlowSamples => ({
  ...{source: `10.9.0.${i % 256}`, destination: '10.9.1.1', destQp: 16 + i, port: 9, output, rate: N},
  lengths: new Array<number>(Math.round(samples)).fill(LENGTH),
});

class Leaf {
  readonly fabric = new Fabric({depth: 400, flows: 1_000});
  readonly engine = new LinkEngine(this.fabric);
  private readonly builder = new PartialBuilder();
  private readonly random = new Random(proofSeed());
  private bin = T;

  constructor() {
    this.fabric.wiring.set(topology);
  }

  /** So many seconds in which the uplinks carry parts of their speed; `flows` once a second. */
  run(seconds: number, loads: readonly number[], flows: readonly FlowSamples[]): void {
    for (const end = this.bin + seconds * 10; this.bin < end; this.bin++) {
      const {bin} = this;
      const lengths = (load: number) => new Array<number>(poisson(this.random, load * FULL)).fill(LENGTH);
      const rows = UPLINKS.map((port, i) => {
        return {bin, port, side: OUT_DERIVED, source: 0, rate: N, roce: lengths(loads[i]!)};
      });
      const host = {bin, port: 9, rate: N, roce: [LENGTH]};
      const isSecond = (bin + 1) % 10 === 0;
      const counters = bin === T ? UPLINKS.map((port) => ({port, speed: SPEED})) : [];
      const content = {rows: [...rows, host], counters, flows: isSecond ? flows : [], isSecond};
      this.fabric.apply(this.builder.next(bin + 1, content));
      this.engine.advance();
    }
  }

  get group() {
    const {groups} = this.engine.imbalance.report!;
    expect(groups).toHaveLength(1);
    return groups[0]!;
  }

  events() {
    return this.fabric.events.after(0).filter(({kind}) => /^links-|^elephants-/.test(kind));
  }
}

const many = Array.from({length: 400}, (_, i) => flow(i, UPLINKS[1 + (i % 3)]!, 4));

it('says of links that carry the same that they are balanced, and of none that it does not know', () => {
  const leaf = new Leaf();
  leaf.run(13, [0, 0, 0, 0], []);
  expect(leaf.group).toMatchObject({verdict: 'unknown', cv: null, samples: 0});
  leaf.run(24, [0.5, 0.5, 0.5, 0.5], []);
  const {id, agent, name, verdict, cvHigh, links, hashing, samples} = leaf.group;
  expect({id, agent, name, verdict}).toEqual({
    ...{id: `${AGENT}~uplinks`, agent: AGENT, name: 'uplinks', verdict: 'balanced'},
  });
  expect(cvHigh).toBeLessThan(0.05);
  expect(samples).toBeGreaterThan(0.9 * 200 * FULL);
  expect(hashing).toEqual({flows: null, expectedCv: 0});
  for (const {bitsPerSecond, low, high, share} of links) {
    expect(low).toBeLessThan(0.5 * SPEED);
    expect(high).toBeGreaterThan(0.48 * SPEED);
    expect(bitsPerSecond).toBeGreaterThan(low);
    expect(share).toBeCloseTo(0.25, 1);
  }
  expect(leaf.events()).toEqual([]);
});

it('tells of a dead link once, after two windows, and of its return', () => {
  const leaf = new Leaf();
  leaf.run(11, [0, 0.4, 0.4, 0.4], many);
  expect(leaf.group.verdict).toBe('imbalanced');
  expect(leaf.group.hashing.flows).toBeGreaterThan(200);
  expect(leaf.events()).toEqual([]);
  leaf.run(20, [0, 0.4, 0.4, 0.4], many);
  const [event, ...more] = leaf.events();
  expect(more).toEqual([]);
  expect(event).toMatchObject({kind: 'links-imbalanced', level: 'warning', agent: AGENT, link: `${AGENT}~1`});
  expect(event!.text).toContain('p1 0');
  expect(event!.figures!['cv']).toBeCloseTo(Math.sqrt(1 / 3), 1);
  expect(event!.time - T * 100).toBeLessThan(14_000);
  leaf.run(20, [0.4, 0.4, 0.4, 0.4], many);
  expect(leaf.events().map(({kind}) => kind)).toEqual(['links-imbalanced', 'links-balanced']);
});

it('tells of luck with few flows only where it fills a link', () => {
  const few = [flow(0, 2, 300), flow(1, 2, 300), flow(2, 3, 300), flow(3, 4, 300), flow(4, 1, 300)];
  const leaf = new Leaf();
  leaf.run(24, [0.2, 0.4, 0.2, 0.2], few);
  expect(leaf.group.verdict).toBe('few-flows');
  expect(leaf.group.hashing.flows).toBeGreaterThan(4);
  expect(leaf.group.hashing.flows).toBeLessThan(6);
  expect(leaf.events()).toEqual([]);
  leaf.run(24, [0.35, 0.7, 0.35, 0.35], few);
  expect(leaf.events()).toMatchObject([{kind: 'links-imbalanced', level: 'info', link: `${AGENT}~2`}]);
  // It does not come and go with every change.
  leaf.run(24, [0.25, 0.45, 0.25, 0.25], few);
  leaf.run(24, [0.35, 0.7, 0.35, 0.35], few);
  expect(leaf.events()).toHaveLength(1);
  leaf.run(24, [0.1, 0.2, 0.1, 0.1], few);
  expect(leaf.events()).toMatchObject([{kind: 'links-imbalanced'}, {kind: 'links-balanced', level: 'good'}]);
  expect(leaf.events()[1]!.text).toContain('as whole flows may be');
});

it('names elephants that share a full link beside one with room', () => {
  const few = [flow(0, 2, 370), flow(1, 2, 370), flow(2, 2, 40), flow(3, 3, 300)];
  const leaf = new Leaf();
  leaf.run(40, [0.2, 1, 0.4, 0.45], few);
  const [collision, ...more] = leaf.group.collisions;
  expect(more).toEqual([]);
  expect(collision).toMatchObject({link: `${AGENT}~2`, sibling: `${AGENT}~1`});
  expect(collision!.flows.map(({destQp}) => destQp).sort()).toEqual([16, 17]);
  expect(collision!.utilisation).toBeCloseTo(1, 1);
  const events = leaf.events().filter(({kind}) => kind === 'elephants-collide');
  expect(events).toMatchObject([{kind: 'elephants-collide', link: `${AGENT}~2`, figures: {flows: 2}}]);
  expect(events[0]!.text).toContain('10.9.0.0 to 10.9.1.1 (QP 0x000010, ');
});

it.each([
  ['no link is full', [0.2, 0.8, 0.4, 0.4], 2],
  ['none has room', [0.7, 1, 0.7, 0.7], 2],
  ['one flow alone fills it', [0.2, 1, 0.4, 0.4], 3],
] as const)('names none where %s', (_, loads, output) => {
  const leaf = new Leaf();
  leaf.run(40, loads, [flow(0, 2, 700), flow(1, output, 700)]);
  expect(leaf.group.collisions).toEqual([]);
  expect(leaf.events().filter(({kind}) => kind === 'elephants-collide')).toEqual([]);
});
