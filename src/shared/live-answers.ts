import type {AlertsAnswer, ThresholdsAnswer} from './alert-answers.ts';
import type {
  CongestionAnswer,
  DropsAnswer,
  ImbalanceAnswer,
  JobsAnswer,
  OperationsAnswer,
  PeriodsAnswer,
  QueuesAnswer,
  StragglersAnswer,
} from './answers.ts';

/** Live topics that carry the very answer of a route of REST without a query. */
export interface LiveAnswers {
  jobs: JobsAnswer;
  periods: PeriodsAnswer;
  stragglers: StragglersAnswer;
  /** Links and incasts. */
  congestion: CongestionAnswer;
  /** Of the whole fabric. */
  operations: OperationsAnswer;
  drops: DropsAnswer;
  queues: QueuesAnswer;
  imbalance: ImbalanceAnswer;
  thresholds: ThresholdsAnswer;
  alerts: AlertsAnswer;
}

export type AnswerName = keyof LiveAnswers;

/** Bins between two editions of a topic: once a second what changes so often, else every two seconds as it is looked at. */
export const ANSWER_EVERY: Readonly<Record<AnswerName, number>> = {
  jobs: 20,
  periods: 20,
  stragglers: 10,
  congestion: 10,
  operations: 10,
  drops: 10,
  queues: 10,
  imbalance: 20,
  thresholds: 20,
  alerts: 10,
};

export const ANSWER_NAMES = Object.keys(ANSWER_EVERY) as readonly AnswerName[];

/** The answer of `GET /api/v1/{topic}`. */
export type AnswerTopic = {[Name in AnswerName]: {topic: Name; answer: LiveAnswers[Name]}}[AnswerName];
