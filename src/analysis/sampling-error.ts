import type {Moments} from '../fabric/history/moments.ts';
import type {WeightedMean} from '../fabric/operation-sums.ts';
import {type Band, QUARTER_SAMPLE, weightedPoissonBand} from '../shared/band.ts';

/** The band of the moments' bytes; its error is that of sampling only. */
export function byteBand(moments: Moments): Band {
  return weightedPoissonBand(moments.bytes, moments.squares, moments.largest);
}

/** The band of the moments' frames: at one sampling rate that of a Poisson count, times the rate; nearer to 95 % than the exact one. */
export function frameBand(moments: Moments): Band {
  return weightedPoissonBand(moments.frames, moments.frameSquares, moments.largestRate, QUARTER_SAMPLE);
}

const Z = 1.959963984540054;

type Counted = Pick<Moments, 'samples' | 'frames' | 'largestRate'>;

/** Frames that a sample stands for on average. */
const meanWeight = ({samples, frames, largestRate}: Counted) => (samples > 0 ? frames / samples : largestRate);

/** The band of how many of the moments' frames are of some kind, estimated as `frames`; of none too. */
export function kindBand(frames: number, moments: Counted): Band {
  const weight = meanWeight(moments);
  return weightedPoissonBand(frames, frames * weight, weight, QUARTER_SAMPLE);
}

/** The band of the share of the moments' frames that are of some kind (Wilson 1927); all of 0..1 without samples. */
export function shareBand(share: number, {samples}: Pick<Moments, 'samples'>): Band {
  if (samples === 0) return {low: 0, high: 1};
  const z2 = (Z * Z) / samples;
  const middle = share + z2 / 2;
  const half = Z * Math.sqrt((share * (1 - share)) / samples + z2 / (4 * samples));
  return {low: Math.max(0, (middle - half) / (1 + z2)), high: Math.min(1, (middle + half) / (1 + z2))};
}

/**
 * The part of frames that are marked CE, with its band: of the samples where the frames have come farthest, for switches
 * mark what they send. Undefined without samples there.
 */
export function ceShareOf({ce, farFrames, farSamples}: {ce: number; farFrames: number; farSamples: number}) {
  if (!(farFrames > 0)) return undefined;
  const value = Math.min(1, ce / farFrames);
  return {value, ...shareBand(value, {samples: farSamples})};
}

/** With fewer samples nobody can say how much they differ. */
const FEW = 10;

/** The band of a mean over samples, from how they scatter; undefined where there are too few to tell. */
export function meanBand(of: WeightedMean): Band | undefined {
  const {samples, weights, weightSquares, sum, squaresBySum, squaresBySquares} = of;
  if (samples < FEW) return undefined;
  const mean = sum / weights;
  const scatter = squaresBySquares - 2 * mean * squaresBySum + mean * mean * weightSquares;
  const half = studentT(samples - 1) * (Math.sqrt(Math.max(0, scatter) * (samples / (samples - 1))) / weights);
  return {low: Math.max(0, mean - half), high: mean + half};
}

/** The 97.5 % quantile of Student's t, from nine degrees of freedom on to 0.1 % (Cornish and Fisher 1938). */
function studentT(degrees: number): number {
  const first = (Z ** 3 + Z) / (4 * degrees);
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * degrees ** 2);
  return Z + first + second;
}
