import type {SummaryTopic} from '../../../src/shared/live.ts';
import type {TrendAnswer} from '../rest/answers.ts';
import {History} from './history.ts';

/** Where sFlow-RT serves its AI Metrics app, and this server does too. */
export const AI_METRICS = '/app/ai-metrics/scripts/metrics.js';

/** Bins of the settled two seconds that a summary is the mean of. */
const SUMMARY_BINS = 20;

/** The last minutes of every figure of the page of AI metrics, by name; kept while other pages are looked at. */
export class MetricsModel {
  readonly #histories = new Map<string, History>();
  #trendTo = 0;

  /** A figure's history, empty where it never came. */
  history(name: string): History {
    let history = this.#histories.get(name);
    if (history === undefined) {
      history = new History();
      this.#histories.set(name, history);
    }
    return history;
  }

  /** The route of the trend, from the last point that is held on. */
  get trendPath(): string {
    return `${AI_METRICS}/trend/json?after=${this.#trendTo}`;
  }

  /** Takes points of the trend, under the names that it gives them. */
  takeTrend({trend: {times, trends}}: TrendAnswer): void {
    for (const [name, values] of Object.entries(trends)) {
      const history = this.history(name);
      for (const [i, value] of values.entries()) {
        const time = times[i];
        if (time === undefined || (typeof value !== 'number' && value !== null)) continue;
        // There 0 means that no period was found.
        history.put(time, name === 'period' && value === 0 ? null : value);
      }
    }
    this.#trendTo = Math.max(this.#trendTo, ...times);
  }

  /** Takes what the live socket tells of the fabric twice a second. */
  takeSummary({bin, cnpPerSecond, cnpPerSecondLow, cnpPerSecondHigh, ...rest}: SummaryTopic): void {
    const time = (bin + SUMMARY_BINS) * 100;
    this.history('cnp').put(time, cnpPerSecond, cnpPerSecondLow, cnpPerSecondHigh);
    this.history('ce_share').put(time, rest.ceShare, rest.ceShareLow, rest.ceShareHigh);
  }
}
