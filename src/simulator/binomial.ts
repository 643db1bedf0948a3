import type {Random} from './random.ts';

/**
 * 1-in-N random sampling (sFlow version 5, 3.1: each packet with probability 1/N, independently), without looking at
 * each packet. Between two samples a geometric number of packets passes; each data source counts that number down.
 * A geometric gap has no memory, so of `n` packets exactly Binomial(n, 1/N) are taken, for every n and N and however
 * the packets are split over calls. There is no approximation, and the cost is one logarithm a sample.
 */
export class RandomSampling {
  /** N. */
  readonly rate: number;
  /** Offsets (0 … packets - 1) that the last `take` chose, ascending; valid up to what it returned. */
  positions = new Float64Array(64);
  private readonly random: Random;
  private readonly logPass: number;
  private readonly left: Float64Array;

  constructor(rate: number, dataSources: number, random: Random) {
    this.rate = rate;
    this.random = random;
    this.logPass = Math.log1p(-1 / rate);
    this.left = new Float64Array(dataSources);
    for (let source = 0; source < dataSources; source++) this.left[source] = this.gap();
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
      next += 1 + this.gap();
    }
    this.left[source] = next - packets;
    return taken;
  }

  /** Packets that are not sampled before one is: P(gap ≥ g) = (1 - 1/N)^g. */
  private gap(): number {
    return Math.floor(Math.log(this.random.uniform()) / this.logPass);
  }

  private grow(): void {
    const larger = new Float64Array(this.positions.length * 2);
    larger.set(this.positions);
    this.positions = larger;
  }
}
