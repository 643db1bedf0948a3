import {signal} from '@preact/signals';
import type {DropsAnswer, FabricAnswer, TrendAnswer} from '../rest/answers.ts';
import {History} from './history.ts';

/** Where sFlow-RT serves its AI Metrics app, and this server does too. */
export const AI_METRICS = '/app/ai-metrics/scripts/metrics.js';

/** The last minutes of every figure of the page of AI metrics, by name; kept while other pages are looked at. */
export class MetricsModel {
  readonly #histories = new Map<string, History>();
  /** Reasons of drops, the most frequent of the last answer first. */
  readonly dropReasons = signal<readonly string[]>([]);
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

  /** Takes the marks that left the fabric, each packet once. */
  takeFabric({finalBefore, marks}: FabricAnswer): void {
    for (const [name, {framesPerSecond, low, high}] of Object.entries(marks)) {
      this.history(`${name}_once`).put(finalBefore, framesPerSecond, low, high);
    }
  }

  /** Takes what switches say that they dropped; a reason that was told before and is no longer has none. */
  takeDrops({finalBefore, reasons}: DropsAnswer): void {
    const told = new Map(reasons.map(({reason, framesPerSecond}) => [reason, framesPerSecond]));
    this.dropReasons.value = [...new Set([...told.keys(), ...this.dropReasons.peek()])];
    for (const reason of this.dropReasons.peek())
      this.history(`drop ${reason}`).put(finalBefore, told.get(reason) ?? 0);
  }
}
