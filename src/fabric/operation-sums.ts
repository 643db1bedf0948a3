import {NAK_CODES, OperationSum} from '../account/operation-table.ts';
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

  /** Adds an entry: its kind, what its samples stand for, and where its sums stand, in the order of `OperationSum`. */
  add(kind: number, weight: number, values: Float64Array, at: number): void {
    let moments = this.kinds.get(kind);
    if (!moments) this.kinds.set(kind, (moments = this.none()));
    count(moments, values[at + OperationSum.Frames]!, weight);
    moments.bytes += values[at + OperationSum.Bytes]! * weight;
    moments.squares += values[at + OperationSum.Squares]! * weight * weight;
    moments.largest = Math.max(moments.largest, values[at + OperationSum.Largest]! * weight);
    const reths = values[at + OperationSum.RdmaFrames]!;
    if (reths > 0) {
      count(this.rdma, reths, weight);
      this.rdmaBytes.add(reths, weight, values[at + OperationSum.RdmaBytes]!, values[at + OperationSum.RdmaSquares]!);
    }
    this.addAnswers(weight, values, at);
  }

  private addAnswers(weight: number, values: Float64Array, at: number): void {
    const {credits} = this;
    const told = values[at + OperationSum.CreditFrames]!;
    if (told > 0) {
      credits.samples += told;
      credits.weights += told * weight;
      credits.sum += values[at + OperationSum.Credits]! * weight;
      credits.least = Math.min(credits.least, values[at + OperationSum.LeastCredits]!);
      credits.most = Math.max(credits.most, values[at + OperationSum.MostCredits]!);
    }
    const rnr = values[at + OperationSum.Rnr]!;
    if (rnr > 0) count(this.rnr, rnr, weight);
    for (let code = 0; code < this.naks.length; code++) {
      const naks = values[at + OperationSum.Naks + code]!;
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
