import {
  BLOCK_HEADER_BYTES,
  BlockKind,
  DIRECTION_NAMES,
  type DirectionName,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  MEASURE_NAMES,
  type MeasureName,
  type Topic,
} from '../../../src/shared/live.ts';

/** One bin of a series, as a test writes it down. */
export interface BinFigures {
  value: number;
  low: number;
  high: number;
  squares: number;
  largest: number;
  samples: number;
  state: number;
}

interface Block {
  kind: number;
  count: number;
  firstBin: number;
  payload: Uint8Array;
}

/** Builds binary frames after the layout in `src/shared/live.ts`, independently of the page's reader. */
export class FrameBuilder {
  readonly #blocks: Block[] = [];

  fabric(firstBin: number, roce: BinFigures[], all: BinFigures[]): this {
    const count = roce.length;
    const bytes = new Uint8Array(padded(count * 49));
    const view = new DataView(bytes.buffer);
    let at = putRates(view, 0, roce);
    at = putRates(view, at, all);
    for (const series of [roce, all]) for (const bin of series) at = putWord(view, at, bin.samples);
    for (const bin of roce) bytes[at++] = bin.state;
    return this.#add(BlockKind.Fabric, count, firstBin, bytes);
  }

  link(slot: number, measure: MeasureName, direction: DirectionName, firstBin: number, bins: BinFigures[]): this {
    const bytes = new Uint8Array(padded(8 + bins.length * 25));
    const view = new DataView(bytes.buffer);
    let at = putWord(view, 0, slot);
    view.setUint16(at, MEASURE_NAMES.indexOf(measure), true);
    view.setUint16(at + 2, DIRECTION_NAMES.indexOf(direction), true);
    at += 4;
    at = putRates(view, at, bins);
    for (const bin of bins) at = putWord(view, at, bin.samples);
    for (const bin of bins) bytes[at++] = bin.state;
    return this.#add(BlockKind.Link, bins.length, firstBin, bytes);
  }

  /** `cells` holds `count` columns of `slots` bytes each. */
  heatmap(firstSlot: number, slots: number, firstBin: number, count: number, cells: Uint8Array): this {
    const bytes = new Uint8Array(padded(8 + cells.length));
    const view = new DataView(bytes.buffer);
    putWord(view, putWord(view, 0, firstSlot), slots);
    bytes.set(cells, 8);
    return this.#add(BlockKind.Heatmap, count, firstBin, bytes);
  }

  topic(topic: Topic): this {
    const text = new TextEncoder().encode(JSON.stringify(topic));
    const bytes = new Uint8Array(padded(text.length)).fill(0x20);
    bytes.set(text);
    return this.#add(BlockKind.Json, 0, 0, bytes);
  }

  build(newestBin: number, finalBin: number, serverTime: number, flags = 0): ArrayBuffer {
    const length = this.#blocks.reduce((sum, b) => sum + BLOCK_HEADER_BYTES + b.payload.length, FRAME_HEADER_BYTES);
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, FRAME_MAGIC, true);
    view.setUint16(4, flags, true);
    view.setUint16(6, this.#blocks.length, true);
    view.setFloat64(8, newestBin, true);
    view.setFloat64(16, finalBin, true);
    view.setFloat64(24, serverTime, true);
    let at = FRAME_HEADER_BYTES;
    for (const block of this.#blocks) {
      view.setUint8(at, block.kind);
      view.setUint16(at + 2, block.count, true);
      view.setUint32(at + 4, block.payload.length, true);
      view.setFloat64(at + 8, block.firstBin, true);
      bytes.set(block.payload, at + BLOCK_HEADER_BYTES);
      at += BLOCK_HEADER_BYTES + block.payload.length;
    }
    return bytes.buffer;
  }

  #add(kind: number, count: number, firstBin: number, payload: Uint8Array): this {
    this.#blocks.push({kind, count, firstBin, payload});
    return this;
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function putFloat(view: DataView, at: number, value: number): number {
  view.setFloat32(at, value, true);
  return at + 4;
}

function putWord(view: DataView, at: number, value: number): number {
  view.setUint32(at, value, true);
  return at + 4;
}

/** The five columns of rates, one behind another. */
function putRates(view: DataView, at: number, bins: readonly BinFigures[]): number {
  for (const bin of bins) at = putFloat(view, at, bin.value);
  for (const bin of bins) at = putFloat(view, at, bin.low);
  for (const bin of bins) at = putFloat(view, at, bin.high);
  for (const bin of bins) at = putFloat(view, at, bin.squares);
  for (const bin of bins) at = putFloat(view, at, bin.largest);
  return at;
}
