/** The most bytes that the map of all links may take; very large fabrics hold less time, not more memory. */
const MOST_BYTES = 32 * 2 ** 20;
const MOST_BINS = 4096;

/** Share of line rate of every link and bin: a ring of columns, one byte a link (0 = no data, else 1 + 254 × share). */
export class Heat {
  /** Bins that the ring holds. */
  bins = MOST_BINS;
  /** Bytes from one column to the next. */
  stride = 0;
  cells = new Uint8Array(0);
  /** 1 where a column was received. */
  held = new Uint8Array(MOST_BINS);
  first = -1;
  newest = -1;
  /** Earliest bin changed since a drawing last looked; the drawing resets it to Infinity. */
  changedFrom = Number.POSITIVE_INFINITY;

  /** Takes a page of the map: `count` columns of `slots` bytes. */
  write(firstSlot: number, slots: number, firstBin: number, count: number, cells: Uint8Array): void {
    if (count === 0 || slots === 0) return;
    if (firstSlot + slots > this.stride) this.#grow(firstSlot + slots);
    this.#advance(firstBin + count - 1);
    const oldest = this.newest - this.bins + 1;
    if (this.first < 0 || firstBin < this.first) this.first = firstBin;
    if (this.first < oldest) this.first = oldest;
    for (let bin = Math.max(firstBin, oldest); bin < firstBin + count; bin++) {
      const column = bin % this.bins;
      const from = (bin - firstBin) * slots;
      this.cells.set(cells.subarray(from, from + slots), column * this.stride + firstSlot);
      this.held[column] = 1;
    }
    if (firstBin < this.changedFrom) this.changedFrom = firstBin;
  }

  /** Offset of a bin's column in `cells`, or -1 where it is not held. */
  offsetOf(bin: number): number {
    if (bin > this.newest || bin <= this.newest - this.bins || bin < 0) return -1;
    const column = bin % this.bins;
    return this.held[column] === 0 ? -1 : column * this.stride;
  }

  /** Forgets everything. */
  clear(): void {
    this.held.fill(0);
    this.cells.fill(0);
    this.first = this.newest = -1;
    this.changedFrom = 0;
  }

  #advance(bin: number): void {
    if (bin <= this.newest) return;
    const from = this.newest < 0 || bin - this.newest >= this.bins ? bin - this.bins + 1 : this.newest + 1;
    for (let b = from; b <= bin; b++) {
      const column = b % this.bins;
      this.held[column] = 0;
      this.cells.fill(0, column * this.stride, (column + 1) * this.stride);
    }
    this.newest = bin;
  }

  /** Doubles the room, so that a fabric whose links turn up one by one is copied a few times only. */
  #grow(slots: number): void {
    const old = {bins: this.bins, stride: this.stride, cells: this.cells, held: this.held};
    this.stride = 2 ** Math.ceil(Math.log2(Math.max(64, slots)));
    this.bins = Math.min(MOST_BINS, Math.floor(MOST_BYTES / this.stride));
    this.cells = new Uint8Array(this.bins * this.stride);
    this.held = new Uint8Array(this.bins);
    for (let bin = Math.max(0, this.newest - this.bins + 1); bin <= this.newest; bin++) {
      const column = bin % old.bins;
      if (old.held[column] === 0) continue;
      const from = column * old.stride;
      this.cells.set(old.cells.subarray(from, from + old.stride), (bin % this.bins) * this.stride);
      this.held[bin % this.bins] = 1;
    }
    this.changedFrom = 0;
  }
}
