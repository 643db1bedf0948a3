/** Bins of arrivals that are kept: what is usual on a stream shows in them. */
const ARRIVAL_BINS = 64;
/** With fewer samples nobody can tell whether a bin outdoes others. */
const ENOUGH = 30;
/** A silence of so many bins holds most of what is found missing behind it. */
const SILENCE = 2;
/** Missing samples are laid upon so many times the silence that they were lost in, itself included. */
const SILENCES = 3;
/** By how much no bin beside a silence may outdo the best one of late. */
const OUTDO = 1.5;
/**
 * Without a silence no sample stands for more beside itself, unless bins of late show that it may, and fewer than
 * `ENOUGH` for no more than those would: that is a loss of 19 in 20, and a number beyond it is more likely wrong.
 */
const MOST_BESIDE = 19;
/** What is left of a difference by rounding. */
const NOTHING = 1e-6;

/** What is found missing. */
export interface Lack {
  /** Samples; fewer than none have come after all. */
  missing: number;
  /** Bins that this is said of, the last complete ones. */
  bins: number;
  /** Bins that the stream was silent for. */
  silence: number;
  /** Samples that get lost together: those of a datagram, 1 where each is lost by itself. */
  together: number;
}

/** Missing samples that were laid upon bins; late arrivals take them off again. */
interface Laid {
  from: number;
  to: number;
  missing: number;
  /** How many of them each sample stands for, and all together: a spike is cut off. */
  each: number;
  whole: number;
}

/**
 * Samples that are lacking, laid upon those that arrived: how many each one of a bin stands for beside itself. What gets
 * lost on the way does not choose ports, so there is one share for a stream of datagrams.
 *
 * What is found missing is laid upon the samples of the bins that it is said of, or of the last that has any: so bin by bin the samples that came
 * stand for all that were taken, and the luck of which ones were lost adds no noise. Behind a silence it is laid upon a
 * stretch three times as long, so that a gap is made up for by its surroundings and not by a spike. All of it is laid
 * exactly once: sums over time are those of all samples that were taken.
 */
export class Losses {
  /** Missing samples beside each that arrived, by bin modulo the depth; none while nothing was missing within reach. */
  private beside: Float32Array | undefined;
  private arrived: Float64Array | undefined;
  private laid: Laid[] = [];
  /** Samples that get lost together. */
  private together = 1;
  /** The newest bin that there is room for, and the newest that something was laid upon. */
  private room = Number.NEGATIVE_INFINITY;
  private lastLaid = Number.NEGATIVE_INFINITY;
  /** Missing, but nothing has arrived yet that it could be laid upon. */
  private waiting = 0;
  private waitingSince = 0;

  /** Whether there is anything to correct within reach. */
  get isActive(): boolean {
    return this.beside !== undefined;
  }

  /** Samples that one of a bin stands for. */
  factor(bin: number): number {
    const {beside} = this;
    return beside === undefined || bin > this.room ? 1 : 1 + beside[bin % beside.length]!;
  }

  /**
   * By how much the variance of a port's share is larger than its samples tell: they get lost by the datagram, k at a
   * time, and with a share q lost the variance of what is left of one port is 1 + q (k - 1) times that of as many that
   * get lost one by one. Those of a datagram may all be of one port, so this is the most that it can be. Of all ports
   * together it is known how many there were.
   */
  clumping(bin: number): number {
    const factor = this.factor(bin);
    return factor === 1 ? 1 : 1 + (1 - 1 / factor) * (this.together - 1);
  }

  /**
   * Something is missing for the first time in reach, of samples that get lost so many `together`. `arrivals` tells how
   * many samples a bin up to `bin` has.
   */
  begin(depth: number, bin: number, together: number, arrivals: (bin: number) => number): void {
    this.together = together;
    this.beside = new Float32Array(depth);
    this.arrived = new Float64Array(ARRIVAL_BINS);
    this.room = bin;
    this.lastLaid = bin;
    for (let at = bin - ARRIVAL_BINS + 1; at <= bin; at++) this.arrived[at % ARRIVAL_BINS] = arrivals(at);
  }

  /** The same for another stream, which was one with this until now. */
  clone(): Losses {
    const copy = new Losses();
    copy.beside = this.beside?.slice();
    copy.arrived = this.arrived?.slice();
    copy.laid = this.laid.map((laid) => ({...laid}));
    copy.together = this.together;
    copy.room = this.room;
    copy.lastLaid = this.lastLaid;
    return copy;
  }

  /** So many samples of a bin have arrived. Returns whether something was laid upon it before: `renew` is due. */
  add(bin: number, samples: number): boolean {
    this.makeRoom(bin);
    if (this.arrived !== undefined && bin > this.room - ARRIVAL_BINS) this.arrived[bin % ARRIVAL_BINS]! += samples;
    return this.isActive && bin <= this.lastLaid;
  }

  /**
   * Lays what was laid upon bins from `open` on once more, upon all that has arrived by now: behind a stall samples of
   * one bin come in parts. Returns the first bin that it changed.
   */
  renew(open: number): number {
    const {beside, arrived} = this;
    const to = this.lastLaid;
    if (beside === undefined || arrived === undefined || to < open) return Number.POSITIVE_INFINITY;
    for (let bin = open; bin <= to; bin++) beside[bin % beside.length] = 0;
    for (const laid of this.laid) {
      if (laid.to < open) continue;
      let settled = 0;
      for (; laid.from < open; laid.from++) settled += laid.each * arrived[laid.from % ARRIVAL_BINS]!;
      const rest = Math.max(0, laid.whole - settled);
      if (laid.whole > 0) laid.missing *= rest / laid.whole;
      laid.whole = rest;
      let samples = 0;
      for (let bin = laid.from; bin <= laid.to; bin++) samples += arrived[bin % ARRIVAL_BINS]!;
      if (samples > 0) laid.each = Math.fround(rest / samples);
      for (let bin = laid.from; bin <= laid.to; bin++) beside[bin % beside.length]! += laid.each;
    }
    return Math.min(open, this.bound(open, to, beside, arrived));
  }

  /** Bins up to this one take the places of the oldest. Without loss in all that are left, nothing is kept. */
  makeRoom(bin: number): void {
    const {beside, arrived} = this;
    if (beside === undefined || arrived === undefined || bin <= this.room) return;
    if (bin - this.lastLaid >= beside.length) {
      this.beside = undefined;
      this.arrived = undefined;
      this.laid = [];
      return;
    }
    for (let at = this.room + 1; at <= bin; at++) {
      beside[at % beside.length] = 0;
      arrived[at % ARRIVAL_BINS] = 0;
    }
    this.room = bin;
  }

  /** Lays what was found missing in bins before `end` upon bins from `open` on. Returns the first that it changed. */
  lay({missing, bins, silence}: Lack, end: number, open: number): number {
    this.makeRoom(end - 1);
    const {beside, arrived} = this;
    if (beside === undefined || arrived === undefined || end <= open) return Number.POSITIVE_INFINITY;
    while (this.laid[0] !== undefined && this.laid[0].to < open) this.laid.shift();
    if (missing < 0) return this.takeOff(-missing, beside, open);
    const waiting = end - this.waitingSince < end - open ? this.waiting : 0;
    this.waiting = 0;
    const all = missing + waiting;
    if (all === 0) return Number.POSITIVE_INFINITY;
    const to = end - 1;
    const longest = Math.max(bins, silence >= SILENCE ? SILENCES * silence : 1);
    let from = to;
    let samples = arrived[to % ARRIVAL_BINS]!;
    while (from > open && (samples === 0 || to - from + 1 < longest)) samples += arrived[--from % ARRIVAL_BINS]!;
    if (samples <= 0) {
      this.waiting = all;
      this.waitingSince = end;
      return Number.POSITIVE_INFINITY;
    }
    const most = this.most(from, to, samples, silence, beside, arrived);
    const each = Math.fround(Math.min(all / samples, most)); // so that it can be taken off again without a rest
    for (let bin = from; bin <= to; bin++) beside[bin % beside.length]! += each;
    this.laid.push({from, to, missing: all, each, whole: each * samples});
    this.lastLaid = to;
    return Math.min(from, this.bound(open, to, beside, arrived));
  }

  /**
   * A bin without samples may have lost what it had: what one could have stood for there, and so how much the bin may
   * have held, is what it stands for on average in the bins that are open. Returns the first that it changed.
   */
  private bound(open: number, to: number, beside: Float32Array, arrived: Float64Array): number {
    let samples = 0;
    let missing = 0;
    for (let bin = open; bin <= to; bin++) {
      const here = arrived[bin % ARRIVAL_BINS]!;
      samples += here;
      missing += here * beside[bin % beside.length]!;
    }
    let first = Number.POSITIVE_INFINITY;
    for (let bin = to; bin >= open; bin--) {
      if (arrived[bin % ARRIVAL_BINS] !== 0 || samples === 0) continue;
      beside[bin % beside.length] = missing / samples;
      first = bin;
    }
    return first;
  }

  /** The most that may be laid upon each of the samples of from..to, so that they do not outdo all bins of late. */
  private most(
    from: number,
    to: number,
    samples: number,
    silence: number,
    beside: Float32Array,
    arrived: Float64Array,
  ): number {
    if (samples < ENOUGH) return (MOST_BESIDE * ENOUGH) / samples;
    let best = 0;
    for (let bin = to - ARRIVAL_BINS + 1; bin <= to; bin++) {
      best = Math.max(best, arrived[bin % ARRIVAL_BINS]! * (1 + beside[bin % beside.length]!));
    }
    let most = 0;
    for (let bin = from; bin <= to; bin++) most = Math.max(most, arrived[bin % ARRIVAL_BINS]!);
    return Math.max(silence >= SILENCE ? 1 : MOST_BESIDE, (OUTDO * best) / most - 1);
  }

  /** Samples that had been missed have come: takes off what was laid last, from bins that are still open. */
  private takeOff(came: number, beside: Float32Array, open: number): number {
    let left = came;
    let first = Number.POSITIVE_INFINITY;
    for (let laid = this.laid.at(-1); laid !== undefined && left > 0; laid = this.laid.at(-1)) {
      const share = Math.min(1, left / laid.missing);
      const each = laid.each * share;
      for (let bin = Math.max(laid.from, open); bin <= laid.to; bin++) {
        const rest = beside[bin % beside.length]! - each;
        beside[bin % beside.length] = rest < NOTHING ? 0 : rest;
      }
      first = Math.min(first, Math.max(laid.from, open));
      if (share === 1) {
        left -= laid.missing;
        this.laid.pop();
      } else {
        laid.missing -= left;
        laid.each -= each;
        laid.whole *= 1 - share;
        left = 0; // said, not reckoned: rounding would leave a rest of it for ever
      }
    }
    return first;
  }
}
