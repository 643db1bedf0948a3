// Hot path: no allocation after construction, no exception.
import type {Keeper, StreamArray} from './handover.ts';

/** So many steps in a row that a count of the whole device explains prove that it is one. */
const SHARED = 16;

/**
 * Running totals of what an agent could not do, one told with each sample of a data source. Some agents have one for
 * each source, some tell the device's with all of them: then it has grown since any of them told it.
 */
export class SharedCount implements Keeper {
  /** A total that grows by more between two samples is garbage. */
  private readonly most: number;
  /** By stream: the source whose total came last, what it was, and how much speaks for one count of all sources. */
  readonly lastSource: Int32Array;
  private readonly last: Uint32Array;
  private readonly evidence: Uint8Array;
  readonly perStream: readonly StreamArray[];

  constructor(streams: number, most: number) {
    this.most = most;
    this.lastSource = new Int32Array(streams);
    this.last = new Uint32Array(streams);
    this.evidence = new Uint8Array(streams);
    this.perStream = [this.last, this.evidence];
  }

  /** Makes a stream's place fit for a newcomer. */
  reset(stream: number): void {
    this.lastSource[stream] = -1;
    this.evidence[stream] = 0;
  }

  /** What the total has grown by; `before` is what the source told last, of the same count where `isNext`. */
  grown(stream: number, source: number, before: number, total: number, isNext: boolean): number {
    const other = this.lastSource[stream]!;
    const step = (total - this.last[stream]!) >>> 0;
    const own = (total - before) >>> 0;
    let grown = isNext && own <= this.most ? own : 0;
    if (other !== source) {
      this.lastSource[stream] = source;
      if (step > this.most || other < 0) this.evidence[stream] = 0;
      else if (step > 0 && this.evidence[stream]! < SHARED) this.evidence[stream]!++;
      if (this.evidence[stream] === SHARED) grown = step;
    }
    this.last[stream] = total;
    return grown;
  }
}
