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
