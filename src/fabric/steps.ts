/**
 * A figure that counts from a bin on until another one does, and how it stood before the first. What was said of bins
 * that are final stays as long as nobody sets them anew.
 */
export class Steps {
  private readonly initial: number;
  private readonly from: number[] = [];
  private readonly values: number[] = [];

  constructor(initial: number) {
    this.initial = initial;
  }

  /** The figure of a bin. Most questions are about the newest ones. */
  at(bin: number): number {
    const {from, values} = this;
    let last = from.length - 1;
    if (last < 0 || bin >= from[last]!) return values[last] ?? this.initial;
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
  set(bin: number, value: number): boolean {
    const {from, values} = this;
    let isNews = false;
    while (from.length > 0 && from.at(-1)! >= bin) {
      from.pop();
      if (values.pop() !== value) isNews = true;
    }
    if ((values.at(-1) ?? this.initial) === value) return isNews;
    from.push(bin);
    values.push(value);
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
