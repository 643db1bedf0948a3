import type {Banded} from '../congestion/marks.ts';
import type {ThresholdRule} from './threshold-rules.ts';

/** Looks in a row, a second apart, that must find a figure back before a crossing is over. */
const CALM_LOOKS = 3;
/** Looks that are further apart, ms, say nothing of the time between them. */
const APART_MS = 60_000;
/** A crossing of which nothing is known any more is over after so long, ms. */
const UNKNOWN_MS = 300_000;

export type ThresholdPhase = 'idle' | 'pending' | 'firing';

/** What a look found: `crossed`, or why it is over. */
export type ThresholdChange = 'crossed' | 'back' | 'unknown';

type Limits = Pick<ThresholdRule, 'comparison' | 'value' | 'clear' | 'forMs' | 'sure'>;

/**
 * One threshold on one subject over time: idle, then pending while the figure is beyond it, firing when it has been so
 * for long enough, and idle again when it has come back. A pure function of what is looked at and when.
 */
export class ThresholdState {
  phase: ThresholdPhase = 'idle';
  /** Epoch ms when the figure was first beyond the threshold, and when that counted. */
  since = 0;
  firedAt = 0;
  /** The last figure that was known. */
  reading: Banded | undefined;
  private knownAt = 0;
  private calm = 0;

  /** Takes the figure of `now` (epoch ms); undefined where it is not known. */
  look(limits: Limits, reading: Banded | undefined, now: number): ThresholdChange | undefined {
    if (reading === undefined) return this.lookAtNothing(now);
    if (this.phase === 'pending' && now - this.knownAt > APART_MS) this.phase = 'idle';
    this.reading = reading;
    this.knownAt = now;
    return this.phase === 'firing' ? this.lookFiring(limits, reading) : this.lookWaiting(limits, reading, now);
  }

  private lookWaiting(limits: Limits, reading: Banded, now: number): ThresholdChange | undefined {
    if (!isBeyond(limits, reading)) {
      this.phase = 'idle';
      return undefined;
    }
    if (this.phase === 'idle') {
      this.phase = 'pending';
      this.since = now;
    }
    if (now - this.since < limits.forMs) return undefined;
    this.phase = 'firing';
    this.firedAt = now;
    this.calm = 0;
    return 'crossed';
  }

  private lookFiring({comparison, clear}: Limits, {value}: Banded): ThresholdChange | undefined {
    const isBack = comparison === '>' ? value <= clear : value >= clear;
    this.calm = isBack ? this.calm + 1 : 0;
    if (this.calm < CALM_LOOKS) return undefined;
    this.phase = 'idle';
    return 'back';
  }

  /** A figure that is not known is no reason to begin, and for a while none to end. */
  private lookAtNothing(now: number): ThresholdChange | undefined {
    if (this.phase === 'pending') this.phase = 'idle';
    if (this.phase !== 'firing' || now - this.knownAt < UNKNOWN_MS) return undefined;
    this.phase = 'idle';
    return 'unknown';
  }
}

/** Whether a figure is beyond the threshold; where that must be sure, with all of its interval. */
function isBeyond({comparison, value, sure}: Limits, reading: Banded): boolean {
  if (comparison === '>') return (sure ? reading.low : reading.value) > value;
  return (sure ? reading.high : reading.value) < value;
}
