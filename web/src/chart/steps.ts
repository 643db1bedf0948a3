import type {StepsAnswer} from '../../../src/shared/answers.ts';
import {drawFurniture, plotBox, type Size, type View} from './frame-of.ts';
import {axisFont, hairline, type Style} from './marks.ts';
import {faded} from './palette.ts';
import {heldTop, valueTicks} from './scale.ts';
import type {Context} from './trace.ts';

/** Room above the highest bar, in parts of the text's size. */
const LABEL_ROOM = 1.7;

/** Draws the steps of a job: a bar each, as wide as it took and as high; slow ones stand out. */
export class StepsChart {
  #top = 0;

  draw(ctx: Context, size: Size, view: View, {steps, slow}: StepsAnswer, warn: string, style: Style): boolean {
    const box = plotBox(size, style);
    const [from, to] = [view.from * 100, view.to * 100];
    const shown = steps.filter(({time, ms}) => time > from && time - ms < to);
    this.#top = heldTop(Math.max(1, ...shown.map(({ms}) => ms)), this.#top);
    // Words of late stretches stand above the bars.
    const scale = Math.max(box.h * 0.5, box.h - style.font * LABEL_ROOM) / this.#top;
    axisFont(ctx, style);
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'right';
    for (const tick of valueTicks(this.#top, Math.max(2, Math.floor(box.h / (style.font * 4))))) {
      const y = box.y + box.h - tick * scale;
      hairline(ctx, box.x, y, box.x + box.w, y, style.palette.line);
      ctx.fillStyle = style.palette.quiet;
      ctx.fillText(String(Number(tick.toPrecision(4))), box.x - style.font * 0.7, y);
    }
    const slowTimes = new Set(slow.map(({time}) => time));
    const x = (time: number): number => box.x + ((Math.min(to, Math.max(from, time)) - from) / (to - from)) * box.w;
    for (const {time, ms} of shown) {
      const [left, right] = [x(time - ms), x(time)];
      const isSlow = slowTimes.has(time);
      ctx.fillStyle = isSlow ? warn : faded(style.palette.accent, 0.75);
      const gap = right - left > 3 ? 1 : 0;
      ctx.fillRect(left, box.y + box.h - ms * scale, Math.max(isSlow ? 2 : 0.5, right - left - gap), ms * scale);
    }
    drawFurniture(ctx, view, box, style);
    return false;
  }
}
