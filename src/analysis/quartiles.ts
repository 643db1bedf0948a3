/** The five numbers that a box plot shows. */
export interface Quartiles {
  min: number;
  q1: number;
  median: number;
  q3: number;
  max: number;
}

/**
 * Quartiles by linear interpolation between order statistics: definition 7 of Hyndman and Fan (1996), which is that of
 * R, NumPy and spreadsheets; the median of an even number is the mean of the middle two. In the unit of `values`;
 * undefined where there are none.
 */
export function quartilesOf(values: readonly number[]): Quartiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below]!;
    const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
    return low + (place - below) * (high - low);
  };
  return {min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75), max: at(1)};
}
