// Hot path: no allocation, no exception.

/** Buckets of one doubling. */
const PER_OCTAVE = 8;
const OCTAVE_BITS = 3;
/** Buckets of 32-bit values: all below 16 have one of their own. */
export const LOG_BUCKETS = (32 - OCTAVE_BITS + 1) * PER_OCTAVE;
/** How far the middle of a bucket may be off from a value in it, as a share of the value. */
export const BUCKET_ERROR = 1 / (2 * PER_OCTAVE);

/** The bucket of an unsigned 32-bit value, ascending. */
export function bucketOf(value: number): number {
  if (value < PER_OCTAVE) return value;
  const shift = 31 - Math.clz32(value) - OCTAVE_BITS;
  return ((shift + 1) << OCTAVE_BITS) + ((value >>> shift) & (PER_OCTAVE - 1));
}

/** The middle of a bucket's values. */
export function middleOf(bucket: number): number {
  if (bucket < PER_OCTAVE) return bucket;
  const width = 2 ** ((bucket >>> OCTAVE_BITS) - 1);
  return (PER_OCTAVE + (bucket & (PER_OCTAVE - 1))) * width + (width - 1) / 2;
}
