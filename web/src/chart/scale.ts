/** Tops of a scale whose halves and quarters are round too. */
const TOPS = [1, 1.2, 1.6, 2, 2.4, 2.8, 3.2, 3.6, 4, 5, 6, 8, 10];

/** Smallest round number that is not below the value. */
export function niceCeil(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of TOPS) {
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

/** Values to label, from 0 to the top: in quarters where there is room, else in halves. */
export function valueTicks(top: number, most: number): number[] {
  const parts = most >= 4 ? 4 : most >= 2 ? 2 : 1;
  return Array.from({length: parts + 1}, (_, i) => (top * i) / parts);
}
