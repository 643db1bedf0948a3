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
 * The p-quantile of chi-squared with k degrees of freedom by Wilson and Hilferty (1931), `z` being the normal
 * quantile of p. Upper quantiles are good to 0.6 % from two degrees on, lower ones to 3 % from six and 0.5 % from
 * twenty; cut at zero below.
 */
function chiSquared(k: number, z: number): number {
  if (k <= 0) return 0;
  const ninth = 2 / (9 * k);
  return k * Math.max(0, 1 - ninth + z * Math.sqrt(ninth)) ** 3;
}

/**
 * The 95 % interval of a sum of weighted Poisson counts (Fay and Feuer 1997): `sum` = Σ w, `squares` = Σ w², and the
 * largest weight that one more count could have had. Needs no knowledge of the mix of weights, and says something of
 * an empty sum too: high = 3.69 × the largest weight.
 */
export function weightedPoissonBand(sum: number, squares: number, largest: number): Band {
  if (sum === 0) return {low: 0, high: HIGH_OF_NOTHING * largest};
  const low = squares > 0 ? (squares / (2 * sum)) * chiSquared((2 * sum * sum) / squares, Z_LOW) : 0;
  const upSum = sum + largest;
  const upSquares = squares + largest * largest;
  const high = upSum > 0 ? (upSquares / (2 * upSum)) * chiSquared((2 * upSum * upSum) / upSquares, Z_HIGH) : 0;
  return {low, high};
}
