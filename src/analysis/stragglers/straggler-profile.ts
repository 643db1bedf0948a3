import {floorOf, LEAD} from './cycle-profile.ts';
import {PARTS, type PhaseCounts, SIDES} from './host-phases.ts';

/** The exchange begins where so much of the job's traffic above the floor has passed, and ends where so much is left. */
const ONSET = 0.004;
/** What remains of a host's rate in the parts that it misses, at most: what is less than half is missed. */
const REMAINS = 0.2;
/** Lateness is looked for up to a quarter of the cycle. */
const LATEST = 12;
/** A host's side must be so much likelier to be late, in logarithms, to agree with the other. */
const AGREES = 2;
/** Expected samples in the first part of a side's exchange without which that side says nothing by itself. */
const LEAST_EXPECTED = 3;
/** So much of a host's own exchange has passed when it is said to finish. */
const FINISHED = 0.97;

const ALL: readonly number[] = [0, 1];

/** Of a 95 % interval: standard errors on either side, and how far below its highest a log-likelihood may be. */
const ERRORS = 1.96;
const LESS_LIKELY = ERRORS ** 2 / 2;
/** To so many parts it is known what the others do: on the mean, and when they begin, which is blurred by when each is ready. */
const BLUR = 0.5;
const ONSET_BLUR = 1;

/** Ends of a 95 % interval, as shares of the period. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * The job's own cycle, and what a host makes of it. Parts count from the quietest one before the exchange. Shares are
 * of the period.
 */
export class JobProfile {
  readonly window: PhaseCounts;
  /** The first part of the exchange, and the one behind its last. */
  readonly onset: number;
  readonly end: number;
  /** By side: the job's samples by part, from the quietest on, and those before each part. */
  private readonly job: Float64Array[] = [];
  private readonly jobBefore: Float64Array[] = [];
  /** The same of each channel, one behind the other; and its first moment and Σ count · (count − 1). */
  private readonly before: Float64Array;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly pairs: Float64Array;
  private readonly first: number;
  private readonly floorShare: number;
  /** First moment of the job, and the second about its mean phase, by side. */
  private readonly moments: ReturnType<typeof momentsOf>[] = [];

  constructor(window: PhaseCounts) {
    this.window = window;
    const raw = Array.from({length: SIDES}, () => new Float64Array(PARTS));
    const {counts, hosts} = window;
    for (let host = 0; host < hosts; host++) {
      for (let side = 0; side < SIDES; side++) {
        const from = (host * SIDES + side) * PARTS;
        for (let part = 0; part < PARTS; part++) raw[side][part] += counts[from + part];
      }
    }
    const all = raw[0].map((value, part) => value + raw[1][part]);
    this.first = quietest(all);
    const floor = floorOf(all);
    const total = sumOf(all);
    this.floorShare = total > 0 ? Math.min(floor / total, 1 / PARTS) : 0;
    const above = all.map((_, part) => Math.max(0, all[(part + this.first) % PARTS] - floor));
    const sum = sumOf(above);
    this.onset = passes(above, ONSET * sum);
    this.end = Math.min(PARTS, passes(above, (1 - ONSET) * sum) + 1);
    for (let side = 0; side < SIDES; side++) {
      const job = raw[side].map((_, part) => raw[side][(part + this.first) % PARTS]);
      this.job.push(job);
      this.jobBefore.push(Float64Array.from({length: PARTS + 1}, (_, part) => sumOf(job.subarray(0, part))));
      this.moments.push(momentsOf(job));
    }
    const channels = hosts * SIDES;
    this.before = new Float64Array(channels * (PARTS + 1));
    this.re = new Float64Array(channels);
    this.im = new Float64Array(channels);
    this.pairs = new Float64Array(channels);
    for (let channel = 0; channel < channels; channel++) this.addUp(channel);
  }

  private addUp(channel: number): void {
    const {counts} = this.window;
    const from = channel * (PARTS + 1);
    let sum = 0;
    for (let part = 0; part < PARTS; part++) {
      const at = part + this.first;
      const count = counts[channel * PARTS + (at < PARTS ? at : at - PARTS)];
      sum += count;
      this.before[from + part + 1] = sum;
      this.re[channel] += count * COS[part];
      this.im[channel] += count * SIN[part];
      this.pairs[channel] += count * (count - 1);
    }
  }

  /** Samples of a host on one side, or on both. */
  samples(host: number, side?: number): number {
    if (side === undefined) return this.samples(host, 0) + this.samples(host, 1);
    return this.between(host, side, 0, PARTS);
  }

  private between(host: number, side: number, from: number, to: number): number {
    const first = (host * SIDES + side) * (PARTS + 1);
    return this.before[first + Math.min(PARTS, to)] - this.before[first + Math.max(0, from)];
  }

  /**
   * Deviance of a host's samples in some parts from its share of the job's, in standard deviations; positive where it
   * has more.
   */
  deviance(host: number, from: number, to: number): number {
    let count = 0;
    let expected = 0;
    for (let side = 0; side < SIDES; side++) {
      count += this.between(host, side, from, to);
      expected += this.samples(host, side) * this.jobShare(side, from, to);
    }
    if (expected <= 0) return 0;
    const deviance = 2 * ((count > 0 ? count * Math.log(count / expected) : 0) - count + expected);
    return Math.sign(count - expected) * Math.sqrt(Math.max(0, deviance));
  }

  /** How much a host's cycle differs from the job's in shape: χ² over samples, less what sampling makes of it. */
  otherness(host: number): number {
    const samples = this.samples(host);
    let squares = 0;
    let parts = 0;
    for (let part = 0; part < PARTS; part++) {
      let count = 0;
      let expected = 0;
      for (const side of ALL) {
        count += this.at(host, side, part);
        expected += this.samples(host, side) * this.jobShare(side, part, part + 1);
      }
      if (expected <= 0) continue;
      squares += (count - expected) ** 2 / expected;
      parts++;
    }
    return samples > 0 ? (squares - parts) / samples : Number.NaN;
  }

  /** How far a host's mean phase lies behind the job's, as a share; and the standard error of that. */
  shift(host: number, sides: readonly number[] = ALL): {share: number; error: number} {
    let re = 0;
    let im = 0;
    let samples = 0;
    let length = 0;
    let second = 0;
    for (const side of sides) {
      const mean = this.moments[side];
      const channel = host * SIDES + side;
      const count = this.samples(host, side);
      samples += count;
      length += count * mean.length;
      second += count * mean.second;
      re += this.re[channel] * mean.re + this.im[channel] * mean.im;
      im += this.im[channel] * mean.re - this.re[channel] * mean.im;
    }
    if (!(length > 0)) return {share: 0, error: Number.POSITIVE_INFINITY};
    const variance = Math.max(0, 1 - second / samples) / (2 * samples * (length / samples) ** 2);
    return {share: Math.atan2(im, re) / TURN, error: Math.max(1e-6, Math.sqrt(variance) / TURN)};
  }

  /**
   * How late a host is: for how long it lacks most of what the job has there from the beginning, or how far it lies
   * behind in all. Where both of its sides tell, each must be likelier to be as late as the surer one than not at all:
   * who only waits for a late neighbour is late on one. Else 0.
   */
  lateness(host: number): number {
    const isTwo = ALL.every((side) => this.expectedFirst(host, side) >= LEAST_EXPECTED);
    const lacking = this.lacking(host, isTwo);
    const behind = this.behind(host, isTwo);
    // Ticks blur the beginning more than the mean; where hosts wait for each other the mean says nothing.
    return behind >= lacking / 2 ? behind : lacking;
  }

  /**
   * The interval of that: by what else is nearly as likely, and where the mean phase tells by its error too. Where hosts
   * wait for each other in part the mean tells too little, so that what lies between the two is left open.
   */
  latenessInterval(host: number): Interval {
    const isTwo = ALL.every((side) => this.expectedFirst(host, side) >= LEAST_EXPECTED);
    const all = this.missingOnBoth(host);
    const best = all[highest(all)];
    const [from, to] = likelyParts(all, best - LESS_LIKELY);
    const begins = {low: Math.max(0, from - ONSET_BLUR) / PARTS, high: (to + ONSET_BLUR) / PARTS};
    if (this.behind(host, isTwo) < this.lacking(host, isTwo) / 2) return begins;
    const {share, error} = this.shift(host);
    const away = ERRORS * error + BLUR / PARTS;
    const low = Math.max(0, share - away);
    return {low, high: Math.max(share + away, best < AGREES ? 0 : begins.high)};
  }

  private missingOnBoth(host: number): number[] {
    const [sent, received] = ALL.map((side) => this.missing(host, side));
    return sent.map((score, at) => score + received[at]);
  }

  private lacking(host: number, isTwo: boolean): number {
    const bySide = ALL.map((side) => this.missing(host, side));
    const all = bySide[0].map((score, at) => score + bySide[1][at]);
    const best = highest(all);
    if (all[best] < AGREES) return 0;
    if (isTwo) {
      const [a, b] = bySide;
      const [surer, other] = Math.max(...a) >= Math.max(...b) ? [a, b] : [b, a];
      if (other[highest(surer)] < AGREES) return 0;
    }
    return (best + vertexOf(all, best)) / PARTS;
  }

  private behind(host: number, isTwo: boolean): number {
    if (isTwo) {
      const [a, b] = ALL.map((side) => this.shift(host, [side]));
      const [surer, other] = a.share / a.error >= b.share / b.error ? [a, b] : [b, a];
      const agrees = ((2 * other.share - surer.share) * surer.share) / (2 * other.error ** 2);
      if (surer.share <= 0 || agrees < AGREES) return 0;
    }
    return this.shift(host).share;
  }

  private expectedFirst(host: number, side: number): number {
    return this.samples(host, side) * this.jobShare(side, this.onset, this.onset + 2);
  }

  /** By how many parts it is late: log-likelihood that a side has nearly nothing for so long from the onset on. */
  private missing(host: number, side: number): number[] {
    const scores = [0];
    const samples = this.samples(host, side);
    for (let late = 0; late < LATEST; late++) {
      const part = this.onset + late;
      const expected = samples * this.jobShare(side, part, part + 1);
      const count = part < PARTS ? this.at(host, side, part) : 0;
      scores.push(scores[late] + count * Math.log(REMAINS) + expected * (1 - REMAINS));
    }
    return scores;
  }

  /** By how much longer a host goes on than the job, the lesser of its sides. */
  lasting(host: number): number {
    return Math.min(...ALL.map((side) => this.longer(side, host)));
  }

  /** The interval of that: by how many samples may lie before such a share of them, on the side that counts. */
  lastingInterval(host: number): Interval {
    const side = ALL.reduce((least, other) => (this.longer(other, host) < this.longer(least, host) ? other : least));
    const error = ERRORS * Math.sqrt((FINISHED * (1 - FINISHED)) / Math.max(1, this.samples(host, side)));
    return {
      low: this.longer(side, host, FINISHED - error),
      high: this.longer(side, host, Math.min(1, FINISHED + error)),
    };
  }

  private longer(side: number, host: number, finished = FINISHED): number {
    return this.finish(side, host, finished) - this.finish(side);
  }

  /** Where so much of what is above the floor has passed, of a host or of the job. */
  private finish(side: number, host?: number, finished = FINISHED): number {
    const value = (part: number) => (host === undefined ? this.job[side][part] : this.at(host, side, part));
    const sum = host === undefined ? this.jobBefore[side][PARTS] : this.samples(host, side);
    const floor = this.floorShare * sum;
    const wanted = finished * Math.max(0, sum - floor * PARTS);
    let passed = 0;
    for (let part = 0; part < PARTS; part++) {
      const more = value(part) - floor;
      if (passed + more >= wanted && more > 0) return (part + (wanted - passed) / more) / PARTS;
      passed += more;
    }
    return 1;
  }

  /**
   * Share of the cycle that a host takes for its exchange (inverse participation, less what sampling adds), with the
   * standard error of its logarithm.
   */
  duration(host: number, sides: readonly number[] = ALL): {share: number; error: number} {
    let samples = 0;
    let squares = 0;
    for (const side of sides) {
      const own = this.samples(host, side);
      const pairs = this.pairs[host * SIDES + side];
      if (own < 2 || pairs <= 0) continue;
      samples += own;
      squares += pairs / own;
    }
    if (samples === 0 || squares <= 0) return {share: Number.NaN, error: Number.POSITIVE_INFINITY};
    const share = samples / (PARTS * squares);
    return {share, error: Math.sqrt(2 * PARTS * share * sides.length) / samples};
  }

  /** Count of a host by part, from the quietest on. */
  private at(host: number, side: number, part: number): number {
    return this.between(host, side, part, part + 1);
  }

  private jobShare(side: number, from: number, to: number): number {
    const before = this.jobBefore[side];
    return before[PARTS] > 0 ? (before[Math.min(PARTS, to)] - before[from]) / before[PARTS] : 0;
  }
}

function highest(scores: readonly number[]): number {
  let best = 0;
  scores.forEach((score, at) => {
    if (score > scores[best]) best = at;
  });
  return best;
}

/** Between which parts scores are at least so high, by straight lines between parts. */
function likelyParts(scores: readonly number[], least: number): [number, number] {
  const crossing = (out: number, within: number) => {
    const part = (least - scores[out]) / (scores[within] - scores[out]);
    return out + (within - out) * part;
  };
  const likely = scores.flatMap((score, at) => (score >= least ? [at] : []));
  const [first, last] = [likely[0], likely[likely.length - 1]];
  return [first > 0 ? crossing(first - 1, first) : first, last < scores.length - 1 ? crossing(last + 1, last) : last];
}

/** Where the parabola through a score and its neighbours has its top, against it; in parts. */
function vertexOf(scores: readonly number[], at: number): number {
  if (at === 0 || at === scores.length - 1) return 0;
  const bend = 2 * scores[at] - scores[at - 1] - scores[at + 1];
  return bend > 0 ? Math.max(-0.5, Math.min(0.5, (scores[at + 1] - scores[at - 1]) / (2 * bend))) : 0;
}

const TURN = 2 * Math.PI;
const COS = Float64Array.from({length: PARTS}, (_, part) => Math.cos((TURN * (part + 0.5)) / PARTS));
const SIN = Float64Array.from({length: PARTS}, (_, part) => Math.sin((TURN * (part + 0.5)) / PARTS));

/** Direction of the mean phase, resultant length, and the second harmonic about that phase. */
function momentsOf(values: Float64Array): {re: number; im: number; length: number; second: number} {
  let [re, im, twiceRe, twiceIm] = [0, 0, 0, 0];
  values.forEach((value, part) => {
    re += value * COS[part];
    im += value * SIN[part];
    twiceRe += value * (COS[part] ** 2 - SIN[part] ** 2);
    twiceIm += 2 * value * COS[part] * SIN[part];
  });
  const sum = Math.max(1e-9, sumOf(values));
  const length = Math.hypot(re, im);
  if (length === 0) return {re: 1, im: 0, length: 0, second: 0};
  const angle = 2 * Math.atan2(im, re);
  const second = (twiceRe * Math.cos(angle) + twiceIm * Math.sin(angle)) / sum;
  return {re: re / length, im: im / length, length: length / sum, second};
}

/** The middle of the quietest three parts of those before the exchange. */
function quietest(values: Float64Array): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let part = 0; part < LEAD * PARTS; part++) {
    const sum = values[(part - 1 + PARTS) % PARTS] + values[part] + values[(part + 1) % PARTS];
    if (sum >= least) continue;
    least = sum;
    best = part;
  }
  return best;
}

function passes(values: Float64Array, wanted: number): number {
  let sum = 0;
  for (let part = 0; part < values.length; part++) {
    sum += values[part];
    if (sum > wanted) return part;
  }
  return values.length - 1;
}

const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
