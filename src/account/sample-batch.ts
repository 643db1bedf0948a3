// Hot path: no allocation after construction, no exception.
import type {PacketView} from '../packet/view.ts';
import {ClockAt} from './times.ts';

/** Samples that are gathered before they are added: few enough that what they touch stays in the processor's cache. */
export const BATCH = 64;

/**
 * Words of a gathered sample, behind three doubles: when its datagram arrived, the bin that it belongs to, its own time
 * (`ClockAt`). Those from `Source` to `Dscp` stand as in a flow's key. The last four are found when it is added.
 */
export const SampleWord = {
  Stream: 6,
  SourceClass: 7,
  SourceIndex: 8,
  Rate: 9,
  Input: 10,
  Output: 11,
  Length: 12,
  Traits: 13,
  /** Of `OperationTable`. */
  Kind: 14,
  Source: 15,
  Destination: 19,
  DestQp: 23,
  Dscp: 24,
  Psn: 25,
  Ttl: 26,
  /** DMA length of a RETH, or syndrome of an AETH. */
  Operand: 27,
  InRow: 28,
  OutRow: 29,
  InCell: 30,
  OutCell: 31,
} as const;
export const SAMPLE_WORDS = 32;
/** Doubles of a sample, from its first one. */
export const SampleDouble = {Now: 0, Bin: 1, Time: 2} as const;

/** What is known of a sample: bits of `Traits`. The sides of its two rows stand above them. */
export const Trait = {
  Roce: 1,
  Ce: 2,
  Cnp: 4,
  Trimmed: 8,
  /** The first packet of an operation. */
  Starts: 16,
  /** A request with data, in order: its PSN tells how far the sender has got. */
  Follow: 32,
  Reth: 64,
  Aeth: 128,
  /** It has a kind, and is of a flow. */
  Kind: 256,
  Flow: 512,
} as const;
const IN_SIDE_SHIFT = 16;
const OUT_SIDE_SHIFT = 20;
const SIDE_MASK = 0xf;

/** In place of a row that there is none. */
export const NO_ROW = 0xffffffff;

/**
 * Flow samples that are decoded, and wait to be added to the tables, one table after another. A table's lines of
 * memory are then fetched for many samples at once, which is most of what a sample would else wait for.
 */
export class SampleBatch {
  size = 0;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  private readonly clock: Float64Array;

  /** `clock` as `SampleTimes` has it. */
  constructor(clock: Float64Array) {
    this.clock = clock;
    const memory = new ArrayBuffer(BATCH * SAMPLE_WORDS * 4);
    this.words = new Uint32Array(memory);
    this.doubles = new Float64Array(memory);
  }

  get isFull(): boolean {
    return this.size === BATCH;
  }

  /** Makes a sample at the clock's time, and returns where its words start. There must be room. */
  begin(): number {
    const at = this.size++ * SAMPLE_WORDS;
    const {clock, doubles} = this;
    const double = at >>> 1;
    doubles[double + SampleDouble.Now] = clock[ClockAt.Now]!;
    doubles[double + SampleDouble.Bin] = clock[ClockAt.SampleBin]!;
    doubles[double + SampleDouble.Time] = clock[ClockAt.SampleTime]!;
    return at;
  }

  /** Writes what tells a RoCEv2 flow. */
  flow(at: number, packet: PacketView): void {
    const {words} = this;
    words[at + SampleWord.Source] = packet.source0;
    words[at + SampleWord.Source + 1] = packet.source1;
    words[at + SampleWord.Source + 2] = packet.source2;
    words[at + SampleWord.Source + 3] = packet.source3;
    words[at + SampleWord.Destination] = packet.destination0;
    words[at + SampleWord.Destination + 1] = packet.destination1;
    words[at + SampleWord.Destination + 2] = packet.destination2;
    words[at + SampleWord.Destination + 3] = packet.destination3;
    words[at + SampleWord.DestQp] = packet.destQp;
    words[at + SampleWord.Dscp] = packet.dscp;
    words[at + SampleWord.Psn] = packet.psn;
    words[at + SampleWord.Ttl] = packet.ttl;
  }
}

/** The sides of a sample's two rows, as bits of its traits. */
export function sideTraits(inSide: number, outSide: number): number {
  return (inSide << IN_SIDE_SHIFT) | (outSide << OUT_SIDE_SHIFT);
}

export function inSideOf(traits: number): number {
  return (traits >>> IN_SIDE_SHIFT) & SIDE_MASK;
}

export function outSideOf(traits: number): number {
  return (traits >>> OUT_SIDE_SHIFT) & SIDE_MASK;
}
