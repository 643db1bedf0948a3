import {alertCounts, type Thresholds} from '../../analysis/thresholds/thresholds.ts';
import type {WebhookCounts} from '../alerts/webhook.ts';
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

/** What came of alerts that are sent on. */
export function webhookMetrics(builder: MetricsBuilder, webhook: WebhookCounts): void {
  builder.counter(
    'tenhertz_webhook_requests_total',
    'Requests with alerts, each try by itself.',
    ['outcome'],
    (set) => {
      set(webhook.sent, {outcome: 'sent'});
      set(webhook.failed, {outcome: 'failed'});
    },
  );
  builder.counter(
    'tenhertz_webhook_alerts_dropped_total',
    'Alerts whose news was refused, or found no room to wait.',
    [],
    (set) => set(webhook.dropped),
  );
  builder.gauge('tenhertz_webhook_alerts_waiting', 'Alerts whose news waits to be sent.', [], (set) =>
    set(webhook.waiting),
  );
}
