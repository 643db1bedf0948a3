/** Steps of a doubling: 16 bits reach over 59 doublings, from 1 byte to what an exabit holds. */
const STEPS = 1_100;
const MOST = 65_535;

/** Steps within a doubling, and doublings: together they are a number. */
const PARTS = Float64Array.from({length: STEPS}, (_, step) => 2 ** (step / STEPS));
const DOUBLINGS = Float64Array.from({length: Math.ceil(MOST / STEPS)}, (_, power) => 2 ** power);

/** A number of one or more in 16 bits, to 0.03 %; what is less is one, nothing is 0. */
export function encodeLog(value: number): number {
  if (!(value > 0)) return 0;
  return Math.min(MOST, 1 + Math.max(0, Math.round(STEPS * Math.log2(value))));
}

export function decodeLog(code: number): number {
  if (code === 0) return 0;
  const doublings = ((code - 1) / STEPS) | 0;
  return DOUBLINGS[doublings]! * PARTS[code - 1 - doublings * STEPS]!;
}
