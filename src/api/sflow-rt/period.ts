import {FABRIC_SCOPE} from '../../fabric/reader.ts';
import type {Context} from '../context.ts';
import {meanOver} from '../estimate.ts';

/** Level and spread of some readings; null where there are none. */
export interface Baseline {
  mean: number | null;
  /** Standard deviation. */
  sdev: number | null;
}

/** What the AI Metrics app's page asks for ten times a second. */
export interface PeriodAnswer {
  value: number | null;
  period: number;
  threshold: number | null;
  baselineLoad: Baseline & {min: number | null; max: number | null};
  baselinePeriod: Baseline;
}

/**
 * The period, and the traffic of one bin beside its level. Our periods come of no threshold: what is told as one is the
 * mean of the last 20 s, where that app has it too.
 */
export function periodAnswer({fabric, periods, aiTrend}: Context): PeriodAnswer {
  const last = fabric.finalBin - 1;
  const load = aiTrend?.load ?? [];
  const mean = meanOf(load);
  const found = periods?.report?.periods[0];
  const period = (found?.periodMs ?? 0) / 1_000;
  return {
    value: meanOver(fabric, FABRIC_SCOPE, 'roce', last, last).framesPerSecond,
    period,
    threshold: mean,
    baselineLoad: {
      mean,
      sdev: mean === null ? null : Math.sqrt(meanOf(load.map((value) => (value - mean) ** 2))!),
      min: load.length === 0 ? null : Math.min(...load),
      max: load.length === 0 ? null : Math.max(...load),
    },
    baselinePeriod: {mean: found ? period : null, sdev: found ? found.jitter * period : null},
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
