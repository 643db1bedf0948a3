import {BIN_MS} from '../shared/bins.ts';

/**
 * Notices that a thread stood still: it was due at some time and shows no sign of life until more than a bin later.
 * Times are those of the caller's clock, in milliseconds.
 */
export class StallWatch {
  /** The sign of life before the last one: nothing was done between the two. */
  since = Number.NEGATIVE_INFINITY;
  private aliveAt = Number.NEGATIVE_INFINITY;
  private dueAt = Number.POSITIVE_INFINITY;

  /** The thread is at work. Returns for how long it stood still if that is news and longer than a bin, else 0. */
  alive(now: number): number {
    const overdue = now - this.dueAt;
    this.since = this.aliveAt;
    this.aliveAt = now;
    if (overdue <= BIN_MS) return 0;
    this.dueAt = Number.POSITIVE_INFINITY;
    return overdue;
  }

  /** The thread will be at work again by `dueAt`, if it can. */
  expect(dueAt: number): void {
    this.dueAt = dueAt;
  }

  /** The clock was set forward by `ms`. */
  forward(ms: number): void {
    this.aliveAt += ms;
    this.dueAt += ms;
  }
}
