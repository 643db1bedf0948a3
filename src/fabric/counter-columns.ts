import type {CounterRates} from './ports.ts';

/** What interfaces counted of errors and discards, packets a second; null where none of them keeps such a counter. */
export interface CounterSums {
  inErrors: number | null;
  outErrors: number | null;
  inDiscards: number | null;
  outDiscards: number | null;
}

const FIRST_SLOTS = 256;
/** Counters that were not read again in so many of their own intervals are not of now. */
const MOST_INTERVALS = 3;

/** What is summed over ports. */
const SUMMED = [
  'inErrorsPerSecond',
  'outErrorsPerSecond',
  'inDiscardsPerSecond',
  'outDiscardsPerSecond',
] as const satisfies readonly (keyof CounterRates)[];

/**
 * Errors and discards of each port by its last two readings, by slot: sums over all ports are asked for once a second, and
 * tens of thousands of objects would take longer than all else that is told with them.
 */
export class CounterColumns {
  /** Epoch ms until which a port's reading is of now; NaN where there is none. */
  private until = new Float64Array(FIRST_SLOTS).fill(Number.NaN);
  /** At slot * `SUMMED.length`; NaN where the port keeps no such counter. */
  private rates = new Float64Array(FIRST_SLOTS * SUMMED.length);

  set(slot: number, counters: CounterRates): void {
    while (slot >= this.until.length) this.grow();
    this.until[slot] = counters.time + MOST_INTERVALS * counters.elapsedMs;
    for (const [i, name] of SUMMED.entries()) this.rates[slot * SUMMED.length + i] = counters[name] ?? Number.NaN;
  }

  /** Its port has left. */
  release(slot: number): void {
    if (slot < this.until.length) this.until[slot] = Number.NaN;
  }

  /** Sums over the slots that are accepted, of readings that are of now; they are as old as those, up to half a minute. */
  sums(now: number, accepts: (slot: number) => boolean): CounterSums {
    const {until, rates} = this;
    const sums = new Float64Array(SUMMED.length).fill(Number.NaN);
    for (let slot = 0; slot < until.length; slot++) {
      if (!(now <= until[slot]!) || !accepts(slot)) continue;
      for (let i = 0; i < SUMMED.length; i++) {
        const rate = rates[slot * SUMMED.length + i]!;
        if (!Number.isNaN(rate)) sums[i] = (sums[i]! || 0) + rate;
      }
    }
    const [inErrors, outErrors, inDiscards, outDiscards] = Array.from(sums, (sum) => (Number.isNaN(sum) ? null : sum));
    return {inErrors: inErrors!, outErrors: outErrors!, inDiscards: inDiscards!, outDiscards: outDiscards!};
  }

  private grow(): void {
    const {until, rates} = this;
    this.until = new Float64Array(2 * until.length).fill(Number.NaN);
    this.until.set(until);
    this.rates = new Float64Array(2 * rates.length);
    this.rates.set(rates);
  }
}
