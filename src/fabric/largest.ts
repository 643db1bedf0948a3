/** What those that are not among the largest add up to; `largest` is that of all, for there may be more than were sampled. */
export interface RestOfFlows {
  flows: number;
  bytes: number;
  squares: number;
  largest: number;
}

/** The largest few of many, largest first, and the sums of the others. Of equals the first stays. */
export class Largest<T> {
  readonly all: T[] = [];
  readonly rest: RestOfFlows = {flows: 0, bytes: 0, squares: 0, largest: 0};
  private readonly most: number;
  /** Of those in `all`. */
  private readonly bytes: number[] = [];
  private readonly squares: number[] = [];

  constructor(most: number) {
    this.most = most;
  }

  /** `squares`: the variance of `bytes`; `largest`: what one sample of it stood for at the most. */
  add(value: T, bytes: number, squares: number, largest: number): void {
    this.rest.largest = Math.max(this.rest.largest, largest);
    const isAmong = this.all.length < this.most || bytes > (this.bytes.at(-1) ?? Number.POSITIVE_INFINITY);
    if (!isAmong) {
      this.leaveOut(bytes, squares);
      return;
    }
    const at = this.placeOf(bytes);
    this.all.splice(at, 0, value);
    this.bytes.splice(at, 0, bytes);
    this.squares.splice(at, 0, squares);
    if (this.all.length <= this.most) return;
    this.all.pop();
    this.leaveOut(this.bytes.pop()!, this.squares.pop()!);
  }

  /** Behind all that are as large. */
  private placeOf(bytes: number): number {
    let [first, end] = [0, this.bytes.length];
    while (first < end) {
      const middle = (first + end) >>> 1;
      if (this.bytes[middle]! >= bytes) first = middle + 1;
      else end = middle;
    }
    return first;
  }

  private leaveOut(bytes: number, squares: number): void {
    this.rest.flows++;
    this.rest.bytes += bytes;
    this.rest.squares += squares;
  }
}
