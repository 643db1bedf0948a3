import type {Fabric} from '../../fabric/fabric.ts';
import {Moments} from '../../fabric/history/moments.ts';
import type {Scope} from '../../fabric/reader.ts';
import {
  BinState,
  BLOCK_HEADER_BYTES,
  BlockKind,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  type JsonSeries,
  type MeasureName,
  type Topic,
} from '../../shared/live.ts';
import {type BinRates, rateOfBin} from '../estimate.ts';

/** Bins of one scope and measure, as columns; what blocks and JSON frames are made from. */
export interface SeriesColumns {
  firstBin: number;
  value: Float32Array;
  low: Float32Array;
  high: Float32Array;
  squares: Float32Array;
  largest: Float32Array;
  samples: Uint32Array;
  state: Uint8Array;
}

const moments = new Moments();
const rate: BinRates = {value: 0, low: 0, high: 0, squares: 0, largest: 0, samples: 0};

/** Reads bins from..to, both inclusive. */
export function readColumns(
  fabric: Fabric,
  scope: Scope,
  measure: MeasureName,
  from: number,
  to: number,
): SeriesColumns {
  const count = to - from + 1;
  const columns: SeriesColumns = {
    firstBin: from,
    value: new Float32Array(count),
    low: new Float32Array(count),
    high: new Float32Array(count),
    squares: new Float32Array(count),
    largest: new Float32Array(count),
    samples: new Uint32Array(count),
    state: new Uint8Array(count),
  };
  for (let i = 0; i < count; i++) {
    columns.state[i] = rateOfBin(fabric, scope, measure, from + i, moments, rate);
    columns.value[i] = rate.value;
    columns.low[i] = rate.low;
    columns.high[i] = rate.high;
    columns.squares[i] = rate.squares;
    columns.largest[i] = rate.largest;
    columns.samples[i] = rate.samples;
  }
  return columns;
}

const padded = (bytes: number) => (bytes + 7) & ~7;

function block(kind: number, count: number, firstBin: number, payloadBytes: number): Buffer {
  const buffer = Buffer.alloc(BLOCK_HEADER_BYTES + padded(payloadBytes));
  buffer.writeUInt8(kind, 0);
  buffer.writeUInt16LE(count, 2);
  buffer.writeUInt32LE(padded(payloadBytes), 4);
  buffer.writeDoubleLE(firstBin, 8);
  return buffer;
}

/** Copies columns one behind another. */
function put(buffer: Buffer, at: number, ...columns: (Float32Array | Uint32Array | Uint8Array)[]): void {
  for (const column of columns) {
    buffer.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += column.byteLength;
  }
}

const rates = ({value, low, high, squares, largest}: SeriesColumns) => [value, low, high, squares, largest];

/** Kind 1: both measures of the fabric. */
export function fabricBlock(roce: SeriesColumns, all: SeriesColumns): Buffer {
  const count = roce.value.length;
  const buffer = block(BlockKind.Fabric, count, roce.firstBin, count * 49);
  put(buffer, BLOCK_HEADER_BYTES, ...rates(roce), ...rates(all), roce.samples, all.samples, roce.state);
  return buffer;
}

/** Kind 2: one direction of a link. `measure` and `direction` are indexes in `MEASURE_NAMES` and `DIRECTION_NAMES`. */
export function linkBlock(slot: number, measure: number, direction: number, columns: SeriesColumns): Buffer {
  const count = columns.value.length;
  const buffer = block(BlockKind.Link, count, columns.firstBin, 8 + count * 25);
  buffer.writeUInt32LE(slot, BLOCK_HEADER_BYTES);
  buffer.writeUInt16LE(measure, BLOCK_HEADER_BYTES + 4);
  buffer.writeUInt16LE(direction, BLOCK_HEADER_BYTES + 6);
  put(buffer, BLOCK_HEADER_BYTES + 8, ...rates(columns), columns.samples, columns.state);
  return buffer;
}

/** Kind 3: columns of all links. */
export function heatmapBlock(firstBin: number, slots: number, columns: readonly Uint8Array[]): Buffer {
  const buffer = block(BlockKind.Heatmap, columns.length, firstBin, 8 + columns.length * slots);
  buffer.writeUInt32LE(0, BLOCK_HEADER_BYTES);
  buffer.writeUInt32LE(slots, BLOCK_HEADER_BYTES + 4);
  put(buffer, BLOCK_HEADER_BYTES + 8, ...columns);
  return buffer;
}

/** Kind 4: a topic as text. */
export function jsonBlock(topic: Topic): Buffer {
  const text = Buffer.from(JSON.stringify(topic));
  const buffer = block(BlockKind.Json, 0, 0, text.length);
  buffer.fill(0x20, BLOCK_HEADER_BYTES);
  text.copy(buffer, BLOCK_HEADER_BYTES);
  return buffer;
}

/** A frame's header; its blocks follow. */
export function frameHeader(
  flags: number,
  blocks: number,
  newestBin: number,
  finalBin: number,
  serverTime: number,
): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32LE(FRAME_MAGIC, 0);
  header.writeUInt16LE(flags, 4);
  header.writeUInt16LE(blocks, 6);
  header.writeDoubleLE(newestBin, 8);
  header.writeDoubleLE(finalBin, 16);
  header.writeDoubleLE(serverTime, 24);
  return header;
}

/** The same columns for a JSON frame; NaN, the absence of a figure, becomes null. */
export function jsonSeries({firstBin, value, low, high, squares, largest, samples, state}: SeriesColumns): JsonSeries {
  const orNull = (column: Float32Array) => Array.from(column, (entry) => (Number.isNaN(entry) ? null : entry));
  return {
    firstBin,
    values: orNull(value),
    low: orNull(low),
    high: orNull(high),
    squares: [...squares],
    largest: [...largest],
    samples: Array.from(samples, (count, i) => (state[i] === BinState.Absent ? null : count)),
    state: [...state],
  };
}
