/**
 * What can be wrong with a datagram. The decode path never throws: it returns one of these numbers, and its caller
 * counts it. Faults up to `LAST_REJECTION` leave nothing usable; after the others the samples in front of the damage
 * have been delivered.
 */
export const Fault = {
  None: 0,
  /** No byte at all. */
  Empty: 1,
  /** Shorter than the datagram header it must have. */
  HeaderCut: 2,
  /** Not sFlow version 5: an older sFlow, NetFlow, or noise. */
  BadVersion: 3,
  /** The agent address is of no known type, so nothing after it can be found. */
  BadAddressType: 4,
  /** A sample claims more bytes than the datagram has. */
  SampleCut: 5,
  /** A sample is shorter than its own fixed part. */
  SampleTooShort: 6,
  /** A record claims more bytes than its sample has, or is not there at all. What is there of it is read. */
  RecordCut: 7,
  /** A sample's length is smaller than its own records, which were all read. */
  ShortSampleLength: 8,
} as const;

export type Fault = (typeof Fault)[keyof typeof Fault];

/** The last fault after which the datagram counts as rejected; behind it, as decoded but damaged. */
export const LAST_REJECTION = Fault.BadAddressType;

/** Names for people and for labels, by number. */
export const FAULT_NAMES: readonly string[] = [
  'none',
  'empty',
  'header_cut',
  'bad_version',
  'bad_address_type',
  'sample_cut',
  'sample_too_short',
  'record_cut',
  'short_sample_length',
];

/**
 * What was odd about a datagram that was decoded whole all the same; counted by the decoder, for operators who want
 * to tell a switch's maker.
 */
export const Oddity = {
  /** Bytes behind the last sample. */
  TrailingBytes: 0,
  /** A sample whose length left its padding out; for records see `FormatCounter.unpadded`. */
  UnpaddedSample: 1,
} as const;

/** Names for people and for labels, by number. */
export const ODDITY_NAMES: readonly string[] = ['trailing_bytes', 'unpadded_sample'];
