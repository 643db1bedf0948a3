import {
  BLOCK_HEADER_BYTES,
  BlockKind,
  DIRECTION_NAMES,
  type DirectionName,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  FrameFlag,
  MEASURE_NAMES,
  type MeasureName,
  type Topic,
} from '../../src/shared/live.ts';

/** The fixed part of a frame. */
export interface FrameHeader {
  newestBin: number;
  finalBin: number;
  serverTime: number;
  snapshot: boolean;
  skipped: boolean;
}

/** Columns of one series for the bins `firstBin` .. `firstBin + count - 1`; views into the frame, not copies. */
export interface Columns {
  firstBin: number;
  count: number;
  value: Float32Array;
  low: Float32Array;
  high: Float32Array;
  squares: Float32Array;
  largest: Float32Array;
  samples: Uint32Array;
  state: Uint8Array;
}

/** Takes what a frame holds. Views are valid only until the method returns. */
export interface FrameSink {
  topic(topic: Topic): void;
  fabric(measure: MeasureName, columns: Columns): void;
  link(slot: number, measure: MeasureName, direction: DirectionName, columns: Columns): void;
  /** `cells` holds `count` columns of `slots` bytes each. */
  heatmap(firstSlot: number, slots: number, firstBin: number, count: number, cells: Uint8Array): void;
}

const utf8 = new TextDecoder();

/** Reads the header, or answers null where the bytes are not a frame. */
export function readHeader(buffer: ArrayBuffer): FrameHeader | null {
  if (buffer.byteLength < FRAME_HEADER_BYTES) return null;
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== FRAME_MAGIC) return null;
  const flags = view.getUint16(4, true);
  return {
    newestBin: view.getFloat64(8, true),
    finalBin: view.getFloat64(16, true),
    serverTime: view.getFloat64(24, true),
    snapshot: (flags & FrameFlag.Snapshot) !== 0,
    skipped: (flags & FrameFlag.Skipped) !== 0,
  };
}

/**
 * Hands every block of the frame to the sink. Topics go first, for the list of links tells which link a slot is.
 * Answers false where a block contradicts the frame's length; whole blocks before it have been handed over.
 */
export function readBlocks(buffer: ArrayBuffer, sink: FrameSink): boolean {
  return walk(buffer, sink, true) && walk(buffer, sink, false);
}

/** Bytes of a bin's rates: value, low, high, squares, largest. */
const RATE_BYTES = 20;

function walk(buffer: ArrayBuffer, sink: FrameSink, topics: boolean): boolean {
  const view = new DataView(buffer);
  const blocks = view.getUint16(6, true);
  let at = FRAME_HEADER_BYTES;
  for (let i = 0; i < blocks; i++) {
    if (at + BLOCK_HEADER_BYTES > buffer.byteLength) return false;
    const kind = view.getUint8(at);
    const count = view.getUint16(at + 2, true);
    const bytes = view.getUint32(at + 4, true);
    const firstBin = view.getFloat64(at + 8, true);
    const payload = at + BLOCK_HEADER_BYTES;
    if (payload + bytes > buffer.byteLength || payload % 8 !== 0) return false;
    if (topics === (kind === BlockKind.Json) && !readBlock(view, kind, payload, bytes, firstBin, count, sink)) {
      return false;
    }
    at = payload + bytes;
  }
  return true;
}

function readBlock(
  view: DataView<ArrayBuffer>,
  kind: number,
  at: number,
  bytes: number,
  firstBin: number,
  count: number,
  sink: FrameSink,
): boolean {
  const buffer = view.buffer;
  if (kind === BlockKind.Json) {
    try {
      sink.topic(JSON.parse(utf8.decode(new Uint8Array(buffer, at, bytes))) as Topic);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return false;
    }
  } else if (kind === BlockKind.Fabric) {
    if (bytes < count * 49) return false;
    const samples = at + 2 * count * RATE_BYTES;
    const states = samples + count * 8;
    sink.fabric('roce', columns(buffer, at, samples, states, firstBin, count));
    sink.fabric('all', columns(buffer, at + count * RATE_BYTES, samples + count * 4, states, firstBin, count));
  } else if (kind === BlockKind.Link) {
    if (bytes < 8 + count * 25) return false;
    const measure = MEASURE_NAMES[view.getUint16(at + 4, true)];
    const direction = DIRECTION_NAMES[view.getUint16(at + 6, true)];
    if (measure === undefined || direction === undefined) return true;
    const data = at + 8;
    const read = columns(buffer, data, data + count * RATE_BYTES, data + count * (RATE_BYTES + 4), firstBin, count);
    sink.link(view.getUint32(at, true), measure, direction, read);
  } else if (kind === BlockKind.Heatmap) {
    const slots = view.getUint32(at + 4, true);
    if (bytes < 8 + count * slots) return false;
    const cells = new Uint8Array(buffer, at + 8, count * slots);
    sink.heatmap(view.getUint32(at, true), slots, firstBin, count, cells);
  }
  // A kind that is not known comes from a newer server: skipped by its length.
  return true;
}

function columns(
  buffer: ArrayBuffer,
  values: number,
  samples: number,
  states: number,
  firstBin: number,
  count: number,
): Columns {
  return {
    firstBin,
    count,
    value: new Float32Array(buffer, values, count),
    low: new Float32Array(buffer, values + count * 4, count),
    high: new Float32Array(buffer, values + count * 8, count),
    squares: new Float32Array(buffer, values + count * 12, count),
    largest: new Float32Array(buffer, values + count * 16, count),
    samples: new Uint32Array(buffer, samples, count),
    state: new Uint8Array(buffer, states, count),
  };
}
