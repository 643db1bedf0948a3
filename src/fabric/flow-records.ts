/**
 * Words of a record: the first place where it is seen, plus 1; the last second in which it was; numbers of its hosts, and
 * the epoch of those.
 */
const Word = {First: 0, LastSecond: 1, Source: 2, Destination: 3, Epoch: 4} as const;
const WORDS = 5;
const FIRST_FLOWS = 1_024;

/** What every row of a flow asks for, by the flow's place in its table. */
export class FlowRecords {
  private words = new Int32Array(FIRST_FLOWS * WORDS);

  /** Another flow has come to a place. */
  clear(flow: number): void {
    while ((flow + 1) * WORDS > this.words.length) this.grow();
    this.words.fill(0, flow * WORDS, (flow + 1) * WORDS);
    this.words[flow * WORDS + Word.Epoch] = -1;
  }

  /** The first place where it is seen; -1 where there is none. */
  first(flow: number): number {
    return this.words[flow * WORDS + Word.First]! - 1;
  }

  setFirst(flow: number, place: number): void {
    this.words[flow * WORDS + Word.First] = place + 1;
  }

  lastSecond(flow: number): number {
    return this.words[flow * WORDS + Word.LastSecond]! >>> 0;
  }

  see(flow: number, second: number): void {
    if (second > this.lastSecond(flow)) this.words[flow * WORDS + Word.LastSecond] = second;
  }

  /** Whether the numbers of its hosts are those of an epoch. */
  isOf(flow: number, epoch: number): boolean {
    return this.words[flow * WORDS + Word.Epoch] === epoch;
  }

  source(flow: number): number {
    return this.words[flow * WORDS + Word.Source]!;
  }

  destination(flow: number): number {
    return this.words[flow * WORDS + Word.Destination]!;
  }

  setHosts(flow: number, source: number, destination: number, epoch: number): void {
    this.words[flow * WORDS + Word.Source] = source;
    this.words[flow * WORDS + Word.Destination] = destination;
    this.words[flow * WORDS + Word.Epoch] = epoch;
  }

  private grow(): void {
    const words = new Int32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }
}
