import {GCProfiler, setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, test} from 'vitest';
import {Ingest} from '../../src/account/ingest.ts';
import {Count} from '../../src/account/ledger.ts';
import {proofCount} from '../support/proof.ts';
import {SMALL, START} from './support/feed.ts';
import {addressWords, datagram, flow, packet} from './support/wire.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are put on the heap meanwhile, whether or not they are collected again, and collections of them. */
function allocated(work: () => void): {bytes: number; collections: number} {
  const profiler = new GCProfiler();
  let last = process.memoryUsage().heapUsed;
  let sum = 0;
  profiler.start();
  work();
  const {statistics = []} = profiler.stop() ?? {};
  for (const {beforeGC, afterGC} of statistics) {
    sum += beforeGC.heapStatistics.usedHeapSize - last;
    last = afterGC.heapStatistics.usedHeapSize;
  }
  return {bytes: sum + process.memoryUsage().heapUsed - last, collections: statistics.length};
}

test('datagrams leave the heap as it was, and make almost nothing on the way', () => {
  const datagrams = proofCount(80_000, 1_000_000);
  const ingest = new Ingest({limits: {...SMALL, flows: 512, cells: 512}, producer: 0, epoch: 1, seed: 5}, () => {});
  const samples = Array.from({length: 10}, (_, i) =>
    flow({source: i + 1, input: i + 1, output: ((i + 5) % 10) + 1, header: packet({destQp: i})}),
  );
  const bytes = datagram(samples);
  const source = addressWords('192.0.2.1');
  let sequence = 0;
  /** All inside one bin: what a Partial allocates is allowed, and not looked at here. */
  const run = (datagrams: number, at: number) => {
    for (let i = 0; i < datagrams; i++) {
      bytes.writeUInt32BE(++sequence, 16);
      ingest.buffer.set(bytes);
      ingest.receive(bytes.length, source, at);
    }
  };
  run(20_000, START);
  collect();
  const before = process.memoryUsage().heapUsed;
  const made = allocated(() => run(datagrams, START));
  run(20_000, START);
  collect();
  const left = process.memoryUsage().heapUsed - before;
  expect(ingest.accountant.counts[Count.FlowSamplesCounted]).toBe((datagrams + 40_000) * samples.length);
  // The smallest object for each sample would be 16 bytes; a datagram has ten.
  expect(made.bytes).toBeLessThan(datagrams * 16);
  expect(made.collections).toBeLessThan(5);
  expect(left).toBeLessThan(1e6);
});
