import type {Heat} from './heat.ts';

/** Bins that phases are taken over at most: more cycles make them surer, and older. */
const MOST_BINS = 600;

/** Less swing than this about its mean is no beat that could be late. */
const LEAST_SWING = 0.1;

/**
 * How late each link's beat is against the beat of all of them together, in milliseconds (negative: early); NaN where
 * there is none. By the phases of the cycle's fundamental, so to within half a period and without a band: it sorts the
 * map, and names nobody.
 */
export function latenessOf(heat: Heat, slots: ArrayLike<number>, periodMs: number, before: number): Float64Array {
  const period = periodMs / 100;
  const cycles = Math.floor(MOST_BINS / period);
  const late = new Float64Array(slots.length).fill(Number.NaN);
  if (!(period >= 2) || cycles < 2) return late;
  const bins = Math.round(cycles * period);
  const real = new Float64Array(slots.length);
  const imaginary = new Float64Array(slots.length);
  const sums = new Float64Array(slots.length);
  for (let bin = before - bins; bin < before; bin++) {
    const offset = heat.offsetOf(bin);
    if (offset < 0) continue;
    const angle = (2 * Math.PI * (bin - before)) / period;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    for (let i = 0; i < slots.length; i++) {
      const cell = heat.cells[offset + slots[i]!]!;
      if (cell < 2) continue;
      real[i]! += (cell - 1) * cos;
      imaginary[i]! += (cell - 1) * sin;
      sums[i]! += cell - 1;
    }
  }
  let x = 0;
  let y = 0;
  for (let i = 0; i < slots.length; i++) {
    x += real[i]!;
    y += imaginary[i]!;
  }
  if (x === 0 && y === 0) return late;
  const common = Math.atan2(y, x);
  for (let i = 0; i < slots.length; i++) {
    if (Math.hypot(real[i]!, imaginary[i]!) < LEAST_SWING * sums[i]! || sums[i] === 0) continue;
    const turn = (Math.atan2(imaginary[i]!, real[i]!) - common) / (2 * Math.PI);
    late[i] = (turn - Math.round(turn)) * periodMs;
  }
  return late;
}
