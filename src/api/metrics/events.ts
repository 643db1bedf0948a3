import type {Fabric} from '../../fabric/fabric.ts';
import {clockOf} from '../../fabric/findings/waterfall.ts';
import {EVENT_KINDS} from '../../fabric/watch/events.ts';
import type {MetricsBuilder} from './builder.ts';

/** What has happened, and how time went. */
export function eventMetrics(builder: MetricsBuilder, fabric: Fabric): void {
  const {counts, events} = fabric;
  builder.counter('tenhertz_events_total', 'Events since the start.', ['kind'], (set) => {
    // All kinds, so that an alert on one knows that there was none.
    for (const kind of EVENT_KINDS) set(events.totals.get(kind) ?? 0, {kind});
  });
  builder.counter('tenhertz_clock_steps_total', 'Times that time was set forward by a step of the clock.', [], (set) =>
    set(clockOf(counts).steps),
  );
  builder.counter('tenhertz_clock_step_seconds_total', 'By how much in all.', [], (set) =>
    set(clockOf(counts).stepMs / 1_000),
  );
  builder.counter(
    'tenhertz_stalls_total',
    'Times that the ingest thread stood still for longer than a bin.',
    [],
    (set) => set(clockOf(counts).stalls),
  );
  builder.counter('tenhertz_stall_seconds_total', 'For how long in all.', [], (set) =>
    set(clockOf(counts).stallMs / 1_000),
  );
}
