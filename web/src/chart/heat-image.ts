import type {Heat} from '../heat.ts';
import {heatColours} from './palette.ts';
import type {Rows} from './rows.ts';

/** Cells looked at in one frame beyond the newest column, so that a new order never stops the page. */
const CELLS_PER_FRAME = 600_000;

/**
 * The map as an image: a ring of columns, each painted once. A column is one bin, or the mean of `size` bins where
 * there are more bins than pixels; a line is one link, or the mean of `perLine` links where there are more links than
 * pixels. Columns start at multiples of their size in absolute bins, so they keep their colour while they move.
 */
export class HeatImage {
  readonly canvas = new OffscreenCanvas(1, 1);
  readonly size: number;
  readonly perLine: number;
  readonly lines: number;
  readonly dark: boolean;
  readonly rows: Rows;
  /** Columns that are painted: `from` .. `to - 1`, counted in groups of bins. */
  from = 0;
  to = 0;
  readonly width: number;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #image: ImageData;
  readonly #pixels: Uint32Array;
  readonly #colours: Uint32Array;
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  constructor(rows: Rows, spanBins: number, size: number, pixelRows: number, dark: boolean) {
    this.rows = rows;
    this.size = size;
    this.dark = dark;
    this.perLine = Math.max(1, Math.ceil(rows.slots.length / Math.max(1, pixelRows)));
    this.lines = Math.max(1, Math.ceil(rows.slots.length / this.perLine));
    this.width = Math.ceil(spanBins / size) + 2;
    this.canvas.width = this.width;
    this.canvas.height = this.lines;
    this.#context = this.canvas.getContext('2d')!;
    this.#image = new ImageData(this.width, this.lines);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#colours = heatColours(dark);
    this.#sums = new Float64Array(this.lines);
    this.#counts = new Float64Array(this.lines);
  }

  /** True where the image can be used for such a drawing. */
  fits(rows: Rows, spanBins: number, size: number, pixelRows: number, dark: boolean): boolean {
    const perLine = Math.max(1, Math.ceil(rows.slots.length / Math.max(1, pixelRows)));
    return (
      rows === this.rows &&
      size === this.size &&
      dark === this.dark &&
      perLine === this.perLine &&
      Math.ceil(spanBins / size) + 2 === this.width
    );
  }

  /** Paints what is missing for bins `from` .. `to - 1`, newest first. Answers true where some is left to do. */
  update(heat: Heat, from: number, to: number): boolean {
    const first = Math.floor(from / this.size);
    const end = Math.floor((to - 1) / this.size) + 1;
    if (heat.changedFrom !== Number.POSITIVE_INFINITY) {
      this.to = Math.min(this.to, Math.floor(heat.changedFrom / this.size));
      heat.changedFrom = Number.POSITIVE_INFINITY;
    }
    this.from = Math.max(this.from, first);
    this.to = Math.min(this.to, end);
    if (this.from >= this.to) this.from = this.to = end;
    let painted = 0;
    for (; this.to < end; this.to++) this.#paint(heat, this.to, painted++);
    let budget = CELLS_PER_FRAME;
    while (this.from > first && budget > 0) {
      this.#paint(heat, --this.from, painted++);
      budget -= this.rows.slots.length * this.size;
    }
    if (painted > 8) this.#context.putImageData(this.#image, 0, 0);
    return this.from > first;
  }

  #paint(heat: Heat, group: number, painted: number): void {
    const column = group % this.width;
    const {slots} = this.rows;
    const cells = heat.cells;
    if (this.size === 1 && this.perLine === 1) {
      const offset = heat.offsetOf(group);
      for (let row = 0, pixel = column; row < slots.length; row++, pixel += this.width) {
        this.#pixels[pixel] = offset < 0 ? 0 : this.#colours[cells[offset + slots[row]!]!]!;
      }
    } else {
      this.#paintMean(heat, group, column);
    }
    // Single columns go out one by one; many at once are cheaper as the whole image, which `update` does.
    if (painted <= 8) this.#context.putImageData(this.#image, 0, 0, column, 0, 1, this.lines);
  }

  #paintMean(heat: Heat, group: number, column: number): void {
    const sums = this.#sums.fill(0);
    const counts = this.#counts.fill(0);
    const {slots} = this.rows;
    const {perLine} = this;
    for (let bin = group * this.size; bin < (group + 1) * this.size; bin++) {
      const offset = heat.offsetOf(bin);
      if (offset < 0) continue;
      for (let row = 0, line = 0, left = perLine; row < slots.length; row++) {
        const cell = heat.cells[offset + slots[row]!]!;
        if (cell !== 0) {
          sums[line]! += cell;
          counts[line]!++;
        }
        if (--left === 0) {
          left = perLine;
          line++;
        }
      }
    }
    for (let line = 0, pixel = column; line < this.lines; line++, pixel += this.width) {
      this.#pixels[pixel] = counts[line] === 0 ? 0 : this.#colours[Math.round(sums[line]! / counts[line]!)]!;
    }
  }
}
