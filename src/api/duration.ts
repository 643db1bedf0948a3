import {BIN_MS} from '../shared/bins.ts';
import {Problem} from './problem.ts';

const UNITS: Readonly<Record<string, number>> = {ms: 1, s: 1_000, m: 60_000, h: 3_600_000};

/** Milliseconds of `2s`, `500ms`, `5m`, `1h`; throws a 400 that names the parameter. */
export function parseDuration(text: string, name: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (!match) throw new Problem(400, `${name}: '${text}' is not a duration such as 500ms, 2s or 5m`);
  return Number(match[1]) * UNITS[match[2]!]!;
}

/** The longest window that a mean is taken over. */
const MAX_WINDOW_MS = 300_000;

/** Milliseconds of a window, whole bins; throws a 400. */
export function parseWindow(text = '2s'): number {
  const windowMs = parseDuration(text, 'window');
  if (windowMs < BIN_MS || windowMs > MAX_WINDOW_MS) throw new Problem(400, `window: '${text}' is not 100ms to 5m`);
  return windowMs;
}

/** Epoch ms of `1700000000000`, or of `-60s` before `now`; throws a 400 that names the parameter. */
export function parseInstant(text: string, name: string, now: number): number {
  if (/^-\d/.test(text)) return now - parseDuration(text.slice(1), name);
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new Problem(400, `${name}: '${text}' is neither epoch milliseconds nor relative such as -60s`);
  }
  return value;
}
