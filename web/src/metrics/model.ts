import {signal} from '@preact/signals';
import type {DropsAnswer, FabricAnswer, OperationsAnswer, TrendAnswer} from '../rest/answers.ts';
import {History} from './history.ts';

/** Where sFlow-RT serves its AI Metrics app, and this server does too. */
export const AI_METRICS = '/app/ai-metrics/scripts/metrics.js';

/** The last minutes of every figure of the page of AI metrics, by name; kept while other pages are looked at. */
export class MetricsModel {
  readonly #histories = new Map<string, History>();
  /** Reasons of drops, the most frequent of the last answer first. */
  readonly dropReasons = signal<readonly string[]>([]);
  /** Kinds of packets, most frames first, of what was asked for last. */
  readonly operations = signal<{scope: string; names: readonly string[]}>({scope: '', names: []});
  /** Codes of negative acknowledgements by their names. */
  readonly naks = signal<readonly string[]>([]);
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

  /** Takes what the packets do; `scope` is what was asked for, empty for the fabric. */
  takeOperations(scope: string, answer: OperationsAnswer): void {
    const {finalBefore: time, operations, rdma, credits, naks, rnrPerSecond} = answer;
    const of = (name: string): History => this.history(`${scope} ${name}`);
    const told = new Map(operations.map((operation) => [`${operation.transport}:${operation.name}`, operation]));
    const before = this.operations.peek();
    const names = [...new Set([...told.keys(), ...(before.scope === scope ? before.names : [])])];
    this.operations.value = {scope, names};
    for (const name of names) {
      const {framesPerSecond, low, high} = told.get(name) ?? {framesPerSecond: 0, low: null, high: null};
      of(`operation ${name}`).put(time, framesPerSecond, low, high);
    }
    of('rdma_ops').put(time, rdma.operationsPerSecond, rdma.low, rdma.high);
    of('rdma_bytes').put(time, rdma.bytesPerOperation, rdma.bytesLow, rdma.bytesHigh);
    for (const name of ['average', 'min', 'max'] as const) of(`credits ${name}`).put(time, credits[name]);
    for (const {name, perSecond, low, high} of naks) of(`nak ${name}`).put(time, perSecond, low, high);
    of('rnr').put(time, rnrPerSecond.perSecond, rnrPerSecond.low, rnrPerSecond.high);
    this.naks.value = naks.map(({name}) => name);
  }
}
