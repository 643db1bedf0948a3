import {describe, expect, it} from 'vitest';
import {operationsOf} from '../../src/api/operations.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {kindName} from '../../src/fabric/operations.ts';
import {IN, IN_DERIVED, type OperationRow, PartialBuilder, type SampleRow, T} from '../support/partial-builder.ts';

const WRITE: OperationRow = {kind: 0x06, lengths: [4_174, 4_174], reths: [1_048_576, 1_048_576]};
const everything = () => true;

function start(producers = 1, memory?: number) {
  const fabric = new Fabric({depth: 200, flows: 10, ...(memory === undefined ? {} : {memory})});
  const builders = Array.from({length: producers}, (_, producer) => new PartialBuilder(producer));
  /** What a producer tells `ms` after the start. */
  const second = (ms: number, operations: OperationRow[], rows: SampleRow[] = [], producer = 0) =>
    fabric.apply(builders[producer]!.next(T + Math.floor(ms / 100), {time: T * 100 + ms, operations, rows}));
  return {fabric, second, ask: () => operationsOf(fabric, 'all', everything)};
}

/** Gives a port its basis. */
const measured = (port = 1, agent = '10.0.0.1', side = IN): SampleRow => ({bin: T - 1, agent, port, side, roce: [64]});

describe('the window of operations', () => {
  it('says nothing before the first second, and covers five from then on', () => {
    const {fabric, second, ask} = start();
    expect(ask()).toMatchObject({window: 0, operations: [], rdma: {operationsPerSecond: null, low: null, high: null}});
    second(0, [WRITE], [measured()]);
    expect(ask()).toMatchObject({window: 0, operations: []});
    const seen: [number, number][] = [];
    for (let i = 1; i <= 8; i++) {
      second(i * 1_000, [WRITE]);
      const {window, operations} = ask();
      seen.push([window, operations[0]!.framesPerSecond]);
    }
    expect(seen.map(([window]) => window)).toEqual([1, 2, 3, 4, 5, 5, 5, 5]);
    expect(seen.every(([, rate]) => rate === 2_000)).toBe(true);
    second(9_000, []);
    expect(ask().operations[0]).toMatchObject({framesPerSecond: 1_600, samples: 8});
    for (let i = 10; i < 15; i++) second(i * 1_000, []);
    const {operations, rdma} = ask();
    expect(operations).toEqual([]);
    // None was sampled of an agent that samples 1 in 1000: at most 3.69 - 0.25 samples' worth, and not nothing.
    expect(rdma).toMatchObject({operationsPerSecond: 0, low: 0, samples: 0, bytesPerOperation: null});
    expect(rdma.high).toBeGreaterThan(500);
    expect(rdma.high).toBeLessThan(750);
    expect(fabric.operations.windowSeconds).toBe(5);
  });

  it('adds up what came in two parts', () => {
    const {second, ask} = start();
    second(0, [], [measured()]);
    second(0, [WRITE]); // sent early, since a table was full
    second(1_000, [WRITE]);
    expect(ask()).toMatchObject({window: 1, operations: [{framesPerSecond: 4_000, samples: 4}]});
  });

  it('waits for the slower of two producers, and not for one that is gone', () => {
    const {second, ask} = start(2);
    const other = {...WRITE, port: 2};
    for (const producer of [0, 1]) second(producer * 50, [], [measured(producer + 1)], producer);
    for (let i = 1; i <= 6; i++) {
      second(i * 1_000, [WRITE], [], 0);
      if (i > 1) expect(ask().operations[0]!.framesPerSecond).toBe(4_000);
      second(i * 1_000 + 50, [other], [], 1);
      expect(ask().operations[0]!.framesPerSecond).toBe(4_000);
    }
    for (let i = 7; i <= 15; i++) second(i * 1_000, [WRITE], [], 0);
    expect(ask()).toMatchObject({window: 5, operations: [{framesPerSecond: 2_000}]});
  });
});

describe('operations', () => {
  it('stand for as many frames as their data source samples, each by its own rate', () => {
    const {second, ask} = start();
    second(0, [], [measured(1), {...measured(2), rate: 10_000}]);
    second(1_000, [WRITE, {...WRITE, port: 2, rate: 10_000, lengths: [100], reths: [4_096]}]);
    const {operations, rdma} = ask();
    const [write] = operations;
    expect(write).toMatchObject({transport: 'RC', name: 'RDMA WRITE First', opcode: 6, framesPerSecond: 12_000});
    expect(write!.bitsPerSecond).toBe(8 * (2 * 4_174 * 1_000 + 100 * 10_000));
    expect(write!.low).toBeLessThan(12_000);
    expect(write!.high).toBeGreaterThan(12_000);
    expect(write!.bitsLow).toBeLessThan(write!.bitsPerSecond);
    expect(write!.bitsHigh).toBeGreaterThan(write!.bitsPerSecond);
    expect(rdma).toMatchObject({operationsPerSecond: 12_000, samples: 3, bytesLow: null, bytesHigh: null});
    expect(rdma.bytesPerOperation).toBeCloseTo((2 * 1_048_576 + 10 * 4_096) / 12, 6);
  });

  it('are those of one basis, the best that the port has', () => {
    const {second, ask} = start();
    second(0, [], [measured(1, '10.0.0.1', IN_DERIVED)]);
    second(1_000, [{...WRITE, side: IN_DERIVED}]);
    expect(ask().operations[0]!.samples).toBe(2);
    second(
      2_000,
      [
        {...WRITE, side: IN_DERIVED},
        {...WRITE, lengths: [64]},
      ],
      [8, 19].map((bin) => ({...measured(), roce: Array(8).fill(64), bin: T + bin})),
    );
    expect(ask().operations[0]!.samples).toBe(1);
  });

  it('tell lengths, credits and refusals', () => {
    const {second, ask} = start();
    second(0, [], [measured()]);
    const lengths = Array.from({length: 12}, () => 90);
    const reths = Array.from({length: 12}, (_, i) => (i % 2 === 0 ? 1_000 : 3_000));
    second(1_000, [
      {kind: 0x0a, lengths, reths},
      {kind: 0x11, lengths, credits: [12, 0, 256], rnr: 1, nakSequence: 2, nakReserved: 1},
    ]);
    const {rdma, credits, naks, rnrPerSecond} = ask();
    // ±t(11) · 1044 / √12, t being 2.201.
    expect(rdma).toMatchObject({bytesPerOperation: 2_000, samples: 12});
    expect(Math.abs(rdma.bytesLow! - (2_000 - 663.7))).toBeLessThan(1);
    expect(Math.abs(rdma.bytesHigh! - (2_000 + 663.7))).toBeLessThan(1);
    expect(credits).toEqual({average: 268 / 3, min: 0, max: 256, samples: 3});
    expect(naks.map(({code, name, perSecond}) => [code, name, perSecond])).toEqual([
      [0, 'psn_sequence_error', 2_000],
      [1, 'invalid_request', 0],
      [2, 'remote_access_error', 0],
      [3, 'remote_operational_error', 0],
      [4, 'invalid_rd_request', 0],
      [null, 'reserved', 1_000],
    ]);
    expect(naks[0]!.low!).toBeGreaterThan(0);
    expect(naks[1]!.high!).toBeGreaterThan(3_000);
    expect(rnrPerSecond).toMatchObject({perSecond: 1_000, samples: 1});
  });

  it('are called by transport and operation', () => {
    expect(kindName(0x06)).toEqual({transport: 'RC', name: 'RDMA WRITE First', opcode: 6});
    expect(kindName(0x64)).toEqual({transport: 'UD', name: 'SEND Only', opcode: 0x64});
    expect(kindName(0x81)).toEqual({transport: 'CN', name: 'CNP', opcode: 0x81});
    expect(kindName(0xc1)).toEqual({transport: 'vendor', name: '0xc1', opcode: 0xc1});
    expect(kindName(256 + 2)).toEqual({transport: 'UET', name: 'request', opcode: null});
  });

  it('are forgotten where there is too much to keep: the window is shorter then, and no rate wrong', () => {
    // A 32nd of it is for operations: 569 entries.
    const {second, ask} = start(1, 2 * 1024 ** 2);
    second(0, [], [measured()]);
    const many = Array.from({length: 220}, (_, kind): OperationRow => ({kind, lengths: [100]}));
    const windows: number[] = [];
    for (let i = 1; i <= 6; i++) {
      second(i * 1_000, many);
      const {window, operations} = ask();
      windows.push(window);
      expect(operations).toHaveLength(220);
      expect(operations.every(({framesPerSecond}) => framesPerSecond === 1_000)).toBe(true);
    }
    expect(windows).toEqual([1, 2, 2, 2, 2, 2]);
  });
});
