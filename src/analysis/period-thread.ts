import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import {PeriodFinder} from './period.ts';
import type {Look} from './period-engine.ts';
import {type PeriodFigures, PeriodWatch, type ShownPeriod} from './period-watch.ts';
import type {TickSeries} from './spectrum.ts';

/**
 * A thread of its own that looks for periods: a look takes some tens of milliseconds, and no bin may wait for it. This
 * file is both its entry and what starts it.
 */
export class PeriodThread {
  private readonly worker: Worker;
  private done: ((periods: PeriodFigures[] | undefined) => void) | undefined;
  private isOver = false;

  /** `onFailure` is told once when the thread has died; there are no looks from then on. */
  constructor(onFailure: (error: Error) => void) {
    this.worker = new Worker(new URL(import.meta.url), {
      workerData: {tenhertz: 'periods'},
      resourceLimits: {maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8},
    });
    this.worker.unref();
    this.worker.on('message', (periods: PeriodFigures[]) => this.finish(periods));
    this.worker.on('error', (error) => {
      this.isOver = true;
      this.finish(undefined);
      onFailure(error);
    });
  }

  readonly look: Look = (series, done) => {
    if (this.isOver) return done(undefined);
    this.done = done;
    this.worker.postMessage(series, [series.counts.buffer as ArrayBuffer]);
  };

  async stop(): Promise<void> {
    this.isOver = true;
    await this.worker.terminate();
  }

  private finish(periods: PeriodFigures[] | undefined): void {
    const {done} = this;
    this.done = undefined;
    done?.(periods);
  }
}

const port = parentPort;
if (!isMainThread && port !== null && (workerData as {tenhertz?: string} | null)?.tenhertz === 'periods') {
  const watch = new PeriodWatch(new PeriodFinder());
  port.on('message', (series: TickSeries) => port.postMessage(watch.look(series).map(figuresOf)));
}

/** Without what cannot be sent between threads. */
function figuresOf({phase: _, ...figures}: ShownPeriod): PeriodFigures {
  return figures;
}
