import {BIN_MS} from '../shared/bins.ts';

/** One datagram of a recording, as the readers of recordings give it. */
export interface TimedDatagram {
  timeMs: number;
  bytes: Uint8Array;
  source: {words: ArrayLike<number>};
}

/** What a replay feeds; called in the recording's own time. */
export interface ReplayHandler {
  datagram(bytes: Uint8Array, source: ArrayLike<number>, timeMs: number): void;
  tick(timeMs: number): void;
  /** Resolves when the receiver has caught up; asked once a bin. */
  ready(): Promise<void>;
}

/** Silence in a recording that is not played bin by bin when the speed has no bound. */
const GAP_MS = 60_000;

/** What is stamped earlier by more has not been overtaken on its way: the clock of the recording was set back. */
const STEP_BACK_MS = 1_000;

/** How time passes outside; `wait` resolves after that many milliseconds. */
export interface Pace {
  now(): number;
  wait(ms: number): Promise<void>;
}

/**
 * Plays datagrams at `speed` times their original pace (Infinity: as fast as they are taken). Bins keep the
 * recording's own time. A datagram that is stamped earlier than the one in front of it counts as simultaneous. Where the
 * recording's clock was set back time runs on from there, as the recording's own again as soon as that is not in the
 * past. Resolves with how often that was.
 */
export async function replay(
  datagrams: AsyncIterable<TimedDatagram>,
  speed: number,
  handler: ReplayHandler,
  pace: Pace,
): Promise<number> {
  let at = Number.NEGATIVE_INFINITY;
  let firstAt = 0;
  let startedAt = 0;
  /** By how much time is ahead of the recording's own. */
  let ahead = 0;
  let stepsBack = 0;
  /** Lets time pass up to `to`, with a tick at every bin's edge. */
  const pass = async (to: number) => {
    while (at < to) {
      // As fast as it goes, a gap of hours, or of the years since 1970, is one step: its bins are all empty.
      const isSkipped = speed === Number.POSITIVE_INFINITY && to - at > GAP_MS;
      const edge = (Math.floor((isSkipped ? to : at) / BIN_MS) + (isSkipped ? 0 : 1)) * BIN_MS;
      at = Math.min(edge, to);
      if (speed !== Number.POSITIVE_INFINITY) {
        const due = startedAt + (at - firstAt) / speed;
        const early = due - pace.now();
        if (early > 1) await pace.wait(early);
      }
      if (at === edge) {
        handler.tick(at);
        await handler.ready();
      }
    }
  };
  for await (const datagram of datagrams) {
    if (at === Number.NEGATIVE_INFINITY) {
      at = datagram.timeMs;
      firstAt = at;
      startedAt = pace.now();
    }
    if (datagram.timeMs >= at) ahead = 0;
    if (at - (datagram.timeMs + ahead) > STEP_BACK_MS) {
      ahead = at - datagram.timeMs;
      stepsBack++;
    }
    await pass(datagram.timeMs + ahead);
    handler.datagram(datagram.bytes, datagram.source.words, at);
  }
  return stepsBack;
}
