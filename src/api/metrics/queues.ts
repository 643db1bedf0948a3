import {portName} from '../../fabric/ports.ts';
import type {Percentiles} from '../../fabric/queue-seconds.ts';
import type {QueueEstimate} from '../../fabric/queues.ts';
import type {Context} from '../context.ts';
import type {MetricsBuilder} from './builder.ts';
import {shownLinks} from './links.ts';

/** Queues of one link: numbers come from the wire. */
const MOST_QUEUES = 16;
const PERCENTILES = ['p50', 'p90', 'p99', 'max'] as const;
const NANO = 1e-9;

/** Queues of the links that are told of one by one. */
export function queueMetrics(builder: MetricsBuilder, context: Context): void {
  const {queues} = context.fabric;
  const gauge = (name: string, help: string, scale: number, pick: (queue: QueueEstimate) => Percentiles | null) =>
    builder.gauge(name, help, ['link', 'name', 'queue', 'percentile'], (set) => {
      const shown = new Set(shownLinks(context).map(({id}) => id));
      const told = new Map<string, number>();
      for (const estimate of queues.all()) {
        const {port, queue} = estimate;
        const found = pick(estimate);
        const before = told.get(port.id) ?? 0;
        if (!found || !shown.has(port.id) || before >= MOST_QUEUES) continue;
        told.set(port.id, before + 1);
        const labels = {link: port.id, name: portName(port), queue: queue === null ? 'unknown' : String(queue)};
        for (const percentile of PERCENTILES) set(found[percentile] * scale, {...labels, percentile});
      }
    });
  gauge(
    'tenhertz_queue_depth_bytes',
    'What sampled packets found in an egress queue, over the last 10 s; within 6.25 %.',
    1,
    ({depth}) => depth,
  );
  gauge(
    'tenhertz_queue_delay_seconds',
    'How long sampled packets were in the device, by egress queue, over the last 10 s; within 6.25 %; 4.294967295 is that or more.',
    NANO,
    ({delay}) => delay,
  );
}
