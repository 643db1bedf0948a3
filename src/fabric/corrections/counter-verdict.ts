import {gammaQuantile} from '../../shared/band.ts';
import type {Compared} from './counter-span.ts';

/** What samples say against counters: estimate over counter, 1 where both tell the same. */
export interface Comparison {
  ratio: number;
  /** The 99.9999 % interval of the ratio that was drawn, the counters' edges included. */
  low: number;
  high: number;
  seconds: number;
  verdict: 'agrees' | 'disagrees' | 'unknown';
}

/** Normal quantile of the band that is told. */
const Z_TOLD = 4.8916;
/**
 * And of the band that must leave 1 out before anything is said: it does so by chance once in 10^10 looks. Thousands of
 * ports are looked at every 20 s, for months.
 */
const Z_VERDICT = 6.5;
/** Smaller differences may be lengths without FCS, tags or preambles. */
const EFFECT = 0.1;
/** A band within these excludes that the rate is wrong by two. */
const NOT_HALF = 0.5;
const NOT_DOUBLE = 2;
const FCS_BYTES = 4;
/** With fewer samples nothing is said, whatever the counters hold. */
const FEW = 10;

/**
 * Compares an estimate with the counter of the same time. Counters usually leave out the FCS: it is taken off, and the
 * band reaches as far as the counter that has it.
 */
export function compare(sums: Compared): Comparison | undefined {
  const {octets, samples, frames, bytes, squares, edges, ms} = sums;
  if (!(octets > 0) || samples <= 0 || bytes <= 0 || ms <= 0) return undefined;
  const estimate = bytes - FCS_BYTES * frames;
  const weight = squares / bytes;
  const band = (z: number) => ({
    low: Math.max(0, (gammaQuantile(estimate, squares, -z) - edges) / octets),
    high: (gammaQuantile(bytes + weight, squares + weight * weight, z) + edges) / octets,
  });
  return judge(estimate / octets, band, samples, ms / 1_000);
}

/** What a ratio and its band at any normal quantile say. */
export function judge(
  ratio: number,
  band: (z: number) => {low: number; high: number},
  samples: number,
  seconds: number,
): Comparison {
  const {low, high} = band(Z_TOLD);
  const strict = band(Z_VERDICT);
  const isOff = (strict.low > 1 || strict.high < 1) && Math.abs(ratio - 1) >= EFFECT && samples >= FEW;
  const isClose = low > NOT_HALF && high < NOT_DOUBLE;
  return {ratio, low, high, seconds, verdict: isOff ? 'disagrees' : isClose ? 'agrees' : 'unknown'};
}

/** Whether one stretch tells another story than an earlier one. */
export function differs(recent: Compared, whole: Compared): boolean {
  const one = compare(recent);
  const other = compare(whole);
  if (!one || !other) return false;
  return (one.low > other.high || one.high < other.low) && Math.abs(one.ratio / other.ratio - 1) >= EFFECT;
}

/** Steps of rates that people and switches set. */
const DECADES = [1, 2, 5];
const MULTIPLES = [2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100];

/**
 * The sampling rate that fits, where one is claimed that does not: the simplest within the band, first a multiple or
 * fraction of the claimed one, then 1, 2 or 5 and zeros, then a power of two, else two digits of the likeliest.
 */
export function fittingRate(claimed: number, {ratio, low, high}: Comparison): number {
  const likely = claimed / ratio;
  const least = claimed / high;
  const most = low > 0 ? claimed / low : Number.POSITIVE_INFINITY;
  const nearest = (rates: readonly number[]) =>
    rates
      .filter((rate) => rate >= 1 && rate >= least && rate <= most)
      .sort((a, b) => Math.abs(Math.log(a / likely)) - Math.abs(Math.log(b / likely)))[0];
  const decade = 10 ** Math.floor(Math.log10(likely));
  const two = 2 ** Math.floor(Math.log2(likely));
  return (
    nearest(MULTIPLES.flatMap((by) => [claimed * by, claimed / by]).filter(Number.isInteger)) ??
    nearest(DECADES.map((step) => step * decade).concat(10 * decade)) ??
    nearest([two, 2 * two]) ??
    Math.max(1, Number(likely.toPrecision(2)))
  );
}
