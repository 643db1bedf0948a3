import type {Heat} from '../heat.ts';
import {drawFurniture, plotBox, pointSize, type Size, type View} from './frame-of.ts';
import {HeatImage} from './heat-image.ts';
import {axisFont, hairline, hatch, type Style} from './marks.ts';
import {labelledRows, type Rows, shortened} from './rows.ts';
import type {Box, Context} from './trace.ts';

/** A row to point at. */
export interface RowMark {
  slot: number;
  colour: string;
}

/** Groups that lines stand between; of more the lines would be all there is to see. */
const MOST_SEPARATORS = 64;

/** From one port's label to the next at least, in parts of the text's size. */
const PORT_PITCH = 1.6;

/** The same of groups, whose labels may stand close: none is left out as long as they do not touch. */
const GROUP_PITCH = 0.78;

/** Rows as tall as that, in parts of the text's size, are parted from each other. */
const ROW_TO_PART = 0.5;

/** Draws the map of every link. */
export class HeatmapChart {
  #image: HeatImage | null = null;

  /** Links in a line of the last drawing. */
  get perLine(): number {
    return this.#image?.perLine ?? 1;
  }

  /** Answers true where columns are left to paint, so that another frame is needed. */
  draw(
    ctx: Context,
    size: Size,
    view: View,
    heat: Heat,
    rows: Rows,
    marks: readonly RowMark[],
    hovered: number | null,
    style: Style,
  ): boolean {
    const box = plotBox(size, style);
    const points = pointSize(view, box, size);
    const pixelRows = Math.round(box.h * size.ratio);
    const {dark} = style.palette;
    const span = view.to - view.from;
    if (this.#image?.fits(rows, span, points, pixelRows, dark) !== true) {
      this.#image = new HeatImage(rows, span, points, pixelRows, dark);
    }
    const image = this.#image;
    const more = image.update(heat, view.from, view.to);
    const perBin = box.w / span;
    const left = Math.max(view.from, heat.first);
    const right = Math.min(view.to, heat.newest + 1);
    ctx.save();
    ctx.beginPath();
    ctx.roundRect(box.x, box.y, box.w, box.h, style.font * 0.25);
    ctx.clip();
    if (right > left) {
      hatch(ctx, {x: box.x + (left - view.from) * perBin, y: box.y, w: (right - left) * perBin, h: box.h}, style);
    }
    blit(ctx, image, box, view.from, perBin);
    const provisional = Math.max(view.from, view.finalBin);
    if (provisional < right) {
      ctx.fillStyle = style.palette.panel;
      ctx.globalAlpha = 0.4;
      ctx.fillRect(box.x + (provisional - view.from) * perBin, box.y, (right - provisional) * perBin, box.h);
      ctx.globalAlpha = 1;
    }
    ctx.restore();
    this.#labels(ctx, box, rows, marks, hovered, style);
    drawFurniture(ctx, view, box, style);
    return more;
  }

  /** Rows under a height of the canvas, `from` .. `to - 1`; null outside. */
  rowsAt(y: number, size: Size, style: Style, rows: Rows): {from: number; to: number} | null {
    const box = plotBox(size, style);
    const lines = this.#image?.lines ?? 0;
    const line = Math.floor(((y - box.y) / box.h) * lines);
    if (lines === 0 || line < 0 || line >= lines) return null;
    const from = line * this.perLine;
    return {from, to: Math.min(rows.slots.length, from + this.perLine)};
  }

  #labels(ctx: Context, box: Box, rows: Rows, marks: readonly RowMark[], hovered: number | null, style: Style): void {
    const perRow = box.h / Math.max(1, rows.slots.length);
    if (perRow >= style.font * ROW_TO_PART) {
      ctx.globalAlpha = 0.7;
      for (let row = 1; row < rows.slots.length; row++) {
        const y = box.y + row * perRow;
        hairline(ctx, box.x, y, box.x + box.w, y, style.palette.panel);
      }
      ctx.globalAlpha = 1;
    }
    axisFont(ctx, style);
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    if (rows.isOneSwitch) {
      ctx.fillStyle = style.palette.quiet;
      for (const row of labelledRows(rows.slots.length, box.h / (style.font * PORT_PITCH))) {
        const y = Math.max(box.y + style.font * 0.5, box.y + (row + 0.5) * perRow);
        ctx.fillText(fitted(ctx, rows.links[row]!.name, box.x - style.font * 1.1), 0, y);
      }
    }
    let free = box.y;
    for (const group of rows.isOneSwitch ? [] : rows.groups) {
      const y = box.y + group.from * perRow;
      if (group.from > 0 && rows.groups.length <= MOST_SEPARATORS) {
        // A gap between what it parts, wide enough to be seen, and a line across the labels.
        const gap = Math.min(perRow * 0.6, style.font * 0.22);
        ctx.fillStyle = style.palette.panel;
        ctx.fillRect(box.x, y - gap / 2, box.w, gap);
        hairline(ctx, 0, y, box.x + box.w, y, style.palette.hatch);
      }
      const tall = (group.to - group.from) * perRow > style.font * 1.3;
      const at = tall ? y + style.font * 0.65 : y + ((group.to - group.from) * perRow) / 2;
      if (at < free) continue;
      ctx.fillStyle = style.palette.quiet;
      ctx.fillText(fitted(ctx, group.label, box.x - style.font * 1.1), 0, at);
      free = at + style.font * GROUP_PITCH;
    }
    for (let row = 0; row < rows.slots.length; row++) {
      const slot = rows.slots[row]!;
      const y = box.y + (row + 0.5) * perRow;
      if (slot === hovered) {
        const half = Math.max(perRow, style.font * 0.2) / 2;
        ctx.strokeStyle = style.palette.text;
        ctx.lineWidth = 1;
        ctx.strokeRect(box.x - 0.5, y - half - 0.5, box.w + 1, half * 2 + 1);
      }
      for (const mark of marks) {
        if (mark.slot !== slot) continue;
        ctx.fillStyle = mark.colour;
        const half = style.font * 0.28;
        ctx.beginPath();
        ctx.moveTo(box.x - style.font * 0.6, y - half);
        ctx.lineTo(box.x - style.font * 0.12, y);
        ctx.lineTo(box.x - style.font * 0.6, y + half);
        ctx.fill();
      }
    }
  }
}

/** Copies the painted columns to their place; the ring wraps at most once. */
function blit(ctx: Context, image: HeatImage, box: Box, from: number, perBin: number): void {
  ctx.imageSmoothingEnabled = false;
  const wide = image.size * perBin;
  for (let group = image.from; group < image.to; ) {
    const column = group % image.width;
    const count = Math.min(image.to - group, image.width - column);
    const x = box.x + (group * image.size - from) * perBin;
    ctx.drawImage(image.canvas, column, 0, count, image.lines, x, box.y, count * wide, box.h);
    group += count;
  }
}

/** A text as short as it must be. */
function fitted(ctx: Context, text: string, width: number): string {
  return shortened(text, (part) => ctx.measureText(part).width <= width);
}
