import {decodeLog, encodeLog} from './log-code.ts';
import type {Moments} from './moments.ts';

/** Cells of one chunk of time, and scopes of one block of it. Memory is taken block by block, given back chunk by chunk. */
const CHUNK_CELLS = 60;
const BLOCK_SCOPES = 64;
/** What is kept of each measure, coded by `encodeLog`; the weight is Σ squares / Σ bytes. Bytes of min and max are of bins. */
const Word = {Bytes: 0, Weight: 1, Largest: 2, Samples: 3, Min: 4, Max: 5} as const;
const MEASURE_WORDS = 6;
const MEASURES = 2;
/** Bins that were there, then the measures. */
const CELL_WORDS = 1 + MEASURES * MEASURE_WORDS;
const BLOCK_BYTES = CHUNK_CELLS * BLOCK_SCOPES * CELL_WORDS * 2;

/** What several bins hold together, and the lowest and highest of them. */
export interface Coarse {
  moments: Moments;
  /** Bins that were there. */
  bins: number;
  /** Bytes of one bin. */
  min: number;
  max: number;
}

/**
 * History in cells of several bins, by scope: small integers that whoever asks gives out. Two bytes a figure, known to
 * 0.2 %; sums of samples and their squares, so that bands of any stretch of time are those of its samples. It takes no
 * more memory than it may: then it reaches back less far.
 */
export class Tier {
  readonly binsACell: number;
  /** Cells that are kept at most. */
  readonly depth: number;
  /** Bytes taken. */
  bytes = 0;
  private readonly budget: number;
  /** By number of the chunk of time, oldest first: its blocks of scopes. */
  private readonly chunks = new Map<number, (Uint16Array | undefined)[]>();

  constructor(binsACell: number, depth: number, budget: number) {
    this.binsACell = binsACell;
    this.depth = depth;
    this.budget = budget;
  }

  /** First cell that may be there. */
  get first(): number {
    const [oldest] = this.chunks.keys();
    return oldest === undefined ? Number.POSITIVE_INFINITY : oldest * CHUNK_CELLS;
  }

  /** Adds to a cell, of measure 0 or 1. Cells come in the order of time, give or take a chunk. */
  add(scope: number, cell: number, measure: number, {moments, bins, min, max}: Coarse): void {
    const block = this.hold(scope, cell);
    if (!block) return;
    const at = placeOf(scope, cell);
    const of = at + 1 + measure * MEASURE_WORDS;
    const before = measure === 0 ? block[at]! : block[at]! - bins;
    if (measure === 0) block[at] = before + bins;
    const bytes = decodeLog(block[of + Word.Bytes]!);
    const squares = decodeLog(block[of + Word.Weight]!) * bytes + moments.squares;
    const sum = bytes + moments.bytes;
    const least = encodeLog(min);
    block[of + Word.Bytes] = encodeLog(sum);
    block[of + Word.Weight] = encodeLog(sum > 0 ? squares / sum : 0);
    block[of + Word.Largest] = Math.max(block[of + Word.Largest]!, encodeLog(moments.largest));
    block[of + Word.Samples] = encodeLog(decodeLog(block[of + Word.Samples]!) + moments.samples);
    block[of + Word.Min] = before === 0 ? least : Math.min(block[of + Word.Min]!, least);
    block[of + Word.Max] = Math.max(block[of + Word.Max]!, encodeLog(max));
  }

  /** Adds what a cell holds to `into`. */
  read(scope: number, cell: number, measure: number, into: Coarse): void {
    const block = this.chunks.get(Math.floor(cell / CHUNK_CELLS))?.[Math.floor(scope / BLOCK_SCOPES)];
    const at = placeOf(scope, cell);
    const bins = block?.[at] ?? 0;
    if (!block || bins === 0) return;
    const of = at + 1 + measure * MEASURE_WORDS;
    const {moments} = into;
    const bytes = decodeLog(block[of + Word.Bytes]!);
    moments.bytes += bytes;
    moments.squares += bytes * decodeLog(block[of + Word.Weight]!);
    moments.largest = Math.max(moments.largest, decodeLog(block[of + Word.Largest]!));
    moments.samples += Math.round(decodeLog(block[of + Word.Samples]!));
    into.bins += bins;
    into.min = Math.min(into.min, decodeLog(block[of + Word.Min]!));
    into.max = Math.max(into.max, decodeLog(block[of + Word.Max]!));
  }

  /** Another one takes this scope. */
  release(scope: number): void {
    const start = (scope % BLOCK_SCOPES) * CHUNK_CELLS * CELL_WORDS;
    for (const blocks of this.chunks.values()) {
      blocks[Math.floor(scope / BLOCK_SCOPES)]?.fill(0, start, start + CHUNK_CELLS * CELL_WORDS);
    }
  }

  /** The block that a cell lies in; undefined where there is no memory left for it, or it is out of reach. */
  private hold(scope: number, cell: number): Uint16Array | undefined {
    const chunk = Math.floor(cell / CHUNK_CELLS);
    let blocks = this.chunks.get(chunk);
    if (!blocks) {
      const newest = [...this.chunks.keys()].at(-1);
      if (newest !== undefined && chunk < newest) return undefined;
      blocks = [];
      this.chunks.set(chunk, blocks);
      while (this.first < cell - this.depth - CHUNK_CELLS) this.forget();
    }
    const index = Math.floor(scope / BLOCK_SCOPES);
    const known = blocks[index];
    if (known) return known;
    while (this.bytes + BLOCK_BYTES > this.budget && this.chunks.size > 1) this.forget();
    if (this.bytes + BLOCK_BYTES > this.budget) return undefined;
    this.bytes += BLOCK_BYTES;
    const made = new Uint16Array(BLOCK_BYTES / 2);
    blocks[index] = made;
    return made;
  }

  /** The oldest chunk. */
  private forget(): void {
    const [[chunk, blocks]] = this.chunks as unknown as [[number, (Uint16Array | undefined)[]]];
    this.chunks.delete(chunk);
    this.bytes -= blocks.filter((block) => block !== undefined).length * BLOCK_BYTES;
  }
}

const placeOf = (scope: number, cell: number): number =>
  ((scope % BLOCK_SCOPES) * CHUNK_CELLS + (cell % CHUNK_CELLS)) * CELL_WORDS;
