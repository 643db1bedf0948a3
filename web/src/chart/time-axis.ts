import {clock} from '../format.ts';

/** Round steps of time in bins: 100 ms to 6 h. */
const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 300, 600, 1200, 3000, 6000, 9000, 18_000, 36_000, 108_000, 144_000, 216_000,
];

export interface TimeTick {
  /** Edge of a bin: the instant bin × 100 ms. */
  bin: number;
  label: string;
}

/**
 * Ticks of a time axis, at most `most`. Live they count back from now and so stand still; held they are times of day.
 */
export function timeTicks(from: number, to: number, most: number, live: boolean): TimeTick[] {
  const raw = (to - from) / Math.max(1, most);
  const fitting = STEPS.filter((s) => s >= raw);
  // Live, the window's own length should be a tick: the axis then starts with a label.
  const even = live ? fitting.find((s) => (to - from) % s === 0) : undefined;
  const step = even ?? fitting[0] ?? STEPS[STEPS.length - 1]!;
  const ticks: TimeTick[] = [];
  if (live) {
    for (let back = 0; back <= to - from; back += step) {
      ticks.unshift({bin: to - back, label: back === 0 ? 'now' : agoLabel(back)});
    }
  } else {
    for (let bin = Math.ceil(from / step) * step; bin <= to; bin += step) {
      ticks.push({bin, label: clock(bin * 100, step < 10)});
    }
  }
  return ticks;
}

function agoLabel(bins: number): string {
  const seconds = bins / 10;
  if (seconds >= 7_200 && seconds % 3_600 === 0) return `−${seconds / 3_600} h`;
  if (seconds >= 60 && seconds % 60 === 0) return `−${seconds / 60} min`;
  return seconds >= 60
    ? `−${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`
    : `−${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`;
}
