import {Basis, Direction} from '../account/schema.ts';
import {longer, type RowColumns} from './row-columns.ts';

/** Which basis counts from which bin on. */
interface Choice {
  from: number;
  basis: number;
}

const FIRST_PLACES = 512;

/** Changes of basis that are remembered a port and direction; they are rare. */
const MAX_CHOICES = 8;

/** A better basis counts once it has shown itself for so long, by as many samples as this, its own or due. */
const LEAST_BINS = 10;
const LEAST_SAMPLES = 8;
/** And told of so much of what the basis in force told of meanwhile: both sample the same packets. */
const FAIR_SHARE = 0.5;
/** What is measured going out gives way again where, with so many samples due, it told of less than this. */
const MANY_SAMPLES = 32;
const POOR_SHARE = 0.125;

/** Two ways of measuring the same place: frames of each since the first bin of this comparison, by their nominal rates. */
interface Contest {
  since: number;
  better: number;
  worse: number;
  framesBetter: number;
  framesWorse: number;
  samplesBetter: number;
  samplesWorse: number;
}

/**
 * In which way what passes a port in a direction is measured best, by place (slot * 2 + direction). A single sample decides
 * nothing: a switch that samples where packets come in may sample what it sends itself where that goes out.
 */
export class Bases {
  /** The bases that counted, the one in force last. */
  private readonly choices: (Choice[] | undefined)[] = [];
  private readonly contests: (Contest | undefined)[] = [];
  /** By place: the basis in force plus 1 where nothing else is to be compared with it, else 0. */
  private settled = new Uint8Array(FIRST_PLACES);
  private readonly columns: RowColumns;

  /** `columns` are told of the bases in force. */
  constructor(columns: RowColumns) {
    this.columns = columns;
  }

  /**
   * The basis that counts in a bin. It does not follow the bins' own samples, or a quiet bin would be filled from another
   * measurement; and a change of basis leaves final bins as they were.
   */
  at(place: number, bin: number): number {
    const now = this.columns.basisAt(place, bin);
    if (now >= 0) return now;
    const choices = this.choices[place];
    if (!choices) return Basis.Derived;
    let at = choices.length - 1;
    while (at > 0 && bin < choices[at]!.from) at--;
    return choices[at]!.basis;
  }

  /** The basis in all bins from `from` on; undefined where it changes within them. */
  since(place: number, from: number): number | undefined {
    const last = this.choices[place]?.at(-1);
    if (!last) return Basis.Derived;
    return last.from <= from ? last.basis : undefined;
  }

  /**
   * There are samples on a basis in a bin, at a nominal rate. The first one at a place counts at once; another from
   * `openFrom` on, where it has shown that it tells more. Returns whether what counted is another one now.
   */
  hear(place: number, basis: number, samples: number, rate: number, bin: number, openFrom: number): boolean {
    if (this.settled[place] === basis + 1) return false;
    const inForce = this.choices[place]?.at(-1)?.basis;
    if (inForce === undefined) {
      this.choose(place, openFrom, basis);
      return false;
    }
    const contest = this.contestOf(place, basis, inForce, bin);
    if (!contest) return false;
    if (basis === contest.better) {
      contest.samplesBetter += samples;
      contest.framesBetter += samples * rate;
    } else {
      contest.samplesWorse += samples;
      contest.framesWorse += samples * rate;
    }
    if (bin - contest.since < LEAST_BINS) return false;
    const winner = winnerOf(contest, inForce);
    if (winner === undefined) return false;
    this.contests[place] = undefined;
    this.settled[place] = inForce + 1;
    if (winner === inForce) return false;
    this.choose(place, openFrom, winner);
    return true;
  }

  /** The bases that are alive are no better than this one: from a bin on it counts, if a better one did. */
  fallBack(place: number, best: number, from: number): void {
    const inForce = this.choices[place]?.at(-1)?.basis;
    if (inForce === undefined || best <= inForce) return;
    this.contests[place] = undefined;
    this.choose(place, from, best);
  }

  /** The port of the place has left. */
  release(place: number): void {
    this.choices[place] = undefined;
    this.contests[place] = undefined;
    this.settled[place] = 0; // past the end, too
    this.columns.choose(place, Number.NEGATIVE_INFINITY, Basis.Derived);
  }

  /** What a sample on a basis is to be compared with; undefined where nothing depends on it. */
  private contestOf(place: number, basis: number, inForce: number, bin: number): Contest | undefined {
    const known = this.contests[place];
    if (known?.better === basis || known?.worse === basis) return known;
    if (basis === inForce || (known && basis > known.better)) return undefined;
    // What comes in is derived once for each copy that goes out: that there is more of it says nothing.
    if (basis > inForce && (place & 1) === Direction.In) return undefined;
    const contest: Contest = {
      ...{since: bin, better: Math.min(basis, inForce), worse: Math.max(basis, inForce)},
      ...{framesBetter: 0, framesWorse: 0, samplesBetter: 0, samplesWorse: 0},
    };
    this.contests[place] = contest;
    this.settled[place] = 0;
    return contest;
  }

  private choose(place: number, from: number, basis: number): void {
    const choices = this.choices[place];
    if (choices) choices.push({from, basis});
    else this.choices[place] = [{from, basis}]; // one that is pushed to has room for 17 from the first on
    if (choices && choices.length > MAX_CHOICES) choices.shift();
    while (place >= this.settled.length) this.settled = longer(this.settled, new Uint8Array(2 * this.settled.length));
    this.settled[place] = basis + 1;
    this.columns.choose(place, from, basis);
  }
}

/** Which basis is to count after a contest; undefined while it is open. */
function winnerOf(contest: Contest, inForce: number): number | undefined {
  const {better, worse, framesBetter, framesWorse, samplesBetter, samplesWorse} = contest;
  // Samples that the better basis should have, by the other; one without any is taken to sample as often.
  const due = samplesBetter === 0 ? samplesWorse : framesWorse * (samplesBetter / framesBetter);
  if (better === inForce) {
    if (due < MANY_SAMPLES) return undefined;
    return framesBetter < POOR_SHARE * framesWorse ? worse : better;
  }
  if (Math.max(samplesBetter, due) < LEAST_SAMPLES) return undefined;
  return framesBetter >= FAIR_SHARE * framesWorse ? better : worse;
}
