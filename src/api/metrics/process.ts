import type {Context} from '../context.ts';
import type {LiveHub} from '../live/hub.ts';
import type {MetricsBuilder} from './builder.ts';

/** The server itself. */
export function processMetrics(builder: MetricsBuilder, {info}: Context, hub: LiveHub): void {
  const startedAt = Date.now() / 1_000 - process.uptime();
  builder.gauge('tenhertz_build_info', 'Always 1; the version is a label.', ['version'], (set) =>
    set(1, {version: info.version}),
  );
  builder.gauge('tenhertz_live_clients', 'Sockets on the live stream.', [], (set) => set(hub.clients.size));
  builder.counter('tenhertz_live_frames_total', 'Frames sent on the live stream.', [], (set) => set(hub.framesSent));
  builder.counter('tenhertz_live_bins_skipped_total', 'Bins that slow clients did not get.', [], (set) =>
    set(hub.binsSkipped),
  );
  builder.counter('process_cpu_seconds_total', 'User and system CPU time.', [], (set) => {
    const {user, system} = process.cpuUsage();
    set((user + system) / 1e6);
  });
  builder.gauge('process_resident_memory_bytes', 'Resident memory.', [], (set) => set(process.memoryUsage.rss()));
  builder.gauge('process_start_time_seconds', 'Start of the process.', [], (set) => set(startedAt));
}
