// Hot path: no allocation after construction, no exception.
import {FORGET_AFTER_MS, SWEEP_EVERY_MS} from './agents.ts';
import {KeyTable} from './key-table.ts';

/** Where each word of a row's key stands. */
export const RowKey = {Stream: 0, SourceClass: 1, SourceIndex: 2, Rate: 3, Port: 4, Side: 5} as const;

/**
 * The rows that samples are added to: (stream, data source, nominal rate, port, side). A row keeps its number as long
 * as it is used, so that cells and receivers can go by it.
 */
export class Rows {
  readonly table: KeyTable;

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.table = new KeyTable(6, capacity, seed, clock);
  }

  /** The row's number, or -1 when the table is full. */
  row(stream: number, sourceClass: number, sourceIndex: number, rate: number, port: number, side: number): number {
    const {table} = this;
    const {key} = table;
    key[RowKey.Stream] = stream;
    key[RowKey.SourceClass] = sourceClass;
    key[RowKey.SourceIndex] = sourceIndex;
    key[RowKey.Rate] = rate;
    key[RowKey.Port] = port;
    key[RowKey.Side] = side;
    if (table.shouldSweep(SWEEP_EVERY_MS)) table.sweep(FORGET_AFTER_MS);
    return table.intern();
  }

  /** One word of a row's key. */
  word(row: number, word: number): number {
    return this.table.keys[row * this.table.words + word]!;
  }
}
