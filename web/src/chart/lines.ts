import {clock} from '../format.ts';
import {type History, knownFrom} from '../metrics/history.ts';
import {drawFurniture, plotBox, type Size, type View} from './frame-of.ts';
import {valueAxis} from './lanes.ts';
import {axisFont, dot, plate, type Style} from './marks.ts';
import {faded} from './palette.ts';
import {heldTop} from './scale.ts';
import type {Box, Context} from './trace.ts';

/** A line to draw. */
export interface Line {
  history: History;
  colour: string;
  /** 1 for a line like all others; less for one that only bounds an area. */
  strength: number;
}

/** What lies between two figures, such as two quartiles. */
export interface Area {
  low: History;
  high: History;
  colour: string;
  /** How much of the colour shows, 0..1. */
  strength: number;
}

/** How much of a band's colour shows. */
const BAND = 0.2;

/** Room above the highest value, so that it does not stand on the edge. */
const HEADROOM = 0.06;

/** Draws figures that come about once a second. Remembers the top of its scale, so that it stands still. */
export class LinesChart {
  #top = 0;

  draw(
    ctx: Context,
    size: Size,
    view: View,
    lines: readonly Line[],
    areas: readonly Area[],
    style: Style,
    least = 0,
  ): boolean {
    const box = plotBox(size, style);
    this.#top = heldTop(Math.max(least, largest(view, lines, areas)), this.#top);
    const map = new Place(view, box, this.#top);
    valueAxis(ctx, box, box.h * (1 - HEADROOM), this.#top, style);
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.x, box.y, box.w, box.h + style.font * 0.1);
    ctx.clip();
    for (const {low, high, colour, strength} of areas) {
      const isKnown = (i: number): boolean => !Number.isNaN(low.values[i]! + high.values[i]!);
      fill(ctx, map, high, low.values, high.values, isKnown, faded(colour, strength));
    }
    for (const {history, colour} of lines) {
      fill(ctx, map, history, history.low, history.high, (i) => history.hasBand(i), faded(colour, BAND));
    }
    for (const line of lines) stroke(ctx, map, line, style);
    ctx.restore();
    sayKnownFrom(ctx, map, lines, view, box, style);
    // Points are means of seconds: what came late within them does not show.
    drawFurniture(ctx, {...view, late: []}, box, style);
    if (view.cursor !== null && view.brush === null) {
      for (const {history, colour} of lines) {
        const i = history.at(view.cursor * 100);
        if (i >= 0) dot(ctx, map.x(history.times[i]!), map.y(history.values[i]!), colour, style);
      }
    }
    return false;
  }
}

/** Says of the blank on the left that nothing is known of it, and not that nothing was, where there is room. */
function sayKnownFrom(ctx: Context, map: Place, lines: readonly Line[], view: View, box: Box, style: Style): void {
  const first = knownFrom(
    lines.map(({history}) => history),
    view.from * 100,
  );
  if (first === null) return;
  const text = `known since ${clock(first, false)}`;
  const room = Math.min(box.w, map.x(first) - box.x);
  axisFont(ctx, style);
  if (ctx.measureText(text).width + style.font < room) {
    plate(ctx, text, box.x + room / 2, box.y + box.h / 2, {...box, w: room}, style);
  }
}

/** Where times and values fall on the canvas. */
class Place {
  readonly #view: View;
  readonly #box: Box;
  readonly #perUnit: number;

  constructor(view: View, box: Box, top: number) {
    this.#view = view;
    this.#box = box;
    this.#perUnit = (box.h * (1 - HEADROOM)) / top;
  }

  x(time: number): number {
    const {from, to} = this.#view;
    return this.#box.x + ((time / 100 - from) / (to - from)) * this.#box.w;
  }

  y(value: number): number {
    return this.#box.y + this.#box.h - value * this.#perUnit;
  }
}

/** Index of the last point at or before a span, so that lines reach its edge. */
function firstOf(times: readonly number[], from: number): number {
  let i = times.length - 1;
  while (i > 0 && times[i]! > from * 100) i--;
  return Math.max(0, i);
}

function largest(view: View, lines: readonly Line[], areas: readonly Area[]): number {
  let most = 0;
  const look = (history: History, values: readonly number[], isDrawn: (i: number) => boolean): void => {
    for (let i = firstOf(history.times, view.from); i < values.length && history.times[i]! < view.to * 100; i++) {
      if (values[i]! > most && isDrawn(i)) most = values[i]!;
    }
  };
  for (const {history} of lines) {
    look(history, history.values, () => true);
    look(history, history.high, (i) => history.hasBand(i));
  }
  for (const {high} of areas) look(high, high.values, () => true);
  return most;
}

function stroke(ctx: Context, map: Place, {history, colour, strength}: Line, style: Style): void {
  const {times, values} = history;
  ctx.strokeStyle = strength < 1 ? faded(colour, strength) : colour;
  ctx.lineWidth = style.font * (strength < 1 ? 0.08 : 0.12);
  ctx.lineJoin = 'round';
  ctx.lineCap = 'round';
  ctx.beginPath();
  for (let i = 0; i < times.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const x = map.x(times[i]!);
    const y = map.y(values[i]!);
    if (!history.breaksBefore(i)) ctx.lineTo(x, y);
    else {
      // A point between two gaps has no segment of its own.
      ctx.moveTo(x - ctx.lineWidth / 2, y);
      ctx.lineTo(x, y);
    }
  }
  ctx.stroke();
}

/** Fills between two columns, run by run of points that have both. */
function fill(
  ctx: Context,
  map: Place,
  history: History,
  low: readonly number[],
  high: readonly number[],
  isDrawn: (i: number) => boolean,
  colour: string,
): void {
  const {times} = history;
  ctx.fillStyle = colour;
  ctx.beginPath();
  const count = Math.min(times.length, low.length, high.length);
  for (let i = 0; i < count; i++) {
    if (!isDrawn(i)) continue;
    const from = i;
    while (i + 1 < count && !history.breaksBefore(i + 1) && isDrawn(i + 1)) i++;
    for (let j = from; j <= i; j++) ctx[j === from ? 'moveTo' : 'lineTo'](map.x(times[j]!), map.y(high[j]!));
    for (let j = i; j >= from; j--) ctx.lineTo(map.x(times[j]!), map.y(low[j]!));
    ctx.closePath();
  }
  ctx.fill();
}
