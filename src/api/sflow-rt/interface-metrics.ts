import type {Fabric} from '../../fabric/fabric.ts';
import type {CounterRates, Port} from '../../fabric/ports.ts';
import {Problem} from '../problem.ts';
import {topologyRoles} from './topology-roles.ts';

/** A value of one data source, as sFlow-RT tells it. Rates are per second, octets are bytes. */
export interface DumpRecord {
  agent: string;
  /** The ifIndex. */
  dataSource: string;
  metricName: string;
  metricValue: number | string;
  /** Age in ms. */
  lastUpdate: number;
}

const rate = (pick: keyof CounterRates) => (port: Port) => port.counters?.[pick] ?? undefined;
const percent = (pick: 'inOctetsPerSecond' | 'outOctetsPerSecond') => (port: Port) => {
  const octets = port.counters?.[pick] ?? undefined;
  return octets === undefined || !port.speed ? undefined : (octets * 800) / port.speed;
};

/** Names come from clients: an object would know `constructor` and the like. */
function byName<T>(entries: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(entries));
}

/** What interface counters tell, under sFlow-RT's names. */
const METRICS = byName<(port: Port) => number | string | undefined>({
  ifindex: ({ifIndex}) => ifIndex,
  ifname: ({name}) => name,
  ifspeed: ({speed}) => speed,
  ifinoctets: rate('inOctetsPerSecond'),
  ifoutoctets: rate('outOctetsPerSecond'),
  ifinpkts: rate('inPacketsPerSecond'),
  ifoutpkts: rate('outPacketsPerSecond'),
  ifindiscards: rate('inDiscardsPerSecond'),
  ifoutdiscards: rate('outDiscardsPerSecond'),
  ifinerrors: rate('inErrorsPerSecond'),
  ifouterrors: rate('outErrorsPerSecond'),
  ifinutilization: percent('inOctetsPerSecond'),
  ifoututilization: percent('outOctetsPerSecond'),
  eth_fcserrors: rate('fcsErrorsPerSecond'),
  eth_symbolerrors: rate('symbolErrorsPerSecond'),
});

export const INTERFACE_METRICS: readonly string[] = [...METRICS.keys()];

/** Ports of agents by address, joined by commas; or of all, or those towards hosts (EDGE), switches (CORE) or all of the topology (TOPOLOGY). */
export function portsOf(fabric: Fabric, agents: string): Port[] {
  const {ports, roles, newest} = fabric;
  const wanted = new Set(agents.split(/[,;]/));
  const inTopology = topologyRoles(fabric);
  const isMeant = (port: Port) => {
    if (wanted.has('ALL') || wanted.has(port.agent.address)) return true;
    const role = roles.at(port.slot, newest);
    if (wanted.has('TOPOLOGY') && inTopology.includes(role)) return true;
    return (role === 'edge' && wanted.has('EDGE')) || (role === 'core' && wanted.has('CORE'));
  };
  return ports.all.filter((port) => port.counters !== undefined && isMeant(port));
}

/** The metrics of a list; `ALL` are all of them. 404 for one that is not there. */
export function namesOf(list: string): readonly string[] {
  if (list === 'ALL') return INTERFACE_METRICS;
  const names = list.split(',');
  const unknown = names.find((name) => !METRICS.has(name));
  if (unknown !== undefined) throw new Problem(404, `there is no metric '${unknown}'`);
  return names;
}

/** All values of some metrics at some ports; those that are not known are left out. */
export function dump({time}: Fabric, ports: readonly Port[], names: readonly string[]): DumpRecord[] {
  return ports.flatMap((port) =>
    names.flatMap((name) => {
      const metricValue = METRICS.get(name)!(port);
      if (metricValue === undefined) return [];
      const lastUpdate = Math.max(0, time - port.counters!.time);
      const {agent, ifIndex} = port;
      return [{agent: agent.address, dataSource: String(ifIndex), metricName: name, metricValue, lastUpdate}];
    }),
  );
}

const maxOf = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
const minOf = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]) => sumOf(values) / values.length;
const varianceOf = (values: readonly number[]) => {
  const mean = meanOf(values);
  return meanOf(values.map((value) => (value - mean) ** 2));
};

/** How values of several data sources become one. */
const AGGREGATES = byName<(values: readonly number[]) => number>({
  max: maxOf,
  min: minOf,
  sum: sumOf,
  avg: meanOf,
  var: varianceOf,
  sdev: (values) => Math.sqrt(varianceOf(values)),
});

/** One metric of several data sources in one record; without a value where nothing is known. */
export interface MetricRecord {
  metricName: string;
  metricN: number;
  metricValue?: number | string;
  /** Of the largest or least one. */
  agent?: string;
  dataSource?: string;
  /** Ages in ms. */
  lastUpdate?: number;
  lastUpdateMin?: number;
  lastUpdateMax?: number;
}

/** `sum:ifinoctets` and the like over some ports; the largest where no prefix says otherwise. */
export function aggregate(fabric: Fabric, ports: readonly Port[], wanted: string): MetricRecord {
  const [prefix, name] = wanted.includes(':') ? wanted.split(':', 2) : ['max', wanted];
  const of = AGGREGATES.get(prefix!);
  if (!of) throw new Problem(404, `'${prefix}' is none of ${[...AGGREGATES.keys()].join(', ')}`);
  const records = dump(fabric, ports, namesOf(name!));
  if (records.length === 0) return {metricName: wanted, metricN: 0};
  const ages = records.map(({lastUpdate}) => lastUpdate);
  const [lastUpdateMin, lastUpdateMax] = [minOf(ages), maxOf(ages)];
  const about = {metricName: wanted, metricN: records.length, lastUpdateMin, lastUpdateMax};
  const numbers = records.flatMap(({metricValue}) => (typeof metricValue === 'number' ? [metricValue] : []));
  // Of texts the first one there is.
  const metricValue = numbers.length === 0 ? records[0]!.metricValue : of(numbers);
  if (prefix !== 'max' && prefix !== 'min') return {...about, metricValue, lastUpdate: lastUpdateMin};
  const {agent, dataSource, lastUpdate} = records.find((record) => record.metricValue === metricValue)!;
  return {...about, metricValue, agent, dataSource, lastUpdate};
}
