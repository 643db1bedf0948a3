import {BYTES_OF_TYPE, type ColumnArray, SECTIONS, type SectionSchema, TEXT_BYTES} from './schema.ts';

/**
 * The Partial's encoding, the same between threads and between machines. Little-endian.
 *
 * Header, 48 bytes: u32 magic, u32 version, u32 producer, u32 epoch, u32 sequence, u32 sections, f64 watermark,
 * f64 time, 8 bytes zero. Then each section: u32 id, u32 version, u32 rows, u32 bytes of its columns; its columns one
 * after another, each padded to a multiple of eight bytes. A section that the reader does not know is skipped.
 */
export const PARTIAL_MAGIC = 0x50543031; // "10TP" in memory order
export const PARTIAL_VERSION = 1;
const HEADER_BYTES = 48;
const SECTION_HEADER_BYTES = 16;

/** What names a Partial, and how far its producer has got. */
export interface PartialHeader {
  /** Collector and thread. */
  producer: number;
  /** Random at the producer's start, so that a restarted one is told apart. */
  epoch: number;
  /** Counts up by one from 0. */
  sequence: number;
  /** Every sample of bins before this one has been sent. */
  watermark: number;
  /** Producer's time, epoch ms. */
  time: number;
}

/** Columns of one section; arrays may be longer than `rows`. */
export interface SectionData {
  schema: SectionSchema;
  rows: number;
  columns: readonly ColumnArray[];
}

/** A delta: the rows touched since the last Partial of this producer. */
export interface Partial extends PartialHeader {
  sections: readonly SectionData[];
}

/** A Partial that cannot be read; the message says where. */
export class PartialError extends Error {
  override name = 'PartialError';
}

const padded = (bytes: number) => (bytes + 7) & ~7;

function columnBytes(schema: SectionSchema, rows: number): number {
  let bytes = 0;
  for (const {type} of schema.columns) bytes += padded(rows * BYTES_OF_TYPE[type]);
  return bytes;
}

/** Copies element by element: a view for each column would be most of what a Partial leaves to the garbage collector. */
export function encodePartial(partial: Partial): ArrayBuffer {
  let bytes = HEADER_BYTES;
  for (const {schema, rows} of partial.sections) bytes += SECTION_HEADER_BYTES + columnBytes(schema, rows);
  const buffer = new ArrayBuffer(bytes);
  const view = new DataView(buffer);
  const words = new Uint32Array(buffer);
  const doubles = new Float64Array(buffer);
  const text = new Uint8Array(buffer);
  view.setUint32(0, PARTIAL_MAGIC, true);
  view.setUint32(4, PARTIAL_VERSION, true);
  view.setUint32(8, partial.producer, true);
  view.setUint32(12, partial.epoch, true);
  view.setUint32(16, partial.sequence, true);
  view.setUint32(20, partial.sections.length, true);
  view.setFloat64(24, partial.watermark, true);
  view.setFloat64(32, partial.time, true);
  let at = HEADER_BYTES;
  for (const {schema, rows, columns} of partial.sections) {
    view.setUint32(at, schema.id, true);
    view.setUint32(at + 4, schema.version, true);
    view.setUint32(at + 8, rows, true);
    view.setUint32(at + 12, columnBytes(schema, rows), true);
    at += SECTION_HEADER_BYTES;
    for (let index = 0; index < columns.length; index++) {
      const {type} = schema.columns[index]!;
      const column = columns[index]!;
      if (type === 'u32') copy(words, at >>> 2, column as Uint32Array, rows);
      else if (type === 'f64') copyDoubles(doubles, at >>> 3, column as Float64Array, rows);
      else copyText(text, at, column as Uint8Array, rows * TEXT_BYTES);
      at += padded(rows * BYTES_OF_TYPE[type]);
    }
  }
  return buffer;
}

// One function a type, so that each sees arrays of one kind alone.
function copy(to: Uint32Array, at: number, from: Uint32Array, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[i]!;
}

function copyDoubles(to: Float64Array, at: number, from: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[i]!;
}

function copyText(to: Uint8Array, at: number, from: Uint8Array, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[i]!;
}

/** Reads a Partial without copying: its columns look into `buffer`. Throws `PartialError` on anything out of bounds. */
export function decodePartial(buffer: ArrayBuffer): Partial {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEADER_BYTES) throw new PartialError(`cut: ${buffer.byteLength} bytes`);
  if (view.getUint32(0, true) !== PARTIAL_MAGIC) throw new PartialError('not a Partial');
  const version = view.getUint32(4, true);
  if (version !== PARTIAL_VERSION) throw new PartialError(`version ${version} is not known here`);
  const sections: SectionData[] = [];
  let at = HEADER_BYTES;
  for (let left = view.getUint32(20, true); left > 0; left--) {
    if (at + SECTION_HEADER_BYTES > buffer.byteLength) throw new PartialError(`cut at byte ${at}`);
    const id = view.getUint32(at, true);
    const rows = view.getUint32(at + 8, true);
    const bytes = view.getUint32(at + 12, true);
    const schema = SECTIONS.find((known) => known.id === id && known.version === view.getUint32(at + 4, true));
    at += SECTION_HEADER_BYTES;
    if (bytes % 8 !== 0 || at + bytes > buffer.byteLength) throw new PartialError(`section ${id} is cut`);
    if (schema) {
      if (rows > schema.maxRows || columnBytes(schema, rows) !== bytes) {
        throw new PartialError(`section ${schema.name}: ${rows} rows do not fit ${bytes} bytes`);
      }
      sections.push({schema, rows, columns: viewColumns(buffer, at, schema, rows)});
    }
    at += bytes;
  }
  return {
    producer: view.getUint32(8, true),
    epoch: view.getUint32(12, true),
    sequence: view.getUint32(16, true),
    watermark: view.getFloat64(24, true),
    time: view.getFloat64(32, true),
    sections,
  };
}

function viewColumns(buffer: ArrayBuffer, start: number, schema: SectionSchema, rows: number): ColumnArray[] {
  let at = start;
  return schema.columns.map(({type}) => {
    const offset = at;
    at += padded(rows * BYTES_OF_TYPE[type]);
    if (type === 'u32') return new Uint32Array(buffer, offset, rows);
    if (type === 'f64') return new Float64Array(buffer, offset, rows);
    return new Uint8Array(buffer, offset, rows * TEXT_BYTES);
  });
}

/** The section of a schema, if the Partial has it. */
export function sectionOf(partial: Partial, schema: SectionSchema): SectionData | undefined {
  return partial.sections.find((section) => section.schema.id === schema.id);
}
