import {decodeLog, encodeLog} from './log-code.ts';
import type {Moments} from './moments.ts';

/** Cells of one chunk of time, and scopes of one block of it. Memory is taken block by block, given back chunk by chunk. */
export const CHUNK_CELLS = 10;
export const BLOCK_SCOPES = 64;
/** Chunks that are kept whatever comes: that at hand, and the one before it, which is being folded. */
const LEAST_CHUNKS = 2;

/** What is kept of each measure; of weights Σ squares / Σ bytes. Bytes of min and max are of bins. */
export const Figure = {Bytes: 0, Squares: 1, Largest: 2, Samples: 3, Min: 4, Max: 5} as const;
export const MEASURE_FIGURES = 6;
const MEASURES = 2;
/** Bins that were there, then the measures: so a cell lies, each figure but the bins coded by `encodeLog`. */
export const CELL_FIGURES = 1 + MEASURES * MEASURE_FIGURES;

/** Bytes of so many cells of so many scopes. */
export const bytesOfCells = (cells: number, scopes: number): number => cells * scopes * CELL_FIGURES * 2;

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
 * more memory than it may: then it reaches back less far. Cells of one time lie side by side, for so they are written.
 */
export class Tier {
  readonly binsACell: number;
  /** Cells that are kept at most. */
  readonly depth: number;
  /** Bytes taken. */
  bytes = 0;
  private readonly budget: number;
  private readonly blockScopes: number;
  private readonly blockBytes: number;
  /** By number of the chunk of time, oldest first: its blocks of scopes. */
  private readonly chunks = new Map<number, (Uint16Array | undefined)[]>();
  /** Blocks whose time is over, for others: new ones would have garbage looked for. */
  private readonly spare: Uint16Array[] = [];
  private readonly figures = new Float64Array(CELL_FIGURES);

  /** `budget` in bytes; a block holds `blockScopes` scopes. */
  constructor(binsACell: number, depth: number, budget: number, blockScopes = BLOCK_SCOPES) {
    this.binsACell = binsACell;
    this.depth = depth;
    this.budget = budget;
    this.blockScopes = blockScopes;
    this.blockBytes = bytesOfCells(CHUNK_CELLS, blockScopes);
  }

  /** First cell that may be there. */
  get first(): number {
    const [oldest] = this.chunks.keys();
    return oldest === undefined ? Number.POSITIVE_INFINITY : oldest * CHUNK_CELLS;
  }

  /** Puts the figures of a cell, `CELL_FIGURES` of them, in place of what it held. Chunks come in the order of time. */
  put(scope: number, cell: number, figures: Float64Array): void {
    const block = this.hold(scope, cell);
    if (!block) return;
    const at = this.placeOf(scope, cell);
    block[at] = figures[0]!;
    for (let of = 1; of < CELL_FIGURES; of += MEASURE_FIGURES) {
      const bytes = figures[of + Figure.Bytes]!;
      const weight = bytes > 0 ? figures[of + Figure.Squares]! / bytes : 0;
      block[at + of + Figure.Bytes] = encodeLog(bytes);
      block[at + of + Figure.Squares] = encodeLog(weight);
      block[at + of + Figure.Largest] = encodeLog(figures[of + Figure.Largest]!);
      block[at + of + Figure.Samples] = encodeLog(figures[of + Figure.Samples]!);
      block[at + of + Figure.Min] = encodeLog(figures[of + Figure.Min]!);
      block[at + of + Figure.Max] = encodeLog(figures[of + Figure.Max]!);
    }
  }

  /** Adds what a cell holds to `into`. */
  read(scope: number, cell: number, measure: number, into: Coarse): void {
    const block = this.chunks.get(Math.floor(cell / CHUNK_CELLS))?.[Math.floor(scope / this.blockScopes)];
    const at = this.placeOf(scope, cell);
    const bins = block?.[at] ?? 0;
    if (!block || bins === 0) return;
    const of = at + 1 + measure * MEASURE_FIGURES;
    const {moments} = into;
    const bytes = decodeLog(block[of + Figure.Bytes]!);
    moments.bytes += bytes;
    moments.squares += bytes * decodeLog(block[of + Figure.Squares]!);
    moments.largest = Math.max(moments.largest, decodeLog(block[of + Figure.Largest]!));
    moments.samples += Math.round(decodeLog(block[of + Figure.Samples]!));
    into.bins += bins;
    into.min = Math.min(into.min, decodeLog(block[of + Figure.Min]!));
    into.max = Math.max(into.max, decodeLog(block[of + Figure.Max]!));
  }

  /** Puts what the cells of a chunk hold together into one cell of a coarser tier, for the part `part` of `parts` of all scopes. */
  fold(chunk: number, into: Tier, part: number, parts: number): void {
    const blocks = this.chunks.get(chunk);
    if (!blocks) return;
    for (let index = part; index < blocks.length; index += parts) {
      const block = blocks[index];
      if (!block) continue;
      for (let nth = 0; nth < this.blockScopes; nth++) {
        if (this.gather(block, nth)) into.put(index * this.blockScopes + nth, chunk, this.figures);
      }
    }
  }

  /** What all cells of the scope `nth` of a block hold. Returns whether any was there. */
  private gather(block: Uint16Array, nth: number): boolean {
    const {figures} = this;
    figures.fill(0);
    for (let cell = 0; cell < CHUNK_CELLS; cell++) {
      const at = (cell * this.blockScopes + nth) * CELL_FIGURES;
      if (block[at] === 0) continue;
      const isFirst = figures[0] === 0;
      figures[0]! += block[at]!;
      for (let of = 1; of < CELL_FIGURES; of += MEASURE_FIGURES) {
        const bytes = decodeLog(block[at + of + Figure.Bytes]!);
        const least = decodeLog(block[at + of + Figure.Min]!);
        figures[of + Figure.Bytes]! += bytes;
        figures[of + Figure.Squares]! += bytes * decodeLog(block[at + of + Figure.Squares]!);
        figures[of + Figure.Samples]! += decodeLog(block[at + of + Figure.Samples]!);
        raise(figures, of + Figure.Largest, decodeLog(block[at + of + Figure.Largest]!));
        raise(figures, of + Figure.Max, decodeLog(block[at + of + Figure.Max]!));
        if (isFirst || least < figures[of + Figure.Min]!) figures[of + Figure.Min] = least;
      }
    }
    return figures[0] !== 0;
  }

  /** Another one takes this scope. */
  release(scope: number): void {
    for (const blocks of this.chunks.values()) {
      const block = blocks[Math.floor(scope / this.blockScopes)];
      if (!block) continue;
      for (let cell = 0; cell < CHUNK_CELLS; cell++) {
        const at = this.placeOf(scope, cell);
        block.fill(0, at, at + CELL_FIGURES);
      }
    }
  }

  /** The block that a cell lies in; undefined where there is no memory left for it, or it is out of reach. */
  private hold(scope: number, cell: number): Uint16Array | undefined {
    const chunk = Math.floor(cell / CHUNK_CELLS);
    const blocks = this.chunks.get(chunk) ?? this.begin(chunk);
    const index = Math.floor(scope / this.blockScopes);
    const known = blocks?.[index];
    if (known || !blocks) return known;
    const made = this.take();
    if (made) blocks[index] = made;
    return made;
  }

  /** The blocks of a chunk that is new; undefined where later ones have begun already. */
  private begin(chunk: number): (Uint16Array | undefined)[] | undefined {
    const newest = [...this.chunks.keys()].at(-1);
    if (newest !== undefined && chunk < newest) return undefined;
    const blocks: (Uint16Array | undefined)[] = [];
    this.chunks.set(chunk, blocks);
    while (this.first < (chunk - 1) * CHUNK_CELLS - this.depth) this.forget();
    return blocks;
  }

  /** A block, empty; undefined where there is no room for one. */
  private take(): Uint16Array | undefined {
    while (this.spare.length === 0 && this.bytes + this.blockBytes > this.budget && this.chunks.size > LEAST_CHUNKS) {
      this.forget();
    }
    const spare = this.spare.pop();
    if (spare) return spare.fill(0);
    if (this.bytes + this.blockBytes > this.budget) return undefined;
    this.bytes += this.blockBytes;
    return new Uint16Array(this.blockBytes / 2);
  }

  private placeOf(scope: number, cell: number): number {
    return ((cell % CHUNK_CELLS) * this.blockScopes + (scope % this.blockScopes)) * CELL_FIGURES;
  }

  /** The oldest chunk. */
  private forget(): void {
    const [[chunk, blocks]] = this.chunks as unknown as [[number, (Uint16Array | undefined)[]]];
    this.chunks.delete(chunk);
    for (const block of blocks) if (block) this.spare.push(block);
  }
}

function raise(figures: Float64Array, at: number, value: number): void {
  if (value > figures[at]!) figures[at] = value;
}
