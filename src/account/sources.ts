// Hot path: no allocation after construction, no exception.
import type {FlowSampleView} from '../sflow/views.ts';
import {SampleSequence, SEQUENCE_WORDS, Standing} from './sample-sequence.ts';
import {type ColumnArray, makeColumns, SOURCES} from './schema.ts';
import {SharedCount} from './shared-count.ts';

/**
 * A source's words behind those of its sequence: its last sample in order, and its nominal rate. Behind those, as
 * doubles, its sums: all that a sample needs stands together.
 */
const Word = {Pool: SEQUENCE_WORDS, Drops: SEQUENCE_WORDS + 1, Rate: SEQUENCE_WORDS + 2} as const;
/** Where the first sum stands behind a source's words, in words. */
const SUMS_AT = SEQUENCE_WORDS + 4;

/** Sums of a source, in the order of the columns of `SOURCES` from `samples` on; the last two are no sums. */
export const SourceSum = {
  Samples: 0,
  Spanned: 1,
  Missing: 2,
  PoolDelta: 3,
  AgentDrops: 4,
  Baselines: 5,
  Pool: 6,
  LastSeen: 7,
} as const;
export const SOURCE_SUMS = 8;

/** A counter that grows by more between two samples ran backwards. */
const BACKWARDS = 2 ** 31;
/** Drops that grow by more between two samples are garbage: no agent marks so many packets in the time. */
const MOST_DROPS = 1 << 20;

/**
 * The data sources that send flow samples: their sequence numbers, sample pools and drops (v5, flow_sample), as
 * differences that can be added up. What an agent's pool is worth, the reader decides. Sums are sent and forgotten once
 * a second. A source is at one nominal rate at a time; what it had at the one before waits in `columns`.
 */
export class FlowSources {
  readonly sequence: SampleSequence;
  /** Rows of `SOURCES` that are ready to be sent; `collect` makes rows of all sums. */
  readonly columns: ColumnArray[];
  size = 0;
  /** By stream: what its agent says that it could not sample, since the start. */
  readonly agentDrops: Float64Array;
  /** Called when the columns are full and must be sent to make room. */
  onFull: () => void = () => {};
  private readonly capacity: number;
  private readonly clock: Float64Array;
  /** The records of the sources, as words and as doubles. */
  private readonly words: Uint32Array;
  private readonly sums: Float64Array;
  readonly drops: SharedCount;

  /** `clock` as a `KeyTable` has it. */
  constructor(streams: number, sources: number, seed: number, clock: Float64Array) {
    this.capacity = sources;
    this.clock = clock;
    this.sequence = new SampleSequence(streams, sources, seed, clock, SUMS_AT - SEQUENCE_WORDS + SOURCE_SUMS * 2);
    this.columns = makeColumns(SOURCES, sources);
    this.agentDrops = new Float64Array(streams);
    this.words = this.sequence.sources.records;
    this.sums = this.sequence.sources.doubles;
    this.drops = new SharedCount(streams, MOST_DROPS);
  }

  /** Makes a stream's place fit for a newcomer. */
  reset(stream: number): void {
    this.sequence.reset(stream);
    this.agentDrops[stream] = 0;
    this.drops.reset(stream);
  }

  /** Takes a sample; `rate` is 0 where its own is unusable, and then only its number counts. */
  add(stream: number, sample: FlowSampleView, rate: number, isLate: boolean): void {
    const {sequence, words, sums} = this;
    const {sourceClass, sourceIndex} = sample;
    const standing = sequence.take(stream, sourceClass, sourceIndex, sample.sequenceNumber, isLate);
    const {source} = sequence;
    if (source < 0) return;
    const at = sequence.wordsAt(source);
    const sum = (at + SUMS_AT) >>> 1;
    // An overtaken sample at another rate than the present one is of no use for either.
    const isSame = words[at + Word.Rate] === rate;
    if (!isSame && standing >= Standing.Late) return;
    if (!isSame) this.changeRate(source, rate);
    if (rate !== 0) {
      sums[sum + SourceSum.Samples]!++;
      const now = this.clock[0]!;
      if (now > sums[sum + SourceSum.LastSeen]!) sums[sum + SourceSum.LastSeen] = now;
    }
    if (standing === Standing.Late && rate !== 0) {
      sums[sum + SourceSum.Spanned]!++;
      sums[sum + SourceSum.Missing]!--;
    }
    if (standing >= Standing.Late) return;
    const isNext = standing === Standing.Next;
    const drops = this.drops.grown(stream, source, words[at + Word.Drops]!, sample.drops, isNext);
    this.agentDrops[stream]! += drops;
    const {samplePool} = sample;
    const grown = (samplePool - words[at + Word.Pool]!) >>> 0;
    if (rate !== 0) {
      if (isNext && isSame && grown < BACKWARDS) {
        sums[sum + SourceSum.Spanned]!++;
        sums[sum + SourceSum.Missing]! += sequence.gap;
        sums[sum + SourceSum.PoolDelta]! += grown;
        sums[sum + SourceSum.AgentDrops]! += drops;
      } else {
        sums[sum + SourceSum.Baselines]!++;
      }
    }
    words[at + Word.Pool] = samplePool;
    words[at + Word.Drops] = sample.drops;
  }

  /** Makes rows of all sums that are not zero. What finds no room waits for the next time. */
  collect(): void {
    for (let source = 0; source < this.sequence.sources.limit; source++) {
      if (this.sums[this.sumsAt(source)]! > 0 && this.size < this.capacity) this.emit(source);
    }
  }

  /** Forgets the rows, which were sent. */
  clear(): void {
    this.size = 0;
  }

  /** Where the sums of a source stand, as doubles. */
  private sumsAt(source: number): number {
    return (this.sequence.wordsAt(source) + SUMS_AT) >>> 1;
  }

  private changeRate(source: number, rate: number): void {
    const samples = this.sums[this.sumsAt(source)]!;
    if (samples > 0) {
      if (this.size === this.capacity) this.onFull();
      // Sending makes rows of all sums, of these too.
      if (this.sums[this.sumsAt(source)]! > 0) this.emit(source);
    }
    this.words[this.sequence.wordsAt(source) + Word.Rate] = rate;
  }

  private emit(source: number): void {
    const {columns, sums, sequence} = this;
    const {words} = sequence.sources;
    const at = sequence.wordsAt(source);
    const row = this.size++;
    for (let word = 0; word < words; word++) columns[word]![row] = sequence.sources.word(source, word);
    columns[words]![row] = this.words[at + Word.Rate]!;
    const first = this.sumsAt(source);
    sums[first + SourceSum.Pool] = this.words[at + Word.Pool]!;
    for (let sum = 0; sum < SOURCE_SUMS; sum++) columns[words + 1 + sum]![row] = sums[first + sum]!;
    sums.fill(0, first, first + SOURCE_SUMS);
  }
}
