import {Thresholds} from '../../analysis/thresholds/thresholds.ts';
import type {AnswerName, LiveAnswers} from '../../shared/live-answers.ts';
import type {Context} from '../context.ts';
import {congestionAnswer} from '../routes/congestion.ts';
import {dropsAnswer} from '../routes/drops.ts';
import {imbalanceAnswer} from '../routes/imbalance.ts';
import {jobsAnswer} from '../routes/jobs.ts';
import {operationsAnswer} from '../routes/operations.ts';
import {periodsAnswer} from '../routes/periods.ts';
import {queuesAnswer} from '../routes/queues.ts';
import {stragglersAnswer} from '../routes/stragglers.ts';
import {alertsAnswer, thresholdsAnswer} from '../routes/thresholds.ts';

/** Gives the answer of a route as it is now. */
export type Answers = {readonly [Name in AnswerName]: () => LiveAnswers[Name]};

/** The answers that live topics carry, each by the function that the route itself answers with. */
export function makeAnswers(context: Context): Answers {
  const {fabric} = context;
  const thresholds = context.thresholds ?? new Thresholds(fabric);
  return {
    jobs: () => jobsAnswer(context),
    periods: () => periodsAnswer(context),
    stragglers: () => stragglersAnswer(context),
    congestion: () => congestionAnswer(context),
    operations: () => operationsAnswer(context),
    drops: () => dropsAnswer(fabric),
    queues: () => queuesAnswer(fabric),
    imbalance: () => imbalanceAnswer(context),
    thresholds: () => thresholdsAnswer(fabric, thresholds),
    alerts: () => alertsAnswer(fabric, thresholds),
  };
}
