/** Seconds that a count's rate is taken over. */
const WINDOW_SECONDS = 5;

/** Rates of the ledger's counts over the last seconds, from a reading a second. */
export class CountRates {
  private readonly readings: {second: number; counts: Float64Array}[] = [];

  /** Takes a reading; more than one in a second counts once. `timeMs` is the bins' time. */
  read(timeMs: number, counts: Float64Array): void {
    const second = Math.floor(timeMs / 1_000);
    const last = this.readings.at(-1);
    if (last && last.second >= second) return;
    this.readings.push({second, counts: counts.slice()});
    if (this.readings.length > WINDOW_SECONDS + 1) this.readings.shift();
  }

  /** How much a count grows a second. */
  perSecond(count: number): number {
    const first = this.readings[0];
    const last = this.readings.at(-1);
    if (!first || !last || first === last) return 0;
    return (last.counts[count]! - first.counts[count]!) / (last.second - first.second);
  }
}
