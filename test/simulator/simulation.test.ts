import {createHash} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {SamplingPoint} from '../../src/simulator/agent-options.ts';
import {defaultOptions, type SimulationOptions} from '../../src/simulator/options.ts';
import {Simulation} from '../../src/simulator/simulation.ts';
import {groupBy, START_MS, type Sums, simulate, small, type TruthLine} from './harness.ts';
import {incast} from './traffic.ts';

function hashOf(options: SimulationOptions, step: number): string {
  const hash = createHash('sha256');
  const simulation = new Simulation(options, (bytes, length, atMs) => {
    hash.update(bytes.subarray(0, length)).update(String(atMs));
  });
  for (let at = START_MS; at <= START_MS + 2_000; at += step) simulation.advance(at);
  return hash.digest('hex');
}

const total = (lines: TruthLine[], of: (line: TruthLine) => Sums | undefined, field: keyof Sums) =>
  lines.reduce((sum, line) => sum + (of(line)?.[field] ?? 0), 0);

function checkBalance(truth: TruthLine[]): void {
  for (const lines of groupBy(truth, (line) => `${line.bin} ${line.agent}`).values()) {
    for (const field of ['bytes', 'frames', 'roceBytes', 'roceFrames'] as const) {
      const forwarded = total(lines, (line) => line.out, field) + total(lines, (line) => line.dropped, field);
      expect(total(lines, (line) => line.in, field)).toBe(forwarded);
    }
  }
}

describe('the simulation', () => {
  test('repeats byte for byte by seed, however it is driven', () => {
    expect(hashOf(small, 5)).toBe(hashOf(small, 333));
    expect(hashOf(small, 5)).not.toBe(hashOf({...small, seed: 8}, 5));
  });

  test('carries the same traffic whatever is sampled', () => {
    const truth = (options: SimulationOptions) => JSON.stringify(simulate(options, 600).truth);
    expect(truth({...small, sampling: 500})).toBe(truth({...small, sampling: 50_000}));
  });

  test('sends on what it receives, in each bin', () => {
    const {truth} = simulate({...small, switches: 3}, 3_000);
    checkBalance(truth);
    expect(new Set(truth.map((line) => line.agent))).toEqual(new Set(['10.0.0.1', '10.0.0.2', '10.0.0.3']));
    expect(truth.some((line) => line.dropped !== undefined)).toBe(false);
    expect(new Set(truth.map((line) => line.bin)).size).toBe(30);
  });

  test('drops what an output port has no room for, and says so in the samples', () => {
    const {truth, flows, counters} = simulate(
      {...small, nodes: 5, sampling: 200, counterMs: 500},
      1_100,
      incast(small.speed),
    );
    checkBalance(truth);
    const capacity = small.speed / 8 / 10;
    for (const line of truth) expect(line.out.bytes + 20 * line.out.frames).toBeLessThanOrEqual(capacity);
    const to = truth.filter((line) => line.ifIndex === 1);
    expect(total(to, (line) => line.out, 'bytes') / 11 / capacity).toBeGreaterThan(0.98);
    const data = flows.filter((flow) => flow.input > 1);
    const discarded = data.filter((flow) => flow.output === 0x40000000 + 259);
    // 1.6 times the line rate is offered, so 0.375 of it are dropped; within 4.9 standard deviations.
    const spread = Math.sqrt((0.375 * 0.625) / data.length);
    expect(Math.abs(discarded.length / data.length - 0.375)).toBeLessThan(4.9 * spread + 0.002);
    const discards = counters.filter((sample) => sample.source === 1).at(-1)!;
    const until = to.filter((line) => line.bin * 100 < discards.atMs + 5);
    expect(discards.outDiscards).toBeLessThanOrEqual(total(until, (line) => line.dropped, 'frames'));
    expect(discards.outDiscards).toBeGreaterThan(0);
  });

  test('has the period of its cycle, busy for its duty and near zero otherwise', () => {
    const {truth} = simulate({...defaultOptions, startMs: START_MS, sampling: 1e6}, 10_000);
    const bins = groupBy(truth, (line) => line.bin);
    const series = [...bins.keys()]
      .sort((a, b) => a - b)
      .map((bin) => total(bins.get(bin)!, (line) => line.in, 'roceBytes'));
    const lineRate = (244 * 100e9) / 8 / 10;
    expect(Math.max(...series) / lineRate).toBeGreaterThan(0.8);
    expect(Math.min(...series) / lineRate).toBeLessThan(0.001);
    const mean = series.reduce((sum, value) => sum + value, 0) / series.length;
    expect(mean / lineRate).toBeGreaterThan(0.38);
    expect(mean / lineRate).toBeLessThan(0.46);
    const correlation = (lag: number) => {
      let sum = 0;
      for (let i = 0; i + lag < series.length; i++) sum += (series[i] - mean) * (series[i + lag] - mean);
      return sum / (series.length - lag);
    };
    const lags = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(lags.sort((a, b) => correlation(b) - correlation(a))[0]).toBe(5);
    expect(correlation(5) / correlation(0)).toBeGreaterThan(0.95);
  });

  test('samples at egress when told to', () => {
    const {flows} = simulate({...small, samplingPoint: SamplingPoint.Egress}, 500);
    expect(flows.length).toBeGreaterThan(1_000);
    expect(flows.every((flow) => flow.source === flow.output)).toBe(true);
  });
});
