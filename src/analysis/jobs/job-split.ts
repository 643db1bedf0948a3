import {FLOW_SLOT_MS} from '../../shared/bins.ts';
import {Union} from '../congestion/union.ts';
import {isMultiple, type Period, PeriodFinder, type PeriodRange} from '../period/period.ts';
import {stepOf} from '../phase-lock.ts';
import type {EdgeTimes} from './edge-log.ts';
import {NO_PART, partsOf, settled} from './edge-parts.ts';

/** What a minute of times in slots of 25 ms can show. */
const RANGE: PeriodRange = {shortestMs: 100, longestMs: 8_000};
/** Periods that differ by more are two. */
const SAME_PERIOD = 0.01;
/** A further period in one series is so sure, and so strong beside the strongest. */
const SURE_SCORE = 45;
const LEAST_SWING = 0.2;
/** A piece may have so much of another one's cycle, by edges that were taken for its own. */
const MOST_OF_OTHER = 0.4;

/** What the edges of a group are. */
export interface Split {
  /** By edge: which of the jobs it belongs to, the one with the most times first; `NO_PART` where that is not known. */
  part: Uint8Array;
  parts: number;
  /** ms, by part. */
  periods: number[];
  /** Of parts with one period: that their phases went apart. */
  hasDrift: boolean;
  /** Periods of the whole that do not go together, though its edges cannot be told apart. */
  mixed: number[];
}

interface Piece {
  counts: Float64Array;
  /** The strongest, if any, and the others in it. */
  period: Period | undefined;
  others: Period[];
}

/**
 * Looks whether edges are of several jobs: those of a job send at its times. Jobs have periods that are no multiples of
 * each other, or phases that go apart; what keeps step is one job, whatever its stages.
 */
export class JobSplitter {
  private readonly finder = new PeriodFinder();

  split(times: EdgeTimes): Split {
    const found = partsOf(times);
    const {part} = found;
    // Pieces of one job are put together, and edges choose anew between the jobs, until nothing changes.
    for (let parts = found.parts; parts > 1; ) {
      const pieces = Array.from({length: parts}, (_, number) => this.pieceOf(times, (edge) => part[edge] === number));
      const {jobOf, hasDrift} = jobsOf(pieces);
      const jobs = Math.max(...jobOf) + 1;
      for (const [edge, number] of part.entries()) if (number !== NO_PART) part[edge] = jobOf[number]!;
      if (jobs === parts) {
        const periods = pieces.map((_, job) => pieces[jobOf.indexOf(job)]!.period!.periodMs);
        return {part, parts, periods, hasDrift, mixed: []};
      }
      if (jobs > 1 && !settled(times, part, jobs)) break;
      parts = jobs;
    }
    const [strongest, ...others] = this.periodsOf(countsOf(times, () => true));
    const apart = others.filter(({score, swing}) => score > SURE_SCORE && swing > LEAST_SWING * strongest!.swing);
    const mixed = apart.length > 0 ? [strongest!, ...apart].map(({periodMs}) => periodMs) : [];
    return {part: part.fill(0), parts: 1, periods: [], hasDrift: false, mixed};
  }

  private pieceOf(times: EdgeTimes, isOwn: (edge: number) => boolean): Piece {
    const counts = countsOf(times, isOwn);
    const [period, ...others] = this.periodsOf(counts);
    return {counts, period, others};
  }

  /** Those that run, the strongest first, none a multiple of it. */
  private periodsOf(counts: Float64Array): Period[] {
    const series = {counts, tickMs: FLOW_SLOT_MS, noise: 1, resolutionMs: FLOW_SLOT_MS};
    const found = this.finder.find(series, RANGE).filter(({isRunning}) => isRunning);
    const [strongest, ...others] = found.sort((a, b) => b.swing - a.swing);
    if (!strongest) return [];
    return [strongest, ...others.filter(({periodMs}) => !isMultiple(periodMs, strongest.periodMs))];
  }
}

function countsOf({edges, start, slot, slots}: EdgeTimes, isWanted: (edge: number) => boolean): Float64Array {
  const counts = new Float64Array(slots);
  for (let edge = 0; edge < edges.length; edge++) {
    if (!isWanted(edge)) continue;
    for (let i = start[edge]!; i < start[edge + 1]!; i++) counts[slot[i]!]!++;
  }
  return counts;
}

/** Puts pieces together that are one job, or of which nothing else is known; by piece the number of its job. */
function jobsOf(pieces: readonly Piece[]): {jobOf: number[]; hasDrift: boolean} {
  const union = new Union(pieces.length);
  const size = ({counts}: Piece) => counts.reduce((sum, count) => sum + count, 0);
  const order = Array.from(pieces.keys()).sort((a, b) => size(pieces[b]!) - size(pieces[a]!));
  let hasDrift = false;
  const timed = order.filter((piece) => pieces[piece]!.period);
  for (const [i, a] of timed.entries()) {
    for (const b of timed.slice(0, i)) {
      const how = howApart(pieces[a]!, pieces[b]!);
      if (how === 'together') union.join(a, b);
      if (how === 'drift') hasDrift = true;
    }
  }
  // What has no cycle of its own goes with the largest.
  for (const piece of order) if (!pieces[piece]!.period) union.join(timed[0] ?? order[0]!, piece);
  const roots = [...new Set(order.map((piece) => union.root(piece)))];
  return {jobOf: pieces.map((_, piece) => roots.indexOf(union.root(piece))), hasDrift};
}

/** Whether two pieces with a cycle each are of two jobs, and by what. */
function howApart(a: Piece, b: Piece): 'period' | 'drift' | 'together' {
  const [x, y] = [a.period!.periodMs, b.period!.periodMs];
  if (Math.abs(x / y - 1) > SAME_PERIOD) {
    return isMultiple(x, y) || hasToo(a, y) || hasToo(b, x) ? 'together' : 'period';
  }
  const step = stepOf(Float32Array.from(a.counts), Float32Array.from(b.counts), FLOW_SLOT_MS, (x + y) / 2);
  return step && !step.isKept ? 'drift' : 'together';
}

/** Whether the cycle of another piece runs in one as well: then both have the same in them. */
function hasToo({period, others}: Piece, periodMs: number): boolean {
  const isIt = (one: Period) => Math.abs(one.periodMs / periodMs - 1) < SAME_PERIOD;
  return others.some((one) => isIt(one) && one.swing > MOST_OF_OTHER * period!.swing);
}
