import type {Moments} from '../fabric/moments.ts';
import {type Band, QUARTER_SAMPLE, weightedPoissonBand} from '../shared/band.ts';

/** The band of the moments' bytes; its error is that of sampling only. */
export function byteBand(moments: Moments): Band {
  return weightedPoissonBand(moments.bytes, moments.squares, moments.largest);
}

/** The band of the moments' frames: at one sampling rate that of a Poisson count, times the rate; nearer to 95 % than the exact one. */
export function frameBand(moments: Moments): Band {
  return weightedPoissonBand(moments.frames, moments.frameSquares, moments.largestRate, QUARTER_SAMPLE);
}
