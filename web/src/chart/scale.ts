/** Steps of a scale that people read at a glance. */
const STEPS = [1, 2, 2.5, 5, 10];

/** Smallest round number that is not below the value. */
export function niceCeil(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]) {
    if (step * power >= value * (1 - 1e-9)) return step * power;
  }
  return 10 * power;
}

/**
 * Top of a scale that stands still: it grows at once when something would not fit, and comes down only when less than
 * half of it is used.
 */
export function heldTop(largest: number, former: number): number {
  const wanted = niceCeil(largest);
  if (former <= 0 || wanted > former || largest < former * 0.45) return wanted;
  return former;
}

/** Round values from 0 to the top, at most `most` steps. */
export function valueTicks(top: number, most: number): number[] {
  if (!(top > 0)) return [0];
  const raw = top / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = (STEPS.find((s) => s * power >= raw * (1 - 1e-9)) ?? 10) * power;
  const ticks: number[] = [];
  for (let i = 0; i * step <= top * (1 + 1e-9); i++) ticks.push(i * step);
  return ticks;
}
