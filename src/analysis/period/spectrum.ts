import {powerOfTwo, RealFft} from './spectrum-fft.ts';

/** Counts of one scope in steps of equal length, the last one newest. */
export interface TickSeries {
  /** What was counted in each step: samples, or anything in proportion to them. */
  counts: Float64Array;
  /** Length of a step. */
  tickMs: number;
  /** Variance that sampling alone gives a count, over its mean: 1 for samples. */
  noise: number;
  /** By how much the times of samples may be off: what switches faster cannot be seen. */
  resolutionMs: number;
}

/** Zero padding, at least: lines between two frequencies of the transform lose little. */
const PADDING = 4;
/** Octave-like band on either side of a frequency in which the level of noise is taken. */
const BAND = 1.6;
/** How far the level must exceed that of sampling to count as noise of its own, in standard errors. */
const LEVEL_ERRORS = 1.5;

/** Mean and standard deviation of the logarithm of a sum of K power values, χ² with 2K degrees, over its mean. */
const LOG_MEAN: Readonly<Record<number, number>> = {1: -0.5772, 2: -0.2703, 4: -0.1302, 8: -0.0639};
const LOG_DEVIATION: Readonly<Record<number, number>> = {1: 1.2825, 2: 0.8031, 4: 0.5327, 8: 0.3649};

/** The numbers of segments that are tried: the more, the shorter a cycle must keep time. */
export const SEGMENTS: readonly number[] = [1, 2, 4, 8];

/**
 * Powers of a series, summed over segments without their phases. Index i stands for the frequency i · `stepHz`.
 * `power` is in Leahy's norm: 2 a segment for sampling alone, χ² distributed. `evidence` is what a χ² of two degrees
 * would have to be to be as unlikely, above the level of its surroundings: one scale for all numbers of segments.
 */
export interface Spectrum {
  segments: number;
  segmentSeconds: number;
  stepHz: number;
  /** First index that has enough cycles in a segment to be a candidate. */
  first: number;
  power: Float64Array;
  evidence: Float64Array;
  /** Power of the surroundings over that of sampling, at least 1. */
  level: Float64Array;
}

/** Cycles that a segment must hold. */
export const LEAST_CYCLES = 4;

/** Makes spectra; holds the tables of the transforms, and the arrays of the last spectrum of each kind. */
export class Spectra {
  private readonly transforms = new Map<number, RealFft>();
  private readonly arrays = new Map<string, Float64Array>();
  /** By the number of segments: a Hann window of their length. */
  private readonly windows = new Map<number, Float64Array>();

  /**
   * The spectrum of `values` up to `topHz`: the counts themselves, or what is left of them. `tapered` with a Hann
   * window strong lines leak less, and weak ones lose a third. Valid until the next of as many segments, so tapered.
   */
  of(series: TickSeries, values: Float64Array, segments: number, topHz: number, tapered: boolean): Spectrum {
    const {counts, tickMs, noise} = series;
    const length = Math.floor(counts.length / segments);
    const fft = this.transform(powerOfTwo(length * PADDING));
    const stepHz = 1_000 / (tickMs * fft.size);
    const segmentSeconds = (length * tickMs) / 1_000;
    const size = Math.min(fft.size / 2, Math.floor(topHz / stepHz) + 1);
    const kind = `${segments} ${tapered}`;
    const power = this.array(`power ${kind}`, size).fill(0);
    const segment = this.array('segment', length);
    const window = tapered ? this.window(segments, length) : undefined;
    for (let index = 0; index < segments; index++) {
      const start = counts.length - (segments - index) * length;
      const variance = noise * prepare(counts, values, start, segment, window);
      if (variance > 0) fft.addPower(segment, 2 / variance, power);
    }
    const first = Math.ceil(LEAST_CYCLES / (segmentSeconds * stepHz));
    const independent = 1 / (segmentSeconds * stepHz); // indexes that one independent frequency takes
    const evidence = this.array(`evidence ${kind}`, size);
    const level = this.array(`level ${kind}`, size);
    const spectrum = {segments, segmentSeconds, stepHz, first, power, evidence, level};
    weigh(spectrum, this.array('logs', size + 1), independent);
    return spectrum;
  }

  /** Memory for a purpose: a look needs megabytes of it, and would leave them all behind. */
  array(purpose: string, length: number): Float64Array {
    let array = this.arrays.get(purpose);
    if (!array || array.length < length) {
      array = new Float64Array(length);
      this.arrays.set(purpose, array);
    }
    return array.subarray(0, length);
  }

  private window(segments: number, length: number): Float64Array {
    let window = this.windows.get(segments);
    if (window?.length !== length) {
      window = Float64Array.from({length}, (_, i) => 1 - Math.cos((2 * Math.PI * (i + 0.5)) / length));
      this.windows.set(segments, window);
    }
    return window;
  }

  private transform(size: number): RealFft {
    let fft = this.transforms.get(size);
    if (!fft) {
      fft = new RealFft(size);
      this.transforms.set(size, fft);
    }
    return fft;
  }
}

/** Copies a segment of `values` without its straight line, weighed by a window if there is one. Returns Σ weight² · count. */
function prepare(
  counts: Float64Array,
  values: Float64Array,
  start: number,
  into: Float64Array,
  window: Float64Array | undefined,
): number {
  const {length} = into;
  let sum = 0;
  let slope = 0;
  const middle = (length - 1) / 2;
  for (let i = 0; i < length; i++) {
    sum += values[start + i];
    slope += values[start + i] * (i - middle);
  }
  const mean = sum / length;
  slope /= (length * (length * length - 1)) / 12;
  let variance = 0;
  for (let i = 0; i < length; i++) {
    const weight = window ? window[i] : 1;
    into[i] = weight * (values[start + i] - mean - slope * (i - middle));
    variance += weight * weight * counts[start + i];
  }
  return variance;
}

/**
 * Evidence of each power. Traffic is seldom as calm as sampling alone: where the neighbourhood (geometric mean, which a
 * few strong lines hardly move) is above that, powers are taken relative to it.
 */
function weigh({power, evidence, level, segments}: Spectrum, logs: Float64Array, independent: number): void {
  logs[0] = 0;
  for (let i = 0; i < power.length; i++) {
    logs[i + 1] = logs[i] + Math.log(power[i] / (2 * segments) + 1e-9);
  }
  evidence[0] = 0;
  level[0] = 1;
  for (let i = 1; i < power.length; i++) {
    const from = Math.max(1, Math.floor(i / BAND));
    const to = Math.min(power.length, Math.ceil(i * BAND) + 1);
    const error = LOG_DEVIATION[segments] / Math.sqrt(Math.max(1, (to - from) / independent));
    const log = (logs[to] - logs[from]) / (to - from) - LOG_MEAN[segments] - LEVEL_ERRORS * error;
    level[i] = log > 0 ? Math.exp(log) : 1;
    evidence[i] = evidenceAt(power[i] / level[i], segments);
  }
}

/** −2 ln of the chance that χ² with 2K degrees exceeds `power`, exactly, far out in the tail too. */
export function evidenceAt(power: number, segments: number): number {
  let term = 1;
  let sum = 1;
  for (let j = 1; j < segments; j++) {
    term *= power / (2 * j);
    sum += term;
  }
  return power - 2 * Math.log(sum);
}
