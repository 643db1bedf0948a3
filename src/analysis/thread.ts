import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import {type Analyse, type Kind, makeWork, type Work} from './work.ts';

interface Order<K extends Kind = Kind> {
  id: number;
  kind: K;
  input: Work[K]['input'];
}

interface Answer {
  id: number;
  output?: unknown;
  /** Why there is none. */
  error?: Error;
}

/**
 * A thread of its own for what takes milliseconds or more: no bin may wait for it. It does one piece of work after the
 * other, whoever ordered it. This file is both its entry and what starts it.
 */
export class AnalysisThread {
  private readonly worker: Worker;
  private readonly onFailure: (error: Error) => void;
  private readonly open = new Map<number, (output: unknown) => void>();
  private lastId = 0;
  private isOver = false;

  /** `onFailure` is told of work that failed, and once when the thread has died; nothing is done from then on. */
  constructor(onFailure: (error: Error) => void) {
    this.onFailure = onFailure;
    this.worker = new Worker(new URL(import.meta.url), {
      workerData: {tenhertz: 'analysis'},
      resourceLimits: {maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16},
    });
    this.worker.unref();
    this.worker.on('message', (answer: Answer) => this.take(answer));
    this.worker.on('error', (error) => {
      this.isOver = true;
      for (const done of this.open.values()) done(undefined);
      this.open.clear();
      onFailure(error);
    });
  }

  /** Pieces of work that are waited for. */
  get waiting(): number {
    return this.open.size;
  }

  readonly analyse: Analyse = (kind, input, done) => {
    if (this.isOver) return done(undefined);
    const id = ++this.lastId;
    this.open.set(id, done as (output: unknown) => void);
    const order: Order = {id, kind, input};
    this.worker.postMessage(order, buffersOf(input));
  };

  async stop(): Promise<void> {
    this.isOver = true;
    await this.worker.terminate();
  }

  private take({id, output, error}: Answer): void {
    const done = this.open.get(id);
    this.open.delete(id);
    if (error) this.onFailure(error);
    done?.(output);
  }
}

/** Of the typed arrays of an input, each once. */
function buffersOf(input: object): ArrayBuffer[] {
  const arrays = Object.values(input).filter((value) => ArrayBuffer.isView(value));
  return [...new Set(arrays.map(({buffer}) => buffer as ArrayBuffer))];
}

/** Of an answer too, where it has an object of arrays: these would be copied in the thread that waits. */
function buffersWithin(output: object): ArrayBuffer[] {
  const objects = Object.values(output).filter((value) => typeof value === 'object' && value !== null);
  return objects.flatMap((value) => (ArrayBuffer.isView(value) ? [] : buffersOf(value)));
}

const port = parentPort;
if (!isMainThread && port !== null && (workerData as {tenhertz?: string} | null)?.tenhertz === 'analysis') {
  const work = makeWork();
  port.on('message', ({id, kind, input}: Order) => {
    try {
      const output = work[kind](input as never);
      port.postMessage({id, output} satisfies Answer, buffersWithin(output));
    } catch (error) {
      port.postMessage({id, error: error as Error} satisfies Answer);
    }
  });
}
