import {LOG_BUCKETS, middleOf} from '../account/log-buckets.ts';
import {LONGEST_DELAY} from '../shared/answers.ts';

/** What a histogram is of: bytes in the queue, or nanoseconds in the device. The numbers of the column `kind`. */
export const QueueKind = {Depth: 0, Delay: 1} as const;

/** Percentiles over sampled packets, each off by `BUCKET_ERROR` of itself at most. `LONGEST_DELAY` is that or more. */
export interface Percentiles {
  p50: number;
  p90: number;
  p99: number;
  /** The largest, exact; of delays up to `LONGEST_DELAY`. */
  max: number;
  samples: number;
}

/** What came in one second: cells (bucket and kind) with the packets that their samples stand for. */
interface QueueSecond {
  second: number;
  cells: number[];
  weights: number[];
  /** By kind. */
  samples: [number, number];
  largest: [number, number];
}

/** Histograms of one queue, second by second. */
export class QueueSeconds {
  private readonly keep: number;
  private seconds: QueueSecond[] = [];

  /** `keep` seconds are kept. */
  constructor(keep: number) {
    this.keep = keep;
  }

  /** Cells that are kept. */
  get size(): number {
    return this.seconds.reduce((sum, {cells}) => sum + cells.length, 0);
  }

  add(second: number, kind: number, bucket: number, samples: number, weight: number, largest: number): void {
    let at = this.seconds.find((known) => known.second === second);
    if (!at) {
      this.seconds = this.seconds.filter((known) => known.second > second - this.keep);
      at = {second, cells: [], weights: [], samples: [0, 0], largest: [0, 0]};
      this.seconds.push(at);
    }
    at.cells.push(bucket * 2 + kind);
    at.weights.push(weight);
    at.samples[kind as 0 | 1] += samples;
    at.largest[kind as 0 | 1] = Math.max(at.largest[kind as 0 | 1], largest);
  }

  /** Over the seconds that end with `newest`; null without samples. */
  percentiles(kind: 0 | 1, newest: number): Percentiles | null {
    const weights = new Float64Array(LOG_BUCKETS);
    let samples = 0;
    let max = 0;
    for (const one of this.seconds) {
      if (one.second > newest || one.second <= newest - this.keep) continue;
      samples += one.samples[kind];
      max = Math.max(max, one.largest[kind]);
      one.cells.forEach((cell, i) => {
        if ((cell & 1) === kind) weights[cell >>> 1]! += one.weights[i]!;
      });
    }
    if (samples === 0) return null;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // Of delays that cannot be told, the middle of a bucket would seem to be measured.
    const isOpen = kind === QueueKind.Delay && max === LONGEST_DELAY;
    const at = (share: number) => {
      const bucket = bucketAt(weights, share * total);
      return isOpen && bucket === LOG_BUCKETS - 1 ? LONGEST_DELAY : Math.min(max, middleOf(bucket));
    };
    return {p50: at(0.5), p90: at(0.9), p99: at(0.99), max, samples};
  }
}

/** The first bucket up to which so much weighs. */
function bucketAt(weights: Float64Array, weight: number): number {
  let sum = 0;
  let last = 0;
  for (let bucket = 0; bucket < weights.length; bucket++) {
    if (weights[bucket] === 0) continue;
    sum += weights[bucket]!;
    last = bucket;
    // Sums of the same numbers in another order.
    if (sum >= weight * (1 - 1e-12)) break;
  }
  return last;
}
