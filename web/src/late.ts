import type {LinkInfo, LiveEvent} from '../../src/shared/live.ts';
import {duration} from './format.ts';
import type {Series} from './series.ts';

/** More than links can carry by so much, with the whole band, is no jitter of a few ms at the edges of a bin. */
const BEYOND = 1.1;
/** A bin with less than this part of what links can carry may be one whose samples came later. */
const EMPTY = 0.05;
/** Samples wait no longer, in bins: what shows for longer has another cause, such as a speed that is not true. */
const MOST = 12;
/** A stall of the collector is told of within so long, ms. */
const TOLD_MS = 2_000;

/** What was measured so long before or after a stall, or samples that came late, may come of it, ms. */
const NEAR_MS = 3_000;

/** Bins that are not as they were, `from` .. `to - 1`. */
export interface LateBins {
  from: number;
  to: number;
  text: string;
}

/** bit/s that all edge links together can carry; null where the speed of one is not known. */
export function capacityOf(links: readonly Pick<LinkInfo, 'role' | 'speed'>[]): number | null {
  let sum = 0;
  for (const {role, speed} of links) {
    if (role !== 'edge') continue;
    if (speed === null) return null;
    sum += speed;
  }
  return sum > 0 ? sum : null;
}

/**
 * Bins among `from` .. `to - 1` of the fabric's series with more than its links can carry: so much came at once because
 * it came late, as after a stall of what sends it, or of this machine. They hold what belongs into the bins before.
 */
export function lateBins(
  series: Series,
  from: number,
  to: number,
  capacity: number | null,
  events: readonly Pick<LiveEvent, 'kind' | 'time' | 'figures'>[],
): LateBins[] {
  const found: LateBins[] = [];
  if (capacity === null) return found;
  for (let bin = from; bin < to + MOST; bin++) {
    if (!isBeyond(series, bin, capacity)) continue;
    const first = bin;
    let excess = 0;
    while (isBeyond(series, bin, capacity)) excess += series.value[series.indexOf(bin++)]! - capacity;
    if (bin - first > MOST) continue;
    // It belongs into as many bins at least, and into those that lack everything.
    let start = first - Math.ceil(excess / capacity);
    while (first - start < MOST && isEmpty(series, start - 1, capacity)) start--;
    start = Math.max(start, first - MOST);
    if (start >= to) break;
    // Stretches that touch are one.
    if ((found.at(-1)?.to ?? 0) >= start) start = Math.min(start, found.pop()!.from);
    found.push({from: start, to: bin, text: textOf(start, bin, events)});
  }
  return found;
}

/** What a figure runs from and to. */
export interface Extremes {
  peak: number;
  least: number;
  mean: number;
}

/**
 * Largest, least and mean value of bins `from` .. `to - 1`; null where none has one. What came late, or is surely more
 * than links carry, is part of the mean, for it did come, but was never a peak or a low.
 */
export function extremesOf(
  series: Series,
  from: number,
  to: number,
  late: readonly Pick<LateBins, 'from' | 'to'>[],
  capacity: number | null,
): Extremes | null {
  const [all, sound] = [new Range(), new Range()];
  for (let bin = from; bin < to; bin++) {
    const at = series.indexOf(bin);
    if (at < 0) continue;
    const value = series.value[at]!;
    all.take(value);
    const isLate = late.some((span) => bin >= span.from && bin < span.to);
    if (!isLate && (capacity === null || series.low[at]! <= capacity)) sound.take(value);
  }
  if (all.count === 0) return null;
  const {peak, least} = sound.count > 0 ? sound : all;
  return {peak, least, mean: all.sum / all.count};
}

class Range {
  peak = Number.NEGATIVE_INFINITY;
  least = Number.POSITIVE_INFINITY;
  sum = 0;
  count = 0;

  take(value: number): void {
    this.peak = Math.max(this.peak, value);
    this.least = Math.min(this.least, value);
    this.sum += value;
    this.count++;
  }
}

/** What disturbed measuring at about an instant, epoch ms, in words; null where nothing is known that did. */
export function disturbedAt(
  time: number,
  series: Series,
  capacity: number | null,
  events: Parameters<typeof lateBins>[4],
): string | null {
  if (events.some((event) => event.kind === 'stalled' && Math.abs(event.time - time) <= NEAR_MS)) {
    return 'the collector stalled then';
  }
  const [from, to] = [time - NEAR_MS, time + NEAR_MS].map((ms) => Math.floor(ms / 100));
  return lateBins(series, from!, to!, capacity, []).length > 0 ? 'samples arrived late then' : null;
}

function isBeyond(series: Series, bin: number, capacity: number): boolean {
  const at = series.indexOf(bin);
  return at >= 0 && series.low[at]! > BEYOND * capacity;
}

function isEmpty(series: Series, bin: number, capacity: number): boolean {
  const at = series.indexOf(bin);
  return at >= 0 && series.value[at]! < EMPTY * capacity;
}

function textOf(from: number, to: number, events: Parameters<typeof lateBins>[4]): string {
  const stall = events.find(({kind, time}) => kind === 'stalled' && time >= from * 100 && time <= to * 100 + TOLD_MS);
  const ms = stall?.figures?.['stallMs'];
  return ms === undefined ? 'samples arrived late' : `collector stalled ${duration(ms)}: samples arrived late`;
}
