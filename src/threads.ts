import {randomBytes} from 'node:crypto';
import {MessageChannel, type MessagePort, Worker} from 'node:worker_threads';
import {dispatchTable} from './collector/dispatch.ts';
import {RING_BYTES, type SharedRings} from './collector/native/collector.ts';
import {ringMemory} from './collector/native/ring.ts';
import type {FromIngest, IngestSource, IngestThreadData, ToIngest} from './ingest.ts';
import {OneByOne} from './one-by-one.ts';

const INGEST = new URL(`./ingest${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Bytes of a Partial from which handing it to nobody is cheaper than leaving it to the garbage collector. */
const LARGE_PARTIAL = 65_536;

export interface ThreadsOptions {
  source: IngestSource;
  /** How many; a recording has one. */
  threads: number;
  /** Bytes that history and tables may take. */
  memory: number;
  trimDscp: number;
}

/** What the threads have to say, and that one of them has died. */
export interface ThreadsHandler {
  message: (message: FromIngest) => void;
  error: (error: Error) => void;
}

/** The ingest threads: all datagrams of one agent are handled by one of them, in order. */
export class IngestThreads {
  /** By thread. */
  private readonly workers: Worker[] = [];
  private readonly peers: (MessagePort | null)[][];
  private readonly exits: Promise<void>[] = [];
  private readonly options: ThreadsOptions;
  private readonly handler: ThreadsHandler;
  private readonly turns = new OneByOne();
  /**
   * Nobody listens there: what is transferred to it is free at once. Left to the garbage collector, the Partials of a large
   * fabric would make it go through all objects every two seconds.
   */
  private readonly nowhere = closedPort();
  private readonly shared: SharedRings | undefined;
  private readonly random = randomBytes(12);
  private isStopped = false;

  constructor(options: ThreadsOptions, handler: ThreadsHandler) {
    const threads = options.source.kind === 'udp' ? options.threads : 1;
    this.options = {...options, threads};
    this.handler = handler;
    this.peers = waysBetween(threads);
    if (threads === 1) {
      this.start(0);
      return;
    }
    const rings = Array.from({length: threads}, () => ringMemory(RING_BYTES));
    this.shared = {rings, table: dispatchTable(this.random.readUInt32LE(8))};
    this.startAll(threads);
  }

  /** By thread: seconds that it has worked since its start. */
  get busySeconds(): number[] {
    return this.workers.map((worker) => worker.performance.eventLoopUtilization().active / 1_000);
  }

  /** Resolves when all have ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const worker of this.workers) worker?.postMessage({type: 'stop'} satisfies ToIngest);
    await Promise.all(this.exits);
    await this.turns.allTaken();
  }

  async terminate(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.workers.map((worker) => worker?.terminate()));
  }

  /** The one that opens the sockets comes last: what arrives meanwhile would be too old when it is taken. */
  private startAll(threads: number): void {
    let waiting = threads - 1;
    for (let thread = 1; thread < threads; thread++) {
      this.start(thread, () => {
        if (--waiting === 0 && !this.isStopped) this.start(0);
      });
    }
  }

  private start(thread: number, onReady: () => void = () => {}): void {
    const {source, threads, memory, trimDscp} = this.options;
    const workerData: IngestThreadData = {
      tenhertz: 'ingest',
      ...{source, thread, shared: this.shared, peers: this.peers[thread]!, trimDscp},
      memory: memory / threads,
      epoch: this.random.readUInt32LE(0),
      seed: this.random.readUInt32LE(4),
    };
    const transferList = workerData.peers!.filter((port) => port !== null);
    const worker = new Worker(INGEST, {workerData, transferList});
    this.workers[thread] = worker;
    // Kept from the start: a thread that has ended already does not say so again.
    this.exits.push(new Promise((resolve) => worker.once('exit', () => resolve())));
    worker.on('message', (message: FromIngest) =>
      this.turns.take(() => {
        if (message.type === 'ready') onReady();
        this.handler.message(message);
        if (message.type !== 'partial') return;
        if (message.encoded.byteLength >= LARGE_PARTIAL) this.nowhere.postMessage(undefined, [message.encoded]);
        worker.postMessage({type: 'taken'} satisfies ToIngest);
      }),
    );
    worker.on('error', this.handler.error);
  }
}

/** From each thread to each other one, and none to itself. */
function waysBetween(threads: number): (MessagePort | null)[][] {
  const ways: (MessagePort | null)[][] = Array.from({length: threads}, () => new Array(threads).fill(null));
  for (let a = 0; a < threads; a++) {
    for (let b = a + 1; b < threads; b++) {
      const {port1, port2} = new MessageChannel();
      ways[a]![b] = port1;
      ways[b]![a] = port2;
    }
  }
  return ways;
}

function closedPort(): MessagePort {
  const {port1, port2} = new MessageChannel();
  port2.close();
  port1.unref();
  return port1;
}
