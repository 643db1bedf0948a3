import {DATA_METRICS} from './metrics/data.ts';
import {FOUND_METRICS} from './metrics/found.ts';
import {GAUGE_THRESHOLDS} from './metrics/gauges.ts';
import {JOB_METRICS} from './metrics/jobs.ts';
import {OPERATION_METRICS} from './metrics/operations.ts';
import {TRAFFIC_METRICS} from './metrics/traffic.ts';
import type {ThresholdMetric} from './threshold-metric.ts';

/** Every figure that thresholds can be set on, by its id. */
const THRESHOLD_METRICS: ReadonlyMap<string, ThresholdMetric> = new Map(
  [
    ...TRAFFIC_METRICS,
    ...OPERATION_METRICS,
    ...FOUND_METRICS,
    ...JOB_METRICS,
    ...DATA_METRICS,
    ...GAUGE_THRESHOLDS,
  ].map((metric) => [metric.id, metric]),
);

export const METRIC_IDS: readonly string[] = [...THRESHOLD_METRICS.keys()];

/** The metric of an id that was checked. */
export const metricOf = (id: string): ThresholdMetric => THRESHOLD_METRICS.get(id)!;
