import {byteBand} from '../analysis/sampling-error.ts';
import type {Fabric} from '../fabric/fabric.ts';
import {Moments} from '../fabric/moments.ts';
import {readBin, type Scope} from '../fabric/reader.ts';
import {BIN_MS} from '../shared/bins.ts';
import {BinState, type MeasureName} from '../shared/live.ts';

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

/** The series of a scope from..to (epoch ms, `to` exclusive) in steps of whole bins. */
export function readSeries(
  fabric: Fabric,
  scope: Scope,
  measure: MeasureName,
  from: number,
  to: number,
  step: number,
): Series {
  const binsAStep = step / BIN_MS;
  const start = Math.floor(from / step) * step;
  const points = Math.min(MAX_POINTS, Math.max(0, Math.ceil((to - start) / step)));
  const series: Series = {start, step, unit: 'bit/s', values: [], low: [], high: [], samples: [], unconfirmed: []};
  if (binsAStep > 1) Object.assign(series, {min: [], max: []});
  const sum = new Moments();
  const one = new Moments();
  const scale = (8 * 1_000) / BIN_MS;
  for (let point = 0; point < points; point++) {
    const first = Math.round(start / BIN_MS) + point * binsAStep;
    sum.clear();
    let bins = 0;
    let unconfirmed = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let bin = first; bin < first + binsAStep; bin++) {
      const state = readBin(fabric, scope, measure, bin, one.clear());
      if (state === BinState.Absent) continue;
      if (state === BinState.Unconfirmed) unconfirmed = 1;
      bins++;
      min = Math.min(min, one.bytes);
      max = Math.max(max, one.bytes);
      sum.add(one);
    }
    series.unconfirmed.push(unconfirmed);
    if (bins === 0) {
      for (const column of [series.values, series.low, series.high, series.samples]) column.push(null);
      series.min?.push(null);
      series.max?.push(null);
      continue;
    }
    const band = byteBand(sum);
    series.values.push((sum.bytes * scale) / bins);
    series.low.push((band.low * scale) / bins);
    series.high.push((band.high * scale) / bins);
    series.samples.push(sum.samples);
    series.min?.push(min * scale);
    series.max?.push(max * scale);
  }
  return series;
}
