import type {Counter} from '../../src/shared/answers.ts';
import {percent, scaled, short, THIN, UNKNOWN} from './format.ts';

/** What one port or device tells, by metric; of an optical module all lanes. */
export interface CounterSource {
  key: string;
  agent: string;
  link: string | null;
  device: string | null;
  /** Epoch ms of the newest. */
  time: number;
  metrics: ReadonlyMap<string, readonly Counter[]>;
}

/** Puts values together by what they are about, in the order in which these come. */
export function bySource(counters: readonly Counter[]): CounterSource[] {
  const sources = new Map<string, Omit<CounterSource, 'metrics'> & {metrics: Map<string, Counter[]>}>();
  for (const counter of counters) {
    const {agent, link, device, metric, time} = counter;
    const key = link ?? `${agent} ${device}`;
    let source = sources.get(key);
    if (source === undefined) {
      source = {key, agent, link, device, time, metrics: new Map()};
      sources.set(key, source);
    }
    source.time = Math.max(source.time, time);
    const values = source.metrics.get(metric);
    if (values === undefined) source.metrics.set(metric, [counter]);
    else values.push(counter);
  }
  return [...sources.values()];
}

/** The value of a metric that has no lanes, null where it is not told. */
export const metricOf = (source: CounterSource, metric: string): number | null =>
  source.metrics.get(metric)?.[0]?.value ?? null;

const SMALL = ['', 'm', 'µ', 'n'] as const;

/** A value with its unit: shares in percent, small ones with a prefix. */
export function counterText(value: number | null, unit: string): string {
  if (value === null) return UNKNOWN;
  if (unit === 'ratio') return `${percent(value)}${THIN}%`;
  if (unit === 'celsius') return `${value.toFixed(1)}${THIN}°C`;
  const letters = {watts: 'W', amperes: 'A', volts: 'V'}[unit];
  if (letters === undefined) return `${short(value)}${unit === 'bytes' ? 'B' : `${THIN}${unit}`}`;
  if (value === 0 || value >= 1) return `${scaled(value, 0)}${THIN}${letters}`;
  const prefix = Math.min(SMALL.length - 1, Math.ceil(-Math.log10(value) / 3));
  return `${scaled(value * 1000 ** prefix, 0)}${THIN}${SMALL[prefix]}${letters}`;
}

/** The values of all lanes of a metric: the one there is, or from the least to the most. */
export function lanesText(values: readonly Counter[]): string {
  const {unit} = values[0]!;
  const all = values.map(({value}) => value);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  if (least === most) return counterText(least, unit);
  return `${counterText(least, unit)} to ${counterText(most, unit)}`;
}
