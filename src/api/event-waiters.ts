import type {EventEmitter} from 'node:events';
import type {EventLog} from '../fabric/watch/events.ts';

/** Requests that may wait at once. */
export const MAX_WAITERS = 256;

/** Lets requests wait for events: until one comes, time is up, or whoever asked has gone. */
export class EventWaiters {
  /** Requests that wait now. */
  waiting = 0;
  private readonly events: EventLog;

  constructor(events: EventLog) {
    this.events = events;
  }

  /**
   * Resolves when `isDue` says so after an event, after `timeoutMs`, or when `response` closes; false at once when too
   * many wait already.
   */
  wait(isDue: () => boolean, timeoutMs: number, response: EventEmitter): Promise<boolean> {
    if (this.waiting >= MAX_WAITERS) return Promise.resolve(false);
    this.waiting++;
    return new Promise((resolve) => {
      const end = () => {
        this.waiting--;
        clearTimeout(timer);
        forget();
        response.removeListener('close', end);
        resolve(true);
      };
      const timer = setTimeout(end, timeoutMs);
      const forget = this.events.listen(() => {
        if (isDue()) end();
      });
      response.once('close', end);
    });
  }
}
