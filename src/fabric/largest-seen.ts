import {Steps} from './history/steps.ts';

/** What was seen is remembered for one to two of these with samples, and of so many rows and bins with some at least. */
const GENERATION_BINS = 300;
const GENERATION_SIGHTS = 32;

/** The two largest of some values; a generation has one for weights and one for rates. */
class TopTwo {
  first = 0;
  second = 0;

  add(value: number): void {
    if (value > this.first) {
      this.second = this.first;
      this.first = value;
    } else if (value > this.second) {
      this.second = value;
    }
  }
}

class Generation {
  readonly from: number;
  sights = 0;
  readonly weights = new TopTwo();
  readonly rates = new TopTwo();

  constructor(from: number) {
    this.from = from;
  }
}

/**
 * The largest frames and sampling rates that an agent has shown of late: as much may have passed any of its ports without
 * a sample. Where there were enough it is the second largest, for one alone may be garbage; a quiet agent keeps its last.
 */
export class LargestSeen {
  /** Rate times length, bytes, and rate, N of 1-in-N; 0 before the first sample. */
  weight = 0;
  rate = 0;
  /** Both as they were known when a bin became final. */
  readonly weights = new Steps(0);
  readonly rates = new Steps(0);
  private now: Generation | undefined;
  private before: Generation | undefined;

  /** Samples of a bin at a rate, the largest of a length: frames as heavy may be missed in the bins from `from` on. */
  note(rate: number, length: number, bin: number, from: number): void {
    let {now} = this;
    if (!now || (now.sights >= GENERATION_SIGHTS && bin >= now.from + GENERATION_BINS)) {
      this.before = now;
      now = new Generation(bin);
      this.now = now;
    }
    now.sights++;
    now.weights.add(rate * length);
    now.rates.add(rate);
    const sights = now.sights + (this.before?.sights ?? 0);
    const weight = largestOf(now.weights, this.before?.weights, sights);
    const largestRate = largestOf(now.rates, this.before?.rates, sights);
    if (weight === this.weight && largestRate === this.rate) return;
    this.weight = weight;
    this.rate = largestRate;
    this.weights.set(from, weight);
    this.rates.set(from, largestRate);
  }
}

/** What counts of two generations with so many values together. */
function largestOf(now: TopTwo, before: TopTwo | undefined, values: number): number {
  const [first, second] = before ? [before.first, before.second] : [0, 0];
  if (values < GENERATION_SIGHTS) return Math.max(now.first, first);
  return Math.max(Math.min(now.first, first), now.second, second);
}
