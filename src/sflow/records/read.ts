/**
 * Decodes a record by its row in the table of formats, into a plain object. For `decode` and for views that ask; the
 * bytes are as untrusted here as on the hot path, so every read is inside [at, end) and no count makes memory.
 */
import {FlowRecordFormat, Size} from '../constants.ts';
import {afterOddRecord} from '../framing.ts';
import {decodeText, formatHex, formatIpv4} from '../text.ts';
import type {Field, FieldType, RecordFormat, RecordKind} from './schema.ts';
import {findRecordFormat} from './table.ts';
import {FIXED_BYTES, fixedValue, ipv6At, type Value} from './values.ts';

/** A record as `decode` shows it. */
export interface RecordObject {
  record: string;
  /** enterprise:format */
  format: string;
  [name: string]: Value;
}

/** Describes a sampled header that stands in [start, end); whoever asks for records brings it, or goes without. */
export type HeaderReader = (data: DataView, headerProtocol: number, start: number, end: number) => Value;

/** Aggregations hold records, which may be aggregations; hostile ones would nest for ever. */
const MAX_NESTING = 4;

/** A position in a record, and whether it was long enough so far. */
class Cursor {
  readonly data: DataView;
  at: number;
  readonly end: number;
  readonly kind: RecordKind;
  readonly depth: number;
  readonly header: HeaderReader | undefined;
  cut = false;

  constructor(
    data: DataView,
    at: number,
    end: number,
    kind: RecordKind,
    depth: number,
    header: HeaderReader | undefined,
  ) {
    this.data = data;
    this.at = at;
    this.end = end;
    this.kind = kind;
    this.depth = depth;
    this.header = header;
  }

  /** Moves over `bytes` and answers where they start, or notes that they are not there and answers -1. */
  take(bytes: number): number {
    if (this.end - this.at < bytes) {
      this.cut = true;
      return -1;
    }
    const start = this.at;
    this.at += bytes;
    return start;
  }
}

/** The records in [at, end), at most `count`; odd lengths are followed as the hot path follows them. */
export function readRecords(
  kind: RecordKind,
  data: DataView,
  at: number,
  end: number,
  count: number,
  header?: HeaderReader,
): RecordObject[] {
  const records: RecordObject[] = [];
  for (let left = count; left > 0 && end - at >= Size.Prefix; left--) {
    const word = data.getUint32(at);
    const length = data.getUint32(at + 4);
    const body = at + Size.Prefix;
    const bodyEnd = Math.min(body + length, end);
    const record = readRecord(kind, word, data, body, bodyEnd, header);
    if (body + length > end) record['claimed_length'] = length;
    records.push(record);
    at = (length & 3) === 0 || bodyEnd === end ? bodyEnd : afterOddRecord(data, bodyEnd, length, end, null);
  }
  return records;
}

/** One record whose body stands in [start, end). */
export function readRecord(
  kind: RecordKind,
  word: number,
  data: DataView,
  start: number,
  end: number,
  header?: HeaderReader,
  depth = 0,
): RecordObject {
  const format = findRecordFormat(kind, word);
  const tag = `${word >>> 12}:${word & 0xfff}`;
  if (format === undefined || depth > MAX_NESTING) {
    return {record: 'unknown', format: tag, length: end - start, bytes: formatHex(data, start, end)};
  }
  const result: RecordObject = {record: format.name, format: tag};
  const cursor = new Cursor(data, start, end, kind, depth, header);
  readFields(cursor, layoutFor(format, cursor), result);
  if (cursor.cut) result['truncated'] = 'the record ends inside its fields';
  if (kind === 'flow' && word === FlowRecordFormat.RawHeader && header !== undefined) {
    const offset = start + Size.RawHeader;
    if (offset <= end) {
      const headerEnd = Math.min(end, offset + data.getUint32(offset - 4));
      result['packet'] = header(data, data.getUint32(start), offset, headerEnd);
    }
  }
  if (!cursor.cut && end - cursor.at > 3) result['extra_bytes'] = formatHex(data, cursor.at, end);
  return result;
}

/** The layout whose fields end exactly where the record ends; the first one where neither or both do. */
function layoutFor(format: RecordFormat, cursor: Cursor): readonly Field[] {
  if (format.otherLayout === undefined) return format.fields;
  const fits = (fields: readonly Field[]) => {
    const trial = new Cursor(cursor.data, cursor.at, cursor.end, cursor.kind, cursor.depth, undefined);
    readFields(trial, fields, {});
    return !trial.cut && trial.end - trial.at < 4;
  };
  return !fits(format.fields) && fits(format.otherLayout) ? format.otherLayout : format.fields;
}

function readFields(cursor: Cursor, fields: readonly Field[], into: {[name: string]: Value}): void {
  for (const field of fields) {
    if (field.optional === true && cursor.at >= cursor.end) return;
    const value = readField(cursor, field);
    if (cursor.cut && value === undefined) return;
    into[field.name] = value!;
    if (field.names !== undefined) into[`${field.name}_name`] = field.names[value as number] ?? 'unknown';
    if (cursor.cut) return;
  }
}

function readField(cursor: Cursor, field: Field): Value | undefined {
  if (field.type === 'list') return readList(cursor, field.of!);
  return readValue(cursor, field.type);
}

/** The count only ends the loop; entries that are not there are not made. */
function readList(cursor: Cursor, of: readonly Field[]): Value[] | undefined {
  const at = cursor.take(4);
  if (at < 0) return undefined;
  const values: Value[] = [];
  for (let left = cursor.data.getUint32(at); left > 0 && !cursor.cut; left--) {
    if (of.length === 1 && of[0]!.name === '') {
      const value = readField(cursor, of[0]!);
      if (value !== undefined) values.push(value);
    } else {
      const entry: {[name: string]: Value} = {};
      readFields(cursor, of, entry);
      if (Object.keys(entry).length > 0) values.push(entry);
    }
  }
  return values;
}

function readValue(cursor: Cursor, type: FieldType): Value | undefined {
  const size = FIXED_BYTES[type];
  if (size !== undefined) {
    const at = cursor.take(size);
    return at < 0 ? undefined : fixedValue(cursor.data, type, at);
  }
  switch (type) {
    case 'address':
      return readAddress(cursor);
    case 'string':
    case 'opaque':
      return readBytes(cursor, type === 'string');
    case 'records':
      return readNested(cursor);
    default: {
      const start = cursor.at;
      cursor.at = cursor.end;
      return formatHex(cursor.data, start, cursor.end);
    }
  }
}

/** v5, address. A type that is not known makes everything behind it unreadable. */
function readAddress(cursor: Cursor): Value | undefined {
  const at = cursor.take(4);
  if (at < 0) return undefined;
  const type = cursor.data.getUint32(at);
  if (type === 0) return null;
  const bytes = type === 1 ? cursor.take(4) : type === 2 ? cursor.take(16) : cursor.take(Number.POSITIVE_INFINITY);
  if (bytes < 0) return undefined;
  return type === 1 ? formatIpv4(cursor.data.getUint32(bytes)) : ipv6At(cursor.data, bytes);
}

/** A length word and bytes. What a cut leaves of them is shown; padding that is missing at the end is no cut. */
function readBytes(cursor: Cursor, isText: boolean): Value | undefined {
  const at = cursor.take(4);
  if (at < 0) return undefined;
  const length = cursor.data.getUint32(at);
  const start = cursor.at;
  if (length > cursor.end - start) cursor.cut = true;
  const end = Math.min(start + length, cursor.end);
  cursor.at = Math.min(start + length + (-length & 3), cursor.end);
  if (!isText) return formatHex(cursor.data, start, end);
  return decodeText(cursor.data, start, end);
}

/** sflow_80211.txt, pdu: a count of records that are framed as in a sample. */
function readNested(cursor: Cursor): Value | undefined {
  const at = cursor.take(4);
  if (at < 0) return undefined;
  const count = cursor.data.getUint32(at);
  const records: RecordObject[] = [];
  for (let left = count; left > 0 && cursor.end - cursor.at >= Size.Prefix; left--) {
    const word = cursor.data.getUint32(cursor.at);
    const body = cursor.at + Size.Prefix;
    const end = Math.min(body + cursor.data.getUint32(cursor.at + 4), cursor.end);
    records.push(readRecord(cursor.kind, word, cursor.data, body, end, cursor.header, cursor.depth + 1));
    cursor.at = end;
  }
  return records;
}
