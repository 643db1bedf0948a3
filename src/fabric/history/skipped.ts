/** Steps that are remembered; the newest are the ones that history still holds. */
const MAX_SPANS = 16;

/**
 * Bins that time never passed through, because a step of the wall clock set it forward over them. They are gaps, not
 * zeros, save those that have samples after all: of what waited to be read while the clock was stepped.
 */
export class Skipped {
  /** Both ends included, ascending. */
  private spans: {from: number; to: number}[] = [];

  /** Time went from one bin to another without those in between. */
  add(before: number, after: number): void {
    if (after - before < 2) return;
    this.spans.push({from: before + 1, to: after - 1});
    if (this.spans.length > MAX_SPANS) this.spans.shift();
  }

  has(bin: number): boolean {
    for (let i = this.spans.length - 1; i >= 0; i--) {
      const {from, to} = this.spans[i]!;
      if (bin > to) return false;
      if (bin >= from) return true;
    }
    return false;
  }

  /** There is a sample of this bin. */
  witness(bin: number): void {
    if (!this.has(bin)) return;
    this.spans = this.spans.flatMap(({from, to}) => {
      if (bin < from || bin > to) return [{from, to}];
      return [
        {from, to: bin - 1},
        {from: bin + 1, to},
      ].filter((part) => part.from <= part.to);
    });
  }
}
