/**
 * A value that counts from a bin on until another one does, and how it stood before the first. What was said of bins
 * that are final stays as long as nobody sets them anew.
 */
export class Steps<T = number> {
  private readonly initial: T;
  private readonly most: number;
  private readonly from: number[] = [];
  private readonly values: T[] = [];

  /** Of more than `most` changes the oldest give way: what they began with then seems to have been so always. */
  constructor(initial: T, most = Number.POSITIVE_INFINITY) {
    this.initial = initial;
    this.most = most;
  }

  /** The value in force. */
  get last(): T {
    return this.values.length > 0 ? this.values.at(-1)! : this.initial;
  }

  /** The bin from which on it is in force; -Infinity when it always was. */
  get since(): number {
    return this.from.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** The value of a bin. Most questions are about the newest ones. */
  at(bin: number): T {
    const {from, values} = this;
    let last = from.length - 1;
    if (last < 0 || bin >= from[last]!) return this.last;
    let first = 0;
    if (bin < from[0]!) return this.initial;
    while (last - first > 1) {
      const middle = (first + last) >>> 1;
      if (from[middle]! <= bin) first = middle;
      else last = middle;
    }
    return values[first]!;
  }

  /** From `bin` on it is `value`; what was said of that bin and later ones is forgotten. Returns whether that is news. */
  set(bin: number, value: T): boolean {
    const {from, values} = this;
    let isNews = false;
    while (from.length > 0 && from.at(-1)! >= bin) {
      from.pop();
      if (values.pop() !== value) isNews = true;
    }
    if (this.last === value) return isNews;
    from.push(bin);
    values.push(value);
    if (values.length > this.most) {
      from.shift();
      values.shift();
    }
    return true;
  }

  /** Bins before this one are not asked for any more. */
  forget(before: number): void {
    let gone = 0;
    while (gone + 1 < this.from.length && this.from[gone + 1]! <= before) gone++;
    if (gone === 0) return;
    this.from.splice(0, gone);
    this.values.splice(0, gone);
  }

  /** Whether it is as it was at first, wherever it is still asked for. */
  get isPlain(): boolean {
    return this.values.every((value) => value === this.initial);
  }
}
