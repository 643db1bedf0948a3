import {HARMONICS} from './period-comb.ts';
import {evidenceAt, LEAST_CYCLES, type Spectrum} from './spectrum.ts';

/** The longest group of like bursts that is looked for. */
const MOST_BURSTS = 16;
/** Lines are looked for up to this multiple of the frequency that was found. */
const REACH = 4;
/** How far from its place a line may be, and how far its surroundings are from each other, in 1 / segment. */
const LINE_REACH = 0.4;
/** What a line must exceed: of few lines, and of many. */
const FEW_COST = 10;
const MANY_COST = 14;
/** Evidence that makes it sure that bursts alternate. */
const SURE = 10;
/** Below it there is no sign of it at all; between the two nobody can tell. */
const DOUBTFUL = 5;
/** The shortest group that explains so much of what the best one does is taken. */
const ENOUGH = 0.85;
/** Of the lines below this multiple of the frequency so many must stand: one alone may be another job's. */
const NEAR = 2;
const LEAST_LINES = 0.4;
/** Evidence so strong that a cycle's second line would stand too. */
const CLEAR = 60;
/** The lines must hold this share of the power, by q, else they may be another job's, mirrored, or leakage. */
const leastShare = (q: number) => (q === 2 ? 0.0005 : q === 3 ? 0.003 : 0.01);

export interface Fundamental {
  /** Hz. */
  frequency: number;
  /** There are signs that every other burst differs, too weak to say so: the period may be twice as long. */
  isDoubtful: boolean;
}

/**
 * The frequency of the whole cycle, where bursts that are nearly alike follow each other at `frequency`: between the
 * lines of such bursts those of the cycle stand, at multiples of frequency / q. The spectrum must be tapered.
 */
export function fundamentalOf(spectrum: Spectrum, frequency: number, lowestHz: number): Fundamental {
  let found = withoutEmptyLines(spectrum, frequency);
  let isDoubtful = false;
  for (let round = 0; round < 3; round++) {
    const {bursts, evidence} = groupOf(spectrum, found, round === 0 ? MOST_BURSTS : 3, lowestHz);
    isDoubtful = bursts === 1 && evidence > DOUBTFUL;
    if (bursts === 1) break;
    found /= bursts;
  }
  return {frequency: found, isDoubtful};
}

/** A multiple of the frequency, where what stands between its lines is no lines: a sum over a raised floor misleads. */
function withoutEmptyLines(spectrum: Spectrum, frequency: number): number {
  const top = (spectrum.power.length - 1) * spectrum.stepHz;
  for (let m = 2; m <= HARMONICS && m * frequency < top; m++) {
    const {evidence, between, main, standing} = linesBetween(spectrum, m * frequency, m);
    const isEmpty = m === 2 ? standing === 0 : evidence <= SURE;
    if (isEmpty && main > between) return withoutEmptyLines(spectrum, m * frequency);
  }
  return frequency;
}

/** How many bursts at `frequency` make a cycle, and the evidence for it; 1 with the evidence of two where none is sure. */
function groupOf(
  spectrum: Spectrum,
  frequency: number,
  most: number,
  lowestHz: number,
): {bursts: number; evidence: number} {
  const evidence = [0, 0];
  let best = 0;
  for (let q = 2; q <= most; q++) {
    if (frequency / q < Math.max(lowestHz, LEAST_CYCLES / spectrum.segmentSeconds)) break;
    evidence[q] = linesBetween(spectrum, frequency, q).evidence;
    best = Math.max(best, evidence[q]);
  }
  if (best <= SURE) return {bursts: 1, evidence: evidence[2] ?? 0};
  return {bursts: evidence.findIndex((value) => value >= ENOUGH * best), evidence: best};
}

/**
 * Σ of what the lines at k · frequency / q exceed, for k that are no multiple of q; 0 where too few of them stand.
 * Beside it the power of those that stand clear, and of those at the multiples of q.
 */
function linesBetween(spectrum: Spectrum, frequency: number, q: number) {
  const spacing = frequency / q;
  const cost = q <= 3 ? FEW_COST : MANY_COST;
  const top = (spectrum.power.length - 1) * spectrum.stepHz;
  let evidence = 0;
  let lines = 0;
  let standing = 0;
  let near = 0;
  let nearLines = 0;
  let between = 0;
  let main = 0;
  for (let k = 1; k <= REACH * q && k * spacing < top; k++) {
    const peak = peakAt(spectrum, k * spacing);
    const excess = excessOf(spectrum, peak, k * spacing, spacing) - cost;
    if (k % q === 0) {
      if (excess > 0) main += peak;
      continue;
    }
    lines++;
    if (k < NEAR * q) near++;
    if (excess <= 0) continue;
    standing++;
    evidence += excess;
    between += peak;
    if (k < NEAR * q) nearLines++;
  }
  const needed = q > 2 ? Math.max(2, (q > 8 ? 1.5 : 1) * LEAST_LINES * near) : evidence > CLEAR && lines > 2 ? 2 : 1;
  const tooFew = (q > 2 ? nearLines : standing) < Math.min(q > 2 ? near : lines, needed);
  return {evidence: tooFew || between < leastShare(q) * main ? 0 : evidence, between, main, standing};
}

/**
 * Evidence of a line against what stands between it and its neighbours, which is known from few values only: the
 * chance that both are the same noise falls as a power, not exponentially.
 */
function excessOf(spectrum: Spectrum, peak: number, hz: number, spacing: number): number {
  const {segments, segmentSeconds} = spectrum;
  const left = meanBetween(spectrum, hz, spacing, -1);
  const right = meanBetween(spectrum, hz, spacing, 1);
  if (peak <= Math.max(left.highest, right.highest)) return 0; // the slope of something else
  const level = Math.max(left.mean, right.mean);
  if (level <= 2 * segments) return evidenceAt(peak, segments);
  const independent = Math.max(1, left.width * segmentSeconds) * segments;
  const evidence = evidenceAt((peak * 2 * segments) / level, segments);
  return 2 * independent * Math.log(1 + evidence / (2 * independent));
}

/** The highest power within reach of a line's place. */
function peakAt({power, stepHz, segmentSeconds}: Spectrum, hz: number): number {
  const reach = LINE_REACH / segmentSeconds;
  let most = 0;
  const to = Math.min(power.length - 1, Math.ceil((hz + reach) / stepHz));
  for (let i = Math.max(1, Math.floor((hz - reach) / stepHz)); i <= to; i++) if (power[i] > most) most = power[i];
  return most;
}

/** Mean power on one side of a line, clear of the line itself, up to half of the way to the next; width in Hz. */
function meanBetween(spectrum: Spectrum, hz: number, spacing: number, side: 1 | -1) {
  const {power, stepHz, segmentSeconds} = spectrum;
  const near = Math.max(0.12 * spacing, Math.min(2 / segmentSeconds, 0.4 * spacing));
  const far = 0.5 * spacing;
  const [from, to] = side < 0 ? [hz - far, hz - near] : [hz + near, hz + far];
  let sum = 0;
  let count = 0;
  let highest = 0;
  const last = Math.min(power.length - 1, Math.floor(to / stepHz));
  for (let i = Math.max(1, Math.ceil(from / stepHz)); i <= last; i++) {
    sum += power[i];
    if (power[i] > highest) highest = power[i];
    count++;
  }
  return {mean: count === 0 ? 0 : sum / count, highest, width: far - near};
}
