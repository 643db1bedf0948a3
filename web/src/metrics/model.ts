import {type Signal, signal} from '@preact/signals';
import type {FabricAnswer, OperationsAnswer, TrendAnswer, TrendPoint} from '../../../src/shared/answers.ts';
import {History} from './history.ts';

/** Where sFlow-RT serves its AI Metrics app, and this server does too. */
export const AI_METRICS = '/app/ai-metrics/scripts/metrics.js';

/** Figures of the trend that routes of our own tell with a band, by the names that they have here. */
const OWN: Readonly<Record<string, string>> = {
  rdma_ops: ' rdma_ops',
  rdma_bytes: ' rdma_bytes',
  aeth_credits_avg: ' credits average',
  aeth_credits_min: ' credits min',
  aeth_credits_max: ' credits max',
};

/** What sFlow-RT calls an operation: `RC:RDMA_WRITE_ONLY`; a congestion notification is a transport of its own. */
function operationName({transport, name}: OperationsAnswer['operations'][number]): string {
  return `${transport === 'CN' ? 'CNP' : transport}:${name.toUpperCase().replaceAll(' ', '_')}`;
}

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
  /** True once operations of the fabric are held. */
  #hasOperations = false;

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

  /**
   * Takes points of the trend, under the names that it gives them. Figures that a route of our own tells with its band
   * are taken from there, and from here only what was before the page was opened.
   */
  takeTrend({trend: {times, trends}}: TrendAnswer): void {
    for (const [name, points] of Object.entries(trends)) {
      if (name === 'top-5-drop-reasons') this.#takeNamed('drop', this.dropReasons, times, points);
      else if (name === 'top-5-operations') this.#backfillOperations(times, points);
      else this.#takePoints(OWN[name] ?? name, OWN[name] !== undefined, times, points);
    }
    this.#trendTo = Math.max(this.#trendTo, ...times);
  }

  #takePoints(name: string, isOwn: boolean, times: readonly number[], points: readonly TrendPoint[]): void {
    const history = this.history(name);
    if (isOwn && history.times.length > 0) return;
    for (const [i, time] of times.entries()) {
      const value = points[i];
      if (typeof value !== 'number' && value !== null) continue;
      // There 0 means that no period was found.
      history.put(time, name === 'period' && value === 0 ? null : value);
    }
  }

  /** Points that hold several figures by name; a name that a point lacks is 0 there. */
  #takeNamed(
    kind: string,
    names: Signal<readonly string[]>,
    times: readonly number[],
    points: readonly TrendPoint[],
  ): void {
    const told = points.filter((point) => typeof point === 'object' && point !== null);
    const newest = Object.entries(told.at(-1) ?? {}).sort(([, a], [, b]) => b - a);
    const all = [...newest.map(([name]) => name), ...names.peek(), ...told.flatMap((point) => Object.keys(point))];
    const known = [...new Set(all)];
    if (known.join() !== names.peek().join()) names.value = known;
    for (const [i, time] of times.entries()) {
      const point = points[i];
      if (typeof point !== 'object' || point === null) continue;
      for (const name of known) this.history(`${kind} ${name}`).put(time, point[name] ?? 0);
    }
  }

  #backfillOperations(times: readonly number[], points: readonly TrendPoint[]): void {
    if (this.#hasOperations) return;
    this.#hasOperations = true;
    const names = signal<readonly string[]>([]);
    this.#takeNamed(' operation', names, times, points);
    this.operations.value = {scope: '', names: names.value};
  }

  /** Takes the marks that left the fabric, each packet once. */
  takeFabric({finalBefore, marks}: FabricAnswer): void {
    for (const [name, {framesPerSecond, low, high}] of Object.entries(marks)) {
      this.history(`${name}_once`).put(finalBefore, framesPerSecond, low, high);
    }
  }

  /** Takes what the packets do; `scope` is what was asked for, empty for the fabric. */
  takeOperations(scope: string, answer: OperationsAnswer): void {
    const {finalBefore: time, operations, rdma, credits, naks, rnrPerSecond} = answer;
    if (scope === '') this.#hasOperations = true;
    const of = (name: string): History => this.history(`${scope} ${name}`);
    const told = new Map(operations.map((operation) => [operationName(operation), operation]));
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
