import {NAK_CODES, OperationSum} from '../account/operation-table.ts';
import type {ColumnArray} from '../account/schema.ts';
import {Moments} from './history/moments.ts';

/** A mean over samples that stand for different numbers of frames: Σ w, Σ w², Σ w·x, Σ w²·x, Σ w²·x². */
export class WeightedMean {
  samples = 0;
  weights = 0;
  weightSquares = 0;
  sum = 0;
  squaresBySum = 0;
  squaresBySquares = 0;

  /** Adds `samples` samples of one weight, with Σ x and Σ x². */
  add(samples: number, weight: number, sum: number, squares: number): void {
    const square = weight * weight;
    this.samples += samples;
    this.weights += samples * weight;
    this.weightSquares += samples * square;
    this.sum += sum * weight;
    this.squaresBySum += sum * square;
    this.squaresBySquares += squares * square;
  }
}

/** Weighted sums over the packets of a scope, by kind; frames and bytes are estimates over the whole window. */
export class OperationSums {
  /** By kind of packet, those that were seen. */
  readonly kinds = new Map<number, Moments>();
  /** Packets that have a RETH: RDMA operations begun; and the lengths that they tell. */
  readonly rdma: Moments;
  readonly rdmaBytes = new WeightedMean();
  /** Acknowledgements that tell how many messages the responder has room for. */
  readonly credits = {samples: 0, weights: 0, sum: 0, least: Number.POSITIVE_INFINITY, most: 0};
  /** Answers "receiver not ready". */
  readonly rnr: Moments;
  /** NAKs by code, reserved ones last. */
  readonly naks: readonly Moments[];
  private readonly largestRate: number;

  /** `largestRate`: what is rare was perhaps not sampled; one more sample could have stood for so many frames. */
  constructor(largestRate: number) {
    this.largestRate = largestRate;
    this.rdma = this.none();
    this.rnr = this.none();
    this.naks = Array.from({length: NAK_CODES + 1}, () => this.none());
  }

  /** Adds an entry: its kind, what its samples stand for, and its sums: entry `i` of columns in the order of `OperationSum`. */
  add(kind: number, weight: number, sums: readonly ColumnArray[], i: number): void {
    let moments = this.kinds.get(kind);
    if (!moments) this.kinds.set(kind, (moments = this.none()));
    count(moments, sums[OperationSum.Frames]![i]!, weight);
    moments.bytes += sums[OperationSum.Bytes]![i]! * weight;
    moments.squares += sums[OperationSum.Squares]![i]! * weight * weight;
    moments.largest = Math.max(moments.largest, sums[OperationSum.Largest]![i]! * weight);
    const reths = sums[OperationSum.RdmaFrames]![i]!;
    if (reths > 0) {
      count(this.rdma, reths, weight);
      this.rdmaBytes.add(reths, weight, sums[OperationSum.RdmaBytes]![i]!, sums[OperationSum.RdmaSquares]![i]!);
    }
    this.addAnswers(weight, sums, i);
  }

  private addAnswers(weight: number, sums: readonly ColumnArray[], i: number): void {
    const {credits} = this;
    const told = sums[OperationSum.CreditFrames]![i]!;
    if (told > 0) {
      credits.samples += told;
      credits.weights += told * weight;
      credits.sum += sums[OperationSum.Credits]![i]! * weight;
      credits.least = Math.min(credits.least, sums[OperationSum.LeastCredits]![i]!);
      credits.most = Math.max(credits.most, sums[OperationSum.MostCredits]![i]!);
    }
    const rnr = sums[OperationSum.Rnr]![i]!;
    if (rnr > 0) count(this.rnr, rnr, weight);
    for (let code = 0; code < this.naks.length; code++) {
      const naks = sums[OperationSum.Naks + code]![i]!;
      if (naks > 0) count(this.naks[code]!, naks, weight);
    }
  }

  private none(): Moments {
    const moments = new Moments();
    moments.largestRate = this.largestRate;
    return moments;
  }
}

function count(moments: Moments, samples: number, weight: number): void {
  moments.samples += samples;
  moments.frames += samples * weight;
  moments.frameSquares += samples * weight * weight;
  if (samples > 0 && weight > moments.largestRate) moments.largestRate = weight;
}
