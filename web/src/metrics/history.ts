/** Points that are kept: ten minutes at one a second. */
const MOST = 600;

/** Points further apart than this have a gap between them, ms. */
const GAP_MS = 5_000;

/** The last minutes of a figure that comes about once a second. NaN is a gap, never a zero. */
export class History {
  /** Epoch ms, ascending: the end of the time that a point is the mean of. */
  readonly times: number[] = [];
  readonly values: number[] = [];
  /** Ends of the 95 % interval; NaN where a figure is no estimate. */
  readonly low: number[] = [];
  readonly high: number[] = [];

  /** Adds a point; one that is not newer than the last is ignored. */
  put(time: number, value: number | null, low: number | null = null, high: number | null = null): void {
    if (time <= (this.times.at(-1) ?? Number.NEGATIVE_INFINITY)) return;
    this.times.push(time);
    this.values.push(value ?? Number.NaN);
    this.low.push(low ?? Number.NaN);
    this.high.push(high ?? Number.NaN);
    if (this.times.length > MOST) for (const column of [this.times, this.values, this.low, this.high]) column.shift();
  }

  /** Index of the point that holds at a time, -1 where none does or it is a gap; the newest may be `mostMs` old. */
  at(time: number, mostMs = GAP_MS): number {
    let i = this.times.length - 1;
    while (i >= 0 && this.times[i]! > time) i--;
    // A point holds until the next one comes, or as long as one may be late.
    return i < 0 || time - this.times[i]! > mostMs || Number.isNaN(this.values[i]!) ? -1 : i;
  }

  /** True where the line is broken before a point. */
  breaksBefore(i: number): boolean {
    return i === 0 || Number.isNaN(this.values[i - 1]!) || this.times[i]! - this.times[i - 1]! > GAP_MS;
  }

  /**
   * True where a point has a band to draw. That of none is but the most that so few samples can miss, which the figure
   * tells: drawn, it would look like something that was seen.
   */
  hasBand(i: number): boolean {
    return this.values[i] !== 0 && !Number.isNaN(this.low[i]! + this.high[i]!);
  }

  /** True where any point from a time on has a figure. */
  hasSince(time: number): boolean {
    for (let i = this.times.length - 1; i >= 0 && this.times[i]! >= time; i--) {
      if (!Number.isNaN(this.values[i]!)) return true;
    }
    return false;
  }

  clear(): void {
    for (const column of [this.times, this.values, this.low, this.high]) column.length = 0;
  }
}

/** Epoch ms from which on any of them is known, where that is later than `from` by more than a point may be late; else null. */
export function knownFrom(histories: readonly History[], from: number): number | null {
  const first = Math.min(...histories.map(({times}) => times[0] ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(first) && first > from + GAP_MS ? first : null;
}
