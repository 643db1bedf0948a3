import {LRUCache} from 'lru-cache';
import type {PartialHeader, SectionData} from '../account/codec.ts';
import {GAUGE_METRICS, type GaugeMetric} from '../account/gauge-metrics.ts';
import {columnIndexes, GAUGES} from '../account/schema.ts';
import type {Agent} from './agents.ts';
import type {Port, Ports} from './ports.ts';

export {GAUGE_METRICS, type GaugeMetric};

const column = columnIndexes(GAUGES);

/** Data sources that are followed; what was not heard of for longest gives way. */
const MOST_SOURCES = 16_384;
/** Values of one source: numbers of lanes come from the wire. */
const MOST_VALUES = 128;
/** Values that are older are not told any more. */
const STALE_MS = 600_000;
/** Sources whose storms wait for the watch, at most. */
const MOST_STORMS = 1_000;
/** v5, source_id class 0: the index is an ifIndex. */
const INTERFACE = 0;

/** The last value of a metric. */
export interface GaugeValue {
  metric: GaugeMetric;
  /** Lane of the optical module, from 1; null where the metric has none. */
  lane: number | null;
  /** In the metric's unit; a counter's rate over its last interval. */
  value: number;
  /** Epoch ms when it arrived. */
  time: number;
}

/** What has values: a port, or a device or another entity of an agent. */
export interface GaugeSource {
  agent: Agent;
  port: Port | undefined;
  /** `{class}:{index}` of the data source (v5, source_id): 2:1 is usually the device itself. */
  source: string;
}

/** What PFC's watchdog has told of a source: storms that it found, and storms that are over. */
export interface Storms extends GaugeSource {
  found: number;
  over: number;
}

interface Known extends GaugeSource {
  values: Map<number, GaugeValue>;
}

const DETECTED = GAUGE_METRICS.findIndex(({id}) => id === 'pfc-storms-detected');
const RESTORED = GAUGE_METRICS.findIndex(({id}) => id === 'pfc-storms-restored');

/** The last values of what counter records tell beside interface counters: PFC, optics, GPUs, hosts, buffers. */
export class GaugeLog {
  /** Grows with every value. */
  revision = 0;
  /** By agent address, of those with any: storms that PFC's watchdogs found since the start. */
  readonly stormsFound = new Map<string, number>();
  private readonly sources = new LRUCache<string, Known>({max: MOST_SOURCES});
  private readonly ports: Ports;
  private time = 0;
  private storms = new Map<string, Storms>();

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** Takes what a Partial says of them; of one that says nothing, its time. */
  apply(section: SectionData | undefined, locals: readonly (Agent | undefined)[], {time}: PartialHeader): void {
    this.time = Math.max(this.time, time);
    for (let i = 0; i < (section?.rows ?? 0); i++) this.applyRow(section!, i, locals);
  }

  /** All sources that have values, or those of one agent, in the order of their last ones. */
  *all(agent?: string): Generator<GaugeSource & {values: GaugeValue[]}> {
    for (const known of [...this.sources.values()].reverse()) {
      if (agent !== undefined && known.agent.address !== agent) continue;
      const values = this.fresh(known);
      if (values.length > 0) yield {agent: known.agent, port: known.port, source: known.source, values};
    }
  }

  /** Values of a port. */
  ofPort({agent, ifIndex}: Port): GaugeValue[] {
    const known = this.sources.peek(keyOf(agent, INTERFACE, ifIndex));
    return known ? this.fresh(known) : [];
  }

  /** Storms that were told of since this was asked last. */
  takeStorms(): Storms[] {
    const storms = [...this.storms.values()];
    this.storms.clear();
    return storms;
  }

  private fresh({values}: Known): GaugeValue[] {
    return [...values.values()].filter(({time}) => this.time - time < STALE_MS);
  }

  private applyRow({columns}: SectionData, i: number, locals: readonly (Agent | undefined)[]): void {
    const of = (name: string) => columns[column[name]!]![i]!;
    const agent = locals[of('agent')];
    const number = of('metric');
    const metric = GAUGE_METRICS[number];
    if (!agent || !metric) return;
    const sourceClass = of('sourceClass');
    const index = of('sourceIndex');
    const key = keyOf(agent, sourceClass, index);
    const port = sourceClass === INTERFACE && index > 0 ? this.ports.intern(agent, index) : undefined;
    let known = this.sources.get(key);
    if (!known) {
      known = {agent, port, source: `${sourceClass}:${index}`, values: new Map()};
      this.sources.set(key, known);
    }
    known.agent = agent;
    known.port = port;
    const delta = of('delta');
    const isCounter = metric.kind === 'counter';
    if (isCounter && !(of('elapsedMs') > 0)) return;
    const value = (isCounter ? (delta * 1_000) / of('elapsedMs') : of('value')) / metric.per;
    const lane = of('lane');
    const place = number * 2 ** 32 + lane;
    if (known.values.size >= MOST_VALUES && !known.values.has(place)) return;
    this.revision++;
    known.values.set(place, {metric, lane: lane === 0 ? null : lane, value, time: of('time')});
    if (delta > 0 && number === DETECTED) {
      this.stormsAt(key, known).found += delta;
      this.stormsFound.set(agent.address, (this.stormsFound.get(agent.address) ?? 0) + delta);
    }
    if (delta > 0 && number === RESTORED) this.stormsAt(key, known).over += delta;
  }

  private stormsAt(key: string, {agent, port, source}: Known): Storms {
    const storms = this.storms.get(key) ?? {agent, port, source, found: 0, over: 0};
    if (this.storms.size < MOST_STORMS) this.storms.set(key, storms);
    return storms;
  }
}

const keyOf = ({address}: Agent, sourceClass: number, index: number) => `${address}|${sourceClass}|${index}`;
