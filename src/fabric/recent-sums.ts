/** Sums by second, of those seconds that had any: most of what is followed so has none in most seconds. */
export class RecentSums {
  private readonly keep: number;
  private readonly seconds: number[] = [];
  private readonly sums: number[][];

  /** `columns` are summed side by side over `keep` seconds at most. */
  constructor(columns: number, keep: number) {
    this.keep = keep;
    this.sums = Array.from({length: columns}, () => []);
  }

  /** Adds to a second; one that is older than what is kept is left out. */
  add(second: number, ...values: readonly number[]): void {
    const newest = this.seconds.at(-1) ?? second;
    this.forget(Math.max(second, newest));
    if (second <= newest - this.keep) return;
    let at = this.seconds.length;
    while (at > 0 && this.seconds[at - 1]! > second) at--;
    if (this.seconds[at - 1] === second) {
      at--;
    } else {
      this.seconds.splice(at, 0, second);
      for (const column of this.sums) column.splice(at, 0, 0);
    }
    this.sums.forEach((column, i) => {
      column[at]! += values[i]!;
    });
  }

  /** One column over the seconds that end with `newest`, `keep` of them unless fewer are asked for. */
  sum(column: number, newest: number, seconds = this.keep): number {
    let total = 0;
    for (let i = 0; i < this.seconds.length; i++) {
      const second = this.seconds[i]!;
      if (second <= newest && second > newest - seconds) total += this.sums[column]![i]!;
    }
    return total;
  }

  private forget(newest: number): void {
    let old = 0;
    while (old < this.seconds.length && this.seconds[old]! <= newest - this.keep) old++;
    if (old === 0) return;
    this.seconds.splice(0, old);
    for (const column of this.sums) column.splice(0, old);
  }
}
