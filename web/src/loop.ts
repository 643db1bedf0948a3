/** How often a page that asks for reduced motion is drawn, in milliseconds. */
const REDUCED_MS = 500;

/** Bins that the figures of script time are taken over. */
const MEASURED = 100;

/**
 * The one owner of requestAnimationFrame. A message asks for a frame, the frame draws the newest state once, however
 * many messages came since the last one.
 */
export class Loop {
  /** Asks for less motion when true: the loop draws twice a second. */
  reducedMotion = false;
  /** Script time of the last drawings and messages, in milliseconds. */
  readonly drawn = new Ring(MEASURED);
  readonly handled = new Ring(MEASURED);
  /** Times that the painters were called. */
  frames = 0;
  readonly #painters = new Set<() => void>();
  #pending = 0;
  #timer = 0;
  #lastPaint = 0;

  /** Adds a painter, called once a frame; answers its removal. */
  add(paint: () => void): () => void {
    this.#painters.add(paint);
    this.request(true);
    return () => this.#painters.delete(paint);
  }

  /** Asks for a frame. `direct` = the person did something: drawn at once even with reduced motion. */
  request(direct = false): void {
    if (this.#pending !== 0) return;
    if (this.reducedMotion && !direct) {
      const wait = this.#lastPaint + REDUCED_MS - performance.now();
      if (wait > 0) {
        if (this.#timer === 0) this.#timer = window.setTimeout(() => this.#due(), wait);
        return;
      }
    }
    this.#pending = requestAnimationFrame(() => this.#paint());
  }

  #due(): void {
    this.#timer = 0;
    this.request(true);
  }

  #paint(): void {
    this.#pending = 0;
    const start = performance.now();
    this.frames++;
    for (const paint of this.#painters) paint();
    this.#lastPaint = performance.now();
    this.drawn.push(this.#lastPaint - start);
  }
}

/** The last few of a row of numbers. */
export class Ring {
  readonly #values: Float64Array;
  #next = 0;
  #count = 0;

  constructor(size: number) {
    this.#values = new Float64Array(size);
  }

  push(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    this.#count = Math.min(this.#count + 1, this.#values.length);
  }

  /** Mean, 0 while empty. */
  mean(): number {
    let sum = 0;
    for (let i = 0; i < this.#count; i++) sum += this.#values[i]!;
    return this.#count === 0 ? 0 : sum / this.#count;
  }

  max(): number {
    let most = 0;
    for (let i = 0; i < this.#count; i++) most = Math.max(most, this.#values[i]!);
    return most;
  }
}
