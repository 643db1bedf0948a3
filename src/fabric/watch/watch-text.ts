import type {LossEpisode} from './watch-loss.ts';

/** `1,234`, for sentences. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** `3.1 %`, with as many digits as are worth reading. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 9.95 ? value.toFixed(0) : value >= 0.095 ? value.toFixed(1) : value.toPrecision(1)} %`;
}

/** `84 ms`, `12 s`, `4 min`, `2 h`. */
export function seconds(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** `12 of 400 (3.0 %)`. */
export function lossText({missing, expected}: LossEpisode): string {
  return `${count(missing)} of ${count(expected)} (${percent(missing / Math.max(1, expected))})`;
}
