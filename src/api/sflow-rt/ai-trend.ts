import {FABRIC_SCOPE} from '../../fabric/reader.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {meanOver} from '../estimate.ts';
import {SETTLED_MS} from '../summary.ts';
import {AI_METRICS, AI_TOPS, type AiContext, type AiValue, type AiValues, aiValues} from './ai-metrics.ts';
import {type AiReading, readFabric} from './reading.ts';

/** Five minutes, a point a second. */
export const MAX_POINTS = 300;
/** Seconds that the level of the traffic is told over. */
const LOAD_SECONDS = 20;
const BINS_PER_POINT = 1_000 / BIN_MS;

/** Points of all figures, entry i at `times[i]`. */
export interface Trend {
  maxPoints: number;
  /** Epoch ms: the end of the two seconds that a point is the mean of. */
  times: number[];
  trends: Record<string, AiValue[]>;
}

/**
 * The last five minutes of the AI Metrics app's figures: a point for every second of the fabric's own time, taken when
 * its bins are final. A recording that is played has those that it had.
 */
export class AiTrend {
  private readonly context: AiContext;
  private readonly times: number[] = [];
  private readonly points: AiValues[] = [];
  /** RoCEv2 frames a second that entered, of the last seconds. */
  private readonly loads: (number | null)[] = [];
  /** The next second to take, and how far that has come. */
  private next = Number.NaN;
  private reading: Generator<void, AiReading> | undefined;

  constructor(context: AiContext) {
    this.context = context;
  }

  /** Goes on with the newest second whose bins are final: a step with each call. What is older is taken at once. */
  advance(): void {
    const {finalBin} = this.context.fabric;
    if (!Number.isFinite(finalBin)) return;
    const last = Math.floor(finalBin / BINS_PER_POINT);
    if (Number.isNaN(this.next)) this.next = last;
    if (last - this.next >= MAX_POINTS) {
      this.next = last - MAX_POINTS + 1;
      this.reading = undefined;
    }
    while (this.next < last) this.step();
    if (this.next === last) this.step();
  }

  private step(): void {
    const {context, next} = this;
    this.reading ??= readFabric(context.fabric, next * BINS_PER_POINT);
    const {done, value} = this.reading.next();
    if (!done) return;
    this.reading = undefined;
    this.next = next + 1;
    this.keep(next, aiValues(value, context));
  }

  private keep(second: number, values: AiValues): void {
    const {context, times, points, loads} = this;
    const end = second * BINS_PER_POINT;
    times.push(second * 1_000);
    points.push(values);
    const from = end - SETTLED_MS / BIN_MS;
    loads.push(meanOver(context.fabric, FABRIC_SCOPE, 'roce', from, end - 1).framesPerSecond);
    if (times.length > MAX_POINTS) {
      times.shift();
      points.shift();
    }
    if (loads.length > LOAD_SECONDS) loads.shift();
  }

  /** The newest point; undefined before the first one. */
  get latest(): AiValues | undefined {
    return this.points.at(-1);
  }

  /** The points after a time, epoch ms. */
  after(time: number): Trend {
    const found = this.times.findIndex((at) => at > time);
    const first = found < 0 ? this.times.length : found;
    const points = this.points.slice(first);
    const trends = [...AI_METRICS, ...AI_TOPS].map(
      ({name}) => [name, points.map((values) => values[name] ?? null)] as const,
    );
    return {maxPoints: MAX_POINTS, times: this.times.slice(first), trends: Object.fromEntries(trends)};
  }

  /** RoCEv2 frames a second that entered in each of the last seconds. */
  get load(): number[] {
    return this.loads.filter((load) => load !== null);
  }
}
