import type {PartialHeader} from '../account/codec.ts';
import {BIN_MS} from '../shared/bins.ts';

/** Numbers that may be missing while later ones are already here. */
const WINDOW = 1_024;
/** Starts of one producer that are told apart; older ones cannot be redelivered any more. */
const MAX_EPOCHS = 4;
/** A producer this far behind the foremost has stopped: the others go on without it, and its rows are late. */
const STOPPED_BINS = 3_000 / BIN_MS;

/** One start of one producer. */
interface Stream {
  epoch: number;
  /** The number that was seen first: what was before it is not lost, it was never meant for us. */
  first: number;
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
  /** By producer, its last start last. */
  private readonly streams = new Map<number, Stream[]>();
  /** Partials that came again. */
  redelivered = 0;
  /** Partials that never came. */
  lost = 0;

  /** Whether this Partial is to be applied. */
  admit({producer, epoch, sequence, watermark}: PartialHeader): boolean {
    const stream = this.streamOf(producer, epoch, sequence, watermark);
    if (sequence < stream.next || stream.early.has(sequence)) {
      this.redelivered++;
      return false;
    }
    stream.early.add(sequence);
    while (stream.early.delete(stream.next)) stream.next++;
    while (stream.early.size > WINDOW) {
      if (stream.next >= stream.first) this.lost++;
      stream.next++;
      while (stream.early.delete(stream.next)) stream.next++;
    }
    if (watermark > stream.watermark) stream.watermark = watermark;
    return true;
  }

  /** A start that is new is kept beside the former ones: what was sent before may still come, or come again. */
  private streamOf(producer: number, epoch: number, sequence: number, watermark: number): Stream {
    let starts = this.streams.get(producer);
    if (!starts) {
      starts = [];
      this.streams.set(producer, starts);
    }
    const known = starts.find((stream) => stream.epoch === epoch);
    if (known) return known;
    // The first to arrive need not be the first that was sent.
    const next = Math.max(0, sequence - WINDOW);
    const stream = {epoch, first: sequence, next, early: new Set<number>(), watermark};
    starts.push(stream);
    if (starts.length > MAX_EPOCHS) starts.shift();
    return stream;
  }

  /**
   * Every sample of bins before this one has arrived from every producer, those left out that have stopped: one that
   * hangs must not stop time for all. Producers share a clock, or one that is ahead would make all others late.
   */
  watermark(): number {
    const current = [...this.streams.values()].map((starts) => starts.at(-1)!.watermark);
    const foremost = Math.max(...current);
    return Math.min(...current.filter((watermark) => watermark >= foremost - STOPPED_BINS), foremost);
  }
}
