import type {DatagramSink} from './datagram-writer.ts';

/** Keeps the datagrams of an agent back and hands them on together, each time its interval is over. */
export class BurstSender {
  private readonly sink: DatagramSink;
  private readonly intervalMs: number;
  private readonly kept: Uint8Array[] = [];
  private dueMs: number;

  constructor(sink: DatagramSink, firstMs: number, intervalMs: number) {
    this.sink = sink;
    this.dueMs = firstMs;
    this.intervalMs = intervalMs;
  }

  keep(bytes: Uint8Array, length: number): void {
    this.kept.push(bytes.slice(0, length));
  }

  isDue(atMs: number): boolean {
    return atMs >= this.dueMs;
  }

  /** Sends what was kept. */
  release(atMs: number): void {
    for (const bytes of this.kept) this.sink(bytes, bytes.length, atMs);
    this.kept.length = 0;
    while (this.dueMs <= atMs) this.dueMs += this.intervalMs;
  }

  /** Forgets what was kept, as an agent does that is restarted. */
  clear(): void {
    this.kept.length = 0;
  }
}
