const FIRST_CAPACITY = 1_024;

/**
 * What changed in what links brought in since bins were complete last, for those who keep something of each link and bin:
 * single bins of single links, and all that is of a bin or later.
 */
export class Touched {
  /** All links in the bins from here on. */
  wholeFrom = Number.POSITIVE_INFINITY;
  count = 0;
  /** `count` entries each. */
  slots = new Uint32Array(FIRST_CAPACITY);
  bins = new Float64Array(FIRST_CAPACITY);

  clear(): void {
    this.wholeFrom = Number.POSITIVE_INFINITY;
    this.count = 0;
  }

  add(slot: number, bin: number): void {
    if (bin >= this.wholeFrom) return;
    if (this.count === this.slots.length) this.grow();
    this.slots[this.count] = slot;
    this.bins[this.count++] = bin;
  }

  all(from: number): void {
    if (from < this.wholeFrom) this.wholeFrom = from;
  }

  private grow(): void {
    const slots = new Uint32Array(2 * this.slots.length);
    const bins = new Float64Array(2 * this.bins.length);
    slots.set(this.slots);
    bins.set(this.bins);
    this.slots = slots;
    this.bins = bins;
  }
}
