// Hot path: no allocation after construction, no exception.
import {type FlowSampleView, FoundRecord} from '../sflow/views.ts';
import {BIN_MS} from '../shared/bins.ts';
import type {Keeper, StreamArray} from './handover.ts';
import type {Moment} from './moment.ts';
import {Arrival} from './sequence.ts';

/**
 * What the clock that accounting shares tells: epoch ms of the arrival, the arrival's bin, the first moment whose bin is
 * still open, and the present sample's own time as well as it is known, which may lie in an earlier bin than it counts in.
 */
export const ClockAt = {Now: 0, ArrivalBin: 1, Open: 2, SampleTime: 3} as const;
export const CLOCK_WORDS = 4;

/** No sample is placed further back: agents send at least once a second, and bins stay open that long. */
export const MOST_BACK_MS = 1_200;
/** A time of its own that is ahead of the arrival by more is of a clock that nobody set. */
const MOST_AHEAD_MS = 50;

/**
 * A stream's words in `bursts`: when its present burst began, the silence in front of it, its datagrams, its samples
 * that were spread, and how long before it the last burst began.
 */
const Word = {Start: 0, Silence: 1, Datagrams: 2, Samples: 3, Period: 4} as const;
const WORDS = 8;

/** A flush takes so long, and so much more for each datagram in it, but never longer than `FLUSH_MOST_MS`. */
const FLUSH_MS = 2;
const FLUSH_DATAGRAM_MS = 1;
const FLUSH_MOST_MS = 50;
/** Two periods are equal when they differ by a smaller part than this. */
const REGULAR = 0.1;
/** Traffic has pauses of its own where they are so many times longer than what lies between its datagrams. */
const DENSE = 8;

/** What bursts in a row say of a stream: it is flushed at intervals, or its traffic itself comes and goes. */
const Habit = {Flushed: 4, FlushedMost: 6, Own: -3, OwnMost: -4} as const;

/** Where the samples of the present datagram go. */
const Mode = {Arrival: 0, InOrder: 1, Golden: 2} as const;
/** What each further sample of a burst moves on by, modulo 1: covers any interval evenly at any number of samples. */
const GOLDEN = 0.6180339887498949;

/** Words of `limits`: since when a backlog may have waited, and what nothing lies before. */
const Limit = {BacklogFrom: 0, Earliest: 1} as const;

/**
 * Words of `window`: where the present datagram's samples may lie, by how much each may be off, the time of the
 * present sample, and what lies between two where they came soon after the last ones. They stand there because a double that is an argument is an object on the heap, one a call.
 */
const Window = {From: 0, Length: 1, UncertainMs: 2, Time: 3, Step: 4} as const;

/**
 * The time of each flow sample. Its own where it has one (0:1043) that can be believed. Else that of its datagram; but
 * an agent collects samples before it sends them, so after a silence of more than a bin they are spread over it.
 * Where a stream is flushed at intervals, in bursts, that holds for all datagrams of a burst.
 */
export class SampleTimes implements Keeper {
  /**
   * By stream, since the start: the sum over all flow samples of how far each may be off; those with a time of their
   * own; those whose own time could not be believed.
   */
  readonly uncertainMs: Float64Array;
  readonly timestamped: Float64Array;
  readonly timestampsRefused: Float64Array;
  /** By stream: epoch ms of its last datagram, and the longest silence since the last Partial. */
  readonly lastArrival: Float64Array;
  readonly longestGapMs: Float64Array;
  private readonly clock: Float64Array;
  private readonly moment: Moment;
  private readonly bursts: Float64Array;
  private readonly habits: Int8Array;
  readonly perStream: readonly StreamArray[];
  private readonly window = new Float64Array(5);
  private readonly limits = new Float64Array([0, Number.NEGATIVE_INFINITY]);
  private isCatchingUp = false;
  private stream = 0;
  private mode: number = Mode.Arrival;
  private samples = 0;
  private index = 0;

  /** `clock` has `CLOCK_WORDS`; `moment` is told of each sample. */
  constructor(streams: number, clock: Float64Array, moment: Moment) {
    this.clock = clock;
    this.moment = moment;
    this.uncertainMs = new Float64Array(streams);
    this.timestamped = new Float64Array(streams);
    this.timestampsRefused = new Float64Array(streams);
    this.lastArrival = new Float64Array(streams);
    this.longestGapMs = new Float64Array(streams);
    this.bursts = new Float64Array(streams * WORDS);
    this.habits = new Int8Array(streams);
    const sums = [this.uncertainMs, this.timestamped, this.timestampsRefused];
    this.perStream = [...sums, this.lastArrival, this.longestGapMs, this.bursts, this.habits];
  }

  /** Makes a stream's place fit for a newcomer. */
  reset(stream: number): void {
    this.uncertainMs[stream] = 0;
    this.timestamped[stream] = 0;
    this.timestampsRefused[stream] = 0;
    this.longestGapMs[stream] = 0;
    this.habits[stream] = 0;
    this.bursts.fill(0, stream * WORDS, (stream + 1) * WORDS);
  }

  /** A datagram of `samples` samples of any kind has arrived; `uptimeMs` bounds what a restarted agent can have seen. */
  datagram(stream: number, arrival: Arrival, uptimeMs: number, samples: number): void {
    const {window, bursts} = this;
    const now = this.clock[ClockAt.Now]!;
    const last = this.lastArrival[stream]!;
    const at = stream * WORDS;
    const isFirst = bursts[at + Word.Datagrams] === 0;
    let gap = isFirst || now < last ? 0 : now - last;
    if (gap > this.longestGapMs[stream]!) this.longestGapMs[stream] = gap;
    this.stream = stream;
    this.samples = samples;
    this.index = 0;
    if (this.isCatchingUp) {
      this.catchUp(stream);
      return;
    }
    if (arrival === Arrival.Restart && uptimeMs < gap) gap = uptimeMs;
    const back = gap < MOST_BACK_MS ? gap : MOST_BACK_MS;
    window[Window.Length] = back;
    window[Window.From] = now - back;
    window[Window.UncertainMs] = back;
    if (gap > BIN_MS || isFirst) this.begin(stream);
    else bursts[at + Word.Datagrams]!++;
    if (isFirst || now > last) this.lastArrival[stream] = now;
    const habit = this.habits[stream]!;
    if (habit >= Habit.Flushed && now - bursts[at + Word.Start]! <= flushMs(bursts[at + Word.Datagrams]!)) {
      this.mode = Mode.Golden;
      window[Window.Length] = bursts[at + Word.Silence]!;
      window[Window.From] = bursts[at + Word.Start]! - bursts[at + Word.Silence]!;
      window[Window.UncertainMs] = bursts[at + Word.Silence]!;
      return;
    }
    this.mode = gap > BIN_MS && habit > Habit.Own ? Mode.InOrder : Mode.Arrival;
    if (this.mode === Mode.InOrder) return;
    if (gap > BIN_MS) window[Window.From] = now; // a pause of the traffic's own: nothing was held back meanwhile
    window[Window.Step] = gap > BIN_MS || samples === 0 ? 0 : back / samples;
  }

  /** Finds the time of a flow sample, and the bin that it counts in. */
  place(sample: FlowSampleView, data: DataView): void {
    const {window} = this;
    const index = this.index++;
    if ((sample.found & FoundRecord.Timestamp) !== 0 && this.ownTime(sample.timestampOffset, data)) return;
    this.uncertainMs[this.stream]! += window[Window.UncertainMs]!;
    if (this.mode === Mode.Arrival) {
      this.inGap(index);
      this.moment.tell(true);
      return;
    }
    let part: number;
    if (this.mode === Mode.InOrder) {
      part = index < this.samples ? (index + 0.5) / this.samples : 1;
    } else {
      const turns = GOLDEN * this.bursts[this.stream * WORDS + Word.Samples]!++;
      part = turns - Math.floor(turns);
    }
    window[Window.Time] = window[Window.From]! + window[Window.Length]! * part;
    this.toBin();
  }

  /** A sample of another kind takes its place among those of the datagram. */
  pass(): void {
    this.index++;
  }

  /** Nothing was read since `from`: what is read until `endBacklog` arrived at some time since then. */
  backlog(from: number): void {
    this.isCatchingUp = true;
    this.limits[Limit.BacklogFrom] = from;
  }

  endBacklog(): void {
    this.isCatchingUp = false;
  }

  /** Time is set forward by `ms` to `now`: that is no silence of any agent, and nothing was sampled in between. */
  step(ms: number, now: number): void {
    const {bursts, lastArrival} = this;
    for (let stream = 0; stream < lastArrival.length; stream++) {
      lastArrival[stream]! += ms;
      bursts[stream * WORDS + Word.Start]! += ms;
    }
    // What waited to be read meanwhile lies before it, as long as it waited.
    if (this.isCatchingUp) this.limits[Limit.BacklogFrom]! += ms;
    this.limits[Limit.Earliest] = this.isCatchingUp ? this.limits[Limit.BacklogFrom]! : now;
  }

  /** A silence is over: what the burst before it tells, and the start of the next one. */
  private begin(stream: number): void {
    const {bursts} = this;
    const at = stream * WORDS;
    const now = this.clock[ClockAt.Now]!;
    const datagrams = bursts[at + Word.Datagrams]!;
    const period = now - bursts[at + Word.Start]!;
    if (datagrams > 0) {
      const lasted = this.lastArrival[stream]! - bursts[at + Word.Start]!;
      const was = bursts[at + Word.Period]!;
      const isRegular = Math.abs(period - was) <= REGULAR * was;
      const isDense = bursts[at + Word.Silence]! * (datagrams - 1) > DENSE * lasted;
      this.learn(stream, datagrams, lasted <= flushMs(datagrams), isRegular, isDense);
      bursts[at + Word.Period] = period;
    }
    bursts[at + Word.Start] = now;
    bursts[at + Word.Silence] = this.window[Window.Length]!;
    bursts[at + Word.Datagrams] = 1;
    bursts[at + Word.Samples] = 0;
  }

  /** A burst of one datagram may be anything; one that is too long for a flush is the traffic's own. */
  private learn(stream: number, datagrams: number, isShort: boolean, isRegular: boolean, isDense: boolean): void {
    const habit = this.habits[stream]!;
    let next = habit;
    if (datagrams === 1) {
      if (habit < 0) next = habit + 1;
    } else if (isShort) {
      if (isRegular || habit < 0) next = habit + 1;
      else if (habit > 0) next = habit - 1;
    } else if (habit > 0) {
      next = 0;
    } else {
      next = isDense ? habit - 1 : habit + (habit < 0 ? 1 : 0);
    }
    this.habits[stream] = next > Habit.FlushedMost ? Habit.FlushedMost : next < Habit.OwnMost ? Habit.OwnMost : next;
  }

  /** What was read after a pause of ours tells nothing of the agent's. */
  private catchUp(stream: number): void {
    const {bursts, window} = this;
    const at = stream * WORDS;
    const now = this.clock[ClockAt.Now]!;
    if (now > this.lastArrival[stream]!) this.lastArrival[stream] = now;
    bursts[at + Word.Start] = now;
    bursts[at + Word.Silence] = 0;
    bursts[at + Word.Datagrams] = 1;
    const from = this.limits[Limit.BacklogFrom]!;
    window[Window.From] = now - from < MOST_BACK_MS ? from : now - MOST_BACK_MS;
    window[Window.Length] = now - window[Window.From]!;
    window[Window.UncertainMs] = window[Window.Length]!;
    this.mode = Mode.Golden;
  }

  /** extended_timestamp: nanoseconds since the Unix epoch, UTC. */
  private ownTime(at: number, data: DataView): boolean {
    const now = this.clock[ClockAt.Now]!;
    const time = (data.getUint32(at) * 2 ** 32 + data.getUint32(at + 4)) / 1e6;
    if (time < now - MOST_BACK_MS || time > now + MOST_AHEAD_MS) {
      this.timestampsRefused[this.stream]!++;
      return false;
    }
    this.timestamped[this.stream]!++;
    this.window[Window.Time] = time;
    this.toBin();
    return true;
  }

  /** Datagrams are filled one behind another: samples of one that came soon after the last lie evenly in between. */
  private inGap(index: number): void {
    const {clock, window} = this;
    const now = clock[ClockAt.Now]!;
    const time = window[Window.From]! + (index + 0.5) * window[Window.Step]!;
    const open = clock[ClockAt.Open]!;
    clock[ClockAt.SampleTime] = time > now ? now : time < open && open <= now ? open : time;
  }

  private toBin(): void {
    const {clock} = this;
    const time = this.window[Window.Time]!;
    const now = clock[ClockAt.Now]!;
    const stepped = this.limits[Limit.Earliest]!;
    const open = clock[ClockAt.Open]!;
    const earliest = stepped > open ? stepped : open;
    const at = time > now || earliest > now ? now : time < earliest ? earliest : time;
    clock[ClockAt.SampleTime] = at;
    this.moment.tell(false);
  }
}

/** How long a burst of so many datagrams may be if an agent sends all that it has. */
function flushMs(datagrams: number): number {
  const ms = FLUSH_MS + FLUSH_DATAGRAM_MS * datagrams;
  return ms < FLUSH_MOST_MS ? ms : FLUSH_MOST_MS;
}
