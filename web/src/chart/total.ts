import {highestOf, type Past} from '../past.ts';
import type {Series} from '../series.ts';
import {decimate, Envelope, largestOf} from './decimate.ts';
import {drawFurniture, plotBox, pointSize, type Size, type View} from './frame-of.ts';
import {drawGaps, valueAxis} from './lanes.ts';
import {dot, type Style} from './marks.ts';
import {drawPast, drawPastGaps} from './past.ts';
import {heldTop} from './scale.ts';
import {type Context, drawTrace, type Mapping} from './trace.ts';

/** Draws the sum over the fabric. Remembers the top of its scale, so that it stands still. */
export class TotalChart {
  #top = 0;
  readonly #envelope = new Envelope();

  /** `past` is drawn in place of single bins where the window reaches further back. */
  draw(
    ctx: Context,
    size: Size,
    view: View,
    {series, past}: {series: Series; past?: Past | null},
    colour: string,
    style: Style,
  ): boolean {
    const box = plotBox(size, style);
    const env = this.#envelope;
    env.count = 0;
    if (past === undefined) decimate(series, view.from, view.to, pointSize(view, box, size), view.finalBin, env);
    const largest = past ? highestOf(past, view.from, view.to) : largestOf(env);
    this.#top = heldTop(largest, this.#top);
    const height = box.h;
    valueAxis(ctx, box, height, this.#top, style);
    const map: Mapping = {
      x: box.x,
      perBin: box.w / (view.to - view.from),
      y: box.y + box.h,
      perUnit: height / this.#top,
    };
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.x, box.y, box.w, box.h + style.font * 0.1);
    ctx.clip();
    if (past) {
      drawPastGaps(ctx, past, view.from, map, box, style);
      drawPast(ctx, past, view.from, map, colour, style.font * 0.12);
    } else if (past === undefined) {
      drawGaps(ctx, env, map, box, 'every agent', style);
      drawTrace(ctx, env, map, colour, style.font * 0.12);
    }
    ctx.restore();
    drawFurniture(ctx, view, box, style);
    const at = view.cursor === null || view.brush !== null || past !== undefined ? -1 : series.indexOf(view.cursor);
    if (at < 0) return false;
    const x = map.x + (view.cursor! + 0.5 - view.from) * map.perBin;
    dot(ctx, x, map.y - series.value[at]! * map.perUnit, colour, style);
    return false;
  }
}
