/** `GET /api/v1/fabric/series` and `/api/v1/links/{id}/series` with steps of more than a bin. */
export interface SeriesAnswer {
  finalBefore: number;
  /** Epoch ms; entry i is for the time from `start + i * step`. */
  start: number;
  step: number;
  values: readonly (number | null)[];
  low: readonly (number | null)[];
  high: readonly (number | null)[];
  samples: readonly (number | null)[];
  min: readonly (number | null)[];
  max: readonly (number | null)[];
}

/** An hour or a day of one line: means of steps with their bands, and the lowest and highest bin of each. */
export type Past = SeriesAnswer;

/** Steps of windows that reach further back than the bins of the page, ms: about as many points as a plot has pixels. */
export const PAST_STEPS: Readonly<Record<number, number>> = {3600: 2_000, 86400: 60_000};

/** Index of the step that holds a bin, -1 where none does or nothing is known of it. */
export function stepOf(past: Past, bin: number): number {
  const i = Math.floor((bin * 100 - past.start) / past.step);
  return i >= 0 && i < past.values.length && isKnown(past, i) ? i : -1;
}

/** True where a step has a figure that will not change any more. */
export function isKnown(past: Past, i: number): boolean {
  return past.values[i] != null && past.start + (i + 1) * past.step <= past.finalBefore;
}

/** Epoch ms of the first step that has a figure, null where none has. */
export function knownSince(past: Past): number | null {
  const first = past.values.findIndex((value) => value !== null);
  return first < 0 ? null : past.start + first * past.step;
}

/** The highest of all bins between two, with the band of the means; 0 where nothing is known. */
export function highestOf(past: Past, from: number, to: number): number {
  let most = 0;
  for (let i = 0; i < past.values.length; i++) {
    const at = (past.start + i * past.step) / 100;
    if (at < from || at >= to || !isKnown(past, i)) continue;
    most = Math.max(most, past.max[i]!, past.high[i]!);
  }
  return most;
}
