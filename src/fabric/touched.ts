const FIRST_CAPACITY = 1_024;

/**
 * What changed in what links carry since bins were complete last, for those who keep something of each link and bin:
 * single bins of single directions, and all that is of a bin or later.
 */
export class Touched {
  /** All links in the bins from here on. */
  wholeFrom = Number.POSITIVE_INFINITY;
  count = 0;
  /** `count` entries each: twice the slot, plus the direction; and the bin. */
  ways = new Uint32Array(FIRST_CAPACITY);
  bins = new Float64Array(FIRST_CAPACITY);

  clear(): void {
    this.wholeFrom = Number.POSITIVE_INFINITY;
    this.count = 0;
  }

  /** One direction of a link, as twice the slot plus the direction, in a bin. */
  add(place: number, bin: number): void {
    if (bin >= this.wholeFrom) return;
    if (this.count === this.ways.length) this.grow();
    this.ways[this.count] = place;
    this.bins[this.count++] = bin;
  }

  all(from: number): void {
    if (from < this.wholeFrom) this.wholeFrom = from;
  }

  private grow(): void {
    const ways = new Uint32Array(2 * this.ways.length);
    const bins = new Float64Array(2 * this.bins.length);
    ways.set(this.ways);
    bins.set(this.bins);
    this.ways = ways;
    this.bins = bins;
  }
}
