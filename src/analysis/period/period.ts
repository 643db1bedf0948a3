import {type Fold, foldAt, PHASES, profileOf} from './fold.ts';
import {belowOf, type Comb, HARMONIC_COST, HARMONICS, linePower, strongestComb} from './period-comb.ts';
import {fundamentalOf} from './period-fundamental.ts';
import {LEAST_CYCLES, SEGMENTS, Spectra, type Spectrum, type TickSeries} from './spectrum.ts';

/** A cycle found in a series. */
export interface Period {
  periodMs: number;
  /** How far the lines of its spectrum stand above chance; the chance of such a score is about e^{(5 - score)/2}. */
  score: number;
  /** Standard deviation of a cycle's length, as a share of it. */
  jitter: number;
  /** Share of the cycle that is exchange. */
  duty: number;
  /** 1 when all traffic comes at one instant of the cycle, 0 when it is even: |Σ e^{2πi·phase}| / n. */
  sharpness: number;
  /** Standard deviation of the traffic over the cycle, as a share of the mean. */
  swing: number;
  /** There are weak signs of two bursts a cycle: the period may be twice as long. */
  ambiguous: boolean;
  /** Whether it still ran in the last cycles; true too where `canTell` says that the samples do not suffice to tell. */
  isRunning: boolean;
  canTell: boolean;
  /** Phase of a time, 0 to 1, as the cycle wandered; ms since the series' first step. */
  phase: Fold['phase'];
}

/** What a search may find. */
export interface PeriodRange {
  shortestMs: number;
  longestMs: number;
}

/** A score that chance reaches in about one of 10⁴ looks at a series. */
const LEAST_SCORE = 26;
/** Where the traffic is that much more restless than its sampling, few large bursts may look like a cycle. */
const RESTLESS = 1.2;
const RESTLESS_SCORE = 70;
/** What the choice among four segmentations is worth: 2 ln 4. */
const CHOICE = 2 * Math.log(SEGMENTS.length);
/**
 * What keeps time so badly must be far more evident: load that shifts now and then looks like it. Jobs have half of it
 * at most, but for those that are held up once or twice.
 */
const MOST_JITTER = 0.07;
const LOOSE_SCORE = 200;
/** How much slower than what is most evident a cycle around it is, and below what multiple of that its lines are. */
const SLOWER = 2.5;
const BELOW = 0.7;
/** How evident it must be by itself, and the share that its lines must have of the power of those. */
const SLOWER_SCORE = 60;
const SLOWER_SHARE = 0.3;
/** A series that is shorter has too few frequencies to tell a line from them. */
const LEAST_STEPS = 64;
/** Searches in one series, each behind what the last one found. */
const MOST_ROUNDS = 5;
/** Timing that is off by this share of the period leaves no line. */
export const RESOLUTIONS = 2;
/** Highest frequency that is looked at, in cycles per 1000 steps: near half a step counts are blurred and mirrored. */
const TOP = 400;
/** Two periods are one when one is so near to a small multiple of the other. */
const SAME = 0.006;
const MOST_MULTIPLE = 16;
/** A cycle may have so many like parts; left behind by them it must be so evident, and of their evidence have this share. */
const MOST_REPEATS = 8;
const EVIDENT = 100;
const EVIDENT_SHARE = 0.1;
/** Lines this many deviations of a cycle's length beside its own are its own. */
const BESIDE = 3;
/** Parts of a cycle in what is taken out. */
const MOST_PHASES = 512;
/** Cycles, and least time, in which a cycle that has stopped is noticed. */
const LAST_CYCLES = 3;
const LEAST_LAST_MS = 300;
/** Of the strength that the cycle had, what it must keep; tested when it would stand out by so many deviations. */
const KEPT = 0.35;
const TELLING = 5;
/** How far the phase may have wandered meanwhile, in parts of a profile. */
const SHIFTS = 8;

/** Finds the cycles of a series of counts. Holds the tables of its transforms, nothing of what it has seen. */
export class PeriodFinder {
  private readonly spectra = new Spectra();

  /** Cycles, most evident first, each looked for in what the ones before leave of the counts. */
  find(series: TickSeries, range: PeriodRange, left = series.counts.slice()): Period[] {
    if (series.counts.length < LEAST_STEPS) return [];
    // Of what agents hold back, they tell no more than twice an interval's length.
    const topHz = Math.min(TOP / series.tickMs, 500 / series.resolutionMs);
    const shortestMs = Math.max(range.shortestMs, RESOLUTIONS * series.resolutionMs);
    // What is too fast to be reported is found all the same, else its multiples would be.
    const bounds = {lowestHz: 1_000 / range.longestMs, highestHz: topHz};
    const spectraOf = (tapered: boolean) =>
      SEGMENTS.map((segments) => this.spectra.of(series, left, segments, topHz, tapered));
    const found: Period[] = [];
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const plain = spectraOf(round > 0);
      for (const {periodMs} of found) for (const spectrum of plain) mask(spectrum, 1_000 / periodMs);
      const evident = this.bestComb(plain, bounds);
      if (!evident) break;
      const tapered = round > 0 ? plain : spectraOf(true);
      const best = this.slowerComb(tapered, evident, bounds.lowestHz);
      const period = describe({...series, counts: left}, best, tapered, bounds.lowestHz);
      removeCycle(left, series.tickMs, period);
      found.push(period);
    }
    const kept: Period[] = [];
    for (const [at, period] of found.entries()) {
      if (period.periodMs < shortestMs || (period.jitter > MOST_JITTER && period.score < LOOSE_SCORE)) continue;
      if (!found.slice(0, at).some((other) => isRemainder(period.periodMs, other))) kept.push(period);
      else lengthen(kept, period, series);
    }
    return kept;
  }

  private bestComb(spectra: readonly Spectrum[], bounds: {lowestHz: number; highestHz: number}): Comb | undefined {
    let best: Comb | undefined;
    for (const spectrum of spectra) {
      const comb = strongestComb(spectrum, bounds, best?.score ?? LEAST_SCORE + CHOICE, this.spectra);
      if (comb) best = comb;
    }
    if (!best) return undefined;
    const {frequency, score, spectrum} = best;
    const isRestless = spectrum.level[Math.round(frequency / spectrum.stepHz)] > RESTLESS;
    if (isRestless && score < RESTLESS_SCORE + CHOICE) return undefined;
    return best;
  }

  /**
   * A much slower comb in what lies below the most evident one, if it has as good a claim: what repeats within a cycle
   * stands clearer of its surroundings than the cycle itself, where strong lines are the surroundings of each other.
   */
  private slowerComb(tapered: readonly Spectrum[], evident: Comb, lowestHz: number): Comb {
    let best = evident;
    for (const spectrum of tapered) {
      const below = belowOf(spectrum, BELOW * evident.frequency);
      const bounds = {lowestHz, highestHz: evident.frequency / SLOWER};
      const comb = strongestComb(below, bounds, best === evident ? SLOWER_SCORE : best.score, this.spectra);
      if (!comb) continue;
      const power = linePower(below, comb.frequency, true);
      if (power > SLOWER_SHARE * linePower(spectrum, evident.frequency)) best = {...comb, spectrum};
    }
    return best;
  }
}

/** A cycle that is known, as it is now: followed and not searched for, so only where there is no other beside it. */
export function followed(series: TickSeries, period: Period): Period {
  return {...period, ...shapeOf(series, period.periodMs)};
}

/** Takes a cycle out of a series, its mean at each phase; where it has stopped, its last cycles stay as they are. */
export function removeCycle(values: Float64Array, tickMs: number, {periodMs, phase, isRunning}: Period): void {
  const phases = Math.max(6, Math.min(MOST_PHASES, Math.round(periodMs / tickMs)));
  const end = isRunning ? values.length : Math.max(0, values.length - lastSteps(periodMs, tickMs));
  const {mean} = profileOf(values.subarray(0, end), tickMs, phase, phases);
  let level = 0;
  for (const value of mean) level += value / phases;
  for (let i = 0; i < end; i++) {
    values[i] -= mean[Math.floor(phase((i + 0.5) * tickMs) * phases)] - level;
  }
}

/**
 * What repeats within a cycle may be more evident than the cycle. Taken out, it leaves the cycle behind, a multiple of it:
 * where that is evident enough too, it is the length of what was found first.
 */
function lengthen(kept: Period[], {periodMs, score}: Period, series: TickSeries): void {
  const at = kept.findIndex((one) => {
    const times = timesIn(periodMs, one.periodMs);
    return times >= 2 && times <= MOST_REPEATS && score >= Math.max(EVIDENT, EVIDENT_SHARE * one.score);
  });
  if (at < 0) return;
  const {isRunning, canTell} = kept[at]!;
  kept[at] = {...followed(series, {...kept[at]!, periodMs}), isRunning, canTell, ambiguous: false};
}

/** What a cycle that does not keep time leaves near its own lines is no other cycle. */
function isRemainder(periodMs: number, other: Period): boolean {
  return isMultiple(periodMs, other.periodMs) || Math.abs(periodMs / other.periodMs - 1) < BESIDE * other.jitter;
}

function describe(series: TickSeries, comb: Comb, tapered: readonly Spectrum[], lowestHz: number): Period {
  let frequency = comb.frequency;
  let ambiguous = false;
  for (let at = tapered.length - 1; at >= 0; at--) {
    if (tapered[at].segments > comb.spectrum.segments) continue;
    const fundamental = fundamentalOf(tapered[at], frequency, lowestHz);
    frequency = fundamental.frequency;
    ambiguous ||= fundamental.isDoubtful;
  }
  const periodMs = 1_000 / frequency;
  return {periodMs, score: comb.score - CHOICE, ambiguous, ...shapeOf(series, periodMs)};
}

/** What a cycle of so long looks like in a series, and whether it still runs. */
function shapeOf(series: TickSeries, periodMs: number): Omit<Period, 'periodMs' | 'score' | 'ambiguous'> {
  const {isRunning, canTell, fold} = runs(series, periodMs);
  const {jitter, duty, sharpness, swing, phase} = fold;
  return {jitter, duty, sharpness, swing, phase, isRunning, canTell};
}

/** Steps at the end of a series in which a cycle that has stopped is noticed. */
const lastSteps = (periodMs: number, tickMs: number) =>
  Math.ceil(Math.max(LAST_CYCLES * periodMs, LEAST_LAST_MS) / tickMs);

/** Whether the last cycles look like those before: their counts against the profile of the others. */
function runs(series: TickSeries, periodMs: number): {isRunning: boolean; canTell: boolean; fold: Fold} {
  const {counts, tickMs, noise} = series;
  const before = counts.length - lastSteps(periodMs, tickMs);
  if (before * tickMs < LEAST_CYCLES * periodMs) {
    return {isRunning: true, canTell: false, fold: foldAt(series, periodMs)};
  }
  const fold = foldAt(series, periodMs, before);
  let mean = 0;
  for (const value of fold.profile) mean += value / PHASES;
  // The phase may have wandered since it was last seen.
  const seen = new Float64Array(2 * SHIFTS + 1);
  let expected = 0;
  let variance = 0;
  for (let i = before; i < counts.length; i++) {
    const at = Math.floor(fold.phase((i + 0.5) * tickMs) * PHASES) + PHASES;
    for (let shift = -SHIFTS; shift <= SHIFTS; shift++) {
      seen[shift + SHIFTS] += (fold.profile[(at + shift) % PHASES] - mean) * counts[i];
    }
    const value = fold.profile[at % PHASES];
    expected += (value - mean) * value;
    variance += (value - mean) ** 2 * value * noise;
  }
  const canTell = expected > TELLING * Math.sqrt(variance);
  return {isRunning: !canTell || Math.max(...seen) > KEPT * expected, canTell, fold};
}

/** Takes the lines of a frequency out of a search: of what stood there only its wandering is left. */
function mask(spectrum: Spectrum, frequency: number): void {
  const top = (spectrum.evidence.length - 1) * spectrum.stepHz;
  const reach = Math.min(1.5 / spectrum.segmentSeconds, frequency / 4);
  for (let k = 1; k <= HARMONICS && k * frequency < top; k++) silence(spectrum, k * frequency, reach);
}

function silence({evidence, stepHz}: Spectrum, hz: number, reach: number): void {
  const from = Math.max(0, Math.floor((hz - reach) / stepHz));
  const to = Math.min(evidence.length - 1, Math.ceil((hz + reach) / stepHz));
  for (let i = from; i <= to; i++) evidence[i] = Math.min(evidence[i], HARMONIC_COST);
}

/** Whether one of two periods is near a small multiple of the other. */
export function isMultiple(a: number, b: number): boolean {
  const times = timesIn(Math.max(a, b), Math.min(a, b));
  return times > 0 && times <= MOST_MULTIPLE;
}

/** How many times one period lies in another; 0 where that is not nearly a whole number. */
function timesIn(longer: number, shorter: number): number {
  const ratio = longer / shorter;
  const whole = Math.round(ratio);
  return Math.abs(ratio - whole) <= SAME * whole ? whole : 0;
}
