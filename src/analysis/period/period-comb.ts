import type {Spectra, Spectrum} from './spectrum.ts';

/** Harmonics that are added up. */
export const HARMONICS = 8;
/** What each further harmonic costs: less invites half the frequency, for every other line may then be noise. */
export const HARMONIC_COST = 10;
/** A step of the fundamental is this part of a step of the spectrum, so that the eighth harmonic steps by one. */
const FINE = 8;
/** No line of a cycle that is one stretch of bursts exceeds the first by more. */
const FIRST = 2;

/** A comb of lines at f, 2f, 3f … */
export interface Comb {
  /** Hz. */
  frequency: number;
  /** Σ (evidence − 10) over the harmonics that raise it most; the choice among segmentations is paid for by others. */
  score: number;
  spectrum: Spectrum;
}

/** Index of the fundamental's bounds. */
interface Range {
  lowestHz: number;
  highestHz: number;
}

/**
 * The comb with the highest score, or undefined where none exceeds `floor`. A bound from the highest evidence near
 * each harmonic rules out nearly all frequencies, so that few are looked at closely.
 */
export function strongestComb(
  spectrum: Spectrum,
  {lowestHz, highestHz}: Range,
  floor: number,
  memory: Spectra,
): Comb | undefined {
  const {evidence, stepHz} = spectrum;
  const near = [1, 2, 4].map((radius) => dilated(evidence, radius, memory.array(`within ${radius}`, evidence.length)));
  const reach = [0, 0, 0, 1, 1, 2, 2, 2, 2].map((index) => near[index]); // by harmonic: half of it, rounded up
  let best = floor;
  let bestAt = -1;
  const first = Math.max(spectrum.first, Math.ceil(lowestHz / stepHz));
  const last = Math.min(Math.floor(highestHz / stepHz), evidence.length - 1);
  for (let index = first; index <= last; index++) {
    let sum = 0;
    let bound = 0;
    for (let k = 1; k <= HARMONICS && k * index < evidence.length; k++) {
      sum += reach[k][k * index] - HARMONIC_COST;
      if (sum > bound) bound = sum;
    }
    if (bound <= best) continue;
    for (let fine = FINE * index - FINE / 2; fine < FINE * index + FINE / 2; fine++) {
      const score = scoreAt(evidence, fine / FINE);
      if (score <= best) continue;
      best = score;
      bestAt = fine;
    }
  }
  if (bestAt < 0) return undefined;
  return {frequency: refined(spectrum, (bestAt / FINE) * stepHz), score: best, spectrum};
}

function scoreAt(evidence: Float64Array, index: number): number {
  let sum = 0;
  let best = Number.NEGATIVE_INFINITY;
  for (let k = 1; k <= HARMONICS; k++) {
    const at = Math.round(k * index);
    if (at >= evidence.length) break;
    sum += evidence[at] - HARMONIC_COST;
    if (sum > best) best = sum;
  }
  return best;
}

/** The frequency near one found whose lines together are strongest: a parabola through the best of close steps. */
function refined({power, stepHz, segmentSeconds}: Spectrum, frequency: number): number {
  const step = 1 / (40 * segmentSeconds);
  const strength = (hz: number) => {
    let sum = 0;
    for (let k = 1; k <= HARMONICS; k++) sum += interpolated(power, (k * hz) / stepHz);
    return sum;
  };
  let best = frequency;
  let most = strength(frequency);
  for (let i = -10; i <= 10; i++) {
    const at = strength(frequency + i * step);
    if (at <= most) continue;
    most = at;
    best = frequency + i * step;
  }
  const below = strength(best - step);
  const above = strength(best + step);
  const bend = below - 2 * most + above;
  const offset = bend < 0 ? (below - above) / (2 * bend) : 0;
  return best + step * Math.max(-0.5, Math.min(0.5, offset));
}

/**
 * Power of the lines of a frequency above the level around them. `isWhole`: 0 where the first is not among the
 * strongest, for then it is another cycle that has most of it.
 */
export function linePower({power, level, segments, stepHz}: Spectrum, frequency: number, isWhole = false): number {
  let sum = 0;
  let first = 0;
  for (let k = 1; k <= HARMONICS; k++) {
    const at = Math.round((k * frequency) / stepHz);
    if (at >= power.length) break;
    const line = Math.max(0, power[at] - 2 * segments * level[at]);
    if (k === 1) first = line;
    if (isWhole && line > FIRST * first) return 0;
    sum += line;
  }
  return sum;
}

/** The part of a spectrum below a frequency. */
export function belowOf(spectrum: Spectrum, hz: number): Spectrum {
  const end = Math.floor(hz / spectrum.stepHz);
  const [power, evidence, level] = [spectrum.power, spectrum.evidence, spectrum.level].map((all) =>
    all.subarray(0, end),
  );
  return {...spectrum, power: power!, evidence: evidence!, level: level!};
}

function interpolated(power: Float64Array, index: number): number {
  const at = Math.floor(index);
  if (at + 1 >= power.length) return 0;
  return power[at] + (index - at) * (power[at + 1] - power[at]);
}

/** The highest value within `radius` of each. */
function dilated(values: Float64Array, radius: number, result: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) {
    let most = values[i];
    const to = Math.min(values.length - 1, i + radius);
    for (let j = Math.max(0, i - radius); j <= to; j++) if (values[j] > most) most = values[j];
    result[i] = most;
  }
  return result;
}
