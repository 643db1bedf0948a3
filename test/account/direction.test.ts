import {expect, test} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {Basis, Direction} from '../../src/account/schema.ts';
import {Feed} from './support/feed.ts';
import {datagram, discarded, expandedFlow, type FlowFields, flow, INTERNAL, several} from './support/wire.ts';

const measured = Basis.Measured;
const observed = Basis.Observed;
const derived = Basis.Derived;

/** [port, direction, basis] of every row that one sample makes, for both forms of a flow sample. */
function check(fields: FlowFields, expected: [number, 'in' | 'out', number][]): void {
  for (const form of [flow, expandedFlow]) {
    const folded = new Feed().send(datagram([form({length: 700, ...fields})])).finish();
    const rows = folded.bins.map((row) => [row['port'], row['side']! & 1, row['side']! >>> 1]);
    const wanted = expected.map(([port, direction, basis]) => [
      port,
      direction === 'in' ? Direction.In : Direction.Out,
      basis,
    ]);
    expect(rows).toEqual(wanted);
    for (const row of folded.bins) {
      expect(row).toMatchObject({sampledFrames: 1, sampledBytes: 700, sampledSquares: 490_000, sampledLargest: 700});
    }
    expect(folded.count(Count.FlowSamplesCounted)).toBe(expected.length > 0 ? 1 : 0);
    expect(folded.count(Count.FlowSamplesNoPort)).toBe(expected.length > 0 ? 0 : 1);
  }
}

test('data source = input measures in and derives out', () => {
  check({source: 3, input: 3, output: 4}, [
    [3, 'in', measured],
    [4, 'out', derived],
  ]);
});

test('data source = output measures out and derives in', () => {
  check({source: 4, input: 3, output: 4}, [
    [3, 'in', derived],
    [4, 'out', measured],
  ]);
});

test('a data source that is neither observes in and derives out', () => {
  const rows: [number, 'in' | 'out', number][] = [
    [3, 'in', observed],
    [4, 'out', derived],
  ];
  check({source: 9, input: 3, output: 4}, rows);
  check({source: 0, input: 3, output: 4}, rows);
  check({sourceClass: 2, source: 1_000, input: 3, output: 4}, rows); // Open vSwitch
  check({sourceClass: 2, source: 3, input: 3, output: 4}, rows); // an entity that has a port's number is no port
  check({sourceClass: 1, source: 4, input: 3, output: 4}, rows);
});

test('a packet that leaves by the port it came in on', () => {
  check({source: 3, input: 3, output: 3}, [
    [3, 'in', measured],
    [3, 'out', derived],
  ]);
});

test('what names no port makes no row', () => {
  check({source: 3, input: 3, output: 0}, [[3, 'in', measured]]);
  check({source: 3, input: 3, output: INTERNAL}, [[3, 'in', measured]]);
  check({source: 3, input: 3, output: discarded(258)}, [[3, 'in', measured]]);
  check({source: 3, input: 3, output: discarded(4)}, [[3, 'in', measured]]);
  check({source: 3, input: 3, output: several(4)}, [[3, 'in', measured]]);
  check({source: 3, input: 3, output: several(0)}, [[3, 'in', measured]]);
  check({source: 4, input: 0, output: 4}, [[4, 'out', measured]]);
  check({source: 4, input: INTERNAL, output: 4}, [[4, 'out', measured]]);
  check({source: 9, input: 3, output: discarded(258)}, [[3, 'in', observed]]);
  check({source: 9, input: 0, output: 4}, [[4, 'out', derived]]);
});

test('a sample without any port is unusable', () => {
  check({source: 3, input: 0, output: 0}, []);
  check({source: 3, input: INTERNAL, output: discarded(258)}, []);
  check({source: 3, input: 0, output: several(2)}, []);
});
