// Hot path: no allocation after construction, no exception.
import type {DiscardView} from '../sflow/views.ts';
import {SampleSequence, SEQUENCE_WORDS, Standing} from './sample-sequence.ts';
import {type ColumnArray, DROP_SOURCES, makeColumns} from './schema.ts';
import {SharedCount} from './shared-count.ts';

/** A source's words behind those of its sequence: its last drops. Behind those, as doubles, its sums. */
const DROPS = SEQUENCE_WORDS;
const SUMS_AT = SEQUENCE_WORDS + 2;
/** In the order of the columns of `DROP_SOURCES` behind its key. */
const Sum = {Notifications: 0, Suppressed: 1, Missing: 2} as const;
const SUMS = 3;

/** Drops that grow by more between two notifications ran backwards. */
const MOST = 2 ** 31;

/**
 * The data sources that send drop notifications: what they could not tell, by their own count (drops,
 * discarded_packet, drops) and by what is missing among their numbers. Sent and forgotten once a second.
 */
export class DropSources {
  readonly sequence: SampleSequence;
  /** Rows of `DROP_SOURCES`, once collected. */
  readonly columns: ColumnArray[];
  size = 0;
  readonly suppressed: SharedCount;

  /** `clock` as a `KeyTable` has it. */
  constructor(streams: number, sources: number, seed: number, clock: Float64Array) {
    this.sequence = new SampleSequence(streams, sources, seed, clock, SUMS_AT - SEQUENCE_WORDS + SUMS * 2);
    this.suppressed = new SharedCount(streams, MOST);
    this.columns = makeColumns(DROP_SOURCES, sources);
  }

  /** Makes a stream's place fit for a newcomer. */
  reset(stream: number): void {
    this.sequence.reset(stream);
    this.suppressed.reset(stream);
  }

  /** Takes a notification of the datagram that the sequence was told last. */
  add(stream: number, discard: DiscardView, isLate: boolean): void {
    const {sequence} = this;
    const {sourceClass, sourceIndex, drops} = discard;
    const standing = sequence.take(stream, sourceClass, sourceIndex, discard.sequenceNumber, isLate);
    const {source} = sequence;
    if (source < 0) return;
    const {records, doubles} = sequence.sources;
    const at = sequence.wordsAt(source);
    const sums = (at + SUMS_AT) >>> 1;
    doubles[sums + Sum.Notifications]!++;
    doubles[sums + Sum.Missing]! += sequence.gap;
    if (standing >= Standing.Late) return;
    const isNext = standing === Standing.Next;
    doubles[sums + Sum.Suppressed]! += this.suppressed.grown(stream, source, records[at + DROPS]!, drops, isNext);
    records[at + DROPS] = drops;
  }

  /** Makes rows of all sums that are not zero. */
  collect(): void {
    const {sources} = this.sequence;
    this.size = 0;
    for (let source = 0; source < sources.limit; source++) {
      const sums = (this.sequence.wordsAt(source) + SUMS_AT) >>> 1;
      if (sources.doubles[sums] === 0) continue;
      const row = this.size++;
      for (let word = 0; word < sources.words; word++) this.columns[word]![row] = sources.word(source, word);
      for (let sum = 0; sum < SUMS; sum++) this.columns[sources.words + sum]![row] = sources.doubles[sums + sum]!;
      sources.doubles.fill(0, sums, sums + SUMS);
    }
  }
}
