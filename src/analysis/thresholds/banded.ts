import type {Banded} from '../congestion/marks.ts';

/** A figure that is counted and not estimated. */
export const exact = (value: number): Banded => ({value, low: value, high: value});

/** The same in another unit. */
export const scaled = ({value, low, high}: Banded, by: number): Banded => {
  return {value: value * by, low: low * by, high: high * by};
};
