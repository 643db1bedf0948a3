import type {PeriodFigures} from '../period/period-watch.ts';
import type {Analyse} from '../work.ts';
import type {JobSeries} from './job-series.ts';

/** Ticks without which nothing is looked for, 4 s. */
const LEAST_TICKS = 400;
/** Jobs that are looked at between two looks at all: each takes the thread a tenth of a second or so. */
const MOST_AT_ONCE = 8;

/** Looks for the period of each job in its own series, one after the other, those that were not looked at longest first. */
export class JobPeriods {
  private readonly analyse: Analyse;
  private readonly found = new Map<string, PeriodFigures | undefined>();
  /** Those that wait for their look. */
  private queue: string[] = [];
  private isLooking = false;
  private left = 0;

  constructor(analyse: Analyse) {
    this.analyse = analyse;
  }

  /** The strongest period of a job; undefined where it has none, or is not known yet. */
  of(id: string): PeriodFigures | undefined {
    return this.found.get(id);
  }

  forget(id: string): void {
    this.found.delete(id);
    this.queue = this.queue.filter((waiting) => waiting !== id);
  }

  /** The series have grown: each is looked at once more, but for those that still wait. */
  look(series: ReadonlyMap<string, JobSeries>): void {
    this.queue.push(...[...series.keys()].filter((id) => !this.queue.includes(id)));
    this.left = MOST_AT_ONCE;
    if (!this.isLooking) this.next(series);
  }

  private next(series: ReadonlyMap<string, JobSeries>): void {
    const id = this.queue.find((waiting) => (series.get(waiting)?.length ?? 0) >= LEAST_TICKS);
    if (id === undefined || this.left === 0) return;
    this.left--;
    this.queue = this.queue.filter((waiting) => waiting !== id);
    const one = series.get(id)!;
    this.isLooking = true;
    const {counts, stepMs} = one.counted();
    const resolutionMs = Math.max(stepMs, one.resolutionMs);
    const input = {of: `job ${id}`, counts: counts.slice(), tickMs: stepMs, noise: 1, resolutionMs};
    this.analyse('periods', input, (periods) => {
      this.isLooking = false;
      if (periods && series.has(id)) this.found.set(id, periods[0]);
      this.next(series);
    });
  }
}
