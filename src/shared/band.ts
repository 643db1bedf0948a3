/** A 95 % interval. */
export interface Band {
  low: number;
  high: number;
}

const Z_LOW = -1.959963984540054;
const Z_HIGH = 1.959963984540054;
/** Of a Poisson count that came out 0: e^-3.689 is 2.5 %, exactly. */
const HIGH_OF_NOTHING = -Math.log(0.025);
/**
 * How far both ends of a count's band are drawn in, in samples. At 0 the limits are the exact ones, which cover 95.2 to
 * 97.5 % where 10 to 20 samples are expected; at 1/2 they are nearly mid-P, which fall to 91.6 % where 1 to 5 are. A
 * quarter covers 94.1 % or more from one sample on, 94.3 to 96.9 % from ten on, and is narrower by 4 % there.
 */
export const QUARTER_SAMPLE = 0.25;

/**
 * The p-quantile of chi-squared with k degrees of freedom by Wilson and Hilferty (1931), `z` being the normal
 * quantile of p. Upper quantiles are good to 0.6 % from two degrees on, lower ones to 3 % from six and 0.5 % from
 * twenty; cut at zero below.
 */
export function chiSquaredQuantile(k: number, z: number): number {
  if (k <= 0) return 0;
  const ninth = 2 / (9 * k);
  return k * Math.max(0, 1 - ninth + z * Math.sqrt(ninth)) ** 3;
}

/**
 * The 95 % interval of a sum of weighted Poisson counts (Fay and Feuer 1997): `sum` = Σ w, `squares` = Σ w², and the
 * largest weight that one more count could have had. Needs no knowledge of the mix of weights, and says something of
 * an empty sum too: high = 3.69 × the largest weight. `drawnIn`: the part of a sample by which both ends are drawn in,
 * as the mid-P form (Fay and Kim 2017) does by a half.
 */
export function weightedPoissonBand(sum: number, squares: number, largest: number, drawnIn = 0): Band {
  if (sum === 0) return {low: 0, high: HIGH_OF_NOTHING * largest};
  // Downwards the sample that is drawn in by weighs what the others do, upwards what the largest could.
  const mean = squares / sum;
  return {
    low: gammaQuantile(sum + drawnIn * mean, squares + drawnIn * mean * mean, Z_LOW),
    high: gammaQuantile(sum + (1 - drawnIn) * largest, squares + (1 - drawnIn) * largest * largest, Z_HIGH),
  };
}

/** The quantile of the gamma distribution with this mean and variance; `z` is the normal quantile. */
export function gammaQuantile(mean: number, variance: number, z: number): number {
  return variance > 0 ? (variance / (2 * mean)) * chiSquaredQuantile((2 * mean * mean) / variance, z) : 0;
}
