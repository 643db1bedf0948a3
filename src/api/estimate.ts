import {byteBand, frameBand} from '../analysis/sampling-error.ts';
import type {Fabric} from '../fabric/fabric.ts';
import {Moments} from '../fabric/history/moments.ts';
import {readLink} from '../fabric/link-moments.ts';
import type {Port} from '../fabric/ports.ts';
import {readBin, type Scope} from '../fabric/reader.ts';
import {BIN_MS} from '../shared/bins.ts';
import {BinState, type Estimate, type MeasureName} from '../shared/live.ts';

const BITS = 8;
const SECOND_MS = 1_000;

/** Factor from a sum over `bins` to a rate a second. */
const perSecond = (bins: number) => SECOND_MS / (bins * BIN_MS);

const NO_ESTIMATE: Estimate = {
  bitsPerSecond: null,
  low: null,
  high: null,
  framesPerSecond: null,
  framesLow: null,
  framesHigh: null,
  samples: null,
};

/** Moments summed over `bins` bins, as rates with their band. */
export function estimateOf(moments: Moments, bins: number): Estimate {
  const scale = perSecond(bins);
  const band = byteBand(moments);
  const frames = frameBand(moments);
  return {
    bitsPerSecond: moments.bytes * BITS * scale,
    low: band.low * BITS * scale,
    high: band.high * BITS * scale,
    framesPerSecond: moments.frames * scale,
    framesLow: frames.low * scale,
    framesHigh: frames.high * scale,
    samples: moments.samples,
  };
}

/** Mean over bins from..to (inclusive), those in which the agent was absent left out. */
export function meanOver(fabric: Fabric, scope: Scope, measure: MeasureName, from: number, to: number): Estimate {
  const moments = new Moments();
  let bins = 0;
  // Bins that are not held cost nothing; before the first Partial that is all of them.
  for (let bin = Math.max(from, fabric.firstBin); bin <= to; bin++) {
    if (readBin(fabric, scope, measure, bin, moments) !== BinState.Absent) bins++;
  }
  return bins === 0 ? NO_ESTIMATE : estimateOf(moments, bins);
}

/** What a direction of a link carried over bins from..to (inclusive), as two `meanOver` would tell; and its samples' worth. */
export function linkMeans(fabric: Fabric, port: Port, direction: number, from: number, to: number) {
  const {bins, roce, all} = readLink(fabric, port, direction, from, to);
  const framesPerSample = all.samples > 0 ? all.frames / all.samples : null;
  if (bins === 0) return {roce: NO_ESTIMATE, all: NO_ESTIMATE, framesPerSample};
  return {roce: estimateOf(roce, bins), all: estimateOf(all, bins), framesPerSample};
}

/** The bins of a window that ends with the last final one; both inclusive. */
export function settledWindow(fabric: Fabric, windowMs: number): {from: number; to: number} {
  const to = fabric.finalBin - 1;
  return {from: to - Math.round(windowMs / BIN_MS) + 1, to};
}

/** One bin as rates, in bit/s: its figure, its band, and what the band is made from (squares in bit²/s²). */
export interface BinRates {
  value: number;
  low: number;
  high: number;
  squares: number;
  largest: number;
  samples: number;
}

/** Writes a bin's rates into `into`; NaN where the bin is absent. Returns the state. */
export function rateOfBin(
  fabric: Fabric,
  scope: Scope,
  measure: MeasureName,
  bin: number,
  moments: Moments,
  into: BinRates,
): number {
  const state = readBin(fabric, scope, measure, bin, moments.clear());
  if (state === BinState.Absent) {
    into.value = Number.NaN;
    into.low = Number.NaN;
    into.high = Number.NaN;
    into.squares = 0;
    into.largest = 0;
    into.samples = 0;
    return state;
  }
  const scale = BITS * perSecond(1);
  const band = byteBand(moments);
  into.value = moments.bytes * scale;
  into.low = band.low * scale;
  into.high = band.high * scale;
  into.squares = moments.squares * scale * scale;
  into.largest = moments.largest * scale;
  into.samples = moments.samples;
  return state;
}
