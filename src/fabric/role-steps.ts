/** Changes that are remembered; the oldest give way, long after their bins left the history. */
const MAX_STEPS = 16;

/**
 * A value that changes at certain bins. A change counts from a bin that is still open, so bins that are final keep
 * what they had.
 */
export class Steps<T> {
  private readonly first: T;
  private readonly steps: {from: number; value: T}[] = [];

  /** `first` is the value before the first change. */
  constructor(first: T) {
    this.first = first;
  }

  /** The value in force. */
  get last(): T {
    return this.steps.at(-1)?.value ?? this.first;
  }

  /** The bin from which on it is in force; -Infinity when it always was. */
  get since(): number {
    return this.steps.at(-1)?.from ?? Number.NEGATIVE_INFINITY;
  }

  at(bin: number): T {
    for (let i = this.steps.length - 1; i >= 0; i--) {
      const step = this.steps[i]!;
      if (bin >= step.from) return step.value;
    }
    return this.first;
  }

  /** From `from` on it is `value`. */
  set(value: T, from: number): void {
    while (this.steps.length > 0 && this.steps.at(-1)!.from >= from) this.steps.pop();
    if (this.last === value) return;
    this.steps.push({from, value});
    if (this.steps.length > MAX_STEPS) this.steps.shift();
  }
}
