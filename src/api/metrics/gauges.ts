import {GAUGE_METRICS, type GaugeSource, type GaugeValue} from '../../fabric/gauges.ts';
import {portName} from '../../fabric/ports.ts';
import type {Context} from '../context.ts';
import type {MetricsBuilder} from './builder.ts';
import {shownLinks} from './links.ts';

/** Devices, hosts and machines in them that are told of, at most; links have their own bound. */
const MOST_DEVICES = 10_000;

/** `tenhertz_pfc_requests_frames_per_second`. */
function nameOf(id: string, unit: string): string {
  const name = id.replaceAll('-', '_');
  return name.endsWith(unit) ? `tenhertz_${name}` : `tenhertz_${name}_${unit.replace('/s', '_per_second')}`;
}

type Told = GaugeValue & {labels: Record<string, string>; link: string | undefined};

/** Values of counter records beside interface counters: of the links that are told of one by one, and of devices. */
export function gaugeMetrics(builder: MetricsBuilder, context: Context): void {
  const {gauges} = context.fabric;
  let revision = -1;
  let byMetric = new Map<string, Told[]>();
  /** All families of one scrape are read from one pass over the values. */
  const valuesOf = (id: string): Told[] => {
    if (gauges.revision !== revision) {
      revision = gauges.revision;
      byMetric = group(gauges.all());
    }
    return byMetric.get(id) ?? [];
  };
  for (const {id, unit, kind, meaning} of GAUGE_METRICS) {
    const help = `${meaning}${kind === 'counter' ? ', over the last interval of its counters' : ''}.`;
    const labels = ['agent', 'link', 'name', 'device', 'lane'];
    builder.gauge(nameOf(id, unit), help[0]!.toUpperCase() + help.slice(1), labels, (set) => {
      const values = valuesOf(id);
      if (values.length === 0) return;
      const shown = new Set(shownLinks(context).map((port) => port.id));
      let devices = 0;
      for (const {labels: of, link, value} of values) {
        if (link === undefined ? devices++ < MOST_DEVICES : shown.has(link)) set(value, of);
      }
    });
  }
}

function group(sources: Iterable<GaugeSource & {values: GaugeValue[]}>): Map<string, Told[]> {
  const byMetric = new Map<string, Told[]>();
  for (const {agent, port, source, values} of sources) {
    const about = port ? {link: port.id, name: portName(port)} : {device: source};
    for (const value of values) {
      const lane = value.lane === null ? {} : {lane: String(value.lane)};
      const told = {...value, link: port?.id, labels: {agent: agent.address, ...about, ...lane}};
      const alike = byMetric.get(value.metric.id);
      if (alike) alike.push(told);
      else byMetric.set(value.metric.id, [told]);
    }
  }
  return byMetric;
}
