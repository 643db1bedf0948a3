import {Counter, Gauge, Registry} from 'prom-client';
import type {Fabric} from '../fabric/fabric.ts';
import {type Port, portName} from '../fabric/ports.ts';
import {FABRIC_SCOPE, type Scope} from '../fabric/reader.ts';
import {directionOf} from '../fabric/rows.ts';
import {waterfall} from '../fabric/waterfall.ts';
import {BinState, type MeasureName} from '../shared/live.ts';
import type {Context} from './context.ts';
import {meanOver, settledWindow} from './estimate.ts';
import type {LiveHub} from './live/hub.ts';
import {SETTLED_MS} from './summary.ts';

/** A link leaves the exposition after so long without samples. */
const SILENT_BINS = 3_000;
const MEASURES: readonly MeasureName[] = ['roce', 'all'];

/** Makes gauges and counters that are read when Prometheus asks, never counted per packet. */
class Builder {
  readonly registry = new Registry();

  gauge(name: string, help: string, labels: string[], read: (set: Set) => void): void {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      collect() {
        this.reset();
        read((value, label = {}) => this.set(label, value));
      },
    });
  }

  /** `read` gives totals since the start. */
  counter(name: string, help: string, labels: string[], read: (set: Set) => void): void {
    new Counter({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      collect() {
        this.reset();
        read((value, label = {}) => this.inc(label, Math.max(0, value)));
      },
    });
  }
}

type Set = (value: number, labels?: Record<string, string>) => void;

/** Everything that `/metrics` tells. Base units; estimates say so in their help. */
export function makeMetrics(context: Context, hub: LiveHub): Registry {
  const builder = new Builder();
  fabricMetrics(builder, context.fabric);
  linkMetrics(builder, context);
  wayInMetrics(builder, context.fabric);
  agentMetrics(builder, context.fabric);
  processMetrics(builder, context, hub);
  return builder.registry;
}

function fabricMetrics(builder: Builder, fabric: Fabric): void {
  const estimates = () => {
    const {from, to} = settledWindow(fabric, SETTLED_MS);
    return MEASURES.map((measure) => ({measure, estimate: meanOver(fabric, FABRIC_SCOPE, measure, from, to)}));
  };
  const rate = (suffix: string, help: string, pick: 'bitsPerSecond' | 'low' | 'high') =>
    builder.gauge(`tenhertz_fabric_bytes_per_second${suffix}`, help, ['traffic'], (set) => {
      for (const {measure, estimate} of estimates()) {
        const bits = estimate[pick];
        if (bits !== null) set(bits / 8, {traffic: measure});
      }
    });
  rate('', 'Estimated traffic entering at edge links, mean over the last settled 2 s.', 'bitsPerSecond');
  rate('_low', 'Lower end of the 95 % interval of tenhertz_fabric_bytes_per_second.', 'low');
  rate('_high', 'Upper end of the 95 % interval of tenhertz_fabric_bytes_per_second.', 'high');
  const {totals} = fabric;
  builder.counter(
    'tenhertz_fabric_bytes_total',
    'Estimated bytes that entered at edge links, with FCS, final bins only.',
    ['traffic'],
    (set) => {
      set(totals.roceBytes, {traffic: 'roce'});
      set(totals.allBytes, {traffic: 'all'});
    },
  );
  builder.counter(
    'tenhertz_fabric_frames_total',
    'Estimated frames that entered at edge links, final bins only.',
    ['traffic'],
    (set) => {
      set(totals.roceFrames, {traffic: 'roce'});
      set(totals.allFrames, {traffic: 'all'});
    },
  );
  builder.counter(
    'tenhertz_fabric_ce_frames_total',
    'Estimated RoCEv2 frames marked congestion experienced, final bins only.',
    [],
    (set) => set(totals.ceFrames),
  );
  builder.counter(
    'tenhertz_fabric_cnp_frames_total',
    'Estimated congestion notification packets, final bins only.',
    [],
    (set) => set(totals.cnpFrames),
  );
  builder.gauge('tenhertz_links', 'Links that are known.', [], (set) => set(fabric.ports.all.length));
  builder.gauge('tenhertz_agents', 'Agents that are known.', [], (set) => set(fabric.agents.all.length));
  builder.gauge(
    'tenhertz_counted_per_hop',
    '1 while roles are unknown and a packet may count on every hop.',
    [],
    (set) => set(fabric.sums.countedPerHop ? 1 : 0),
  );
  builder.gauge('tenhertz_final_time_seconds', 'Bins before this time will not change.', [], (set) => {
    if (Number.isFinite(fabric.finalBin)) set(fabric.finalBin / 10);
  });
}

/** The first links by age, up to the bound; those that fell silent leave. */
function shownLinks({fabric, metricsLinks}: Context): Port[] {
  const isLive = ({slot}: Port) =>
    (['in', 'out'] as const).some((name) =>
      fabric.rows.of(slot, directionOf(name)).some((row) => fabric.newest - row.lastBin < SILENT_BINS),
    );
  return fabric.ports.all.filter(isLive).slice(0, metricsLinks);
}

function linkMetrics(builder: Builder, context: Context): void {
  const {fabric} = context;
  const labels = ['link', 'name', 'direction', 'traffic'];
  const each = (visit: (port: Port, direction: 'in' | 'out', label: Record<string, string>) => void) => {
    for (const port of shownLinks(context)) {
      for (const direction of ['in', 'out'] as const)
        visit(port, direction, {link: port.id, name: portName(port), direction});
    }
  };
  builder.counter(
    'tenhertz_link_bytes_total',
    'Estimated bytes of a link, with FCS, final bins only.',
    labels,
    (set) => {
      each((port, direction, label) => {
        const {roceBytes, allBytes} = fabric.totals.ofLink(port.slot, directionOf(direction));
        set(roceBytes, {...label, traffic: 'roce'});
        set(allBytes, {...label, traffic: 'all'});
      });
    },
  );
  builder.gauge(
    'tenhertz_link_bytes_per_second',
    'Estimated traffic of a link, mean over the last settled 2 s.',
    labels,
    (set) => {
      const {from, to} = settledWindow(fabric, SETTLED_MS);
      each((port, direction, label) => {
        const scope: Scope = {kind: 'link', port, direction: directionOf(direction)};
        for (const measure of MEASURES) {
          const {bitsPerSecond} = meanOver(fabric, scope, measure, from, to);
          if (bitsPerSecond !== null) set(bitsPerSecond / 8, {...label, traffic: measure});
        }
      });
    },
  );
  builder.gauge('tenhertz_links_hidden', 'Live links past the bound on per-link metrics.', [], (set) => {
    const live = shownLinks({...context, metricsLinks: Number.POSITIVE_INFINITY}).length;
    set(Math.max(0, live - context.metricsLinks));
  });
}

function wayInMetrics(builder: Builder, fabric: Fabric): void {
  const count = (name: string, help: string, pick: (counts: ReturnType<typeof waterfall>) => number) =>
    builder.counter(name, help, [], (set) => set(pick(waterfall(fabric))));
  const byReason = (
    name: string,
    help: string,
    pick: (counts: ReturnType<typeof waterfall>) => Record<string, number>,
  ) =>
    builder.counter(name, help, ['reason'], (set) => {
      for (const [reason, value] of Object.entries(pick(waterfall(fabric)))) set(value, {reason});
    });
  count('tenhertz_datagrams_received_total', 'sFlow datagrams received.', (all) => all.datagramsReceived);
  count('tenhertz_datagrams_decoded_total', 'sFlow datagrams decoded.', (all) => all.datagramsDecoded);
  count(
    'tenhertz_datagrams_duplicate_total',
    'sFlow datagrams seen before; they add nothing.',
    (all) => all.datagramsDuplicate,
  );
  count(
    'tenhertz_datagrams_kernel_dropped_total',
    'Datagrams that the kernel dropped in front of the socket.',
    (all) => all.kernelDropped,
  );
  count(
    'tenhertz_datagrams_ring_dropped_total',
    'Datagrams that found the ring of the native receiver full.',
    (all) => all.ringDropped,
  );
  byReason(
    'tenhertz_datagrams_rejected_total',
    'Datagrams of which nothing could be used.',
    (all) => all.datagramsRejected,
  );
  byReason('tenhertz_datagrams_damaged_total', 'Datagrams decoded up to some damage.', (all) => all.datagramsDamaged);
  count('tenhertz_flow_samples_total', 'Flow samples in decoded datagrams.', (all) => all.flowSamples);
  count(
    'tenhertz_flow_samples_counted_total',
    'Flow samples that count in estimates.',
    (all) => all.flowSamplesCounted,
  );
  byReason(
    'tenhertz_flow_samples_unusable_total',
    'Flow samples that cannot be counted.',
    (all) => all.flowSamplesUnusable,
  );
  count('tenhertz_roce_samples_total', 'Counted flow samples that are RoCEv2.', (all) => all.roceSamples);
  count('tenhertz_counters_samples_total', 'Counter samples.', (all) => all.counterSamples);
  count('tenhertz_other_samples_total', 'Samples of other kinds, skipped.', (all) => all.otherSamples);
  builder.gauge(
    'tenhertz_datagrams_missing',
    'Datagrams missing by sequence number since the start; late ones lower it.',
    [],
    (set) => set(waterfall(fabric).datagramsMissing),
  );
}

function agentMetrics(builder: Builder, fabric: Fabric): void {
  builder.gauge('tenhertz_agent_up', '1 while the agent is not overdue.', ['agent'], (set) => {
    for (const {address, presence} of fabric.agents.all) {
      set(presence.state(fabric.newest) === BinState.Absent ? 0 : 1, {agent: address});
    }
  });
  builder.gauge('tenhertz_agent_last_seen_seconds', "Time of the agent's last datagram.", ['agent'], (set) => {
    for (const {address, lastArrival} of fabric.agents.all) set(lastArrival / 1_000, {agent: address});
  });
  builder.counter('tenhertz_agent_datagrams_received_total', 'Datagrams received from the agent.', ['agent'], (set) => {
    for (const {address, subAgents} of fabric.agents.all) {
      let received = 0;
      for (const stream of subAgents.values()) received += stream.received;
      set(received, {agent: address});
    }
  });
  builder.gauge(
    'tenhertz_agent_datagrams_missing',
    'Datagrams of the agent missing by sequence number.',
    ['agent'],
    (set) => {
      for (const {address, subAgents} of fabric.agents.all) {
        let missing = 0;
        for (const stream of subAgents.values()) missing += stream.missing;
        set(missing, {agent: address});
      }
    },
  );
}

function processMetrics(builder: Builder, {info}: Context, hub: LiveHub): void {
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
