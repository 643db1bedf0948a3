import {clock} from '../format.ts';
import {groupSize} from './decimate.ts';
import {brush, crosshair, lateSpan, plate, type Style, timeAxis} from './marks.ts';
import {timeTicks} from './time-axis.ts';
import type {Box, Context} from './trace.ts';

/** What every plot of the page shares at one instant: the stretch of time, the crosshair, the brush. */
export interface View {
  from: number;
  to: number;
  live: boolean;
  finalBin: number;
  /** Bin under the crosshair, or null. */
  cursor: number | null;
  /** What is being brushed, in bins, or null. */
  brush: {from: number; to: number} | null;
  /** Stretches of bins that are not as they were, `from` .. `to - 1`, for what was sampled in them arrived late. */
  late: readonly {from: number; to: number; text: string}[];
}

/** Size of a canvas in CSS pixels, and device pixels in each. */
export interface Size {
  width: number;
  height: number;
  ratio: number;
}

/** Room for the labels left of a plot; the same for all, so that one instant stands on one vertical line. */
function gutter(style: Style): number {
  return Math.round(style.font * 4.9);
}

/** The part of a canvas that holds data: labels stand left of it and below. */
export function plotBox(size: Size, style: Style): Box {
  const x = gutter(style);
  const y = Math.round(style.font * 0.6);
  return {x, y, w: Math.max(1, size.width - x - 1), h: Math.max(1, size.height - y - Math.round(style.font * 1.9))};
}

/** Bins in a point for a plot of that width: one a device pixel at most. */
export function pointSize(view: View, box: Box, size: Size): number {
  return groupSize(view.to - view.from, box.w * size.ratio);
}

/** Time axis, late stretches, crosshair with its time, and brush: the same on every plot. */
export function drawFurniture(ctx: Context, view: View, box: Box, style: Style): void {
  const perBin = box.w / (view.to - view.from);
  let free = box.x;
  for (const {from, to, text} of view.late) {
    const left = box.x + Math.max(0, from - view.from) * perBin;
    const right = box.x + Math.min(view.to - view.from, to - view.from) * perBin;
    if (right > left) free = lateSpan(ctx, {...box, x: left, w: right - left}, text, box, free, style);
  }
  const taken = view.cursor === null || view.brush !== null ? null : box.x + (view.cursor + 0.5 - view.from) * perBin;
  const most = Math.max(2, Math.floor(box.w / (style.font * (view.live ? 7 : 8))));
  timeAxis(ctx, timeTicks(view.from, view.to, Math.min(most, 6), view.live), box, view.from, perBin, style, taken);
  if (view.brush !== null) {
    const left = box.x + Math.max(0, view.brush.from - view.from) * perBin;
    const right = box.x + Math.min(view.to - view.from, view.brush.to - view.from) * perBin;
    brush(ctx, left, right, box, style);
  } else if (view.cursor !== null) {
    const x = box.x + (view.cursor + 0.5 - view.from) * perBin;
    crosshair(ctx, x, box, style);
    plate(
      ctx,
      clock(view.cursor * 100, true),
      x,
      box.y + box.h + style.font * 1.05,
      {...box, x: 0, w: box.x + box.w},
      style,
    );
  }
}
