/**
 * Time for the whole server. Everything that needs the time is given a `Clock`, so that a test runs an hour in a
 * second and a replayed recording gives the results of the original.
 */
export interface Clock {
  /** Epoch milliseconds, with a fraction. Never runs backwards. */
  now(): number;
}

/** Largest correction of the steady clock: 500 parts per million, what NTP allows a disciplined clock (RFC 5905 A.5). */
const MAX_SLEW = 500e-6;
/** A wall clock that is further ahead than this has been stepped; slewing would take hours. */
const STEP_MS = 1_000;

/**
 * The monotonic clock, placed on the wall: `monotonic + offset`, the offset following wall time by at most 500 ppm.
 * A step of the wall clock backwards is only slewed, so labels never repeat; forwards by over a second is jumped.
 */
export class SteadyClock implements Clock {
  private readonly wall: () => number;
  private readonly monotonic: () => number;
  private offset: number;
  private followedAt: number;
  private latest = Number.NEGATIVE_INFINITY;

  constructor(wall: () => number = Date.now, monotonic: () => number = () => performance.now()) {
    this.wall = wall;
    this.monotonic = monotonic;
    this.followedAt = monotonic();
    this.offset = wall() - this.followedAt;
  }

  now(): number {
    // A correction backwards is one small step: time stands still until it is made up for.
    const now = this.at(this.monotonic());
    if (now > this.latest) this.latest = now;
    return this.latest;
  }

  /** The time of a moment that the monotonic clock has shown; by the present offset, so it may be before `now`. */
  at(monotonic: number): number {
    return monotonic + this.offset;
  }

  /** Moves the offset towards wall time. Call it now and then (every bin). Returns the jump in ms, 0 when none. */
  follow(): number {
    const at = this.monotonic();
    const elapsed = at - this.followedAt;
    this.followedAt = at;
    const behind = this.wall() - (at + this.offset);
    if (behind > STEP_MS) {
      this.offset += behind;
      return behind;
    }
    const most = elapsed * MAX_SLEW;
    this.offset += Math.max(-most, Math.min(most, behind));
    return 0;
  }
}

/** A clock that stands still until it is told to move; for tests and for recordings. */
export class ManualClock implements Clock {
  private at: number;

  constructor(at = 0) {
    this.at = at;
  }

  now(): number {
    return this.at;
  }

  set(at: number): void {
    if (at > this.at) this.at = at;
  }
}
