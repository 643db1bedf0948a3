import {expect, test} from 'vitest';
import {BUCKET_ERROR, bucketOf, LOG_BUCKETS, middleOf} from '../../src/account/log-buckets.ts';
import {QueueKind, UNKNOWN_QUEUE} from '../../src/account/queue-table.ts';
import {Feed, ledgerErrors, type Row} from './support/feed.ts';
import {addressWords, datagram, discarded, dropped, flow, INTERNAL, packet, several} from './support/wire.ts';

const of = (rows: Row[], kind: number) =>
  rows
    .filter((row) => row['kind'] === kind)
    .map(({port, queue, rate, bucket, samples, largest}) => [port, queue, rate, bucket, samples, largest]);

test('depth and delay make histograms by egress port, queue and rate', () => {
  const sample = {output: 7, queue: 3, depth: 80_000, transit: 1_200};
  const {queues} = new Feed()
    .send(
      datagram([
        flow({...sample, sequence: 1}),
        flow({...sample, sequence: 2, depth: 80_001, transit: 900}),
        flow({...sample, sequence: 3, depth: 0}),
        flow({...sample, sequence: 4, rate: 2_000}),
        flow({...sample, sequence: 5, queue: undefined, transit: undefined}),
        flow({output: 7, sequence: 6, transit: 0xffffffff}),
        flow({output: 7, sequence: 7}),
      ]),
    )
    .finish();
  const deep = bucketOf(80_000);
  expect(of(queues, QueueKind.Depth)).toEqual([
    [7, 3, 1_000, deep, 2, 80_001],
    [7, 3, 1_000, 0, 1, 0],
    [7, 3, 2_000, deep, 1, 80_000],
    [7, UNKNOWN_QUEUE, 1_000, deep, 1, 80_000],
  ]);
  expect(of(queues, QueueKind.Delay)).toEqual([
    [7, 3, 1_000, bucketOf(1_200), 2, 1_200],
    [7, 3, 1_000, bucketOf(900), 1, 900],
    [7, 3, 2_000, bucketOf(1_200), 1, 1_200],
    [7, UNKNOWN_QUEUE, 1_000, LOG_BUCKETS - 1, 1, 0xffffffff],
  ]);
});

test('the flows that found a queue filled are told, with what they found in it', () => {
  const at = (destQp: number, depth: number, sequence: number) =>
    flow({output: 7, queue: 3, depth, sequence, header: packet({destQp})});
  const other = flow({output: 7, depth: 9, sequence: 9, header: packet({protocol: 'tcp'})});
  const unreadable = flow({output: 7, depth: 9, sequence: 10, header: packet().subarray(0, 20)});
  const {queueFlows} = new Feed()
    .send(datagram([at(17, 500, 1), at(17, 700, 2), at(18, 20, 3), at(19, 0, 4), other, unreadable]))
    .finish();
  expect(queueFlows).toMatchObject([
    {port: 7, queue: 3, destQp: 17, isRoce: 1, samples: 2, depths: 1_200},
    {port: 7, queue: 3, destQp: 18, samples: 1, depths: 20},
    {port: 7, queue: UNKNOWN_QUEUE, destQp: 0, isRoce: 0, samples: 1},
  ]);
  expect(queueFlows[0]).toMatchObject({
    source3: addressWords('10.1.0.1')[3],
    destination3: addressWords('10.1.0.2')[3],
  });
});

test('a packet that left by no port stood in no queue', () => {
  const samples = [INTERNAL, discarded(259), several(3), 0].map((output, i) =>
    flow({output, sequence: i + 1, queue: 1, depth: 5, transit: 5}),
  );
  const {queues, queueFlows} = new Feed().send(datagram([...samples, dropped()])).finish();
  expect([queues, queueFlows]).toEqual([[], []]);
});

test('a full table is sent early, and no sample is lost or counts twice', () => {
  const feed = new Feed({queues: 3});
  const samples = Array.from({length: 20}, (_, i) =>
    flow({
      output: 7,
      queue: 1,
      depth: 3 ** (i % 7),
      transit: 1_000 + 300 * i,
      sequence: i + 1,
      header: packet({destQp: i}),
    }),
  );
  const result = feed.send(datagram(samples)).finish();
  const sum = (rows: Row[]) => rows.reduce((total, row) => total + row['samples']!, 0);
  expect([sum(result.queues), sum(result.queueFlows)]).toEqual([40, 20]);
  expect(ledgerErrors(result)).toEqual([]);
});

test('buckets ascend, cover 32 bits, and their middle is as near as is said', () => {
  const values = [0, 1, 7, 8, 15, 16, 17, 18, 1_000, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  for (let value = 1; value < 2 ** 32; value = Math.ceil(value * 1.0009)) values.push(value);
  values.sort((a, b) => a - b);
  let last = 0;
  let worst = 0;
  for (const value of values) {
    const bucket = bucketOf(value);
    expect(bucket >= last && bucket < LOG_BUCKETS).toBe(true);
    last = bucket;
    if (value > 0) worst = Math.max(worst, Math.abs(middleOf(bucket) - value) / value);
    if (value < 16) expect(middleOf(bucket)).toBe(value);
  }
  expect(last).toBe(LOG_BUCKETS - 1);
  expect(worst).toBeLessThanOrEqual(BUCKET_ERROR);
  expect(worst).toBeGreaterThan(0.9 * BUCKET_ERROR);
});
