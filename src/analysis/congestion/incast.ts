/**
 * How many sources there are at least, by how many samples came of each: some have none (Chao 1984, in its form without
 * bias). Those seen once against those seen twice tell of those not seen.
 */
export function sourcesAtLeast(samples: Iterable<number>): number {
  let seen = 0;
  let once = 0;
  let twice = 0;
  for (const count of samples) {
    if (count <= 0) continue;
    seen++;
    if (count === 1) once++;
    if (count === 2) twice++;
  }
  return seen + (once * (once - 1)) / (2 * (twice + 1));
}

/** So many of so many samples were marked. */
export interface MarkedSamples {
  marked: number;
  samples: number;
}

/** Samples that a share must rest on to be compared with. */
const ENOUGH = 30;

/**
 * How sure it is that a larger part of the first samples is marked than of the second, in standard deviations: of two
 * Poisson counts, given their sum, the first is binomial; by the root of its likelihood ratio. 0 where it is not larger.
 */
export function marksRise(now: MarkedSamples, before: MarkedSamples): number {
  const marked = now.marked + before.marked;
  const samples = now.samples + before.samples;
  if (marked === 0 || now.samples === 0) return 0;
  // With nothing to compare with, a mark on hardly any frame is taken for usual.
  if (before.samples < ENOUGH)
    return marksRise(now, {marked: before.marked + 1, samples: before.samples + ENOUGH * ENOUGH});
  const expected = (marked * now.samples) / samples;
  if (now.marked <= expected) return 0;
  const part = (count: number, mean: number) => (count > 0 ? count * Math.log(count / mean) : 0);
  return Math.sqrt(2 * (part(now.marked, expected) + part(before.marked, marked - expected)));
}

/** Bursts that it takes to say that they come by a clock, and how well they must keep to it. */
const LEAST_BURSTS = 4;
const KEEPS_TO = 0.9;
/** Bins blur when a burst began; shorter periods are not looked at. */
const LEAST_PERIOD_MS = 300;

/**
 * Which of the periods (ms) bursts keep to, beginning at these times (epoch ms): at the same phase of one that the fabric
 * has, or else at even distances of their own. Undefined where they keep to none, or are too few.
 */
export function periodOf(begins: readonly number[], fabricPeriods: readonly number[]): number | undefined {
  if (begins.length < LEAST_BURSTS) return undefined;
  const gaps = begins.slice(1).map((at, i) => at - begins[i]!);
  const shortest = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 4)]!;
  // Some bursts may have been missed: gaps are then multiples.
  const steps = gaps.map((gap) => Math.max(1, Math.round(gap / shortest)));
  const own = gaps.reduce((sum, gap) => sum + gap, 0) / steps.reduce((sum, step) => sum + step, 0);
  return [...fabricPeriods, own].find((period) => period >= LEAST_PERIOD_MS && alignment(begins, period) >= KEEPS_TO);
}

/** 1 where all times have the same phase, near 0 where they have any. */
function alignment(times: readonly number[], period: number): number {
  let x = 0;
  let y = 0;
  for (const time of times) {
    const angle = (2 * Math.PI * (time - times[0]!)) / period;
    x += Math.cos(angle);
    y += Math.sin(angle);
  }
  return Math.hypot(x, y) / times.length;
}

/** The middle one; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
