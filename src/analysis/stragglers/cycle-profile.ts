/** Parts of a cycle in a profile. */
const PHASES = 100;
/** A profile begins so much of a cycle before the exchange. */
export const LEAD = 0.2;
/** A new cycle changes the profile by so much. */
const LEARNING = 0.1;
/** The exchange begins where the next part of the cycle, so long, holds the most more than the one before. */
const EDGE = 0.15;
/** What the quietest phases are taken to hold at least, as a share of the mean: nothing is impossible. */
const LEAST_SHARE = 0.02;
/** The exchange is over when so much of what is above the floor is behind it. */
const OVER = 0.98;
const AFTER = 0.05;
/** Of what a right match is expected to score, what a match must reach. */
const MATCHES = 0.35;
/** How far from where it is expected a cycle may come before that counts as unlikely; in cycles. */
const PRIOR = 0.3;
/** Places that are tried in a cycle's length. */
const TRIED = 200;

/** Counts in steps of equal length; `at(i)` is that of step i, 0 where nothing is known. */
export interface Steps {
  readonly stepMs: number;
  at(step: number): number;
}

/** Where a cycle was found. */
export interface Match {
  startMs: number;
  /** Standard error of that from sampling alone, ms. */
  errorMs: number;
  /** It may be better behind what was looked at. */
  isAtEdge: boolean;
}

/**
 * What one cycle of a job looks like, from a fifth before the exchange begins: with it the beginning of each cycle is
 * found, by the likelihood of its counts. Times are ms in the same count as the steps'.
 */
export class CycleProfile {
  /** Share of a cycle's samples in each part. */
  private readonly share: Float64Array;
  /** Samples of a cycle. */
  samples: number;
  private readonly cumulated = new Float64Array(PHASES + 1);
  private readonly logs = new Float64Array(PHASES + 1);
  /** Where the exchange is over, in cycles since it began. */
  activeEnd = 1 - LEAD;
  /** What a cycle that looks like this scores: its log-likelihood against even traffic. */
  expected = 0;

  private constructor(share: Float64Array, samples: number) {
    this.share = share;
    this.samples = samples;
    this.settle();
  }

  /** From whole cycles of so long, before any cycle's beginning is known; tells where the first began. */
  static fold(
    steps: Steps,
    fromMs: number,
    periodMs: number,
    cycles: number,
  ): {profile: CycleProfile; startMs: number} {
    const folded = new Float64Array(PHASES);
    for (let cycle = 0; cycle < cycles; cycle++) addCycle(folded, steps, fromMs + cycle * periodMs, periodMs);
    const samples = folded.reduce((sum, value) => sum + value, 0);
    const onset = onsetOf(folded);
    const first = (onset - LEAD * PHASES + PHASES) % PHASES;
    const share = new Float64Array(PHASES).map((_, at) => folded[(first + at) % PHASES] / Math.max(1, samples));
    return {
      profile: new CycleProfile(share, samples / cycles),
      startMs: fromMs + (onset / PHASES) * periodMs,
    };
  }

  /** Takes what a cycle that began at `startMs` held into the profile. */
  learn(steps: Steps, startMs: number, periodMs: number): void {
    const own = new Float64Array(PHASES);
    addCycle(own, steps, startMs - LEAD * periodMs, periodMs);
    const sum = own.reduce((total, value) => total + value, 0);
    if (sum === 0) return;
    for (let at = 0; at < PHASES; at++) this.share[at] += LEARNING * (own[at] / sum - this.share[at]);
    this.samples += LEARNING * (sum - this.samples);
    this.settle();
  }

  private settle(): void {
    const {share, cumulated, logs} = this;
    const floor = floorOf(share);
    let above = 0;
    for (let at = 0; at < PHASES; at++) {
      cumulated[at + 1] = cumulated[at] + share[at];
      above += Math.max(0, share[at] - floor);
    }
    let passed = 0;
    let end = 0;
    while (end < PHASES && passed < OVER * above) passed += Math.max(0, share[end++] - floor);
    this.activeEnd = Math.min(1 - LEAD, end / PHASES - LEAD + AFTER);
    this.expected = 0;
    const used = this.used;
    const mean = cumulated[used] / used;
    for (let at = 0; at < used; at++) {
      logs[at] = Math.log(Math.max(share[at], LEAST_SHARE / PHASES) / Math.max(mean, LEAST_SHARE / PHASES));
      this.expected += this.samples * share[at] * logs[at];
    }
  }

  /** Parts that take part in a match: up to where the exchange is over. */
  private get used(): number {
    return Math.round((this.activeEnd + LEAD) * PHASES);
  }

  /**
   * The best beginning of a cycle between two times, undefined when nothing there looks like one. It is likelier near
   * `expectedMs`.
   */
  match(steps: Steps, fromMs: number, toMs: number, expectedMs: number, periodMs: number): Match | undefined {
    const tryMs = periodMs / TRIED;
    const tries = Math.max(1, Math.round((toMs - fromMs) / tryMs));
    let best = Number.NEGATIVE_INFINITY;
    let bestAt = -1;
    const scores = new Float64Array(tries + 1);
    for (let at = 0; at <= tries; at++) {
      const startMs = fromMs + at * tryMs;
      const off = (startMs - expectedMs) / (PRIOR * periodMs);
      const score = this.score(steps, startMs, periodMs);
      scores[at] = score - (off * off) / 2;
      if (scores[at] <= best || score < MATCHES * this.expected) continue;
      best = scores[at];
      bestAt = at;
    }
    if (bestAt < 0) return undefined;
    // What is half a unit below the best is one deviation off; of what is level the middle is meant.
    let first = bestAt;
    let last = bestAt;
    while (first > 0 && scores[first - 1] > best - 0.5) first--;
    while (last < tries && scores[last + 1] > best - 0.5) last++;
    const sharp = first === last ? vertexOf(scores, bestAt) : 0;
    return {
      startMs: fromMs + ((first + last) / 2 + sharp) * tryMs,
      errorMs: ((last - first + 1) / 2) * tryMs,
      isAtEdge: last === tries,
    };
  }

  /** What the best beginning between two times scores, as a share of what is expected: 1 where a whole cycle is. */
  likeness(steps: Steps, fromMs: number, toMs: number, periodMs: number): number {
    let best = 0;
    for (let startMs = fromMs; startMs <= toMs; startMs += periodMs / TRIED) {
      best = Math.max(best, this.score(steps, startMs, periodMs));
    }
    return best / this.expected;
  }

  /** Log-likelihood that a cycle begins there, against even traffic of any volume. */
  private score(steps: Steps, startMs: number, periodMs: number): number {
    const {stepMs} = steps;
    const scale = PHASES / periodMs;
    const fromMs = startMs - LEAD * periodMs;
    const used = this.used;
    const first = Math.ceil(fromMs / stepMs - 0.5);
    const last = Math.floor(fromMs / stepMs + used / scale / stepMs - 0.5);
    let sum = 0;
    for (let step = first; step <= last; step++) {
      const count = steps.at(step);
      if (count > 0) sum += count * this.logAt(((step + 0.5) * stepMs - fromMs) * scale, (stepMs * scale) / 2, used);
    }
    return sum;
  }

  /** Logarithm of the share around a phase, a step wide. */
  private logAt(phase: number, half: number, used: number): number {
    if (half <= 0.75) return this.logs[Math.max(0, Math.min(used - 1, Math.floor(phase)))];
    const from = Math.max(0, phase - half);
    const to = Math.min(used, phase + half);
    const mean = this.cumulated[used] / used;
    const share = (this.cumulatedAt(to) - this.cumulatedAt(from)) / Math.max(1e-9, to - from);
    return Math.log(Math.max(share, LEAST_SHARE / PHASES) / Math.max(mean, LEAST_SHARE / PHASES));
  }

  private cumulatedAt(phase: number): number {
    const below = Math.min(PHASES - 1, Math.floor(phase));
    return this.cumulated[below] + (phase - below) * this.share[below];
  }
}

/** Adds the steps of one cycle to a profile that begins at `fromMs`; a step that is wider than a part is spread. */
function addCycle(into: Float64Array, steps: Steps, fromMs: number, periodMs: number): void {
  const {stepMs} = steps;
  const scale = PHASES / periodMs;
  for (let step = Math.floor(fromMs / stepMs); step * stepMs < fromMs + periodMs; step++) {
    const count = steps.at(step);
    if (count > 0) spread(into, (step * stepMs - fromMs) * scale, ((step + 1) * stepMs - fromMs) * scale, count);
  }
}

/** Spreads a count evenly over the parts between two phases; what lies outside is left out. */
export function spread(
  into: Float64Array | Float32Array,
  from: number,
  to: number,
  count: number,
  offset = 0,
  size = PHASES,
): void {
  const density = count / (to - from);
  const begin = Math.max(0, from);
  const end = Math.min(size, to);
  for (let at = Math.floor(begin); at < end; at++) {
    into[offset + at] += density * (Math.min(end, at + 1) - Math.max(begin, at));
  }
}

/** Where the most traffic begins, behind a pause. */
function onsetOf(folded: Float64Array): number {
  const width = EDGE * PHASES;
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < PHASES; at++) {
    let rise = 0;
    for (let i = 0; i < width; i++) rise += folded[(at + i) % PHASES] - folded[(at - 1 - i + PHASES) % PHASES];
    if (rise <= most) continue;
    most = rise;
    best = at;
  }
  return best;
}

/** Mean of the quietest fifth. */
export function floorOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const count = Math.max(1, Math.floor(sorted.length / 5));
  let sum = 0;
  for (let at = 0; at < count; at++) sum += sorted[at];
  return sum / count;
}

/** Where the parabola through three values has its top, against the middle one. */
function vertexOf(scores: Float64Array, at: number): number {
  if (at === 0 || at === scores.length - 1) return 0;
  const bend = 2 * scores[at] - scores[at - 1] - scores[at + 1];
  return bend > 0 ? Math.max(-0.5, Math.min(0.5, (scores[at + 1] - scores[at - 1]) / (2 * bend))) : 0;
}
