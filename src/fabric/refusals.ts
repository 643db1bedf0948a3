/** So long after a sample without room, ports that found none are taken to have more of them (a minute). */
const REFUSED_BINS = 600;
/** The same of the whole fabric: what is told as happening now (10 s). */
const RECENT_BINS = 100;

/** A place whose samples found no room: from the first such bin up to the last. */
interface Span {
  from: number;
  to: number;
}

/**
 * Where samples found no room: there a zero is not known to be one. By place, slot * 2 + direction; mostly there are none.
 */
export class Refusals {
  /** Grows with each sample that found none: where it is the same, so are the bins of all places. */
  added = 0;
  private readonly spans = new Map<number, Span>();
  private count = 0;
  private lastBin = Number.NEGATIVE_INFINITY;

  /** A sample of a bin found no room. */
  add(place: number, bin: number): void {
    this.added++;
    const span = this.spans.get(place);
    if (!span || bin > span.to + REFUSED_BINS) this.spans.set(place, {from: bin, to: bin});
    else if (bin > span.to) span.to = bin;
    else if (bin < span.from) span.from = bin;
  }

  /** Whether samples of a place are missing in a bin, or may be. */
  has(place: number, bin: number): boolean {
    const span = this.spans.size === 0 ? undefined : this.spans.get(place);
    return span !== undefined && bin >= span.from && bin <= span.to + REFUSED_BINS;
  }

  /** Whether samples of a place ever found none. */
  knows(place: number): boolean {
    return this.spans.has(place);
  }

  /** All places that ever found none. */
  get places(): Iterable<number> {
    return this.spans.keys();
  }

  /** The port of a place has left. */
  release(place: number): void {
    this.spans.delete(place);
  }

  /** So many were refused by all tables up to a bin. */
  look(count: number, bin: number): void {
    if (count > this.count) this.lastBin = bin;
    this.count = count;
  }

  /** Whether anything was refused of late. */
  isRecent(bin: number): boolean {
    return bin - this.lastBin < RECENT_BINS;
  }
}
