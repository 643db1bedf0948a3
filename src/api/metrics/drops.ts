import type {Fabric} from '../../fabric/fabric.ts';
import type {MetricsBuilder} from './builder.ts';

/** What the switches say that they dropped, since the start. */
export function dropMetrics(builder: MetricsBuilder, {drops}: Fabric): void {
  builder.counter(
    'tenhertz_drop_notifications_total',
    'Packets that agents told they dropped, one a notification: a lower bound, for agents limit these.',
    ['reason'],
    (set) => {
      for (const [reason, total] of drops.totals) set(total, {reason});
    },
  );
  builder.counter(
    'tenhertz_drop_notifications_suppressed_total',
    'Packets that agents say they dropped without a notification.',
    [],
    (set) => set(drops.suppressed),
  );
}
