import type {AccountLimits} from '../../../src/account/accountant.ts';
import {Ingest} from '../../../src/account/ingest.ts';
import {Dispatcher, dispatchTable} from '../../../src/collector/dispatch.ts';
import type {Random} from '../../../src/simulator/random.ts';

/** As many ingests as there are threads, what they are told in the order of arrival, and moves in between. */
export class Threads {
  readonly ingests: Ingest[];
  moves = 0;
  private readonly dispatcher: Dispatcher;
  private readonly ringOf = new Map<number, number>();

  constructor(threads: number, limits: AccountLimits, sink: (encoded: ArrayBuffer) => void) {
    this.dispatcher = new Dispatcher(dispatchTable(77), threads);
    this.ingests = Array.from({length: threads}, (_, producer) => {
      const options = {limits, producer, epoch: 1, seed: 7 + producer, tellsClock: producer === 0};
      return new Ingest(options, sink);
    });
  }

  /** A datagram arrives; time comes to `now` for all. */
  receive(bytes: Uint8Array, from: Uint32Array, now: number): void {
    const ring = this.dispatcher.ringOf(bytes, from);
    const {bucket} = this.dispatcher;
    if (!this.ringOf.has(bucket)) this.ringOf.set(bucket, ring);
    this.tick(now);
    const ingest = this.ingests[this.ringOf.get(bucket)!]!;
    ingest.bucket = bucket;
    ingest.buffer.set(bytes);
    ingest.receive(bytes.length, from, now);
  }

  tick(now: number): void {
    for (const ingest of this.ingests) ingest.tick(now);
  }

  /** Has the agents of some bucket go to some thread. */
  moveAny(random: Random): void {
    const buckets = [...this.ringOf.keys()];
    const bucket = buckets[random.below(buckets.length)];
    if (bucket === undefined) return;
    const from = this.ringOf.get(bucket)!;
    const to = random.below(this.ingests.length);
    if (from === to) return;
    this.moves++;
    // Between threads it is copied, and nothing else is shared.
    this.ingests[to]!.arrive(bucket, structuredClone(this.ingests[from]!.leave(bucket)));
    this.ringOf.set(bucket, to);
  }

  finish(): void {
    for (const ingest of this.ingests) ingest.finish();
  }
}
