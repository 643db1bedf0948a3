import {expect, it} from 'vitest';
import {decimated} from '../../../src/analysis/period/period-decimate.ts';
import {evidenceAt, Spectra, type TickSeries} from '../../../src/analysis/period/spectrum.ts';
import {RealFft} from '../../../src/analysis/period/spectrum-fft.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofSeed} from '../../support/proof.ts';
import {poisson} from './period-traffic.ts';

const series = (counts: Float64Array, tickMs = 10): TickSeries => ({counts, tickMs, noise: 1, resolutionMs: tickMs});

it.each([
  [4, 4],
  [4, 1],
  [8, 7],
  [8, 2],
  [16, 4],
  [16, 5],
  [64, 63],
  [64, 15],
  [128, 31],
  [256, 64],
  [256, 65],
])('a transform of size %i of %i values is what the definition says', (size, length) => {
  const random = new Random(proofSeed(), size);
  const values = new Float64Array(length).map(() => random.gaussian());
  const power = new Float64Array(size / 2 + 1);
  new RealFft(size).addPower(values, 2, power);
  for (let k = 0; k <= size / 2; k++) {
    let re = 0;
    let im = 0;
    values.forEach((value, i) => {
      re += value * Math.cos((2 * Math.PI * k * i) / size);
      im += value * Math.sin((2 * Math.PI * k * i) / size);
    });
    expect(power[k]).toBeCloseTo(2 * (re * re + im * im), 8);
  }
});

it('a size that is no power of two is refused', () => {
  expect(() => new RealFft(12)).toThrow(RangeError);
});

it.each([1, 2, 4, 8])('evidence of %i segments has the tail of two degrees of freedom', (segments) => {
  const random = new Random(proofSeed(), segments);
  const draws = 200_000;
  const above = new Map([2, 6, 10].map((threshold) => [threshold, 0]));
  for (let i = 0; i < draws; i++) {
    let power = 0;
    for (let j = 0; j < segments; j++) power -= 2 * Math.log(random.uniform());
    const evidence = evidenceAt(power, segments);
    for (const threshold of above.keys()) if (evidence > threshold) above.set(threshold, above.get(threshold)! + 1);
  }
  for (const [threshold, count] of above) {
    const expected = draws * Math.exp(-threshold / 2);
    expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
  }
});

it('sampling alone has power 2 a segment, with a Hann window and without', () => {
  const random = new Random(proofSeed(), 1);
  const counts = new Float64Array(6_400).map(() => poisson(random, 5));
  for (const tapered of [false, true]) {
    for (const segments of [1, 4]) {
      const {power} = new Spectra().of(series(counts), counts, segments, 40, tapered);
      const mean = power.slice(100).reduce((sum, value) => sum + value, 0) / (power.length - 100);
      expect(Math.abs(mean / (2 * segments) - 1)).toBeLessThan(0.08);
    }
  }
});

it('ten ticks make a bin without mirroring what is faster', () => {
  const wave = (hz: number) => new Float64Array(6_400).map((_, i) => 100 + 50 * Math.sin(2 * Math.PI * hz * i * 0.01));
  const swing = (hz: number) => {
    const {counts, tickMs} = decimated(series(wave(hz)), 10);
    expect(tickMs).toBe(100);
    const inner = counts.slice(10, -10);
    return Math.sqrt((2 * inner.reduce((sum, value) => sum + (value - 1_000) ** 2, 0)) / inner.length) / 10;
  };
  for (const hz of [0.1, 1, 2.5]) expect(Math.abs(swing(hz) - 50)).toBeLessThan(5);
  for (const hz of [7, 9, 11, 33]) expect(swing(hz)).toBeLessThan(1.5);
});
