import type {PeriodFigures} from '../analysis/period/period-watch.ts';
import type {Period} from '../shared/answers.ts';

/** A cycle as REST tells it: only those are told that run. */
export function periodAnswer({isRunning: _, ...figures}: PeriodFigures): Period {
  return figures;
}
