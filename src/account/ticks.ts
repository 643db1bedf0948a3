// Hot path: no allocation after construction, no exception.
import type {Moment} from './moment.ts';

/** Ticks that may be open at once: a bin stays open for up to 1.2 s, and time goes on meanwhile. */
const OPEN_TICKS = 256;

/**
 * RoCEv2 samples by tick since the last Partial, each sample once, wherever it was taken: bins are too coarse for
 * cycles that are faster than some of them.
 */
export class Ticks {
  /** By tick modulo `OPEN_TICKS`: which one it is, its low 32 bits first, and its samples. */
  private readonly numbers = new Int32Array(OPEN_TICKS);
  private readonly ticks = new Float64Array(OPEN_TICKS);
  private readonly counts = new Int32Array(OPEN_TICKS);
  private readonly moment: Moment;

  constructor(moment: Moment) {
    this.moment = moment;
  }

  /** Adds a sample of the present moment. */
  add(): void {
    const {moment, numbers, counts} = this;
    const number = moment.tickNumber;
    const at = number & (OPEN_TICKS - 1);
    if (numbers[at] !== number || counts[at] === 0) {
      numbers[at] = number;
      this.ticks[at] = moment.wholeTick;
      counts[at] = 0;
    }
    counts[at]!++;
  }

  /** Copies the ticks that have samples, in any order, and forgets them. Returns how many. */
  take(ticks: Float64Array, samples: Uint32Array): number {
    let size = 0;
    for (let at = 0; at < OPEN_TICKS; at++) {
      if (this.counts[at] === 0) continue;
      ticks[size] = this.ticks[at]!;
      samples[size++] = this.counts[at]!;
    }
    this.counts.fill(0);
    return size;
  }

  /** Most that `take` copies. */
  readonly capacity = OPEN_TICKS;
}
