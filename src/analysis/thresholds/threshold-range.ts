import {metricOf} from './threshold-metrics.ts';

/** Figures in these units are never below 0. */
const NEVER_NEGATIVE: readonly string[] = ['share', 'ratio', 'bit/s', '1/s', 'bytes', 's', 'count'];

/** The most that a figure can be; by unit, and by metric where that is more: estimates pass 1, deviations the mean. */
const MOST_BY_UNIT: ReadonlyMap<string, number> = new Map([
  ['share', 1],
  ['ratio', 10],
]);
const MOST: ReadonlyMap<string, number> = new Map([
  ['utilisation', 2],
  ['roce-utilisation', 2],
  ['imbalance-cv', 10],
  ['period-jitter', 10],
  ['straggler-lateness-share', 10],
  ['samples-versus-counters', Number.POSITIVE_INFINITY],
]);

/** What is wrong with a value that the figure of a metric never comes to; undefined where it may. */
export function outOfRange(metric: string, value: number): string | undefined {
  const {unit} = metricOf(metric);
  if (value < 0 && NEVER_NEGATIVE.includes(unit)) return `is below 0, which ${metric} never is`;
  const most = MOST.get(metric) ?? MOST_BY_UNIT.get(unit) ?? Number.POSITIVE_INFINITY;
  if (value <= most) return undefined;
  const hint = value <= 100 * most ? `: did you mean ${value / 100}?` : '';
  return `is above ${most}, and ${metric} is a ${unit}${hint}`;
}
