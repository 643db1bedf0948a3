import type {Fabric} from '../../fabric/fabric.ts';
import {memoryUse} from '../../fabric/history/memory-use.ts';
import type {MetricsBuilder} from './builder.ts';

/** What history and tables take. */
export function memoryMetrics(builder: MetricsBuilder, fabric: Fabric): void {
  builder.gauge('tenhertz_history_bytes', 'Memory that the history of 100 ms takes.', [], (set) =>
    set(memoryUse(fabric).historyBytes),
  );
  builder.gauge(
    'tenhertz_coarse_history_bytes',
    'Memory that history in seconds and tens of seconds takes.',
    [],
    (set) => set(memoryUse(fabric).coarseBytes),
  );
  builder.gauge('tenhertz_history_seconds', 'How far back bins of 100 ms are kept.', [], (set) =>
    set(memoryUse(fabric).historyMs / 1_000),
  );
  builder.gauge('tenhertz_table_entries', 'Entries of a bounded table.', ['table'], (set) => {
    for (const {name, entries} of memoryUse(fabric).tables) set(entries, {table: name});
  });
  builder.gauge('tenhertz_table_entries_max', 'Most entries that a table holds.', ['table'], (set) => {
    for (const {name, most} of memoryUse(fabric).tables) set(most, {table: name});
  });
  builder.counter('tenhertz_table_refused_total', 'Entries that found no room in a table.', ['table'], (set) => {
    for (const {name, refused} of memoryUse(fabric).tables) set(refused, {table: name});
  });
}
