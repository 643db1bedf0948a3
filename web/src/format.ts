import {LONGEST_DELAY} from '../../src/shared/answers.ts';

/** SI prefixes from 1 to 10^18. */
const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

/** Narrow no-break space, between a number and its unit where they are one string. */
export const THIN = '\u202f';

/** Decimals of an error at most. */
const MOST_DECIMALS = 4;

/** Sign of what is not known. */
export const UNKNOWN = '–';

/** Power of 1000 that fits the value best. */
export function prefixOf(value: number): number {
  const size = Math.abs(value);
  let prefix = 0;
  while (prefix < PREFIXES.length - 1 && size >= 999.5 * 1000 ** prefix) prefix++;
  return prefix;
}

/**
 * The same, holding on to the former prefix while the value stays between 0.8 and 1,500 of its unit, so that a figure
 * at the edge does not jump between 999 G and 1.00 T.
 */
export function holdPrefix(value: number, former: number | null): number {
  if (former !== null) {
    const scaled = Math.abs(value) / 1000 ** former;
    if (value === 0 || (scaled >= 0.8 && scaled < 1500)) return former;
  }
  return prefixOf(value);
}

/** Digits of the value in units of 1000^prefix, with as many decimals as `significant` digits leave. */
export function scaled(value: number, prefix: number, significant = 3): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const number = value / 1000 ** prefix;
  if (number === 0) return '0';
  const size = Math.abs(number);
  // Rounding first: 9.999 has as many digits before the point as 10.0.
  const whole = Math.max(1, Math.floor(Math.log10(Number(size.toPrecision(significant)))) + 1);
  return grouped(number, Math.max(0, significant - whole));
}

/** Digits with a comma every three, and a real minus sign. */
export function grouped(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const fixed = Math.abs(value).toFixed(decimals);
  const [whole = '0', part] = fixed.split('.');
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part === undefined ? '' : `.${part}`);
  return value < 0 && Number(fixed) !== 0 ? `−${digits}` : digits;
}

/** Prefix letter and unit, e.g. `Tbit/s`. */
export function unitOf(prefix: number, unit: string): string {
  return `${PREFIXES[prefix] ?? ''}${unit}`;
}

/** One string with its prefix and no unit, e.g. `37.2 G`. */
export function short(value: number, significant = 3, prefix = prefixOf(value)): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const letter = PREFIXES[prefix] ?? '';
  return letter === '' ? scaled(value, prefix, significant) : `${scaled(value, prefix, significant)}${THIN}${letter}`;
}

/** A rate in bit/s with its unit, e.g. `37.2 Gbit/s`. */
export function bitRate(value: number, significant = 3): string {
  const text = short(Math.abs(value) < 0.5 ? 0 : value, significant);
  return `${text}${text.includes(THIN) ? '' : THIN}bit/s`;
}

/** Time in a device, e.g. `1.2 µs`; what sFlow cannot tell the length of is at least so long. */
export function delay(ns: number): string {
  if (ns < 999.5) return `${ns.toFixed(0)}${THIN}ns`;
  if (ns < 999_500) return `${(ns / 1e3).toFixed(1)}${THIN}µs`;
  if (ns < 999_500_000) return `${(ns / 1e6).toFixed(1)}${THIN}ms`;
  return `${ns >= LONGEST_DELAY ? `≥${THIN}` : ''}${(ns / 1e9).toFixed(1)}${THIN}s`;
}

/** A round value of a scale, e.g. `100 G`, `2.5 T`. */
export function tickLabel(value: number): string {
  const prefix = prefixOf(value);
  const letter = PREFIXES[prefix] ?? '';
  const digits = String(Number((value / 1000 ** prefix).toPrecision(4)));
  return letter === '' ? digits : `${digits}${THIN}${letter}`;
}

/** Keeps the prefix of one figure on the page from one update to the next. */
export class HeldPrefix {
  #prefix: number | null = null;

  /** Prefix to show the value with. */
  of(value: number): number {
    if (!Number.isFinite(value)) return this.#prefix ?? 0;
    this.#prefix = holdPrefix(value, this.#prefix);
    return this.#prefix;
  }
}

/** Digits of an error in the unit of what it is the error of: two that count, whatever its size. */
export function errorDigits(error: number, prefix: number): string {
  if (!Number.isFinite(error)) return UNKNOWN;
  const number = error / 1000 ** prefix;
  if (number === 0) return '0';
  const first = Math.floor(Math.log10(Math.abs(Number(number.toPrecision(2)))));
  return first < -MOST_DECIMALS
    ? `<${(10 ** -MOST_DECIMALS).toFixed(MOST_DECIMALS)}`
    : grouped(number, Math.min(MOST_DECIMALS, Math.max(0, 1 - first)));
}

/** Percentage of a share: two decimals below 1 %, one below 100 %. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return UNKNOWN;
  const value = share * 100;
  if (value === 0) return '0';
  if (value < 0.01) return '<0.01';
  return value < 1 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

/** Half the width of a band: the larger of the two distances, for a band need not be even. */
export function plusMinus(value: number, low: number | null, high: number | null): number {
  if (low === null || high === null) return Number.NaN;
  return Math.max(value - low, high - value);
}

/** Whose time of day the page tells; set once for all that is drawn and written. */
let isUtc = false;

/** Tells times of day in UTC from now on, or in this machine's own time. */
export function tellTimesIn(zone: 'local' | 'utc'): void {
  isUtc = zone === 'utc';
}

/** The instant as UTC fields: in its own time its offset is added. */
function fields(epochMs: number): Date {
  return new Date(isUtc ? epochMs : epochMs - new Date(epochMs).getTimezoneOffset() * 60_000);
}

/** Time of day of an instant, to the second or to the tenth. */
export function clock(epochMs: number, tenths: boolean): string {
  return fields(epochMs)
    .toISOString()
    .slice(11, tenths ? 21 : 19);
}

/** Its date, `2026-11-23`. */
export function day(epochMs: number): string {
  return fields(epochMs).toISOString().slice(0, 10);
}

/** A duration in words as short as they go: `84 ms`, `12.3 s`, `4 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${String(Math.floor(ms / 1000) % 60).padStart(2, '0')} s`;
  return `${Math.floor(ms / 3_600_000)} h`;
}

/** Length of a cycle and its unit, four digits at most: `803 ms`, `1.320 s`. */
export function cycle(ms: number): [value: string, unit: string] {
  if (!Number.isFinite(ms)) return [UNKNOWN, 'ms'];
  return ms < 999.5 ? [ms < 99.95 ? ms.toFixed(1) : ms.toFixed(0), 'ms'] : [scaled(ms / 1_000, 0, 4), 's'];
}

/** `1 link`, `2 links`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
