import type {Fabric} from '../../fabric/fabric.ts';
import {ingestThreads} from '../../fabric/findings/ingest-threads.ts';
import {type Waterfall, waterfall} from '../../fabric/findings/waterfall.ts';
import type {Context} from '../context.ts';
import type {MetricsBuilder} from './builder.ts';

/** Name behind `tenhertz_`, where the waterfall holds the count, and what it means. */
const COUNTS: readonly [string, (all: Waterfall) => number, string][] = [
  ['datagrams_received_total', (all) => all.datagramsReceived, 'sFlow datagrams received.'],
  ['datagrams_decoded_total', (all) => all.datagramsDecoded, 'sFlow datagrams decoded.'],
  ['datagrams_duplicate_total', (all) => all.datagramsDuplicate, 'sFlow datagrams seen before; they add nothing.'],
  ['datagrams_thinned_total', (all) => all.datagramsThinned, 'Datagrams left out at random, so as to keep up.'],
  ['datagrams_kernel_dropped_total', (all) => all.kernelDropped, 'Datagrams dropped in front of the socket.'],
  ['datagrams_ring_dropped_total', (all) => all.ringDropped, "Datagrams that found the receiver's ring full."],
  ['datagrams_forwarded_total', (all) => all.datagramsForwarded, 'Copies that went on to other collectors.'],
  ['forwards_failed_total', (all) => all.forwardsFailed, 'Copies that could not be sent at once, and were given up.'],
  ['flow_samples_total', (all) => all.flowSamples, 'Flow samples in decoded datagrams.'],
  ['flow_samples_counted_total', (all) => all.flowSamplesCounted, 'Flow samples that count in estimates.'],
  ['roce_samples_total', (all) => all.roceSamples, 'Counted flow samples that are RoCEv2.'],
  ['counters_samples_total', (all) => all.counterSamples, 'Counter samples.'],
  ['discarded_packets_total', (all) => all.discardedPackets, 'Drop notifications of switches.'],
  ['other_samples_total', (all) => all.otherSamples, 'Samples of other kinds, skipped.'],
];

/** The same for counts by reason. */
const BY_REASON: readonly [string, (all: Waterfall) => Record<string, number>, string][] = [
  ['datagrams_rejected_total', (all) => all.datagramsRejected, 'Datagrams of which nothing could be used.'],
  ['datagrams_damaged_total', (all) => all.datagramsDamaged, 'Datagrams decoded up to some damage.'],
  ['flow_samples_unusable_total', (all) => all.flowSamplesUnusable, 'Flow samples that cannot be counted.'],
];

/** Where datagrams and samples went on their way in. */
export function wayInMetrics(builder: MetricsBuilder, {fabric, info}: Pick<Context, 'fabric' | 'info'>): void {
  threadMetrics(builder, fabric, () => info.busySeconds?.() ?? []);
  for (const [name, pick, help] of COUNTS) {
    builder.counter(`tenhertz_${name}`, help, [], (set) => set(pick(waterfall(fabric))));
  }
  for (const [name, pick, help] of BY_REASON) {
    builder.counter(`tenhertz_${name}`, help, ['reason'], (set) => {
      for (const [reason, value] of Object.entries(pick(waterfall(fabric)))) set(value, {reason});
    });
  }
  builder.gauge(
    'tenhertz_datagrams_missing',
    'Datagrams missing by sequence number since the start; late ones lower it.',
    [],
    (set) => set(waterfall(fabric).datagramsMissing),
  );
}

/** How evenly the ingest threads are loaded. */
function threadMetrics(builder: MetricsBuilder, fabric: Fabric, busySeconds: () => readonly number[]): void {
  builder.counter('tenhertz_ingest_datagrams_total', 'sFlow datagrams by ingest thread.', ['thread'], (set) => {
    for (const {thread, datagrams} of ingestThreads(fabric).threads) set(datagrams, {thread: String(thread)});
  });
  builder.gauge('tenhertz_ingest_agents', 'Agents that an ingest thread handles.', ['thread'], (set) => {
    for (const {thread, agents} of ingestThreads(fabric).threads) set(agents, {thread: String(thread)});
  });
  builder.counter('tenhertz_ingest_busy_seconds_total', 'Time that an ingest thread has worked.', ['thread'], (set) => {
    for (const [thread, seconds] of busySeconds().entries()) set(seconds, {thread: String(thread)});
  });
  builder.counter('tenhertz_ingest_moves_total', 'Handovers of agents between ingest threads.', [], (set) =>
    set(ingestThreads(fabric).moves),
  );
  builder.counter('tenhertz_ingest_moves_lost_total', 'Handovers without what was known of the agent.', [], (set) =>
    set(ingestThreads(fabric).movesLost),
  );
}
