import type {Moments} from '../../fabric/history/moments.ts';
import {chiSquaredQuantile} from '../../shared/band.ts';
import {chiSquaredTail, excessBand} from '../chi-squared.ts';

/** How evenly equal ways share what they carry. */
export interface Imbalance {
  /** Samples of all members, and how many equal ones would say as much of bytes. */
  samples: number;
  effectiveSamples: number;
  /** The chance that members which carry the same differ as much in their samples. */
  pValue: number;
  /**
   * Coefficient of variation of what the members really carry: standard deviation (of the members there are) over mean,
   * what sampling adds taken off; with its 95 % interval.
   */
  cv: number;
  cvLow: number;
  cvHigh: number;
}

/**
 * The index of dispersion on bytes: X² = Σ (y - ȳ)² / (w ȳ) is chi-squared with k - 1 degrees of freedom where all carry
 * the same, w = ΣΣL² / ΣΣL being the bytes that weigh like one sample of Poisson's. Members that are sampled at several
 * rates are weighted by how well they are known. Undefined for fewer than two members, or without a sample.
 */
export function imbalanceOf(members: readonly Moments[]): Imbalance | undefined {
  const sum = (pick: (moments: Moments) => number) => members.reduce((total, moments) => total + pick(moments), 0);
  const samples = sum((moments) => moments.samples);
  if (members.length < 2 || samples === 0) return undefined;
  const usual = Math.max(...members.map(({largestRate}) => largestRate));
  const rateOf = ({largestRate}: Moments) => largestRate || usual;
  // Without the rates, lengths are alike on all members: one weight for all is steadier than one each.
  const length = sum((one) => one.squares / rateOf(one) ** 2) / sum((one) => one.bytes / rateOf(one));
  const weight = (one: Moments) => length * rateOf(one);
  const effectiveSamples = sum((one) => one.bytes / weight(one));
  const mean = effectiveSamples / sum((one) => 1 / weight(one));
  const part = (one: Moments) => (one.bytes - mean) ** 2 / (weight(one) * mean);
  const dispersion = sum(part);
  const degrees = members.length - 1;
  const skew = dispersion > 0 ? sum((one) => (part(one) * one.bytes) / mean) / dispersion : 1;
  const band = excessBand(dispersion, degrees, skew);
  const cvOf = (excess: number) => Math.sqrt(Math.max(0, excess) / effectiveSamples);
  return {
    samples,
    effectiveSamples,
    pValue: chiSquaredTail(dispersion, degrees),
    cv: cvOf(dispersion - degrees),
    cvLow: cvOf(band.low),
    cvHigh: cvOf(band.high),
  };
}

/** What hashing flows to members comes to. */
export interface Hashing {
  /**
   * How many equal flows would be as coarse as these: inverse Simpson by volume. Null where no two samples are of one
   * flow, or all but: more than can be told.
   */
  flows: number | null;
  /** The coefficient of variation that a fair hash of so many gives, as root of its mean square. */
  expectedCv: number;
  /** One hash in a thousand is more uneven by luck. */
  mostCv: number;
}

/** Normal quantile of 99.9 %. */
const Z_MOST = 3.0902;

/**
 * How evenly `members` ways can be filled by whole flows. `flows`: bytes and their squares (the variance of the bytes), of
 * each flow; `bytes` of all that is hashed: what is in none of the flows counts as infinitely fine.
 */
export function hashingOf(flows: readonly {bytes: number; squares: number}[], bytes: number, members: number): Hashing {
  let simpson = 0;
  let known = 0;
  let variance = 0;
  for (const flow of flows) {
    // Unbiased: the square of an estimate is too large by its variance.
    simpson += flow.bytes ** 2 - flow.squares;
    known += flow.bytes;
    variance += flow.squares;
  }
  const total = Math.max(bytes, known) ** 2 - variance;
  const coarseness = simpson > 0 && total > 0 ? Math.min(1, simpson / total) : 0;
  return {
    flows: coarseness > 0 ? 1 / coarseness : null,
    expectedCv: Math.sqrt((members - 1) * coarseness),
    mostCv: Math.sqrt(chiSquaredQuantile(members - 1, Z_MOST) * coarseness),
  };
}

/** What is said of equal ways; `few-flows`: uneven as a fair hash of these few large flows may be. */
export type Verdict = 'balanced' | 'few-flows' | 'imbalanced' | 'unknown';

/** As sure as this in one look; events wait for a second one of other traffic. */
const SIGNIFICANT = 1e-6;
/** Unevenness that is surely above this is worth a word; where more than the second may be hidden it is not known. */
const LEAST_CV = 0.05;
const HIDDEN_CV = 0.4;

/** Whether it is uneven, and whether hashing whole flows explains it. */
export function verdictOf({pValue, cvLow, cvHigh}: Imbalance, {mostCv}: Pick<Hashing, 'mostCv'>): Verdict {
  if (pValue >= SIGNIFICANT || cvLow < LEAST_CV) return cvHigh > HIDDEN_CV ? 'unknown' : 'balanced';
  return cvLow > mostCv ? 'imbalanced' : 'few-flows';
}
