import {type Analyse, makeWork} from '../../src/analysis/work.ts';

/** What the analysis thread does, done at once. */
export function analyseHere(): Analyse {
  const work = makeWork();
  return (kind, input, done) => done(work[kind](input as never) as never);
}
