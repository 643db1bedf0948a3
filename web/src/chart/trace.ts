import {type Envelope, MOST_POINTS, Point} from './decimate.ts';
import {faded} from './palette.ts';

/** A rectangle in CSS pixels. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Where bins and values fall on the canvas. */
export interface Mapping {
  /** x of the span's first edge, and pixels a bin. */
  x: number;
  perBin: number;
  /** y of zero, and pixels a unit (upwards). */
  y: number;
  perUnit: number;
}

export type Context = CanvasRenderingContext2D;

/** How much of a band's colour shows. */
const BAND_ALPHA = 0.2;

/** What a provisional bin keeps of its line's strength. */
const PROVISIONAL_ALPHA = 0.45;

/** How strong the stretch between the extremes is where bins share a pixel. */
const ENVELOPE_ALPHA = 0.65;

/** A line at zero. */
const NOTHING = new Float32Array(MOST_POINTS);

/** Draws band and line of one envelope; where bins share a pixel, the stretch between their extremes is the line. */
export function drawTrace(
  ctx: Context,
  env: Envelope,
  map: Mapping,
  colour: string,
  width: number,
  band = BAND_ALPHA,
): void {
  drawRuns(ctx, env, (from, to) => fillBetween(ctx, env, map, env.low, env.high, from, to), faded(colour, band));
  if (env.size > 1) {
    const fill = faded(colour, ENVELOPE_ALPHA);
    drawRuns(ctx, env, (from, to) => fillBetween(ctx, env, map, env.min, env.max, from, to), fill);
    return;
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineJoin = 'round';
  ctx.lineCap = 'round';
  strokeKind(ctx, env, map, false, width);
  ctx.globalAlpha = PROVISIONAL_ALPHA;
  strokeKind(ctx, env, map, true, width);
  ctx.globalAlpha = 1;
}

/** Fills what lies between zero and a line. */
export function drawArea(ctx: Context, env: Envelope, map: Mapping, colour: string, strength: number): void {
  const fill = (from: number, to: number): void => fillBetween(ctx, env, map, NOTHING, env.max, from, to);
  drawRuns(ctx, env, fill, faded(colour, strength));
}

/** Calls `each` for every run of points that have figures, `from` to `to` inclusive, and fills what it traced. */
function drawRuns(ctx: Context, env: Envelope, each: (from: number, to: number) => void, fill: string): void {
  ctx.fillStyle = fill;
  ctx.beginPath();
  for (let i = 0; i < env.count; i++) {
    if (env.kind[i]! < Point.Provisional) continue;
    const from = i;
    while (i + 1 < env.count && env.kind[i + 1]! >= Point.Provisional) i++;
    each(from, i);
  }
  ctx.fill();
}

function fillBetween(
  ctx: Context,
  env: Envelope,
  map: Mapping,
  under: Float32Array,
  over: Float32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i <= to; i++) {
    const x = map.x + env.at[i]! * map.perBin;
    const y = map.y - over[i]! * map.perUnit;
    if (i === from) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
  }
  for (let i = to; i >= from; i--) ctx.lineTo(map.x + env.at[i]! * map.perBin, map.y - under[i]! * map.perUnit);
  ctx.closePath();
}

/** Strokes the settled part of a line, or the part where one end of a segment is provisional. */
function strokeKind(ctx: Context, env: Envelope, map: Mapping, provisional: boolean, width: number): void {
  const values = env.max;
  ctx.beginPath();
  let open = false;
  for (let i = 0; i < env.count; i++) {
    const kind = env.kind[i]!;
    if (kind < Point.Provisional) {
      open = false;
      continue;
    }
    const x = map.x + env.at[i]! * map.perBin;
    const y = map.y - values[i]! * map.perUnit;
    const before = i > 0 && env.kind[i - 1]! >= Point.Provisional;
    const light = kind === Point.Provisional || (before && env.kind[i - 1] === Point.Provisional);
    if (before && light === provisional) {
      if (!open) {
        ctx.moveTo(map.x + env.at[i - 1]! * map.perBin, map.y - values[i - 1]! * map.perUnit);
        open = true;
      }
      ctx.lineTo(x, y);
    } else {
      open = false;
    }
    const after = i + 1 < env.count && env.kind[i + 1]! >= Point.Provisional;
    if (!before && !after && (kind === Point.Provisional) === provisional) {
      // A bin between two gaps has no segment of its own.
      ctx.moveTo(x - width / 2, y);
      ctx.lineTo(x + width / 2, y);
    }
  }
  ctx.stroke();
}

/** Calls `each` with the pixels of every gap, left and right. */
export function eachGap(env: Envelope, map: Mapping, each: (left: number, right: number) => void): void {
  const half = env.size / 2;
  for (let i = 0; i < env.count; i++) {
    if (env.kind[i] !== Point.Gap) continue;
    const from = i;
    while (i + 1 < env.count && env.kind[i + 1] === Point.Gap) i++;
    each(map.x + (env.at[from]! - half) * map.perBin, map.x + (env.at[i]! + half) * map.perBin);
  }
}
