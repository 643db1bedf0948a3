import {FABRIC_SCOPE} from '../../fabric/reader.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {meanOver} from '../estimate.ts';
import {SETTLED_MS} from '../summary.ts';
import {AI_METRICS, AI_TOPS, type AiContext, type AiValue, type AiValues, aiValues} from './ai-metrics.ts';

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
  /** The next second to take. */
  private next = Number.NaN;

  constructor(context: AiContext) {
    this.context = context;
  }

  /** Takes the seconds that have become final since the last call. */
  advance(): void {
    const {finalBin} = this.context.fabric;
    if (!Number.isFinite(finalBin)) return;
    const last = Math.floor(finalBin / BINS_PER_POINT);
    if (Number.isNaN(this.next)) this.next = last;
    this.next = Math.max(this.next, last - MAX_POINTS + 1);
    for (; this.next <= last; this.next++) this.take(this.next);
  }

  private take(second: number): void {
    const {context, times, points, loads} = this;
    const end = second * BINS_PER_POINT;
    times.push(second * 1_000);
    points.push(aiValues(context, end));
    const from = end - SETTLED_MS / BIN_MS;
    loads.push(meanOver(context.fabric, FABRIC_SCOPE, 'roce', from, end - 1).framesPerSecond);
    if (times.length > MAX_POINTS) {
      times.shift();
      points.shift();
    }
    if (loads.length > LOAD_SECONDS) loads.shift();
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
