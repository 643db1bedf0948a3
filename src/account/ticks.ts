// Hot path: no allocation after construction, no exception.
import {TICK_MS} from '../shared/bins.ts';
import {ClockAt} from './times.ts';

/** Ticks that may be open at once: a bin stays open for up to 1.2 s, and time goes on meanwhile. */
const OPEN_TICKS = 256;

/**
 * RoCEv2 samples by tick since the last Partial, each sample once, wherever it was taken: bins are too coarse for
 * cycles that are faster than some of them.
 */
export class Ticks {
  /** By tick modulo `OPEN_TICKS`: which one it is, and its samples. */
  private readonly tick = new Float64Array(OPEN_TICKS);
  private readonly counts = new Uint32Array(OPEN_TICKS);
  private readonly clock: Float64Array;

  /** `ClockAt.SampleTime` of `clock` is the time of the sample that is added. */
  constructor(clock: Float64Array) {
    this.clock = clock;
  }

  add(): void {
    const tick = Math.floor(this.clock[ClockAt.SampleTime]! / TICK_MS);
    const at = tick - Math.floor(tick / OPEN_TICKS) * OPEN_TICKS; // the remainder of doubles is a division in software
    if (this.tick[at] !== tick) {
      this.tick[at] = tick;
      this.counts[at] = 0;
    }
    this.counts[at]!++;
  }

  /** Copies the ticks that have samples, in any order, and forgets them. Returns how many. */
  take(ticks: Float64Array, samples: Uint32Array): number {
    let size = 0;
    for (let at = 0; at < OPEN_TICKS; at++) {
      if (this.counts[at] === 0) continue;
      ticks[size] = this.tick[at]!;
      samples[size++] = this.counts[at]!;
    }
    this.counts.fill(0);
    return size;
  }

  /** Most that `take` copies. */
  readonly capacity = OPEN_TICKS;
}
