/**
 * A figure that counts from a bin on until another one does: 1 before the first. What was said of bins that are final
 * stays as long as nobody sets them anew.
 */
export class Steps {
  private readonly from: number[] = [];
  private readonly values: number[] = [];

  /** The figure of a bin. Most questions are about the newest ones. */
  at(bin: number): number {
    const {from, values} = this;
    let last = from.length - 1;
    if (last < 0 || bin >= from[last]!) return values[last] ?? 1;
    let first = 0;
    if (bin < from[0]!) return 1;
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
    if ((values.at(-1) ?? 1) === value) return isNews;
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

  /** Whether it is 1 now and was 1 wherever it is still asked for. */
  get isPlain(): boolean {
    return this.values.every((value) => value === 1);
  }
}
