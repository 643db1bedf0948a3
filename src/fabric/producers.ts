import type {PartialHeader} from '../account/codec.ts';

/** Numbers that may be missing while later ones are already here. */
const WINDOW = 1_024;

interface Stream {
  epoch: number;
  /** All numbers below this were applied or given up. */
  next: number;
  /** Applied numbers from `next` on. */
  early: Set<number>;
  watermark: number;
}

/**
 * Applies each named Partial once, in whatever order they come: contiguous numbers per (producer, epoch), with a
 * window for holes. Also knows how far all producers have got.
 */
export class Producers {
  private readonly streams = new Map<number, Stream>();
  /** Partials that came again. */
  redelivered = 0;
  /** Partials that never came. */
  lost = 0;

  /** Whether this Partial is to be applied. */
  admit({producer, epoch, sequence, watermark}: PartialHeader): boolean {
    let stream = this.streams.get(producer);
    if (!stream || stream.epoch !== epoch) {
      stream = {epoch, next: sequence, early: new Set(), watermark};
      this.streams.set(producer, stream);
    }
    if (sequence < stream.next || stream.early.has(sequence)) {
      this.redelivered++;
      return false;
    }
    stream.early.add(sequence);
    while (stream.early.delete(stream.next)) stream.next++;
    while (stream.early.size > WINDOW) {
      this.lost++;
      stream.next++;
      while (stream.early.delete(stream.next)) stream.next++;
    }
    if (watermark > stream.watermark) stream.watermark = watermark;
    return true;
  }

  /** Every sample of bins before this one has arrived from every producer. */
  watermark(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const {watermark} of this.streams.values()) lowest = Math.min(lowest, watermark);
    return this.streams.size === 0 ? Number.NEGATIVE_INFINITY : lowest;
  }
}
