import {describe, expect, test} from 'vitest';
import {BinState, type DirectionName, FrameFlag, type MeasureName, type Topic} from '../../src/shared/live.ts';
import {type Columns, type FrameSink, readBlocks, readHeader} from '../../web/src/frame.ts';
import {type BinFigures, FrameBuilder} from './support/frame-builder.ts';

const bins = (...values: number[]): BinFigures[] =>
  values.map((value, i) => {
    const band = {low: value - 1, high: value + 2, squares: value * value, largest: value + 0.5};
    return {value, ...band, samples: 10 + i, state: BinState.Present};
  });

/** Copies what it is handed. */
class CopyingSink implements FrameSink {
  readonly calls: unknown[] = [];

  topic(topic: Topic): void {
    this.calls.push(['topic', topic.topic]);
  }

  fabric(measure: MeasureName, columns: Columns): void {
    this.calls.push(['fabric', measure, plain(columns)]);
  }

  link(slot: number, measure: MeasureName, direction: DirectionName, columns: Columns): void {
    this.calls.push(['link', slot, measure, direction, plain(columns)]);
  }

  heatmap(firstSlot: number, slots: number, firstBin: number, count: number, cells: Uint8Array): void {
    this.calls.push(['heatmap', firstSlot, slots, firstBin, count, [...cells]]);
  }
}

function plain(columns: Columns) {
  const {firstBin, value, low, high, squares, largest, samples, state} = columns;
  const rates = {value: [...value], low: [...low], high: [...high], squares: [...squares], largest: [...largest]};
  return {firstBin, ...rates, samples: [...samples], state: [...state]};
}

const sample = (): ArrayBuffer =>
  new FrameBuilder()
    .fabric(1000, bins(5, 6, 7), bins(8, 9, 10))
    .link(3, 'all', 'out', 1001, bins(1, 2))
    .heatmap(0, 3, 1002, 2, Uint8Array.of(1, 2, 3, 4, 5, 6))
    .topic({topic: 'links', revision: 1, links: []})
    .build(17_000_000_001, 17_000_000_000, 1_700_000_000_123, FrameFlag.Snapshot);

describe('readHeader', () => {
  test('reads bins that do not fit into 32 bits', () => {
    expect(readHeader(sample())).toEqual({
      newestBin: 17_000_000_001,
      finalBin: 17_000_000_000,
      serverTime: 1_700_000_000_123,
      snapshot: true,
      skipped: false,
    });
  });

  test('refuses what is not a frame', () => {
    expect(readHeader(new ArrayBuffer(8))).toBeNull();
    expect(readHeader(new ArrayBuffer(64))).toBeNull();
  });
});

describe('readBlocks', () => {
  test('hands over every block, topics first', () => {
    const sink = new CopyingSink();
    expect(readBlocks(sample(), sink)).toBe(true);
    const state = [1, 1, 1];
    expect(sink.calls).toEqual([
      ['topic', 'links'],
      [
        'fabric',
        'roce',
        {
          firstBin: 1000,
          value: [5, 6, 7],
          low: [4, 5, 6],
          high: [7, 8, 9],
          squares: [25, 36, 49],
          largest: [5.5, 6.5, 7.5],
          samples: [10, 11, 12],
          state,
        },
      ],
      [
        'fabric',
        'all',
        {
          firstBin: 1000,
          value: [8, 9, 10],
          low: [7, 8, 9],
          high: [10, 11, 12],
          squares: [64, 81, 100],
          largest: [8.5, 9.5, 10.5],
          samples: [10, 11, 12],
          state,
        },
      ],
      [
        'link',
        3,
        'all',
        'out',
        {
          firstBin: 1001,
          value: [1, 2],
          low: [0, 1],
          high: [3, 4],
          squares: [1, 4],
          largest: [1.5, 2.5],
          samples: [10, 11],
          state: [1, 1],
        },
      ],
      ['heatmap', 0, 3, 1002, 2, [1, 2, 3, 4, 5, 6]],
    ]);
  });

  test('skips a kind it does not know', () => {
    const frame = sample();
    new DataView(frame).setUint8(32, 99);
    const sink = new CopyingSink();
    expect(readBlocks(frame, sink)).toBe(true);
    expect(sink.calls).toHaveLength(3);
  });

  test('never throws on a frame cut short', () => {
    const frame = sample();
    for (let length = 32; length < frame.byteLength; length++) {
      expect(readBlocks(frame.slice(0, length), new CopyingSink())).toBe(false);
    }
  });
});
