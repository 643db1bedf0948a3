/** A policer may let through at once what comes in this time. */
const BURST_SECONDS = 0.1;
/** How long an agent that has backed off waits for quiet before it samples more again. */
const QUIET_SECONDS = 3;

/** Lets so many a second through, and a short burst: a token bucket as switches have in front of their CPU. */
export class Policer {
  private readonly perMs: number;
  private readonly most: number;
  private tokens: number;

  constructor(perSecond: number) {
    this.perMs = perSecond / 1_000;
    this.most = Math.max(1, perSecond * BURST_SECONDS);
    this.tokens = this.most;
  }

  /** So much time has passed. */
  refill(ms: number): void {
    this.tokens = Math.min(this.most, this.tokens + this.perMs * ms);
  }

  admits(): boolean {
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}

/** Watches how many samples an agent takes; by what factor it should sample less. */
export class BackOff {
  factor = 1;
  private readonly limit: number;
  private taken = 0;
  private elapsedMs = 0;
  private quietSeconds = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Counts a slot's samples; true when `factor` has changed, at most once a second. */
  count(samples: number, ms: number): boolean {
    this.taken += samples;
    this.elapsedMs += ms;
    if (this.elapsedMs < 1_000) return false;
    const {taken, factor} = this;
    this.elapsedMs -= 1_000;
    this.taken = 0;
    if (taken > this.limit) {
      this.factor *= 2;
      this.quietSeconds = 0;
    } else if (factor > 1 && taken < this.limit / 4) {
      if (++this.quietSeconds >= QUIET_SECONDS) {
        this.factor /= 2;
        this.quietSeconds = 0;
      }
    } else {
      this.quietSeconds = 0;
    }
    return this.factor !== factor;
  }
}
