// Hot path: no allocation after construction, no exception.
import {FORGET_AFTER_MS, SWEEP_EVERY_MS} from './agents.ts';
import type {Keeper, StreamArray} from './handover.ts';
import {KEY_AT, KeyTable} from './key-table.ts';

/** What a sample's sequence number says of it. */
export const Standing = {
  /** The first of its source, or of a new count: nothing in front of it is known. */
  Baseline: 0,
  /** It carries on its source's count; `gap` tells what is missing in front of it. */
  Next: 1,
  /** It was missed, and came late. */
  Late: 2,
  /** From in front of its count's first, or twice: nobody missed it. */
  Stray: 3,
  /** There is no room to follow its source. */
  Untracked: 4,
} as const;
export type Standing = (typeof Standing)[keyof typeof Standing];

/** A number this far ahead is no gap but another count. */
const FAR_AHEAD = 1 << 16;
/** One this far behind, in a datagram that was not overtaken itself, is another count too. */
const FAR_BEHIND = 1_024;
/** So many in a row that are behind, though their datagrams are not, are another count. */
const STRAYS = 8;
/** So many more steps that only one count of all sources explains, than steps that it does not, prove it. */
const SHARED = 8;
/** Sources whose indexes are at hand: 2^14. */
const AT_HAND = 16_384;
const AT_HAND_SHIFT = 18;
/** What a lost datagram may have carried, where none that came carried more. */
const SAMPLES_AT_LEAST = 16;

/**
 * A source's words in its record's payload: the newest number of its present count, how far that is from the first (it stops at
 * `FAR_AHEAD`), life of the stream, strays in a row.
 */
const Word = {Last: 0, Span: 1, Life: 2, Strays: 3} as const;
/** How many those are; what the owner of the sequence keeps of a source stands behind them. */
export const SEQUENCE_WORDS = 4;

/**
 * Follows the sequence numbers of samples, each data source of each stream by itself (v5, flow_sample,
 * sequence_number). Agents err: some never count up, and some have one count for all their sources. So sources that
 * step as one are followed as one, and no more samples are missing than the missing datagrams can have carried.
 */
export class SampleSequence implements Keeper {
  /** (stream, class and index of the data source). */
  readonly sources: KeyTable;
  /** By stream: gaps minus what came late, since the start. */
  readonly missing: Float64Array;
  /** Of the last sample: its source, -1 where that is not followed, and what it adds to the missing. */
  source = -1;
  gap = 0;
  /** By a cheap hash: the source that was taken last, plus 1. */
  private readonly atHand = new Uint32Array(AT_HAND);
  /** By stream: its life, and of that life: the number that came last, from any source; */
  private readonly lives: Float64Array;
  private readonly last: Uint32Array;
  /** how much speaks for one count of all sources (positive) or for one each (negative); */
  private readonly evidence: Int8Array;
  /** numbers of datagrams that were skipped, the most samples in one, and how many may and do miss in all. */
  private readonly skipped: Float64Array;
  private readonly mostSamples: Uint32Array;
  private readonly allowed: Float64Array;
  private readonly owed: Float64Array;
  readonly perStream: readonly StreamArray[];

  /** `clock` as a `KeyTable` has it; `more` are the words that the owner keeps of a source. */
  constructor(streams: number, sources: number, seed: number, clock: Float64Array, more = 0) {
    this.sources = new KeyTable(3, sources, seed, clock, SEQUENCE_WORDS + more);
    this.missing = new Float64Array(streams);
    this.lives = new Float64Array(streams);
    this.last = new Uint32Array(streams);
    this.evidence = new Int8Array(streams);
    this.skipped = new Float64Array(streams);
    this.mostSamples = new Uint32Array(streams);
    this.allowed = new Float64Array(streams);
    this.owed = new Float64Array(streams);
    const all = [this.missing, this.lives, this.last, this.evidence, this.skipped, this.mostSamples];
    this.perStream = [...all, this.allowed, this.owed];
  }

  /** Its table, for a handover. */
  get table(): KeyTable {
    return this.sources;
  }

  /** Sources have left the table. */
  forget(): void {
    this.atHand.fill(0);
  }

  /** Makes a stream's place fit for a newcomer. */
  reset(stream: number): void {
    this.missing[stream] = 0;
  }

  /**
   * A datagram of a stream in its present life, whose samples come next. `skipped` is how many numbers of datagrams
   * were ever skipped, whether or not they came late; where datagrams are not counted, any number of samples may miss.
   */
  datagram(stream: number, life: number, isCounting: boolean, skipped: number, samples: number): void {
    if (this.lives[stream] !== life) {
      this.lives[stream] = life;
      this.evidence[stream] = 0;
      this.skipped[stream] = skipped;
      this.mostSamples[stream] = SAMPLES_AT_LEAST;
      this.allowed[stream] = 0;
      this.owed[stream] = 0;
    }
    if (samples > this.mostSamples[stream]!) this.mostSamples[stream] = samples;
    const allowed = this.allowed[stream]!;
    if (!isCounting) {
      this.allowed[stream] = Number.POSITIVE_INFINITY;
    } else if (skipped !== this.skipped[stream] || allowed > FAR_AHEAD) {
      const before = allowed > FAR_AHEAD ? 0 : allowed;
      const more = before + (skipped - this.skipped[stream]!) * this.mostSamples[stream]!;
      this.allowed[stream] = more < FAR_AHEAD ? more : FAR_AHEAD;
      this.skipped[stream] = skipped;
    }
  }

  /** Takes a sample of the datagram that was told last; `isLate` when that one was overtaken. */
  take(stream: number, sourceClass: number, sourceIndex: number, sequence: number, isLate: boolean): Standing {
    this.gap = 0;
    const source = this.sourceOf(stream, sourceClass, sourceIndex);
    if (source < 0) return Standing.Untracked;
    const {records: numbers} = this.sources;
    const at = this.wordsAt(source);
    const ahead = (sequence - numbers[at + Word.Last]!) >>> 0;
    const fromAny = (sequence - this.last[stream]!) >>> 0;
    const isShared = this.evidence[stream]! >= SHARED;
    const isNew = numbers[at + Word.Life] !== this.lives[stream];
    if (!isNew && ahead > FAR_AHEAD) return this.behind(stream, at, sequence, 2 ** 32 - ahead, isLate);
    if (isShared) this.stepAll(stream, fromAny);
    else if (!isNew && ahead > 1) this.stepOne(stream, ahead, fromAny);
    else if (!isNew && ahead === 1 && fromAny !== 1 && !isLate) this.weigh(stream, -1);
    if (!isLate && (!isShared || fromAny <= FAR_AHEAD)) this.last[stream] = sequence;
    if (isNew) return this.begin(stream, at, sequence);
    const span = numbers[at + Word.Span]! + ahead;
    numbers[at + Word.Span] = span < FAR_AHEAD ? span : FAR_AHEAD;
    numbers[at + Word.Last] = sequence;
    numbers[at + Word.Strays] = 0;
    return Standing.Next;
  }

  /** Where the words of a source stand among its table's records. */
  wordsAt(source: number): number {
    return this.sources.at(source) + this.sources.payloadAt;
  }

  private sourceOf(stream: number, sourceClass: number, sourceIndex: number): number {
    const {sources, atHand} = this;
    const {key, records} = sources;
    const slot = (Math.imul(stream, 0x9e3779b1) + Math.imul(sourceIndex, 0x85ebca6b)) >>> AT_HAND_SHIFT;
    const known = atHand[slot]! - 1;
    const at = sources.at(known) + KEY_AT;
    if (known >= 0 && records[at] === stream && records[at + 2] === sourceIndex && records[at + 1] === sourceClass) {
      sources.touch(known);
      this.source = known;
      return known;
    }
    key[0] = stream;
    key[1] = sourceClass;
    key[2] = sourceIndex;
    if (sources.shouldSweep(SWEEP_EVERY_MS) && sources.sweep(FORGET_AFTER_MS) > 0) atHand.fill(0);
    const found = sources.intern();
    this.source = found;
    atHand[slot] = found + 1;
    return found;
  }

  private begin(stream: number, at: number, sequence: number): Standing {
    const {records: numbers} = this.sources;
    numbers[at + Word.Last] = sequence;
    numbers[at + Word.Span] = 0;
    numbers[at + Word.Life] = this.lives[stream]!;
    numbers[at + Word.Strays] = 0;
    return Standing.Baseline;
  }

  /** A source that has its own count skipped numbers, unless the stream's other sources had them. */
  private stepOne(stream: number, ahead: number, fromAny: number): void {
    if (fromAny !== 1) {
      this.miss(stream, ahead - 1);
      return;
    }
    if (this.evidence[stream]! < 0) this.miss(stream, ahead - 1);
    this.weigh(stream, 1);
  }

  /** One count of all sources goes on: numbers were skipped, or one of those comes late. */
  private stepAll(stream: number, fromAny: number): void {
    if (fromAny <= FAR_AHEAD) {
      if (fromAny > 1) this.miss(stream, fromAny - 1);
    } else if (this.owed[stream]! > 0) {
      this.found(stream);
    }
  }

  private miss(stream: number, skipped: number): void {
    const most = this.allowed[stream]!;
    const gap = skipped < most ? skipped : most;
    this.gap = gap;
    this.allowed[stream] = most - gap;
    this.owed[stream]! += gap;
    this.missing[stream]! += gap;
  }

  private found(stream: number): void {
    this.gap = -1;
    this.owed[stream]!--;
    this.missing[stream]!--;
  }

  private weigh(stream: number, step: number): void {
    const sum = this.evidence[stream]! + step;
    if (sum >= -SHARED && sum <= SHARED) this.evidence[stream] = sum;
  }

  private behind(stream: number, at: number, sequence: number, behind: number, isLate: boolean): Standing {
    const {records: numbers} = this.sources;
    if (isLate) {
      if (behind > FAR_AHEAD) return Standing.Stray;
    } else if (behind > FAR_BEHIND || ++numbers[at + Word.Strays]! >= STRAYS) {
      this.last[stream] = sequence;
      return this.begin(stream, at, sequence);
    }
    const isSpanned = behind < numbers[at + Word.Span]! || this.evidence[stream]! >= SHARED;
    if (!isSpanned || this.owed[stream] === 0) return Standing.Stray;
    this.found(stream);
    return Standing.Late;
  }
}
