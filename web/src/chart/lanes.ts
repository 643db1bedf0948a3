import {tickLabel} from '../format.ts';
import {highestOf, type Past} from '../past.ts';
import type {Series} from '../series.ts';
import {decimate, Envelope, largestOf} from './decimate.ts';
import {drawFurniture, plotBox, pointSize, type Size, type View} from './frame-of.ts';
import {axisFont, dot, hairline, hatch, plate, type Style} from './marks.ts';
import {drawPast, drawPastGaps} from './past.ts';
import {heldTop, valueTicks} from './scale.ts';
import {type Box, type Context, drawArea, drawTrace, eachGap, type Mapping} from './trace.ts';

/** One direction of a link. */
export interface Line {
  series: Series | null;
  /** What is drawn in place of single bins where the window reaches further back. */
  past?: Past | null;
}

/** One link to draw. */
export interface Lane {
  id: string;
  /** What it receives; drawn upwards from zero, or what it sends where that is shown alone. */
  up: Line;
  /** What it sends, drawn downwards where both directions are shown. */
  down?: Line;
  colour: string;
  /** bit/s, null where unknown. */
  speed: number | null;
  /** What to call it in a gap. */
  agent: string;
}

/** Part of a lane kept free above the line rate, so that a band that reaches over it can be seen. */
const HEADROOM = 0.28;

/** The same of each half of a lane with both directions: the hairline of the line rate tells where it ends. */
const BOTH_HEADROOM = 0.16;

/** How much of the colour fills such halves. */
const AREA = 0.16;

/** The same where lines share one plot, and the strength of their bands, which cover each other. */
const OVERLAY_HEADROOM = 0.22;
const OVERLAY_BAND = 0.07;

const linesOf = ({up, down}: Lane): Line[] => (down === undefined ? [up] : [up, down]);

/** Draws links as lanes under each other, or as lines over each other. Remembers the tops of its scales. */
export class LanesChart {
  #top = 0;
  readonly #envelopes: Envelope[] = [];

  draw(ctx: Context, size: Size, view: View, lanes: readonly Lane[], overlay: boolean, style: Style): boolean {
    const box = plotBox(size, style);
    const points = pointSize(view, box, size);
    let largest = 0;
    let fastest = 0;
    let unknown = false;
    for (const [i, lane] of lanes.entries()) {
      for (const [j, line] of linesOf(lane).entries()) {
        const env = (this.#envelopes[i * 2 + j] ??= new Envelope());
        env.count = 0;
        if (line.series !== null && line.past === undefined)
          decimate(line.series, view.from, view.to, points, view.finalBin, env);
        if (lane.speed === null) {
          unknown = true;
          largest = Math.max(largest, line.past ? highestOf(line.past, view.from, view.to) : largestOf(env));
        }
      }
      fastest = Math.max(fastest, lane.speed ?? 0);
    }
    this.#top = unknown ? heldTop(largest, this.#top) : 0;
    if (overlay) this.#overlay(ctx, box, view, lanes, Math.max(fastest, this.#top) || 1, style);
    else this.#lanes(ctx, box, view, lanes, style);
    drawFurniture(ctx, view, box, style);
    return false;
  }

  #lanes(ctx: Context, box: Box, view: View, lanes: readonly Lane[], style: Style): void {
    const pitch = box.h / Math.max(1, lanes.length);
    for (const [i, lane] of lanes.entries()) {
      const isBoth = lane.down !== undefined;
      const bottom = box.y + pitch * (i + 1);
      const zero = isBoth ? bottom - pitch / 2 : bottom;
      const height = isBoth ? (pitch / 2) * (1 - BOTH_HEADROOM) : pitch * (1 - HEADROOM);
      const top = lane.speed ?? this.#top;
      // A little air between lanes, or a band cut off at the top would run into the lane above.
      const air = i === 0 ? 0 : style.font * 0.35;
      const clip = {x: box.x, y: bottom - pitch + air, w: box.w, h: pitch - air};
      hairline(ctx, box.x, zero - height, box.x + box.w, zero - height, style.palette.line);
      hairline(ctx, box.x, zero, box.x + box.w, zero, style.palette.line);
      if (isBoth) hairline(ctx, box.x, zero + height, box.x + box.w, zero + height, style.palette.line);
      axisFont(ctx, style);
      ctx.fillStyle = style.palette.quiet;
      ctx.textAlign = 'right';
      ctx.textBaseline = 'middle';
      const room = isBoth ? pitch / 2 : pitch;
      if (room > style.font * 1.5) ctx.fillText(tickLabel(top), box.x - style.font * 0.7, zero - height);
      ctx.fillText('0', box.x - style.font * 0.7, isBoth ? zero : zero - style.font * 0.35);
      for (const [j, line] of linesOf(lane).entries()) {
        const scale = {y: zero, perUnit: ((j === 0 ? 1 : -1) * height) / top};
        this.#trace(ctx, clip, view, lane, line, this.#envelopes[i * 2 + j]!, scale, style, j === 0);
      }
    }
  }

  #overlay(ctx: Context, box: Box, view: View, lanes: readonly Lane[], top: number, style: Style): void {
    const isBoth = lanes.some(({down}) => down !== undefined);
    const room = isBoth ? box.h / 2 : box.h;
    const height = room * (1 - OVERLAY_HEADROOM);
    const zero = box.y + room;
    valueAxis(ctx, {...box, h: room}, height, top, style);
    if (isBoth) valueAxis(ctx, {...box, h: room}, -height, top, style);
    for (const [i, lane] of lanes.entries()) {
      for (const [j, line] of linesOf(lane).entries()) {
        const scale = {y: zero, perUnit: ((j === 0 ? 1 : -1) * height) / top};
        this.#trace(ctx, box, view, lane, line, this.#envelopes[i * 2 + j]!, scale, style, false, OVERLAY_BAND);
      }
    }
  }

  #trace(
    ctx: Context,
    clip: Box,
    view: View,
    lane: Lane,
    line: Line,
    env: Envelope,
    scale: {y: number; perUnit: number},
    style: Style,
    gaps: boolean,
    band?: number,
  ): void {
    const map: Mapping = {x: clip.x, perBin: clip.w / (view.to - view.from), ...scale};
    ctx.save();
    ctx.beginPath();
    ctx.rect(clip.x, clip.y, clip.w, clip.h + style.font * 0.1);
    ctx.clip();
    if (line.past) {
      if (gaps) drawPastGaps(ctx, line.past, view.from, map, clip, style);
      drawPast(ctx, line.past, view.from, map, lane.colour, style.font * 0.11);
    } else if (gaps) drawGaps(ctx, env, map, clip, lane.agent, style);
    // Two lines about one zero would look like beads; areas look like what they are.
    if (lane.down !== undefined && band === undefined) drawArea(ctx, env, map, lane.colour, AREA);
    drawTrace(ctx, env, map, lane.colour, style.font * 0.11, band);
    ctx.restore();
    const isPointed = view.cursor !== null && view.brush === null && line.past === undefined;
    const at = isPointed ? (line.series?.indexOf(view.cursor!) ?? -1) : -1;
    if (at < 0) return;
    const x = map.x + (view.cursor! + 0.5 - view.from) * map.perBin;
    const y = map.y - line.series!.value[at]! * map.perUnit;
    dot(ctx, x, Math.min(clip.y + clip.h, Math.max(clip.y, y)), lane.colour, style);
  }
}

/** Hatches where an agent was silent and says which, if there is room. */
export function drawGaps(ctx: Context, env: Envelope, map: Mapping, box: Box, agent: string, style: Style): void {
  eachGap(env, map, (left, right) => {
    hatch(ctx, {x: left, y: box.y, w: right - left, h: box.h}, style);
    const text = `${agent} silent`;
    axisFont(ctx, style);
    if (right - left > ctx.measureText(text).width + style.font * 2) {
      plate(ctx, text, (left + right) / 2, box.y + box.h / 2, box, style);
    }
  });
}

/** Labels and hairlines of a scale of values that stands on the box's lower edge; of a negative height it hangs from it. */
export function valueAxis(ctx: Context, box: Box, height: number, top: number, style: Style): void {
  axisFont(ctx, style);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  const most = Math.max(2, Math.min(5, Math.floor(Math.abs(height) / (style.font * 4))));
  for (const tick of valueTicks(top, most)) {
    const y = box.y + box.h - (tick / top) * height;
    hairline(ctx, box.x, y, box.x + box.w, y, style.palette.line);
    ctx.fillStyle = style.palette.quiet;
    ctx.fillText(tickLabel(tick), box.x - style.font * 0.7, y);
  }
}
