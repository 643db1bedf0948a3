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
  fillGaps(mean, seen);
  return {mean, seen};
}

/** Where the steps of a series always fall on the same phases, those between them are like the nearest. */
function fillGaps(mean: Float64Array, seen: Float64Array): void {
  const phases = mean.length;
  const own = seen.slice();
  for (let at = 0; at < phases; at++) {
    for (let away = 1; own[at] === 0 && seen[at] === 0 && away < phases; away++) {
      const near = [(at + away) % phases, (at - away + phases) % phases].find((other) => own[other] > 0);
      if (near === undefined) continue;
      mean[at] = mean[near];
      seen[at] = own[near];
    }
  }
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

/** Where the cycle stands against a steady one, at the middles of stretches that overlap by half; in cycles. */
interface Track {
  hopMs: number;
  drift: Float64Array;
  jitter: number;
}

/** The shortest stretches in which the line stands clear of what is beside it, another job's lines included. */
function trackOf(series: TickSeries, periodMs: number, steps: number): Track {
  const harmonic = strongestHarmonic(series, periodMs, steps);
  const cycles = (steps * series.tickMs) / periodMs;
  for (let each = 4; ; each *= 2) {
    const stretches = Math.max(1, Math.floor(cycles / each));
    const {track, ratio} = tryTrack(series, periodMs, steps, harmonic, stretches);
    if (ratio >= CLEAR || stretches < LEAST_STRETCHES) return track;
  }
}

function tryTrack({counts, tickMs}: TickSeries, periodMs: number, steps: number, harmonic: number, stretches: number) {
  const hop = steps / stretches / 2;
  const drift = new Float64Array(2 * stretches - 1);
  const each = (2 * hop * tickMs) / periodMs; // cycles
  let last = 0;
  let line = 0;
  let beside = 0;
  for (let at = 0; at < drift.length; at++) {
    const from = Math.round(at * hop);
    const to = Math.round((at + 2) * hop);
    const value = amplitude(counts, from, to, (harmonic * tickMs) / periodMs);
    const turn = Math.atan2(value.im, value.re) / (2 * Math.PI);
    last = at === 0 ? turn : last + wrapped(turn - last);
    drift[at] = last / harmonic;
    line += powerOf(value);
    // Two turns a stretch to either side none of the cycle's own lines has any part, if it keeps time.
    for (const turns of [-2, 2]) {
      beside += powerOf(amplitude(counts, from, to, ((harmonic + turns / each) * tickMs) / periodMs)) / 2;
    }
  }
  const error = beside / Math.max(line, 1e-9) / 2 / (2 * Math.PI * harmonic) ** 2;
  const jitter = jitterOf(drift, each, error);
  return {track: {hopMs: hop * tickMs, drift, jitter}, ratio: line / Math.max(beside, 1e-9)};
}

/** Of a stretch's variance, what the difference of a random walk's means over two neighbours has under that window. */
const WALK = 0.793;

/** The deviation of one cycle's length, from how far the phase walks between stretches. */
function jitterOf(drift: Float64Array, cyclesEach: number, error: number): number {
  const count = drift.length - 2;
  if (count < 3) return 0;
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < count; at++) {
    const step = drift[at + 2] - drift[at];
    sum += step;
    squares += step * step;
  }
  const variance = (squares - (sum * sum) / count) / (count - 1);
  return Math.sqrt(Math.max(0, (variance - 2 * error) / (WALK * cyclesEach)));
}

function driftAt({hopMs, drift}: Track, ms: number): number {
  const at = ms / hopMs - 1;
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

/**
 * Σ count · e^{2πi · turns · step}, about the mean, under a Hann window: a stretch that is not whole cycles would else
 * tell the phase of its own ends.
 */
function amplitude(counts: Float64Array, from: number, to: number, turns: number): Complex {
  let sum = 0;
  for (let i = from; i < to; i++) sum += counts[i];
  const mean = sum / Math.max(1, to - from);
  const wave = new Turning(turns, from + 0.5);
  const window = new Turning(1 / Math.max(1, to - from), 0.5);
  let re = 0;
  let im = 0;
  for (let i = from; i < to; i++) {
    const value = (counts[i] - mean) * (1 - window.cos);
    re += value * wave.cos;
    im += value * wave.sin;
    wave.step();
    window.step();
  }
  return {re, im};
}

/** A cosine and a sine that go on by so many turns a step. */
class Turning {
  cos: number;
  sin: number;
  private readonly stepCos: number;
  private readonly stepSin: number;

  constructor(turns: number, steps: number) {
    this.cos = Math.cos(2 * Math.PI * turns * steps);
    this.sin = Math.sin(2 * Math.PI * turns * steps);
    this.stepCos = Math.cos(2 * Math.PI * turns);
    this.stepSin = Math.sin(2 * Math.PI * turns);
  }

  step(): void {
    const cos = this.cos * this.stepCos - this.sin * this.stepSin;
    this.sin = this.cos * this.stepSin + this.sin * this.stepCos;
    this.cos = cos;
  }
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
