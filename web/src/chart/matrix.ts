import {axisFont, hairline, type Style} from './marks.ts';
import {heatColours} from './palette.ts';
import type {Box, Context} from './trace.ts';

/** A cell that is pointed at. */
export interface Cell {
  row: number;
  column: number;
}

/** What is drawn: rows send, columns receive. */
export interface Grid {
  rows: readonly string[];
  columns: readonly string[];
  values: readonly (readonly number[])[];
  /** The value of the strongest colour. */
  top: number;
}

/** Room for labels, in times of the text's size. */
const LABELS = 9.5;

/** Cells are no larger than this, so that a small matrix does not become a chessboard. */
const LARGEST_CELL = 8;

/** Where the cells of a grid lie on a canvas of that size. */
export function gridBox(grid: Grid, size: {width: number; height: number}, style: Style): Box {
  // An axis label's letters are about half as wide as the text is tall.
  const longest = Math.max(0, ...grid.rows.map(({length}) => length), ...grid.columns.map(({length}) => length));
  const labels = Math.min(style.font * Math.min(LABELS, 1.4 + longest * 0.48), size.width * 0.3);
  const x = Math.round(labels);
  const y = Math.round(Math.min(labels, size.height * 0.25));
  const cell = Math.min(
    (size.width - x - 1) / Math.max(1, grid.columns.length),
    (size.height - y - 1) / Math.max(1, grid.rows.length),
    style.font * LARGEST_CELL,
  );
  return {x, y, w: cell * grid.columns.length, h: cell * grid.rows.length};
}

/** The cell under a point, null outside of the grid. */
export function cellAt(grid: Grid, box: Box, x: number, y: number): Cell | null {
  const column = Math.floor(((x - box.x) / box.w) * grid.columns.length);
  const row = Math.floor(((y - box.y) / box.h) * grid.rows.length);
  return column >= 0 && column < grid.columns.length && row >= 0 && row < grid.rows.length ? {row, column} : null;
}

/** Draws a grid: colour by share of the largest, on a square root so that small rates show beside large ones. */
export function drawMatrix(ctx: Context, grid: Grid, box: Box, hovered: Cell | null, style: Style): void {
  const {rows, columns, values, top} = grid;
  const cell = box.w / Math.max(1, columns.length);
  const colours = heatColours(style.palette.dark);
  const gap = cell > 8 ? 1 : 0;
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columns.length; column++) {
      const value = values[row]?.[column] ?? 0;
      ctx.fillStyle = colourOf(colours[1 + Math.round(254 * Math.sqrt(Math.min(1, value / top)))]!);
      ctx.fillRect(box.x + column * cell, box.y + row * cell, cell - gap, cell - gap);
    }
  }
  axisFont(ctx, style);
  const every = Math.max(1, Math.ceil((style.font * 1.15) / cell));
  ctx.textBaseline = 'middle';
  for (let row = 0; row < rows.length; row++) {
    if (row % every !== 0 && row !== hovered?.row) continue;
    if (hovered !== null && row !== hovered.row && Math.abs(row - hovered.row) < every) continue;
    ctx.textAlign = 'right';
    ctx.fillStyle = row === hovered?.row ? style.palette.text : style.palette.quiet;
    ctx.fillText(fitted(ctx, rows[row]!, box.x - style.font), box.x - style.font * 0.5, box.y + (row + 0.5) * cell);
  }
  for (let column = 0; column < columns.length; column++) {
    if (column % every !== 0 && column !== hovered?.column) continue;
    if (hovered !== null && column !== hovered.column && Math.abs(column - hovered.column) < every) continue;
    ctx.save();
    ctx.translate(box.x + (column + 0.5) * cell, box.y - style.font * 0.4);
    ctx.rotate(-Math.PI / 2);
    ctx.textAlign = 'left';
    ctx.fillStyle = column === hovered?.column ? style.palette.text : style.palette.quiet;
    ctx.fillText(fitted(ctx, columns[column]!, box.y - style.font), 0, 0);
    ctx.restore();
  }
  if (hovered === null) return;
  const x = box.x + hovered.column * cell;
  const y = box.y + hovered.row * cell;
  hairline(ctx, box.x, y + cell / 2, x, y + cell / 2, style.palette.quiet);
  hairline(ctx, x + cell / 2, box.y, x + cell / 2, y, style.palette.quiet);
  ctx.strokeStyle = style.palette.text;
  ctx.lineWidth = 1.5;
  ctx.strokeRect(x, y, cell - gap, cell - gap);
}

/** A pixel in memory order as a colour of the style sheet. */
function colourOf(pixel: number): string {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** The end of a name that fits: of addresses it is the end that differs. */
function fitted(ctx: Context, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  for (let cut = 1; cut < text.length; cut++) {
    if (ctx.measureText(`…${text.slice(cut)}`).width <= width) return `…${text.slice(cut)}`;
  }
  return '';
}
