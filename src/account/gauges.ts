// Hot path: no allocation after construction, no exception.
import {UNKNOWN_COUNTER_32} from '../sflow/constants.ts';
import type {CounterSampleView} from '../sflow/views.ts';
import {FORGET_AFTER_MS, SWEEP_EVERY_MS} from './agents.ts';
import {type FieldType, GAUGE_METRICS, type GaugeMetric, LANE_BYTES, LANES_AT} from './gauge-metrics.ts';
import type {Keeper, StreamArray} from './handover.ts';
import {KeyTable} from './key-table.ts';
import {type ColumnArray, columnIndexes, GAUGES, makeColumns} from './schema.ts';

const column = columnIndexes(GAUGES);
const FIRST_VALUE = column['time']!;
const TWO_32 = 2 ** 32;

/** Where each word of a value's key stands, in the order of the columns of `GAUGES`. */
const GaugeKey = {Stream: 0, Class: 1, Index: 2, Metric: 3, Lane: 4} as const;
const KEY_WORDS = 5;
/** The lane of what has none; lanes count from 1. */
const NO_LANE = 0;
/** What is kept of a counter, as doubles: its last reading, when that came, and in which life of the agent. */
const Last = {Raw: 0, Time: 1, Life: 2} as const;

/** Lanes past this are left out; modules have up to 16. */
const MOST_LANES = 16;
/** A counter of 32 bits that steps back by less than this was cleared. */
const CLEARED = 2 ** 31;
/** A counter that grew faster than it can by more than this was reset. */
const PLAUSIBLE = 1.5;

const BYTES: Readonly<Record<FieldType, number>> = {u32: 4, u64: 8, i32: 4, f32: 4, pct: 4};

/** A metric with its number. */
interface Numbered extends GaugeMetric {
  number: number;
}

/** The metrics of each record. */
const byRecord = new Map<number, Numbered[]>();
GAUGE_METRICS.forEach((metric, number) => {
  const alike = byRecord.get(metric.record) ?? [];
  byRecord.set(metric.record, [...alike, {...metric, number}]);
});

/**
 * Follows what counter samples tell beside the interface counters: gauges as they are, counters as differences since
 * their last reading. A restart of the agent, a step backwards that is no wrap and a growth that cannot be start a new
 * baseline. A value is known by data source, metric and lane.
 */
export class GaugeTracker implements Keeper {
  /** Rows ready for the next Partial. */
  readonly columns: ColumnArray[];
  size = 0;
  /** Called when the columns are full and must be sent to make room. */
  onFull: () => void = () => {};
  private readonly capacity: number;
  private readonly values: KeyTable;
  readonly perStream: readonly StreamArray[] = [];

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.capacity = capacity;
    this.columns = makeColumns(GAUGES, capacity);
    this.values = new KeyTable(KEY_WORDS, capacity, seed, clock, 6);
  }

  /** Takes a counter sample of a stream in its present life. */
  add(stream: number, sample: CounterSampleView, data: DataView, life: number): void {
    const {key} = this.values;
    key[GaugeKey.Stream] = stream;
    key[GaugeKey.Class] = sample.sourceClass;
    key[GaugeKey.Index] = sample.sourceIndex;
    for (let i = 0; i < sample.gauges; i++) {
      const metrics = byRecord.get(sample.gaugeFormats[i]!);
      if (metrics === undefined) continue;
      const at = sample.gaugeOffsets[i]!;
      const end = sample.gaugeEnds[i]!;
      for (let m = 0; m < metrics.length; m++) {
        const metric = metrics[m]!;
        key[GaugeKey.Metric] = metric.number;
        if (metric.hasLanes) this.addLanes(metric, data, at, end, life);
        else this.addField(metric, NO_LANE, data, at + metric.offset, end, life);
      }
    }
  }

  clear(): void {
    this.size = 0;
  }

  /** Its table, for a handover. */
  get table(): KeyTable {
    return this.values;
  }

  /** Time was set forward by `ms`: no counter counted in between. */
  forward(ms: number): void {
    const {values} = this;
    values.forward(ms);
    for (let value = 0; value < values.limit; value++) {
      values.doubles[((values.at(value) + values.payloadAt) >>> 1) + Last.Time]! += ms;
    }
  }

  /** A lane goes by its own number, by its place where it has none. */
  private addLanes(metric: Numbered, data: DataView, at: number, end: number, life: number): void {
    if (end - at < LANES_AT) return;
    const told = data.getUint32(at + LANES_AT - 4);
    const most = told < MOST_LANES ? told : MOST_LANES;
    let lane = at + LANES_AT;
    for (let place = 1; place <= most && end - lane >= LANE_BYTES; place++) {
      const number = data.getUint32(lane);
      this.addField(metric, number === 0 ? place : number, data, lane + metric.offset, end, life);
      lane += LANE_BYTES;
    }
  }

  private addField(metric: Numbered, lane: number, data: DataView, at: number, end: number, life: number): void {
    if (end - at < BYTES[metric.type]) return;
    const raw = read(metric.type, data, at);
    if (Number.isNaN(raw)) return;
    const {values} = this;
    values.key[GaugeKey.Lane] = lane;
    if (metric.kind === 'gauge') {
      this.emit(raw, 0, 0);
      return;
    }
    if (values.shouldSweep(SWEEP_EVERY_MS)) values.sweep(FORGET_AFTER_MS);
    const value = values.intern();
    if (value < 0) return;
    const now = values.clock[0]!;
    const last = (values.at(value) + values.payloadAt) >>> 1;
    const {doubles} = values;
    const isBaseline = values.created || doubles[last + Last.Life] !== life;
    const elapsed = now - doubles[last + Last.Time]!;
    if (!isBaseline && elapsed <= 0) return;
    const grown = growth(metric, raw, doubles[last + Last.Raw]!, elapsed);
    doubles[last + Last.Raw] = raw;
    doubles[last + Last.Time] = now;
    doubles[last + Last.Life] = life;
    if (!isBaseline && grown >= 0) this.emit(0, grown, elapsed);
  }

  private emit(value: number, delta: number, elapsed: number): void {
    if (this.size === this.capacity) this.onFull();
    const {columns} = this;
    const row = this.size++;
    for (let word = 0; word < KEY_WORDS; word++) columns[word]![row] = this.values.key[word]!;
    columns[FIRST_VALUE]![row] = this.values.clock[0]!;
    columns[FIRST_VALUE + 1]![row] = value;
    columns[FIRST_VALUE + 2]![row] = delta;
    columns[FIRST_VALUE + 3]![row] = elapsed;
  }
}

/** What a counter has grown by; negative where it was reset. */
function growth({type, most}: Numbered, is: number, was: number, elapsedMs: number): number {
  let delta = is - was;
  if (delta < 0 && type === 'u32') {
    delta += TWO_32;
    if (delta >= CLEARED) return -1;
  }
  return delta <= (PLAUSIBLE * most * (elapsedMs > 1_000 ? elapsedMs : 1_000)) / 1_000 ? delta : -1;
}

/** NaN for what is unknown. */
function read(type: FieldType, data: DataView, at: number): number {
  if (type === 'f32') {
    const value = data.getFloat32(at);
    return value >= 0 && value < Number.POSITIVE_INFINITY ? value : Number.NaN;
  }
  const word = data.getUint32(at);
  if (type === 'u64') {
    const low = data.getUint32(at + 4);
    return word === UNKNOWN_COUNTER_32 && low === UNKNOWN_COUNTER_32 ? Number.NaN : word * TWO_32 + low;
  }
  if (type === 'i32') return word | 0;
  return word === UNKNOWN_COUNTER_32 ? Number.NaN : word;
}
