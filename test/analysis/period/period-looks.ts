import {PeriodFinder} from '../../../src/analysis/period/period.ts';
import {PeriodWatch, type ShownPeriod} from '../../../src/analysis/period/period-watch.ts';
import {TICK_MS} from './period-traffic.ts';

/** Ticks that a server remembers: 640 s. */
const MEMORY = 64_000;
/** Looks are two seconds apart; four of them decide. */
const LOOK_TICKS = 200;

export const finder = new PeriodFinder();

/** What is shown at the end of the counts, when the last four looks have been taken. */
export function shownAtEnd({counts, resolutionMs}: {counts: Float64Array; resolutionMs: number}): ShownPeriod[] {
  const watch = new PeriodWatch(finder);
  let shown: ShownPeriod[] = [];
  for (let back = 3; back >= 0; back--) shown = lookAt(watch, counts, counts.length - back * LOOK_TICKS, resolutionMs);
  return shown;
}

/** One look when `end` ticks have passed. */
export function lookAt(watch: PeriodWatch, counts: Float64Array, end: number, resolutionMs: number): ShownPeriod[] {
  return watch.look({
    counts: counts.slice(Math.max(0, end - MEMORY), end),
    tickMs: TICK_MS,
    noise: 1,
    resolutionMs,
  });
}

/** Right to two percent. */
export const isRight = (found: number, truth: number): boolean => Math.abs(found / truth - 1) <= 0.02;
