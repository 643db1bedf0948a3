import {faded, type Palette} from './palette.ts';
import type {TimeTick} from './time-axis.ts';
import type {Box, Context} from './trace.ts';

/** What all drawings of a frame share. */
export interface Style {
  palette: Palette;
  /** Size of the page's text in CSS pixels; widths of lines follow it. */
  font: number;
}

/** Sets the font of axis labels. */
export function axisFont(ctx: Context, style: Style, size = 0.85): void {
  ctx.font = `450 ${(style.font * size).toFixed(1)}px "Inter Variable", system-ui, sans-serif`;
}

/** Diagonal hatching: nothing was heard here. The stripes are fixed to the page, not to the gap. */
export function hatch(ctx: Context, box: Box, style: Style, colour = style.palette.hatch): void {
  if (box.w <= 0 || box.h <= 0) return;
  const step = style.font * 0.55;
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.w, box.h);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = Math.max(1, style.font / 13);
  ctx.beginPath();
  for (let c = Math.floor((box.x + box.y) / step) * step; c < box.x + box.w + box.y + box.h; c += step) {
    ctx.moveTo(c - box.y, box.y);
    ctx.lineTo(c - box.y - box.h, box.y + box.h);
  }
  ctx.stroke();
  ctx.restore();
}

/** Text over a drawing, on a ground of its own so that it can be read. */
export function plate(ctx: Context, text: string, x: number, y: number, box: Box, style: Style, strength = 1): void {
  axisFont(ctx, style);
  const pad = style.font * 0.4;
  const w = ctx.measureText(text).width + pad * 2;
  const h = style.font * 1.5;
  const left = Math.max(box.x, Math.min(x - w / 2, box.x + box.w - w));
  ctx.fillStyle = faded(style.palette.panel, strength);
  ctx.beginPath();
  ctx.roundRect(left, y - h / 2, w, h, style.font * 0.3);
  ctx.fill();
  ctx.fillStyle = style.palette.quiet;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, left + pad, y + 0.5);
}

/** Labels of the time axis below a plot. The outer ones stay within it; none stands under the crosshair's own. */
export function timeAxis(
  ctx: Context,
  ticks: TimeTick[],
  box: Box,
  from: number,
  perBin: number,
  style: Style,
  taken: number | null,
): void {
  axisFont(ctx, style);
  ctx.fillStyle = style.palette.quiet;
  ctx.textBaseline = 'top';
  const y = box.y + box.h + style.font * 0.55;
  for (const tick of ticks) {
    const x = box.x + (tick.bin - from) * perBin;
    const half = ctx.measureText(tick.label).width / 2;
    if (taken !== null && Math.abs(x - taken) < half + style.font * 2.8) continue;
    ctx.textAlign = x + half > box.x + box.w ? 'right' : x - half < 0 ? 'left' : 'center';
    ctx.fillText(tick.label, ctx.textAlign === 'right' ? box.x + box.w : ctx.textAlign === 'left' ? 0 : x, y);
  }
}

/** A hairline on whole device pixels. */
export function hairline(ctx: Context, x0: number, y0: number, x1: number, y1: number, colour: string): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x0 === x1 ? Math.round(x0) + 0.5 : x0, y0 === y1 ? Math.round(y0) + 0.5 : y0);
  ctx.lineTo(x0 === x1 ? Math.round(x1) + 0.5 : x1, y0 === y1 ? Math.round(y1) + 0.5 : y1);
  ctx.stroke();
}

/** How much the ground of those words covers: what is drawn there shows through. */
const LATE_GROUND = 0.7;

/** How much of the colour of warnings lies over bins that are not as they were. */
const LATE = 0.14;

/**
 * A stretch of bins that are not as they were, with why where `plot` has room for it right of `free`. Answers from where
 * on there is room for the next one's words.
 */
export function lateSpan(ctx: Context, span: Box, text: string, plot: Box, free: number, style: Style): number {
  ctx.fillStyle = faded(style.palette.warn, LATE);
  ctx.fillRect(span.x, span.y, span.w, span.h);
  hairline(ctx, span.x, span.y, span.x, span.y + span.h, style.palette.warn);
  hairline(ctx, span.x + span.w, span.y, span.x + span.w, span.y + span.h, style.palette.warn);
  axisFont(ctx, style);
  const width = ctx.measureText(text).width + style.font;
  const left = Math.max(free, Math.min(span.x + (span.w - width) / 2, plot.x + plot.w - width));
  // Beside its stretch it would speak of another one.
  if (width * 2 > plot.w || left > span.x + span.w || left + width > plot.x + plot.w) return free;
  plate(ctx, text, left + width / 2, span.y + style.font * 0.8, plot, style, LATE_GROUND);
  return left + width;
}

/** The crosshair's line. */
export function crosshair(ctx: Context, x: number, box: Box, style: Style): void {
  hairline(ctx, x, box.y, x, box.y + box.h, style.palette.quiet);
}

/** A dot on a line under the crosshair. */
export function dot(ctx: Context, x: number, y: number, colour: string, style: Style): void {
  ctx.beginPath();
  ctx.arc(x, y, style.font * 0.27, 0, Math.PI * 2);
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.lineWidth = style.font * 0.12;
  ctx.strokeStyle = style.palette.panel;
  ctx.stroke();
}

/** What is being brushed: the rest is dimmed. */
export function brush(ctx: Context, left: number, right: number, box: Box, style: Style): void {
  ctx.fillStyle = style.palette.ground;
  ctx.globalAlpha = 0.6;
  ctx.fillRect(box.x, box.y, left - box.x, box.h);
  ctx.fillRect(right, box.y, box.x + box.w - right, box.h);
  ctx.globalAlpha = 1;
  hairline(ctx, left, box.y, left, box.y + box.h, style.palette.accent);
  hairline(ctx, right, box.y, right, box.y + box.h, style.palette.accent);
}
