const MOST_TERMS = 1_000;
const PRECISION = 1e-14;
/** Lanczos' coefficients for g = 7, n = 9 (Godfrey): the gamma function to 15 digits. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function logGamma(x: number): number {
  const z = x - 1;
  const t = z + 7.5;
  const sum = LANCZOS.reduce((total, coefficient, i) => total + (i === 0 ? coefficient : coefficient / (z + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * The chance that chi-squared with `degrees` degrees of freedom is `x` or more. The tail itself, by a continued fraction:
 * one less the rest would be 0 from 1e-16 on, where ranks still matter. 0 below 1e-308.
 */
export function chiSquaredTail(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const a = degrees / 2;
  const y = x / 2;
  const logFront = a * Math.log(y) - y - logGamma(a);
  return y < a + 1 ? 1 - Math.exp(logFront) * series(a, y) : Math.exp(logFront) * fraction(a, y);
}

/** The lower part of the incomplete gamma function, its front taken out. */
function series(a: number, y: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * PRECISION; n++) {
    term *= y / (a + n);
    sum += term;
  }
  return sum;
}

/** The upper part, by Lentz's method. */
function fraction(a: number, y: number): number {
  let b = y + 1 - a;
  let c = Number.MAX_VALUE;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < PRECISION) break;
  }
  return value;
}

const Z = 1.959963984540054;
const HALVINGS = 60;

/**
 * The 95 % interval of how far a chi-squared value lies beyond chance: of the non-centrality that it was drawn with.
 * `skew`: by how much the variance of what is beyond chance is larger than where all members are equal. By the cube
 * root's near normality (Abdel-Aty 1954).
 */
export function excessBand(x: number, degrees: number, skew: number): {low: number; high: number} {
  const score = (excess: number, value: number) => {
    const mean = degrees + excess;
    const spread = (2 * degrees + 4 * excess * skew) / (9 * mean * mean);
    return (Math.cbrt(value / mean) - (1 - spread)) / Math.sqrt(spread);
  };
  // Less than chance would have it says no more than what chance would have.
  return {
    low: solve((excess) => score(excess, x) - Z, x),
    high: solve((excess) => score(excess, Math.max(x, degrees)) + Z, x),
  };
}

/** Where a falling function of the excess crosses zero; 0 where it is below there from the start. */
function solve(falling: (excess: number) => number, x: number): number {
  let low = 0;
  let high = 4 * x + 100;
  if (falling(low) <= 0) return 0;
  while (falling(high) > 0) high *= 2;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (falling(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
