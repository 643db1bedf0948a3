// Hot path: no allocation after construction, no exception.
import {FORGET_AFTER_MS, SWEEP_EVERY_MS} from './agents.ts';
import {KEY_AT, KeyTable} from './key-table.ts';

/** Where each word of a row's key stands. */
export const RowKey = {Stream: 0, SourceClass: 1, SourceIndex: 2, Rate: 3, Port: 4, Side: 5} as const;

/** Rows whose numbers are at hand, a power of two. */
const AT_HAND = 16_384;

/**
 * The rows that samples are added to: (stream, data source, nominal rate, port, side). A row keeps its number as long
 * as it is used, so that cells and receivers can go by it.
 */
export class Rows {
  readonly table: KeyTable;
  /** By a cheap hash of stream, port and side: the row that was asked for last, plus 1. */
  private readonly atHand = new Uint32Array(AT_HAND);

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.table = new KeyTable(6, capacity, seed, clock);
  }

  /** The row's number, or -1 when the table is full. */
  row(stream: number, sourceClass: number, sourceIndex: number, rate: number, port: number, side: number): number {
    const {table, atHand} = this;
    const {key, records} = table;
    const slot = (Math.imul(stream, 0x9e3779b1) + Math.imul(port, 0x85ebca6b) + side * 0x3c6ef372) >>> 18;
    const known = atHand[slot]! - 1;
    const at = table.at(known) + KEY_AT;
    if (
      known >= 0 &&
      records[at + RowKey.Port] === port &&
      records[at + RowKey.Stream] === stream &&
      records[at + RowKey.SourceIndex] === sourceIndex &&
      records[at + RowKey.Rate] === rate &&
      records[at + RowKey.Side] === side &&
      records[at + RowKey.SourceClass] === sourceClass
    ) {
      table.touch(known);
      return known;
    }
    key[RowKey.Stream] = stream;
    key[RowKey.SourceClass] = sourceClass;
    key[RowKey.SourceIndex] = sourceIndex;
    key[RowKey.Rate] = rate;
    key[RowKey.Port] = port;
    key[RowKey.Side] = side;
    if (table.shouldSweep(SWEEP_EVERY_MS) && table.sweep(FORGET_AFTER_MS) > 0) atHand.fill(0);
    const row = table.intern();
    atHand[slot] = row + 1;
    return row;
  }

  /** Forgets the rows of a stream, whose cells have been sent. */
  release(stream: number): void {
    for (const row of this.table.indexesOf(stream)) this.table.remove(row);
    this.atHand.fill(0);
  }

  /** One word of a row's key. */
  word(row: number, word: number): number {
    return this.table.word(row, word);
  }
}
