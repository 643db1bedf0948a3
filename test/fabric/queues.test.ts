import {expect, it} from 'vitest';
import {BUCKET_ERROR} from '../../src/account/log-buckets.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {QUEUE_WINDOW_SECONDS, type QueueEstimate} from '../../src/fabric/queues.ts';
import {Random} from '../../src/simulator/random.ts';
import {AGENT, type Content, PartialBuilder, type QueueRow, T} from '../support/partial-builder.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

function start() {
  const fabric = new Fabric({depth: 100, flows: 100});
  const builder = new PartialBuilder();
  /** What came in the second that ends `s` seconds after the start. */
  const second = (s: number, content: Content = {}) => fabric.apply(builder.next(T + 10 * s, content));
  second(0);
  return {fabric, queues: fabric.queues, second};
}

it('tells percentiles of what samples found, and the queues that are fullest first', () => {
  const {queues, second} = start();
  const deep = Array.from({length: 100}, (_, i): QueueRow => ({port: 7, queue: 3, depth: (i + 1) * 1_000}));
  second(1, {queues: [{port: 8, queue: 0xffffffff, delay: 900, samples: 10}, ...deep.slice(0, 60)]});
  second(2, {queues: [...deep.slice(60), {port: 7, queue: 3, delay: 5_000}]});
  const [first, other] = queues.all();
  expect(first).toMatchObject({queue: 3, depth: {max: 100_000, samples: 100}, delay: {max: 5_000, samples: 1}});
  expect(first!.port.id).toBe(`${AGENT}~7`);
  for (const [share, found] of [
    [0.5, first!.depth!.p50],
    [0.9, first!.depth!.p90],
    [0.99, first!.depth!.p99],
  ] as const) {
    expect(Math.abs(found / (share * 100_000) - 1)).toBeLessThanOrEqual(BUCKET_ERROR);
  }
  expect(other).toMatchObject({queue: null, depth: null, delay: {max: 900, samples: 10}});
  expect(Math.abs(other!.delay!.p50 / 900 - 1)).toBeLessThanOrEqual(BUCKET_ERROR);
  expect(queues.all({link: `${AGENT}~8`})).toHaveLength(1);
  expect(queues.all({agent: '10.9.9.9'})).toEqual([]);
  expect(queues.windowSeconds).toBe(2);
});

it('weighs a sample as its rate: where few are taken, each stands for more packets', () => {
  const {queues, second} = start();
  second(1, {
    queues: [
      {queue: 1, rate: 1_000, depth: 8, samples: 60},
      {queue: 1, rate: 10_000, depth: 800_000, samples: 40},
    ],
  });
  expect(queues.all()[0]!.depth).toMatchObject({samples: 100, max: 800_000});
  expect(queues.all()[0]!.depth!.p50).toBeGreaterThan(700_000);
});

it('forgets what is older than the window', () => {
  const {queues, second} = start();
  second(1, {queues: [{depth: 1_000}], queueFlows: [{source: '10.1.0.1', destination: '10.1.0.2', depths: 5}]});
  second(2, {queues: [{depth: 10}]});
  for (let s = 3; s <= QUEUE_WINDOW_SECONDS; s++) second(s);
  expect(queues.all()[0]!.depth).toMatchObject({max: 1_000, samples: 2});
  second(QUEUE_WINDOW_SECONDS + 1);
  expect(queues.all()[0]!.depth).toMatchObject({max: 10, p99: 10, samples: 1});
  expect(queues.flows()).toEqual([]);
  second(QUEUE_WINDOW_SECONDS + 2);
  expect(queues.all()).toEqual([]);
});

it('names the flows that stood in a queue, those with most samples first', () => {
  const {queues, second} = start();
  const flow = {port: 7, queue: 3, destination: '10.1.0.2'};
  second(1, {queueFlows: [{...flow, source: '10.1.0.1', destQp: 17, samples: 3, depths: 300}]});
  second(2, {
    queueFlows: [
      {...flow, source: '10.1.0.1', destQp: 17, samples: 1, depths: 500},
      {...flow, source: '10.1.0.3', samples: 9, depths: 9},
    ],
  });
  const at = {agent: AGENT, link: `${AGENT}~7`, queue: 3, destination: '10.1.0.2'};
  expect(queues.flows()).toEqual([
    {...at, source: '10.1.0.3', isRoce: false, destQp: null, samples: 9, meanDepth: 1},
    {...at, source: '10.1.0.1', isRoce: true, destQp: 17, samples: 4, meanDepth: 200},
  ]);
  expect(queues.flows({link: `${AGENT}~8`})).toEqual([]);
});

it('tells of delays that are longer than can be told that they are at least so long, in each percentile', () => {
  const {queues, second} = start();
  const longest = {port: 7, queue: 3, delay: 0xffffffff};
  second(1, {
    queues: [
      {port: 7, queue: 3, delay: 1_000, samples: 60},
      {...longest, samples: 40},
    ],
  });
  const [{delay}] = queues.all() as [QueueEstimate];
  expect(delay).toMatchObject({p90: 0xffffffff, p99: 0xffffffff, max: 0xffffffff, samples: 100});
  expect(Math.abs(delay!.p50 / 1_000 - 1)).toBeLessThanOrEqual(BUCKET_ERROR);
  second(20, {queues: [{port: 7, queue: 3, delay: 0xfffffffe, samples: 40}]});
  const [{delay: told}] = queues.all() as [QueueEstimate];
  expect(told!.p99).toBeLessThan(0xffffffff);
});

it('has percentiles within the error of a bucket of those of the samples themselves', () => {
  const random = new Random(proofSeed(), 5);
  for (let run = 0; run < proofCount(20, 1_000); run++) {
    const {queues, second} = start();
    const spread = 4 + random.below(28);
    const values = Array.from({length: 1 + random.below(400)}, () => Math.floor(2 ** (spread * random.uniform())));
    second(1, {queues: values.map((depth) => ({depth}))});
    values.sort((a, b) => a - b);
    const depth = queues.all()[0]!.depth!;
    expect(depth).toMatchObject({max: values.at(-1), samples: values.length});
    for (const [share, found] of [
      [0.5, depth.p50],
      [0.9, depth.p90],
      [0.99, depth.p99],
    ] as const) {
      const right = values[Math.ceil(share * values.length - 1e-9) - 1]!;
      expect(Math.abs(found - right) / right).toBeLessThanOrEqual(BUCKET_ERROR);
    }
  }
});

it('keeps its bound: the queues that were not heard of for longest give way', () => {
  const {queues, second} = start();
  const of = (agent: number): QueueRow[] =>
    Array.from({length: 10_000}, (_, i) => ({agent: `10.0.0.${agent}`, queue: i, depth: 100}));
  second(1, {queues: of(1)});
  second(2, {queues: of(2)});
  expect(queues.all()).toHaveLength(16_384);
  expect(queues.all({agent: '10.0.0.2'})).toHaveLength(10_000);
});
