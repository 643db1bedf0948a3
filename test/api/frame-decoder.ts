/**
 * Reads frames of the live socket, written from the comment in src/shared/live.ts alone: numbers and order are repeated
 * here, so that a change of the layout fails a test.
 */
export interface Column {
  firstBin: number;
  value: number[];
  low: number[];
  high: number[];
  squares: number[];
  largest: number[];
  samples: number[];
  state: number[];
}

export interface Frame {
  snapshot: boolean;
  skipped: boolean;
  newestBin: number;
  finalBin: number;
  serverTime: number;
  fabric?: {roce: Column; all: Column};
  links: ({slot: number; measure: number; direction: number} & Column)[];
  heatmap?: {firstBin: number; firstSlot: number; slots: number; columns: number[][]};
  // biome-ignore lint/suspicious/noExplicitAny: each topic is another shape
  topics: any[];
}

export function decodeFrame(data: Buffer): Frame {
  // A copy of its own, so that offsets are those of the frame.
  const bytes = new Uint8Array(data);
  const view = new DataView(bytes.buffer);
  if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== 'THZ1') throw new Error('not a frame');
  const flags = view.getUint16(4, true);
  const frame: Frame = {
    snapshot: (flags & 1) !== 0,
    skipped: (flags & 2) !== 0,
    newestBin: view.getFloat64(8, true),
    finalBin: view.getFloat64(16, true),
    serverTime: view.getFloat64(24, true),
    links: [],
    topics: [],
  };
  let at = 32;
  for (let left = view.getUint16(6, true); left > 0; left--) {
    const kind = view.getUint8(at);
    const count = view.getUint16(at + 2, true);
    const length = view.getUint32(at + 4, true);
    const firstBin = view.getFloat64(at + 8, true);
    at += 16;
    if (at % 8 !== 0 || length % 8 !== 0) throw new Error(`block at ${at} is not aligned`);
    const reader = new Reader(view, at, count);
    if (kind === 1) {
      const [roce, all] = [reader.rates(), reader.rates()];
      const [roceSamples, allSamples, state] = [reader.u32(), reader.u32(), reader.u8(count)];
      frame.fabric = {
        roce: {firstBin, ...roce, samples: roceSamples, state},
        all: {firstBin, ...all, samples: allSamples, state},
      };
    } else if (kind === 2) {
      const [slot, measure, direction] = [reader.word(), reader.half(), reader.half()];
      const rates = reader.rates();
      frame.links.push({slot, measure, direction, firstBin, ...rates, samples: reader.u32(), state: reader.u8(count)});
    } else if (kind === 3) {
      const [firstSlot, slots] = [reader.word(), reader.word()];
      const columns = Array.from({length: count}, () => reader.u8(slots));
      frame.heatmap = {firstBin, firstSlot, slots, columns};
    } else if (kind === 4) {
      frame.topics.push(JSON.parse(Buffer.from(bytes.subarray(at, at + length)).toString('utf8')));
      reader.at = at + length;
    } else {
      throw new Error(`unknown block ${kind}`);
    }
    if (reader.at > at + length || reader.at + 8 <= at + length) throw new Error(`block ${kind}: ${length} bytes`);
    at += length;
  }
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes behind the last block`);
  return frame;
}

class Reader {
  at: number;
  private readonly view: DataView;
  private readonly count: number;

  constructor(view: DataView, at: number, count: number) {
    this.view = view;
    this.at = at;
    this.count = count;
  }

  word(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  half(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }

  rates(): Omit<Column, 'firstBin' | 'samples' | 'state'> {
    return {value: this.f32(), low: this.f32(), high: this.f32(), squares: this.f32(), largest: this.f32()};
  }

  u32(): number[] {
    return Array.from({length: this.count}, () => this.word());
  }

  u8(count: number): number[] {
    return Array.from({length: count}, () => this.view.getUint8(this.at++));
  }

  private f32(): number[] {
    return Array.from({length: this.count}, () => {
      this.at += 4;
      return this.view.getFloat32(this.at - 4, true);
    });
  }
}
