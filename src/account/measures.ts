/** How two readings of one column become one when Partials are folded. */
export type Fold = 'sum' | 'max' | 'min' | 'last' | 'or';

/** One folded column of the `bins` section. */
export interface MeasureDefinition {
  id: string;
  unit: 'frames' | 'bytes' | 'bytes²';
  fold: Fold;
  type: 'u32' | 'f64';
  /** One line for people; also the reference page's text. */
  meaning: string;
}

const measure = (
  id: string,
  unit: MeasureDefinition['unit'],
  fold: Fold,
  type: MeasureDefinition['type'],
  meaning: string,
): MeasureDefinition => ({id, unit, fold, type, meaning});

/**
 * Everything that is counted per bin and row, as received: unscaled, because the sampling rate's correction is known
 * later. L is the sample's frame_length: with FCS, without preamble. Order is the order of columns in a Partial.
 */
export const MEASURES: readonly MeasureDefinition[] = [
  measure('sampledFrames', 'frames', 'sum', 'u32', 'samples of any frame'),
  measure('sampledBytes', 'bytes', 'sum', 'f64', 'ΣL of all samples'),
  measure('sampledSquares', 'bytes²', 'sum', 'f64', 'ΣL² of all samples, for the error of ΣL'),
  measure('sampledLargest', 'bytes', 'max', 'u32', 'largest L of all samples'),
  measure('sampledRoceFrames', 'frames', 'sum', 'u32', 'samples of RoCEv2 frames'),
  measure('sampledRoceBytes', 'bytes', 'sum', 'f64', 'ΣL of RoCEv2 samples'),
  measure('sampledRoceSquares', 'bytes²', 'sum', 'f64', 'ΣL² of RoCEv2 samples'),
  measure('sampledRoceLargest', 'bytes', 'max', 'u32', 'largest L of RoCEv2 samples'),
  measure(
    'sampledCeFrames',
    'frames',
    'sum',
    'u32',
    'samples of RoCEv2 frames marked congestion experienced (RFC 3168)',
  ),
  measure('sampledCnpFrames', 'frames', 'sum', 'u32', 'samples of congestion notification packets'),
  measure(
    'sampledRoceTicks0',
    'frames',
    'sum',
    'f64',
    'samples of RoCEv2 frames by 10 ms of the bin: five counts of up to 1,023, that of the first 10 ms the lowest digit',
  ),
  measure('sampledRoceTicks1', 'frames', 'sum', 'f64', 'the same of the second half of the bin'),
  measure(
    'sampledTrimmedFrames',
    'frames',
    'sum',
    'u32',
    'samples of frames with the DSCP that switches give to packets that they have trimmed',
  ),
];

/** How counts by tick are packed into one double: digits of one base, the first tick's the lowest. */
export const TICK_BASE = 1_024;
export const TICKS_PER_WORD = 5;

/** Index of each measure in `MEASURES`. */
export const Measure = {
  Frames: 0,
  Bytes: 1,
  Squares: 2,
  Largest: 3,
  RoceFrames: 4,
  RoceBytes: 5,
  RoceSquares: 6,
  RoceLargest: 7,
  CeFrames: 8,
  CnpFrames: 9,
  RoceTicks0: 10,
  RoceTicks1: 11,
  TrimmedFrames: 12,
} as const;
