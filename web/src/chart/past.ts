import {isKnown, type Past} from '../past.ts';
import {hatch, type Style} from './marks.ts';
import {faded} from './palette.ts';
import type {Box, Context, Mapping} from './trace.ts';

/** How much of the colour shows between the lowest and the highest bin of a step, and in the band of its mean. */
const PEAKS = 0.22;
const BAND = 0.45;

/** Draws means of steps as a line with its 95 % band, before what lies between the lowest and the highest bin of each. */
export function drawPast(ctx: Context, past: Past, from: number, map: Mapping, colour: string, width: number): void {
  const x = (i: number): number => map.x + ((past.start + (i + 0.5) * past.step) / 100 - from) * map.perBin;
  const y = (value: number): number => map.y - value * map.perUnit;
  ctx.lineJoin = 'round';
  for (const [first, last] of runs(past)) {
    const fill = (low: Past['low'], high: Past['high'], strength: number): void => {
      ctx.fillStyle = faded(colour, strength);
      ctx.beginPath();
      for (let i = first; i <= last; i++) ctx[i === first ? 'moveTo' : 'lineTo'](x(i), y(high[i]!));
      for (let i = last; i >= first; i--) ctx.lineTo(x(i), y(low[i]!));
      ctx.closePath();
      ctx.fill();
    };
    fill(past.min, past.max, PEAKS);
    fill(past.low, past.high, BAND);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    // A step between two gaps has no segment of its own.
    ctx.moveTo(x(first) - width / 2, y(past.values[first]!));
    for (let i = first; i <= last; i++) ctx.lineTo(x(i), y(past.values[i]!));
    ctx.stroke();
  }
}

/** Hatches the gaps between what is known. What was before the first figure is blank: nothing was kept of it. */
export function drawPastGaps(ctx: Context, past: Past, from: number, map: Mapping, box: Box, style: Style): void {
  const edge = (i: number): number => map.x + ((past.start + i * past.step) / 100 - from) * map.perBin;
  let end = -1;
  for (const [first, last] of runs(past)) {
    if (end >= 0) hatch(ctx, {x: edge(end), y: box.y, w: edge(first) - edge(end), h: box.h}, style);
    end = last + 1;
  }
}

/** Runs of steps that are known, first and last. */
function runs(past: Past): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < past.values.length; i++) {
    if (!isKnown(past, i)) continue;
    const first = i;
    while (i + 1 < past.values.length && isKnown(past, i + 1)) i++;
    found.push([first, i]);
  }
  return found;
}
