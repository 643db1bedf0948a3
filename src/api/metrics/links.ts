import type {Fabric} from '../../fabric/fabric.ts';
import {type Port, portName} from '../../fabric/ports.ts';
import {directionOf} from '../../fabric/rows.ts';
import {MEASURE_NAMES} from '../../shared/live.ts';
import type {Context} from '../context.ts';
import {linkMeans, settledWindow} from '../estimate.ts';
import {SETTLED_MS} from '../summary.ts';
import type {MetricsBuilder} from './builder.ts';

/** A link leaves the exposition after so long without samples. */
const SILENT_BINS = 3_000;

/** Links that had samples of late, as of a bin: a scrape asks for them several times. */
interface Live {
  newest: number;
  changes: number;
  ports: Port[];
}
const lastLive = new WeakMap<Fabric, Live>();

function liveLinks(fabric: Fabric): Port[] {
  const {newest, ports, rows} = fabric;
  const last = lastLive.get(fabric);
  if (last?.newest === newest && last.changes === ports.changes) return last.ports;
  const isLive = ({slot}: Port) =>
    (['in', 'out'] as const).some((name) =>
      rows.of(slot, directionOf(name)).some((row) => newest - rows.lastBin(row) < SILENT_BINS),
    );
  const live = ports.all.filter(isLive);
  lastLive.set(fabric, {newest, changes: ports.changes, ports: live});
  return live;
}

/** The first links by age, up to the bound; those that fell silent leave. */
export function shownLinks({fabric, metricsLinks}: Context): Port[] {
  return liveLinks(fabric).slice(0, metricsLinks);
}

/** Links one by one, up to a bound; how many are past it is told too. */
export function linkMetrics(builder: MetricsBuilder, context: Context): void {
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
        const means = linkMeans(fabric, port, directionOf(direction), from, to);
        for (const measure of MEASURE_NAMES) {
          const {bitsPerSecond} = means[measure];
          if (bitsPerSecond !== null) set(bitsPerSecond / 8, {...label, traffic: measure});
        }
      });
    },
  );
  builder.gauge('tenhertz_link_speed_bytes_per_second', 'Speed of a link, one direction.', ['link', 'name'], (set) => {
    for (const port of shownLinks(context)) {
      if (port.speed !== undefined) set(port.speed / 8, {link: port.id, name: portName(port)});
    }
  });
  builder.gauge('tenhertz_links_hidden', 'Live links past the bound on per-link metrics.', [], (set) => {
    set(Math.max(0, liveLinks(fabric).length - context.metricsLinks));
  });
}
