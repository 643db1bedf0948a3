import {setImmediate as turn} from 'node:timers/promises';

/**
 * Does one thing in each turn of the event loop. Messages of threads are else taken all at once, as many as wait: where
 * each takes long and they come as fast, nobody who asks by HTTP would be heard.
 */
export class OneByOne {
  private readonly waiting: (() => void)[] = [];
  /** Something was done in this turn. */
  private isDone = false;

  /** Does it now, or behind what waits already. */
  take(act: () => void): void {
    if (this.isDone) {
      this.waiting.push(act);
      return;
    }
    this.isDone = true;
    setImmediate(this.next);
    act();
  }

  /** Resolves when nothing waits. */
  async allTaken(): Promise<void> {
    while (this.waiting.length > 0) await turn();
  }

  private readonly next = (): void => {
    const act = this.waiting.shift();
    this.isDone = act !== undefined;
    if (!act) return;
    setImmediate(this.next);
    act();
  };
}
