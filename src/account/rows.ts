// Hot path: no allocation after construction, no exception.
import {FORGET_AFTER_MS, SWEEP_EVERY_MS} from './agents.ts';
import {KeyTable} from './key-table.ts';

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
    const {key, keys} = table;
    const slot = (Math.imul(stream, 0x9e3779b1) + Math.imul(port, 0x85ebca6b) + side * 0x3c6ef372) >>> 18;
    const known = atHand[slot]! - 1;
    const at = known * 6;
    if (
      known >= 0 &&
      keys[at + RowKey.Port] === port &&
      keys[at + RowKey.Stream] === stream &&
      keys[at + RowKey.SourceIndex] === sourceIndex &&
      keys[at + RowKey.Rate] === rate &&
      keys[at + RowKey.Side] === side &&
      keys[at + RowKey.SourceClass] === sourceClass
    ) {
      table.usedAt[known] = table.clock[0]!;
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

  /** One word of a row's key. */
  word(row: number, word: number): number {
    return this.table.keys[row * this.table.words + word]!;
  }
}
