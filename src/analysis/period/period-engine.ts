import type {Fabric} from '../../fabric/fabric.ts';
import {Moments} from '../../fabric/history/moments.ts';
import {ROLES} from '../../fabric/roles/roles.ts';
import {BIN_MS, TICK_MS} from '../../shared/bins.ts';
import {BinState} from '../../shared/live.ts';
import {RESOLUTIONS} from './period.ts';
import {BINS_ALONE, COARSE, COARSE_MS, FINE, type PeriodFigures} from './period-watch.ts';
import type {TickSeries} from './spectrum.ts';

/** Looks a bin apart would see the same again. */
const LOOK_EVERY_BINS = 20;
/** Bins that are remembered: more than the rings hold, for eight cycles of a minute. */
const MEMORY = COARSE_MS / BIN_MS;
/** An agent with less of the samples does not decide how well their times are known. */
const LEAST_SHARE = 0.1;
/** Ticks are used when they hold so much of what bins do. */
const ENOUGH_TICKS = 0.5;
const TICKS_PER_BIN = BIN_MS / TICK_MS;
/** A stretch without bins that is longer begins a new history. */
const MOST_MISSING = 100;

/** What is known of the fabric's cycles. */
export interface PeriodReport {
  /** Epoch ms: the end of the last bin that was looked at. */
  time: number;
  /** How far back that look reached, ms. */
  historyMs: number;
  /** What is shorter or longer cannot be found, ms. */
  shortestMs: number;
  longestMs: number;
  /** By how much the times of samples may be off, ms. */
  timeResolutionMs: number;
  /** Strongest first. */
  periods: PeriodFigures[];
}

/** Takes a series to look at, and tells what is shown from now on; `undefined` when it could not look. */
export type Look = (series: TickSeries, done: (periods: PeriodFigures[] | undefined) => void) => void;

/**
 * Follows the fabric's RoCEv2 samples bin by bin and has them looked at every two seconds, elsewhere: here only counts
 * are copied. All ports that frames come in by count, on every hop: that a packet is seen twice does not change when.
 */
export class PeriodEngine {
  report: PeriodReport | undefined;
  /** Looks that were left out because the one before was not done. */
  skipped = 0;
  private readonly fabric: Fabric;
  private readonly look: Look;
  private readonly counts: number[] = [];
  /** The next bin to take. */
  private next = Number.NaN;
  private lookedAt = 0;
  private isLooking = false;
  private readonly moments = new Moments();

  constructor(fabric: Fabric, look: Look) {
    this.fabric = fabric;
    this.look = look;
  }

  /** Takes the bins that have become final since the last call. */
  advance(): void {
    const {fabric} = this;
    const end = fabric.finalBin;
    if (!Number.isFinite(end)) return;
    const from = Math.max(fabric.firstBin, end - MEMORY);
    if (!(this.next >= from - MOST_MISSING)) this.restart(from);
    for (; this.next < end; this.next++) this.counts.push(this.next < from ? Number.NaN : this.samples(this.next));
    if (this.counts.length > MEMORY) this.counts.splice(0, this.counts.length - MEMORY);
    if (end - this.lookedAt >= LOOK_EVERY_BINS) this.start(end);
  }

  private restart(from: number): void {
    this.counts.length = 0;
    this.next = from;
    this.report = undefined;
  }

  /**
   * Samples of a bin, as many as there would be without loss: estimated frames over what a sample stood for. NaN
   * where no agent was there.
   */
  private samples(bin: number): number {
    const {sums} = this.fabric;
    const {moments} = this;
    moments.clear();
    for (const role of ROLES) sums.addTo(moments, bin, 'roce', role);
    if (moments.samples > 0) return moments.frames / this.weight(moments);
    return ROLES.every((role) => sums.state(bin, role) === BinState.Absent) ? Number.NaN : 0;
  }

  /** Frames that a sample stands for, on average of late; it moves so slowly that it makes no lines of its own. */
  private mean = Number.NaN;

  private weight({frames, samples}: Moments): number {
    const now = frames / samples;
    this.mean = Number.isNaN(this.mean) ? now : this.mean + (now - this.mean) / MEMORY;
    return this.mean;
  }

  private start(end: number): void {
    this.lookedAt = end;
    if (this.isLooking) {
      this.skipped++;
      return;
    }
    const series = this.series(end);
    const {resolutionMs} = series;
    const range = series.tickMs < BIN_MS ? {...COARSE, shortestMs: FINE.shortestMs} : BINS_ALONE;
    const historyMs = series.counts.length * series.tickMs; // the thread takes the array itself away
    this.isLooking = true;
    this.look(series, (periods) => {
      this.isLooking = false;
      if (!periods) return;
      this.report = {
        time: end * BIN_MS,
        historyMs,
        shortestMs: Math.max(range.shortestMs, RESOLUTIONS * resolutionMs),
        longestMs: range.longestMs,
        timeResolutionMs: resolutionMs,
        periods,
      };
    });
  }

  /** The bins before `end` in ticks, where they are known, else as they are. */
  private series(end: number): TickSeries {
    const {counts} = this;
    const resolution = this.resolution();
    const ticks = new Float64Array(counts.length * TICKS_PER_BIN);
    let inTicks = 0;
    let inBins = 0;
    counts.forEach((count, index) => {
      if (Number.isNaN(count)) return;
      inBins += count;
      inTicks += this.fabric.ticks.copy(end - counts.length + index, ticks, index * TICKS_PER_BIN);
    });
    if (inTicks === 0 || inTicks < ENOUGH_TICKS * inBins) {
      const resolutionMs = Math.max(BIN_MS, resolution);
      return {counts: withoutGaps(counts), tickMs: BIN_MS, noise: 1, resolutionMs};
    }
    const known = counts.filter((count) => !Number.isNaN(count)).length * TICKS_PER_BIN;
    counts.forEach((count, index) => {
      if (Number.isNaN(count)) ticks.fill(inTicks / known, index * TICKS_PER_BIN, (index + 1) * TICKS_PER_BIN);
    });
    return {counts: ticks, tickMs: TICK_MS, noise: 1, resolutionMs: Math.max(TICK_MS, resolution)};
  }

  /** The worst of the agents that send much. */
  private resolution(): number {
    const second = Math.floor(this.fabric.time / 1_000);
    const recent = this.fabric.agents.all.map((agent) => agent.recent.before(second));
    const received = recent.reduce((sum, one) => sum + one.received, 0);
    const many = recent.filter((one) => one.received >= LEAST_SHARE * received);
    return Math.max(0, ...many.map(({uncertainMs}) => uncertainMs ?? 0));
  }
}

/** A bin that nobody was there for is like those around it: neither a pause nor a burst. */
function withoutGaps(counts: readonly number[]): Float64Array {
  const known = counts.filter((count) => !Number.isNaN(count));
  const mean = known.reduce((sum, count) => sum + count, 0) / Math.max(1, known.length);
  return Float64Array.from(counts, (count) => (Number.isNaN(count) ? mean : count));
}
