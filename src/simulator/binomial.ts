import type {Random} from './random.ts';

/**
 * 1-in-N random sampling (sFlow version 5, 3.1: each packet with probability 1/N, independently), without looking at
 * each packet. Between two samples a geometric number of packets passes; each data source counts that number down.
 * A geometric gap has no memory, so of `n` packets exactly Binomial(n, 1/N) are taken, for every n and N and however
 * the packets are split over calls. There is no approximation, and the cost is one logarithm a sample.
 */
export class RandomSampling {
  /** Offsets (0 … packets - 1) that the last `take` chose, ascending; valid up to what it returned. */
  positions = new Float64Array(64);
  private readonly random: Random;
  /** ln(1 - 1/N) of each data source. */
  private readonly logPass: Float64Array;
  private readonly left: Float64Array;

  /** `rates`: N of each data source. */
  constructor(rates: readonly number[], random: Random) {
    this.random = random;
    this.logPass = new Float64Array(rates.length);
    this.left = new Float64Array(rates.length);
    for (let source = 0; source < rates.length; source++) this.setRate(source, rates[source]);
  }

  /** Changes N of a data source from the next packet on. */
  setRate(source: number, rate: number): void {
    this.logPass[source] = Math.log1p(-1 / rate);
    this.left[source] = this.gap(source);
  }

  /** Lets `packets` pass if the next sample lies beyond them; false (and nothing done) when some would be sampled. */
  passes(source: number, packets: number): boolean {
    if (this.left[source] < packets) return false;
    this.left[source] -= packets;
    return true;
  }

  /** How many of `packets` are sampled; `positions` says which. */
  take(source: number, packets: number): number {
    let next = this.left[source];
    let taken = 0;
    while (next < packets) {
      if (taken === this.positions.length) this.grow();
      this.positions[taken++] = next;
      next += 1 + this.gap(source);
    }
    this.left[source] = next - packets;
    return taken;
  }

  /** Packets that are not sampled before one is: P(gap ≥ g) = (1 - 1/N)^g. */
  private gap(source: number): number {
    return Math.floor(Math.log(this.random.uniform()) / this.logPass[source]);
  }

  private grow(): void {
    const larger = new Float64Array(this.positions.length * 2);
    larger.set(this.positions);
    this.positions = larger;
  }
}
