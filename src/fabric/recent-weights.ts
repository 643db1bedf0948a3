const PLACES = 4_096;
/** More than any direction and basis. */
const SIDES = 8;
const NONE = -1;

/**
 * What samples at a nominal rate stand for at a port and side, as it was asked while one Partial is taken: there are rows for
 * many flows of a port, and the answer is the same. One place for some of them, the last one stays.
 */
export class RecentWeights {
  private readonly places = new Int32Array(PLACES).fill(NONE);
  private readonly rates = new Float64Array(PLACES);
  private readonly weights = new Float64Array(PLACES);
  private readonly ask: (slot: number, side: number, rate: number, end: number) => number;
  private end = Number.NEGATIVE_INFINITY;

  /** `ask` says what they stood for in the second before the bin `end`. */
  constructor(ask: (slot: number, side: number, rate: number, end: number) => number) {
    this.ask = ask;
  }

  /** Another Partial: all is to be asked anew. */
  clear(end: number): void {
    this.end = end;
    this.places.fill(NONE);
  }

  of(slot: number, side: number, rate: number): number {
    const place = slot * SIDES + side;
    const at = (place ^ (place >>> 12)) & (PLACES - 1);
    if (this.places[at] === place && this.rates[at] === rate) return this.weights[at]!;
    const weight = this.ask(slot, side, rate, this.end);
    this.places[at] = place;
    this.rates[at] = rate;
    this.weights[at] = weight;
    return weight;
  }
}
