/**
 * What an estimate is made of: sums over samples, each weighted with the frames that it stands for. Moments of
 * several bins, rows or links add up; bands never do.
 */
export class Moments {
  /** Samples. */
  samples = 0;
  /** Σ rate: estimated frames. */
  frames = 0;
  /** Σ rate²: the variance of `frames`. */
  frameSquares = 0;
  /** Σ rate · L: estimated bytes, with FCS and without preamble. */
  bytes = 0;
  /** Σ (rate · L)²: the variance of `bytes`. */
  squares = 0;
  /** The largest rate · L that was seen lately on what is summed. */
  largest = 0;
  /** The largest rate of what is summed: frames that one more sample could have stood for. */
  largestRate = 0;

  clear(): this {
    this.samples = 0;
    this.frames = 0;
    this.frameSquares = 0;
    this.bytes = 0;
    this.squares = 0;
    this.largest = 0;
    this.largestRate = 0;
    return this;
  }

  add(other: Moments): this {
    this.samples += other.samples;
    this.frames += other.frames;
    this.frameSquares += other.frameSquares;
    this.bytes += other.bytes;
    this.squares += other.squares;
    if (other.largest > this.largest) this.largest = other.largest;
    if (other.largestRate > this.largestRate) this.largestRate = other.largestRate;
    return this;
  }
}
