// Hot path: no allocation, no closure, no exception, no read outside the datagram.
import {SampleFormat, Size} from './constants.ts';
import type {FormatCounter} from './format-counter.ts';

/**
 * Where the next sample or record is, when a length on the wire is wrong in one of the ways that agents in the field
 * get it wrong. Lengths are taken literally first; what is written here is asked only after that failed, so that a
 * sound datagram never comes here.
 */

/** Enterprise numbers that IANA may have given out by now; a larger one is not a header but something else's bytes. */
const MAX_ENTERPRISE = 0xffff;
/** sFlow-RT's own samples, 4300:1002 and 4300:1003. */
const RT_METRIC = 0x010cc3ea;
const RT_FLOW = 0x010cc3eb;

/** Whether a record header could stand at `at`: a format that exists and a length that fits. */
function isRecordAt(data: DataView, at: number, end: number): boolean {
  if (end - at < Size.Prefix) return false;
  const word = data.getUint32(at);
  return (word & 0xfff) !== 0 && word >>> 12 <= MAX_ENTERPRISE && data.getUint32(at + 4) <= end - at - Size.Prefix;
}

/** Whether a sample header of a known format stands at `at`, of a length that it can have and that fits. */
export function isSampleAt(data: DataView, at: number, end: number): boolean {
  if (end - at < Size.Prefix) return false;
  const length = data.getUint32(at + 4);
  return length >= leastSample(data.getUint32(at)) && length <= end - at - Size.Prefix;
}

/** Bytes that a sample of this format has at least; more than any has for formats that are not known. */
function leastSample(word: number): number {
  switch (word) {
    case SampleFormat.Flow:
      return Size.FlowSample;
    case SampleFormat.FlowExpanded:
      return Size.FlowSampleExpanded;
    case SampleFormat.Counters:
      return Size.CountersSample;
    case SampleFormat.CountersExpanded:
      return Size.CountersSampleExpanded;
    case SampleFormat.DiscardedPacket:
      return Size.DiscardedPacket;
    case RT_METRIC:
    case RT_FLOW:
      return Size.Prefix;
    default:
      return 0xffffffff;
  }
}

/**
 * Where the record behind one whose length is no multiple of four starts. The specification wants the padding inside
 * the length (v5, XDR), so the length holds as it is, unless only the rounded place looks like a record.
 */
export function afterOddRecord(
  data: DataView,
  literal: number,
  length: number,
  end: number,
  counter: FormatCounter | null,
): number {
  const rounded = literal + (-length & 3);
  if (isRecordAt(data, literal, end) || !isRecordAt(data, rounded, end)) return literal;
  if (counter !== null) counter.unpadded++;
  return rounded;
}

/** The same for the sample behind a sample. */
export function afterOddSample(data: DataView, literal: number, length: number, end: number): number {
  const rounded = literal + (-length & 3);
  return !isSampleAt(data, literal, end) && isSampleAt(data, rounded, end) ? rounded : literal;
}

/**
 * Where `count` records that start at `at` end, by their own lengths, or -1 when they leave [at, end). Agents that
 * count a sample's length wrongly still count its records' lengths right.
 */
export function endOfRecords(data: DataView, at: number, end: number, count: number): number {
  for (let left = count; left > 0; left--) {
    if (end - at < Size.Prefix) return -1;
    const length = data.getUint32(at + 4);
    const next = at + Size.Prefix + length;
    if (next > end) return -1;
    at = (length & 3) === 0 ? next : afterOddRecord(data, next, length, end, null);
  }
  return at;
}
