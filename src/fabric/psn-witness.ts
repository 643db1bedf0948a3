import {gammaQuantile} from '../shared/band.ts';
import {type Comparison, judge} from './corrections/counter-verdict.ts';

/** Seconds that are looked at together. */
const SECONDS = 60;
/** Per second: which one it is, samples, packets between them in weights, the squares of these by samples, readings. */
const Sum = {Second: 0, Samples: 1, Packets: 2, Squares: 3, Readings: 4} as const;
const SUMS = 5;
/** With fewer samples nothing is said. */
const FEW = 100;
/** Fourth moment of an exponential variable around its mean, less 1: what one reading of one sample adds to a variance. */
const EXCESS = 8;
/** Deviations by which flows may differ from each other and still tell the same. */
const Z_ALIKE = 6;

/**
 * A second witness of what an agent's samples stand for: packets of SENDs and WRITEs are numbered one by one, so the
 * numbers between two samples of a queue pair count the packets that neither of them is. k samples are behind a number
 * of packets that is a negative binomial variable of mean k · rate, however the traffic comes and goes. What is sent again
 * has numbers that were counted before, so that samples which make more packets than the numbers belie nothing.
 */
export class PsnWitness {
  private readonly sums = new Float64Array(SECONDS * SUMS);

  /** `samples` of a flow, each of which stands for `weight` frames, took it `packets` further in its numbers. */
  add(second: number, samples: number, weight: number, packets: number): void {
    const {sums} = this;
    const at = (second % SECONDS) * SUMS;
    if (sums[at] !== second) {
      sums.fill(0, at, at + SUMS);
      sums[at] = second;
    }
    const share = packets / weight;
    sums[at + Sum.Samples]! += samples;
    sums[at + Sum.Packets]! += share;
    sums[at + Sum.Squares]! += (share * share) / samples;
    sums[at + Sum.Readings]!++;
  }

  /**
   * What estimates make of the packets that the numbers count, over the last minute; undefined where too few tell. Where
   * flows differ by more than sampling does, numbers run otherwise than packets in some of them, and nothing is known.
   */
  compare(newest: number): (Comparison & {samples: number}) | undefined {
    let samples = 0;
    let packets = 0;
    let squares = 0;
    let readings = 0;
    let oldest = newest;
    for (let at = 0; at < SECONDS * SUMS; at += SUMS) {
      const second = this.sums[at]!;
      if (second > newest || second <= newest - SECONDS) continue;
      oldest = Math.min(oldest, second);
      samples += this.sums[at + Sum.Samples]!;
      packets += this.sums[at + Sum.Packets]!;
      squares += this.sums[at + Sum.Squares]!;
      readings += this.sums[at + Sum.Readings]!;
    }
    if (samples < FEW || packets <= 0) return undefined;
    const ratio = samples / packets;
    const band = (z: number) => ({
      low: gammaQuantile(samples, samples, -z) / packets,
      high: gammaQuantile(samples + 1, samples + 1, z) / packets,
    });
    const told = judge(ratio, band, samples, newest - oldest + 1);
    const scatter = squares * ratio * ratio - samples;
    const isAlike = scatter <= readings + Z_ALIKE * Math.sqrt(EXCESS * readings);
    const mayBeSentAgain = told.verdict === 'disagrees' && ratio > 1;
    return {...told, samples, verdict: isAlike && !mayBeSentAgain ? told.verdict : 'unknown'};
  }
}
