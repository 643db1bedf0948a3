import type {PairSlice} from '../fabric/pair-log.ts';
import {type FoundJobs, JobFinder} from './jobs/job-work.ts';
import type {PairSums} from './jobs/pair-history.ts';
import {PeriodFinder} from './period/period.ts';
import {type PeriodFigures, PeriodWatch, type ShownPeriod} from './period/period-watch.ts';
import type {TickSeries} from './period/spectrum.ts';
import {type Lock, type LockInput, locksOf} from './phase-lock.ts';
import {type StragglerInput, type StragglerOutput, StragglerWork} from './stragglers/straggler-work.ts';

/** A series to look for cycles in. */
export interface PeriodInput extends TickSeries {
  /** Whose series it is: a look builds on those that came before it under the same name. */
  of: string;
}

/**
 * What the analysis thread does, by kind: what it is given and what it answers. An input is one flat object; its typed
 * arrays are handed over, not copied, so the sender has them no more. To add a kind: a line here, one in `makeWork`.
 */
export interface Work {
  periods: {input: PeriodInput; output: PeriodFigures[]};
  /** Slices one after the other; of each the jobs of the window that ends with it. */
  jobs: {input: PairSlice; output: FoundJobs};
  pairs: {input: {seconds: number}; output: PairSums};
  locks: {input: LockInput; output: Lock[]};
  stragglers: {input: StragglerInput; output: StragglerOutput};
}
export type Kind = keyof Work;

/** Has a kind of work done elsewhere; `done` is given `undefined` when it could not be. */
export type Analyse = <K extends Kind>(
  kind: K,
  input: Work[K]['input'],
  done: (output: Work[K]['output'] | undefined) => void,
) => void;

/** Series whose former looks are remembered: the fabric's and those of the jobs; the one not looked at longest gives way. */
const MOST_SERIES = 80;

/** What does the work, with all that it remembers from one time to the next. */
export function makeWork(): {[K in Kind]: (input: Work[K]['input']) => Work[K]['output']} {
  const finder = new PeriodFinder();
  const watches = new Map<string, PeriodWatch>();
  const jobs = new JobFinder();
  const stragglers = new StragglerWork();
  return {
    periods({of, ...series}) {
      const watch = watches.get(of) ?? new PeriodWatch(finder);
      watches.delete(of);
      watches.set(of, watch);
      if (watches.size > MOST_SERIES) watches.delete(watches.keys().next().value!);
      return watch.look(series).map(figuresOf);
    },
    jobs: (slice) => jobs.take(slice),
    pairs: ({seconds}) => jobs.pairs(seconds),
    locks: locksOf,
    stragglers: (input) => stragglers.take(input),
  };
}

/** Without what cannot be sent between threads, or is of no use there. */
function figuresOf({phase: _, canTell: __, ...figures}: ShownPeriod): PeriodFigures {
  return figures;
}
