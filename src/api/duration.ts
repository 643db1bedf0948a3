import {BIN_MS} from '../shared/bins.ts';
import {durationMs} from '../shared/duration.ts';
import {Problem} from './problem.ts';

/** Milliseconds of `2s`, `500ms`, `5m`, `1h`; throws a 400 that names the parameter. */
export function parseDuration(text: string, name: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new Problem(400, `${name}: '${text}' is not a duration such as 500ms, 2s or 5m`);
  return ms;
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
