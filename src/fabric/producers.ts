import type {PartialHeader} from '../account/codec.ts';
import {BIN_MS} from '../shared/bins.ts';

/** Numbers that may be missing while later ones are already here. */
const WINDOW = 1_024;
/** Starts of one producer that are told apart; older ones cannot be redelivered any more. */
const MAX_EPOCHS = 4;
/**
 * A producer this far behind the foremost, after as many Partials of others, has stopped: those go on without it, and
 * its rows are late. After a step of the clock one is far ahead until the next has told of it too.
 */
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
  /** Partials of all producers since its last one. */
  silence: number;
}

/**
 * Applies each named Partial once, in whatever order they come: contiguous numbers per (producer, epoch), with a
 * window for holes. Also knows how far all producers have got.
 */
export class Producers {
  /** By producer, its last start last. */
  private readonly streams = new Map<number, Stream[]>();
  /** By producer: datagrams that it received since the start. */
  readonly datagrams = new Map<number, number>();
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
    for (const starts of this.streams.values()) starts.at(-1)!.silence++;
    stream.silence = 0;
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
    const stream = {epoch, first: sequence, next, early: new Set<number>(), watermark, silence: 0};
    starts.push(stream);
    if (starts.length > MAX_EPOCHS) starts.shift();
    return stream;
  }

  /**
   * Every sample of bins before this one has arrived from every producer, those left out that have stopped: one that
   * hangs must not stop time for all. Producers share a clock, or one that is ahead would make all others late.
   */
  watermark(): number {
    const current = [...this.streams.values()].map((starts) => starts.at(-1)!);
    const foremost = Math.max(...current.map(({watermark}) => watermark));
    const hasStopped = ({watermark, silence}: Stream) => watermark < foremost - STOPPED_BINS && silence >= STOPPED_BINS;
    return Math.min(...current.filter((stream) => !hasStopped(stream)).map(({watermark}) => watermark), foremost);
  }
}
