import type {Banded} from '../congestion/marks.ts';
import type {Direction, Subject, ThresholdReader} from './threshold-readings.ts';

/** What a threshold can be about: the whole fabric, all ports of a role, one agent, one link, one job. */
export const SCOPES = ['fabric', 'role', 'agent', 'link', 'job'] as const;
export type ThresholdScope = (typeof SCOPES)[number];

export const COMPARISONS = ['>', '<'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * The figure of a subject now; undefined where it is not known. Of several alike, as lanes of a module, it is the one that is
 * furthest beyond: the largest for `>`, the smallest for `<`.
 */
export type ReadMetric = (
  from: ThresholdReader,
  of: Subject,
  direction: Direction,
  comparison: Comparison,
) => Banded | undefined;

/** One figure that thresholds can be set on. */
export interface ThresholdMetric {
  id: string;
  unit: string;
  /** What there is of it; the first one is meant where a rule names none. */
  scopes: readonly ThresholdScope[];
  /** What it is, in one line. */
  meaning: string;
  read: ReadMetric;
}

export type MetricRow = readonly [id: string, unit: string, scopes: string, meaning: string, read: ReadMetric];

/** Metrics from rows of a table; scopes with blanks between them. */
export const metricRows = (rows: readonly MetricRow[]): ThresholdMetric[] =>
  rows.map(([id, unit, scopes, meaning, read]) => ({
    ...{id, unit, meaning, read},
    scopes: scopes.split(' ') as ThresholdScope[],
  }));
