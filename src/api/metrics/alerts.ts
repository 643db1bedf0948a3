import {alertCounts, type Thresholds} from '../../analysis/thresholds.ts';
import type {MetricsBuilder} from './builder.ts';

/** Thresholds that are pending or firing; all of those in force, so that it is known where there is none. */
export function alertMetrics(builder: MetricsBuilder, thresholds: Thresholds): void {
  builder.gauge(
    'tenhertz_threshold_alerts',
    'Subjects that a threshold is pending or firing on.',
    ['threshold', 'severity', 'state'],
    (set) => {
      const counts = alertCounts(thresholds);
      for (const {rule} of thresholds.rules) {
        for (const state of ['pending', 'firing'] as const) {
          set(counts.get(rule)?.[state] ?? 0, {threshold: rule.name, severity: rule.severity, state});
        }
      }
    },
  );
}
