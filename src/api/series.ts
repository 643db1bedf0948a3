import {byteBand} from '../analysis/sampling-error.ts';
import type {Fabric} from '../fabric/fabric.ts';
import {Moments} from '../fabric/history/moments.ts';
import type {Coarse} from '../fabric/history/tier.ts';
import {clearCoarse, makeCoarse} from '../fabric/history/tiers.ts';
import {readBin, type Scope} from '../fabric/reader.ts';
import {BIN_MS} from '../shared/bins.ts';
import {BinState, type MeasureName} from '../shared/live.ts';
import {parseInstant} from './duration.ts';
import {Problem} from './problem.ts';

/** Columns of equal length; entry i is for the time from `start + i * step`. */
export interface Series {
  /** Epoch ms. */
  start: number;
  /** Milliseconds. */
  step: number;
  unit: 'bit/s';
  values: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  samples: (number | null)[];
  /** 1 where the agent has not been heard since, so that the figure may still grow. */
  unconfirmed: number[];
  /** With a step of more than a bin: the lowest and the highest bin in it. */
  min?: (number | null)[];
  max?: (number | null)[];
}

/** Points that one answer may have. */
export const MAX_POINTS = 20_000;

/** A stretch of time in steps of whole bins; epoch ms, `to` exclusive. */
export interface Span {
  from: number;
  to: number;
  step: number;
}

/** No time in ms that there is data of is below it; seconds are, for thousands of years. */
const LEAST_MS = 1e11;

/** Reads what a query asks for: the last minute in bins unless it says otherwise; throws a 400. */
export function parseSpan(fabric: Fabric, query: {from?: string; to?: string; step?: number}): Span {
  // Before the first Partial there is no time yet; any will do, for there are no bins either.
  const now = Number.isFinite(fabric.time) ? fabric.time : 0;
  const from = parseInstant(query.from ?? '-60s', 'from', now);
  const to = query.to === undefined ? now : parseInstant(query.to, 'to', now);
  const step = query.step ?? BIN_MS;
  // The schema says so too, but not every validator holds Infinity against it.
  if (!Number.isInteger(step / BIN_MS)) throw new Problem(400, `step: ${step} is not a multiple of ${BIN_MS}`);
  if (query.to !== undefined && from > to) throw new Problem(400, 'from: is after to');
  if ((to - from) / step > MAX_POINTS) {
    if (from > 0 && from < LEAST_MS)
      throw new Problem(400, `from: ${from} is epoch seconds; it is told in milliseconds`);
    throw new Problem(400, `step: more than ${MAX_POINTS} points; ask for less time or for a larger step`);
  }
  return {from, to, step};
}

/** The series of a scope: bins as far as they reach back, behind that seconds up to an hour and tens of them up to a day. */
export function readSeries(fabric: Fabric, scope: Scope, measure: MeasureName, {from, to, step}: Span): Series {
  const binsAStep = step / BIN_MS;
  const start = Math.floor(from / step) * step;
  const points = Math.max(0, Math.ceil((to - start) / step));
  const series: Series = {start, step, unit: 'bit/s', values: [], low: [], high: [], samples: [], unconfirmed: []};
  if (binsAStep > 1) Object.assign(series, {min: [], max: []});
  const stretch = makeCoarse();
  const scale = (8 * 1_000) / BIN_MS;
  for (let point = 0; point < points; point++) {
    const first = Math.round(start / BIN_MS) + point * binsAStep;
    const isUnconfirmed = readStretch(fabric, scope, measure, first, binsAStep, clearCoarse(stretch));
    series.unconfirmed.push(isUnconfirmed ? 1 : 0);
    const {moments, bins, min, max} = stretch;
    if (bins === 0) {
      for (const column of [series.values, series.low, series.high, series.samples]) column.push(null);
      series.min?.push(null);
      series.max?.push(null);
      continue;
    }
    const band = byteBand(moments);
    series.values.push((moments.bytes * scale) / bins);
    series.low.push((band.low * scale) / bins);
    series.high.push((band.high * scale) / bins);
    series.samples.push(moments.samples);
    series.min?.push(min * scale);
    series.max?.push(max * scale);
  }
  return series;
}

const one = new Moments();

/**
 * Adds up a stretch of bins: from the bins where they are still kept, before that from the seconds and tens of seconds
 * that fit. Returns whether any of it is unconfirmed.
 */
function readStretch(
  fabric: Fabric,
  scope: Scope,
  measure: MeasureName,
  first: number,
  bins: number,
  into: Coarse,
): boolean {
  const {firstBin, tiers} = fabric;
  const end = Math.min(first + bins, fabric.newest + 1);
  let isUnconfirmed = false;
  let bin = Math.max(first, Math.min(firstBin, tiers.firstBin(scope)));
  while (bin < firstBin && bin < end) bin += tiers.read(scope, measure, bin, first + bins - bin, into) || 1;
  for (; bin < end; bin++) {
    const state = readBin(fabric, scope, measure, bin, one.clear());
    if (state === BinState.Absent) continue;
    if (state === BinState.Unconfirmed) isUnconfirmed = true;
    into.bins++;
    into.min = Math.min(into.min, one.bytes);
    into.max = Math.max(into.max, one.bytes);
    into.moments.add(one);
  }
  return isUnconfirmed;
}
