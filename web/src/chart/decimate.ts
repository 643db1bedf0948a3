import {BinState} from '../../../src/shared/live.ts';
import {NOT_HELD, type Series} from '../series.ts';

/** What a point of an envelope is. */
export const Point = {
  /** Not received by this page: blank. */
  Blank: 0,
  /** The agent was silent: a hatched gap. */
  Gap: 1,
  /** May still be revised: lighter. */
  Provisional: 2,
  Settled: 3,
} as const;

/** The most points a chart draws: the pixels of a very wide wall. */
export const MOST_POINTS = 8192;

/** A series made ready for drawing: one point a bin, or one a group of bins with its extremes. Reused by every call. */
export class Envelope {
  count = 0;
  /** Bins in a point; 1 = every bin is drawn. */
  size = 1;
  /** Middle of each point, in bins after the span's start. */
  readonly at = new Float32Array(MOST_POINTS);
  readonly min = new Float32Array(MOST_POINTS);
  readonly max = new Float32Array(MOST_POINTS);
  readonly low = new Float32Array(MOST_POINTS);
  readonly high = new Float32Array(MOST_POINTS);
  readonly kind = new Uint8Array(MOST_POINTS);
}

/** Bins that share a point, so that no more points than pixels are drawn. */
export function groupSize(bins: number, pixels: number): number {
  return Math.max(1, Math.ceil(bins / Math.max(1, Math.min(pixels, MOST_POINTS - 2))));
}

/**
 * Fills the envelope for bins `from` .. `to - 1`. Groups start at multiples of their size in absolute bins, so that a
 * group keeps its members, and its shape, while the chart moves. Every bin counts: the extremes are never sampled.
 */
export function decimate(
  series: Series,
  from: number,
  to: number,
  size: number,
  finalBin: number,
  out: Envelope,
): Envelope {
  const {value, low, high} = series;
  out.size = size;
  let n = 0;
  for (let group = Math.floor(from / size) * size; group < to; group += size) {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    let kind: number = Point.Blank;
    const end = Math.min(group + size, to);
    for (let bin = Math.max(group, from); bin < end; bin++) {
      const state = series.stateOf(bin);
      if (state === NOT_HELD) continue;
      if (state === BinState.Absent) {
        if (kind === Point.Blank) kind = Point.Gap;
        continue;
      }
      const provisional = state === BinState.Unconfirmed || bin >= finalBin;
      if (kind !== Point.Provisional) kind = provisional ? Point.Provisional : Point.Settled;
      const i = series.indexOf(bin);
      const v = value[i]!;
      if (v < min) min = v;
      if (v > max) max = v;
      if (low[i]! < least) least = low[i]!;
      if (high[i]! > most) most = high[i]!;
    }
    out.at[n] = group + size / 2 - from;
    out.min[n] = min;
    out.max[n] = max;
    out.low[n] = least;
    out.high[n] = most;
    out.kind[n] = kind;
    n++;
  }
  out.count = n;
  return out;
}

/** Largest upper bound in the envelope, 0 where it has no figure. */
export function largestOf(envelope: Envelope): number {
  let most = 0;
  for (let i = 0; i < envelope.count; i++) {
    if (envelope.kind[i]! >= Point.Provisional && envelope.high[i]! > most) most = envelope.high[i]!;
  }
  return most;
}
