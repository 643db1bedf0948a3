/** What the routes of REST answer, as far as the page reads it. Rates are per second; null is not known. */

/** A cycle of compute and exchange. */
export interface Period {
  periodMs: number;
  /** 0..1 */
  confidence: number;
  /** Standard deviation of a cycle's length, as a share of it. */
  jitter: number;
  /** Share of the cycle that is exchange, 0..1. */
  duty: number;
  ambiguous?: boolean;
}

/** `GET /api/v1/periods` */
export interface PeriodsAnswer {
  finalBefore: number;
  /** Epoch ms; null before the first look. */
  time: number | null;
  /** ms that the look reached back. */
  history: number | null;
  shortest: number | null;
  periods: readonly Period[];
}

/** `GET /app/ai-metrics/scripts/metrics.js/trend/json` */
export interface TrendAnswer {
  trend: {
    maxPoints: number;
    /** Epoch ms: the end of the 2 s that a point is the mean of. */
    times: readonly number[];
    /** By the name of the figure; what is listed by name is an object. */
    trends: Readonly<Record<string, readonly (number | null | Readonly<Record<string, number>>)[]>>;
  };
}
