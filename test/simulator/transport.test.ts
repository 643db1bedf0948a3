import {describe, expect, test} from 'vitest';
import {Simulation} from '../../src/simulator/simulation.ts';
import {Transport, type TransportOptions} from '../../src/simulator/transport.ts';
import {START_MS, small} from './harness.ts';
import {walk} from './walker.ts';

/** Sends `count` datagrams, one a millisecond, numbered; returns what arrives. */
function run(options: Partial<TransportOptions>, count = 20_000, seed = 1) {
  const arrived: {number: number; atMs: number}[] = [];
  const transport = new Transport(options, seed, START_MS, (bytes, length, atMs) => {
    expect(length).toBe(16);
    arrived.push({number: new DataView(bytes.buffer, bytes.byteOffset).getUint32(12), atMs});
  });
  // The writer uses its buffer again and again.
  const buffer = new Uint8Array(64);
  const view = new DataView(buffer.buffer);
  view.setUint32(0, 5);
  view.setUint32(4, 1);
  for (let i = 0; i < count; i++) {
    buffer.set([10, 0, 0, 1 + (i % 2)], 8);
    view.setUint32(12, i);
    transport.send(buffer, 16, START_MS + i);
  }
  transport.end();
  const {counts} = transport;
  expect(counts.handed).toBe(count);
  expect(counts.delivered).toBe(arrived.length);
  expect(counts.handed - counts.lost - counts.silenced + counts.duplicated).toBe(counts.delivered);
  return {arrived, counts};
}

const numbers = (arrived: {number: number}[]) => arrived.map(({number}) => number);
const all = Array.from({length: 20_000}, (_, i) => i);

describe('the way of the datagrams', () => {
  test('changes nothing by itself', () => {
    const {arrived} = run({});
    expect(numbers(arrived)).toEqual(all);
    expect(arrived.every(({number, atMs}) => atMs === START_MS + number)).toBe(true);
  });

  test('loses the share that it is told', () => {
    const {arrived, counts} = run({loss: 0.1});
    expect(Math.abs(counts.lost - 2_000)).toBeLessThan(4.9 * Math.sqrt(20_000 * 0.1 * 0.9));
    expect(numbers(arrived)).toEqual([...numbers(arrived)].sort((a, b) => a - b));
  });

  test('loses in bursts', () => {
    const {arrived, counts} = run({bursts: {everyMs: 900, lastMs: 100, loss: 1}});
    const gaps = numbers(arrived)
      .map((number, i, list) => number - (list[i - 1] ?? -1) - 1)
      .filter((gap) => gap > 0);
    // About 20 bursts of 100 datagrams.
    expect(gaps.length).toBeGreaterThan(8);
    expect(gaps.length).toBeLessThan(40);
    expect(counts.lost / gaps.length).toBeGreaterThan(40);
    expect(counts.lost / gaps.length).toBeLessThan(200);
  });

  test('doubles and reorders without losing any, within its delay', () => {
    const {arrived, counts} = run({duplication: 0.05, reordering: 0.1, delayMs: 30});
    expect(new Set(numbers(arrived)).size).toBe(20_000);
    expect(arrived.length).toBe(20_000 + counts.duplicated);
    expect(Math.abs(counts.duplicated - 1_000)).toBeLessThan(160);
    expect(Math.abs(counts.delayed - 2_000)).toBeLessThan(210);
    expect(numbers(arrived)).not.toEqual([...numbers(arrived)].sort((a, b) => a - b));
    for (let i = 0; i < arrived.length; i++) {
      const waited = arrived[i].atMs - START_MS - arrived[i].number;
      expect(waited).toBeGreaterThanOrEqual(0);
      expect(waited).toBeLessThan(30);
      if (i > 0) expect(arrived[i].atMs).toBeGreaterThanOrEqual(arrived[i - 1].atMs);
    }
  });

  test('is silent for a while, for all or for one', () => {
    const silences = [
      {afterMs: 100, forMs: 50},
      {afterMs: 1_000, forMs: 10, agent: '10.0.0.2'},
    ];
    const {arrived} = run({silences});
    const isLost = (i: number) => (i >= 100 && i < 150) || (i >= 1_000 && i < 1_010 && i % 2 === 1);
    expect(numbers(arrived)).toEqual(all.filter((i) => !isLost(i)));
  });

  test('repeats by seed', () => {
    const options = {loss: 0.1, duplication: 0.1, reordering: 0.1};
    expect(run(options, 1_000, 4).arrived).toEqual(run(options, 1_000, 4).arrived);
    expect(run(options, 1_000, 4).arrived).not.toEqual(run(options, 1_000, 5).arrived);
  });

  test('carries the datagrams of agents whole', () => {
    const sequences: number[] = [];
    const faults = {duplication: 0.2, reordering: 0.3};
    const transport = new Transport(faults, 1, START_MS, (bytes, length) =>
      sequences.push(walk(bytes, length).sequence),
    );
    const simulation = new Simulation(small, (bytes, length, atMs) => transport.send(bytes, length, atMs));
    simulation.advance(START_MS + 500);
    simulation.end();
    transport.end();
    expect(Math.max(...sequences)).toBe(transport.counts.handed);
    expect(new Set(sequences).size).toBe(transport.counts.handed);
  });
});
