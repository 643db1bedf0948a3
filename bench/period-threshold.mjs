// The period of a fabric as sFlow-RT's AI Metrics finds it, written anew from its description: crossings of the mean
// load by a fast frame rate. It looks at one series and knows one period.

/** Settings as they come with it. */
const SLOW_MS = 2_000;
const FAST_MS = 100;
const HYSTERESIS_MS = 200;
const WINDOW = 20;
const SENSITIVITY = 2;
const REPEAT = 2;
const MISSES = 4;
const STALE = 10;
const MOST_CV = 0.5;

/** Mean and deviation of the last values; tells when several in a row are beyond it. */
class Baseline {
  values = [];
  beyond = 0;

  /** 'learning', 'normal', or 'changed' when it was high or low several times in a row. */
  add(value) {
    if (this.values.length < WINDOW) {
      this.values.push(value);
      return this.values.length < WINDOW ? 'learning' : 'normal';
    }
    const {mean, deviation} = this;
    this.beyond = Math.abs(value - mean) > SENSITIVITY * deviation ? this.beyond + 1 : 0;
    this.values.shift();
    this.values.push(value);
    return this.beyond >= REPEAT ? 'changed' : 'normal';
  }

  get mean() {
    return this.values.reduce((sum, value) => sum + value, 0) / this.values.length;
  }

  get deviation() {
    const {mean} = this;
    return Math.sqrt(this.values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / this.values.length);
  }
}

/** The period in ms that it shows at the end of counts of `tickMs`; 0 when none. */
export function thresholdPeriod(counts, tickMs) {
  let slow = 0;
  let fast = 0;
  let load = new Baseline();
  let periods = new Baseline();
  let seen = [];
  let threshold = Number.NaN;
  let isArmed = true;
  let belowSince = 0;
  let last = Number.NaN;
  for (let i = 0; i < counts.length; i++) {
    const ms = i * tickMs;
    // Flow rates are exponentially smoothed over their time.
    slow += (counts[i] - slow) * (tickMs / SLOW_MS);
    fast += (counts[i] - fast) * (tickMs / FAST_MS);
    if (ms > 0 && ms % 1_000 === 0) {
      const state = load.add(slow);
      if (state === 'changed') {
        threshold = Number.NaN;
        load = new Baseline();
        periods = new Baseline();
        last = Number.NaN;
      } else if (state === 'normal') {
        const expected = periods.values.length > 0 ? periods.mean : 0;
        const isOutside = seen.length > 0 && !(threshold >= Math.min(...seen) && threshold <= Math.max(...seen));
        const isMissed = expected > 0 && ms - last > MISSES * expected;
        if (Number.isNaN(threshold) || isOutside || isMissed) threshold = load.mean;
      }
      seen = [];
    }
    seen.push(fast);
    if (Number.isNaN(threshold)) continue;
    if (fast < threshold) {
      if (!isArmed && belowSince === 0) belowSince = ms;
      if (!isArmed && ms - belowSince >= HYSTERESIS_MS) isArmed = true;
    } else {
      belowSince = 0;
      if (!isArmed) continue;
      isArmed = false;
      if (!Number.isNaN(last) && periods.add(ms - last) === 'changed') periods = new Baseline();
      last = ms;
    }
  }
  if (periods.values.length < 2) return 0;
  const {mean, deviation} = periods;
  const isStale = counts.length * tickMs - last > STALE * mean;
  return deviation / mean < MOST_CV && !isStale ? mean : 0;
}
