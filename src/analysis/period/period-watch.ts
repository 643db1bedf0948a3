import {followed, isMultiple, type Period, type PeriodFinder, type PeriodRange, removeCycle} from './period.ts';
import {decimated} from './period-decimate.ts';
import type {TickSeries} from './spectrum.ts';

/** A period that is shown. */
export interface ShownPeriod extends Period {
  /** 0 to 1: how little it is owed to chance, times the share of the last looks that saw it. */
  confidence: number;
}

/** The same without what is for those who have the series. */
export type PeriodFigures = Omit<ShownPeriod, 'phase' | 'canTell'>;

/** Looks that agree before a period is shown. */
const LOOKS = 4;
const LEAST_AGREEING = 0.75;
/** A further period must be so strong beside the strongest, and seen by all looks: what wanders leaves remainders. */
const LEAST_SHARE = 0.15;
/** Periods of two looks that are no further apart are the same. */
const SAME = 0.02;
/** Fit to the scores of traffic without a period. */
const CHANCE_FROM = 5;

/** Ticks of 10 ms, 64 s of them: from 60 ms to what a longer memory shows better. */
export const FINE: PeriodRange = {shortestMs: 60, longestMs: 1_500};
const FINE_MS = 64_000;
/** Bins of 100 ms, 640 s of them. */
export const COARSE: PeriodRange = {shortestMs: 1_200, longestMs: 75_000};
export const COARSE_MS = 640_000;
/** With bins alone; what is faster is mirrored by them. */
export const BINS_ALONE: PeriodRange = {shortestMs: 600, longestMs: 75_000};
const BIN_STEP_MS = 100;

/**
 * Periods over time: looks at the newest counts again and again, and shows what most of the last looks saw. Forgets a
 * cycle as soon as it no longer runs. While all looks see the same one cycle, or none, every other one does not search.
 */
export class PeriodWatch {
  private readonly finder: PeriodFinder;
  private readonly looks: Period[][] = [];
  private hasSearched = false;

  constructor(finder: PeriodFinder) {
    this.finder = finder;
  }

  /** Looks once, at up to 640 s of ticks or of bins. Returns what is shown now, strongest first. */
  look(series: TickSeries): ShownPeriod[] {
    const known = this.hasSearched && this.isSettled ? this.follow(series) : undefined;
    this.hasSearched = known === undefined;
    this.looks.push(known ?? distinct(this.find(series).sort((a, b) => b.swing - a.swing)));
    if (this.looks.length > LOOKS) this.looks.shift();
    return this.shown();
  }

  /** Whether the last looks agree, on one cycle that is shown or on none at all. */
  private get isSettled(): boolean {
    const [one] = this.looks.at(-1) ?? [];
    if (this.looks.length < LOOKS || this.shown().length > 1) return false;
    return this.looks.every(([strongest]) => (one && strongest ? isSame(strongest, one) : one === strongest));
  }

  /** What the last look saw, as it is now; undefined where it no longer runs. */
  private follow(series: TickSeries): Period[] | undefined {
    const [one] = this.looks.at(-1)!;
    if (!one) return [];
    const steps = BIN_STEP_MS / series.tickMs;
    const isSlow = one.periodMs >= COARSE.shortestMs && steps > 1;
    const now = followed(isSlow ? decimated(series, steps) : newest(series), one);
    return now.isRunning && now.canTell ? [now] : undefined;
  }

  private find(series: TickSeries): Period[] {
    const {counts, tickMs} = series;
    const steps = BIN_STEP_MS / tickMs;
    if (steps <= 1) return this.finder.find(series, BINS_ALONE);
    const slow = this.finder.find(decimated(series, steps), COARSE);
    const left = counts.slice();
    for (const period of slow) removeCycle(left, tickMs, period);
    const last = newest(series);
    const fast = this.finder.find(last, FINE, left.subarray(counts.length - last.counts.length));
    return [...slow, ...fast];
  }

  private shown(): ShownPeriod[] {
    const shown: ShownPeriod[] = [];
    const [strongest, ...others] = this.looks.at(-1) ?? [];
    if (!strongest) return shown;
    for (const period of [strongest, ...others.filter(({swing}) => swing >= LEAST_SHARE * strongest.swing)]) {
      const agreeing = this.looks.filter((look) => look.some((other) => isSame(other, period))).length / LOOKS;
      // What was seen beside a cycle that has stopped may be a remainder of it.
      if (!strongest.isRunning && !period.canTell) continue;
      if (!period.isRunning || agreeing < (period === strongest ? LEAST_AGREEING : 1)) continue;
      const chance = Math.min(1, Math.exp((CHANCE_FROM - period.score) / 2));
      shown.push({...period, confidence: (1 - chance) * agreeing});
    }
    return shown;
  }
}

/** Of ticks the last `FINE_MS`; of bins all. */
function newest(series: TickSeries): TickSeries {
  const {counts, tickMs} = series;
  if (tickMs >= BIN_STEP_MS) return series;
  return {...series, counts: counts.subarray(Math.max(0, counts.length - FINE_MS / tickMs))};
}

const isSame = (a: Period, b: Period) => Math.abs(a.periodMs / b.periodMs - 1) <= SAME;

/** Of periods that are multiples of each other the longest: what repeats in it repeats in it as a part. */
function distinct(periods: readonly Period[]): Period[] {
  const kept: Period[] = [];
  for (const period of periods) {
    const at = kept.findIndex((other) => isMultiple(other.periodMs, period.periodMs));
    if (at < 0) kept.push(period);
    else if (period.periodMs > (1 + SAME) * kept[at].periodMs) kept[at] = {...period, score: kept[at].score};
  }
  return kept;
}
