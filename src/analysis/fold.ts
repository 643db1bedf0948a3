import type {TickSeries} from './spectrum.ts';

/** Parts of a cycle in a profile. */
export const PHASES = 50;
/** A stretch is long enough to place its phase when its line stands so far above what is beside it. */
const CLEAR = 20;
/** Stretches that are wanted even so. */
const LEAST_STRETCHES = 8;
/** Harmonics whose phase may be followed. */
const FOLLOWED = 8;
/** Profile parts that are averaged before the floor is taken. */
const SMOOTH = 3;

/** A series folded at a period, its phase followed as it wanders. */
export interface Fold {
  /** Mean count of a step, by phase. */
  profile: Float64Array;
  /** Phase of a time, 0 to 1; ms since the series' first step. */
  phase(ms: number): number;
  /** Share of the cycle that the traffic above its floor would take at its own mean height. */
  duty: number;
  /** Standard deviation of a cycle's length, as a share of it. */
  jitter: number;
  /** Resultant length: 1 when all traffic comes at one instant of the cycle, 0 when it is even. */
  sharpness: number;
  /** Standard deviation of the profile over its mean: how strong the cycle is in this traffic. */
  swing: number;
}

/** Folds the first `steps` of a series. */
export function foldAt(series: TickSeries, periodMs: number, steps = series.counts.length): Fold {
  const track = trackOf(series, periodMs, steps);
  const phase = (ms: number) => {
    const cycles = ms / periodMs - driftAt(track, ms);
    return cycles - Math.floor(cycles);
  };
  const {mean, seen} = profileOf(series.counts.subarray(0, steps), series.tickMs, phase, PHASES);
  const duty = dutyOf(mean, seen, series.noise);
  return {
    profile: mean,
    phase,
    duty,
    jitter: track.jitter,
    sharpness: sharpnessOf(mean),
    swing: swingOf(mean, seen, series.noise),
  };
}

/** Mean value of a step by phase, in `phases` parts of the cycle, and the steps that each is of. */
export function profileOf(values: Float64Array, tickMs: number, phase: Fold['phase'], phases: number) {
  const mean = new Float64Array(phases);
  const seen = new Float64Array(phases);
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor(phase((i + 0.5) * tickMs) * phases);
    mean[at] += values[i];
    seen[at]++;
  }
  for (let at = 0; at < phases; at++) if (seen[at] > 0) mean[at] /= seen[at];
  return {mean, seen};
}

/** The harmonic with the most power; powers of short stretches are added, for a wandering phase blurs sums. */
function strongestHarmonic({counts, tickMs}: TickSeries, periodMs: number, steps: number): number {
  let harmonic = 1;
  let most = 0;
  const stretch = Math.ceil((10 * periodMs) / tickMs);
  for (let k = 1; k <= FOLLOWED && k * 2 * tickMs <= periodMs; k++) {
    let sum = 0;
    for (let from = 0; from < steps; from += stretch) {
      sum += powerOf(amplitude(counts, from, Math.min(steps, from + stretch), (k * tickMs) / periodMs));
    }
    if (sum <= most) continue;
    most = sum;
    harmonic = k;
  }
  return harmonic;
}

/** Where the cycle stands against a steady one, at the middles of stretches; in cycles. */
interface Track {
  stretchMs: number;
  drift: Float64Array;
  jitter: number;
}

/** The shortest stretches in which the line stands clear of what is beside it, another job's lines included. */
function trackOf(series: TickSeries, periodMs: number, steps: number): Track {
  const harmonic = strongestHarmonic(series, periodMs, steps);
  const cycles = (steps * series.tickMs) / periodMs;
  for (let each = 2; ; each *= 2) {
    const stretches = Math.max(1, Math.floor(cycles / each));
    const {track, ratio} = tryTrack(series, periodMs, steps, harmonic, stretches);
    if (ratio >= CLEAR || stretches < LEAST_STRETCHES) return track;
  }
}

function tryTrack({counts, tickMs}: TickSeries, periodMs: number, steps: number, harmonic: number, stretches: number) {
  const drift = new Float64Array(stretches);
  const each = (steps * tickMs) / periodMs / stretches; // cycles
  let last = 0;
  let line = 0;
  let beside = 0;
  for (let at = 0; at < stretches; at++) {
    const from = Math.round((at * steps) / stretches);
    const to = Math.round(((at + 1) * steps) / stretches);
    const value = amplitude(counts, from, to, (harmonic * tickMs) / periodMs);
    const turn = Math.atan2(value.im, value.re) / (2 * Math.PI);
    last = at === 0 ? turn : last + wrapped(turn - last);
    drift[at] = last / harmonic;
    line += powerOf(value);
    // One turn a stretch to either side none of the cycle's own lines has any part, if it keeps time.
    for (const turns of [-1, 1]) {
      beside += powerOf(amplitude(counts, from, to, ((harmonic + turns / each) * tickMs) / periodMs)) / 2;
    }
  }
  const error = beside / Math.max(line, 1e-9) / 2 / (2 * Math.PI * harmonic) ** 2;
  const stretchMs = (steps * tickMs) / stretches;
  return {track: {stretchMs, drift, jitter: jitterOf(drift, each, error)}, ratio: line / Math.max(beside, 1e-9)};
}

/** Differences of means over neighbouring stretches of a random walk have 2/3 of a stretch's variance. */
function jitterOf(drift: Float64Array, cyclesEach: number, error: number): number {
  if (drift.length < 3) return 0;
  let sum = 0;
  let squares = 0;
  for (let at = 1; at < drift.length; at++) {
    const step = drift[at] - drift[at - 1];
    sum += step;
    squares += step * step;
  }
  const count = drift.length - 1;
  const variance = (squares - (sum * sum) / count) / (count - 1 || 1);
  return Math.sqrt(Math.max(0, (variance - 2 * error) / ((2 / 3) * cyclesEach)));
}

function driftAt({stretchMs, drift}: Track, ms: number): number {
  const at = ms / stretchMs - 0.5;
  if (at <= 0) return drift[0];
  const below = Math.floor(at);
  if (below >= drift.length - 1) return drift[drift.length - 1];
  return drift[below] + (at - below) * (drift[below + 1] - drift[below]);
}

interface Complex {
  re: number;
  im: number;
}

const powerOf = ({re, im}: Complex) => re * re + im * im;

/** Σ count · e^{2πi · turns · step}, about the mean. */
function amplitude(counts: Float64Array, from: number, to: number, turns: number): Complex {
  let sum = 0;
  for (let i = from; i < to; i++) sum += counts[i];
  const mean = sum / Math.max(1, to - from);
  const cos = Math.cos(2 * Math.PI * turns);
  const sin = Math.sin(2 * Math.PI * turns);
  let c = Math.cos(2 * Math.PI * turns * (from + 0.5));
  let s = Math.sin(2 * Math.PI * turns * (from + 0.5));
  let re = 0;
  let im = 0;
  for (let i = from; i < to; i++) {
    re += (counts[i] - mean) * c;
    im += (counts[i] - mean) * s;
    const next = c * cos - s * sin;
    s = c * sin + s * cos;
    c = next;
  }
  return {re, im};
}

const wrapped = (turns: number) => turns - Math.round(turns);

/** Inverse participation of what lies above the floor, less what sampling adds to the squares. */
function dutyOf(profile: Float64Array, steps: Float64Array, noise: number): number {
  let floor = Number.POSITIVE_INFINITY;
  for (let at = 0; at < PHASES; at++) {
    let sum = 0;
    for (let near = 0; near < SMOOTH; near++) sum += profile[(at + near) % PHASES];
    floor = Math.min(floor, sum / SMOOTH);
  }
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < PHASES; at++) {
    const above = profile[at] - floor;
    sum += above;
    squares += above * above - (noise * profile[at]) / Math.max(1, steps[at]);
  }
  return squares > 0 ? Math.min(1, (sum * sum) / (PHASES * squares)) : 1;
}

function swingOf(profile: Float64Array, steps: Float64Array, noise: number): number {
  const mean = profile.reduce((sum, value) => sum + value, 0) / PHASES;
  let squares = 0;
  for (let at = 0; at < PHASES; at++) {
    squares += (profile[at] - mean) ** 2 - (noise * profile[at]) / Math.max(1, steps[at]);
  }
  return mean > 0 ? Math.sqrt(Math.max(0, squares / PHASES)) / mean : 0;
}

function sharpnessOf(profile: Float64Array): number {
  let re = 0;
  let im = 0;
  let sum = 0;
  profile.forEach((value, at) => {
    re += value * Math.cos((2 * Math.PI * at) / PHASES);
    im += value * Math.sin((2 * Math.PI * at) / PHASES);
    sum += value;
  });
  return sum > 0 ? Math.hypot(re, im) / sum : 0;
}
