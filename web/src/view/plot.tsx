import {signal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {type App, useApp} from '../app.ts';
import {plotBox, type Size, type View} from '../chart/frame-of.ts';
import type {Style} from '../chart/marks.ts';
import type {Context} from '../chart/trace.ts';
import {lateBins} from '../late.ts';

/** Pixels that a pointer must travel before a press is a brush. */
const BRUSH_PX = 6;

/** What is being brushed just now, in bins; all plots show it. */
const brushing = signal<{from: number; to: number} | null>(null);

export interface PlotProps {
  label: string;
  testId: string;
  /** Draws the plot; answers true where another frame is needed. */
  draw: (ctx: Context, size: Size, view: View, style: Style) => boolean;
  /** The pointer is at this height, or has left (null). */
  onHover?: (y: number | null, size: Size, style: Style) => void;
  onClick?: (y: number, size: Size, style: Style) => void;
  /** A key was pressed while the plot has the focus; answers whether it meant something. With it a plot takes focus. */
  onKey?: (key: string) => boolean;
}

/** A canvas over time: crosshair, brushing and the way back to live are the same on all of them. */
export function Plot(props: PlotProps) {
  const app = useApp();
  const ref = useRef<HTMLCanvasElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => attach(app, ref.current!, latest), [app]);
  return (
    <div class="plot">
      <canvas
        ref={ref}
        role="img"
        aria-label={props.label}
        data-testid={props.testId}
        {...(props.onKey === undefined ? {} : {tabIndex: 0})}
        onKeyDown={(event) => {
          if (props.onKey?.(event.key) !== true) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
    </div>
  );
}

function attach(app: App, canvas: HTMLCanvasElement, props: {current: PlotProps}): () => void {
  const {page, loop} = app;
  const ctx = canvas.getContext('2d')!;
  const size: Size = {width: 0, height: 0, ratio: 1};
  const style: Style = {palette: app.palette.peek(), font: 13};
  const measure = (): void => {
    const {width, height} = canvas.getBoundingClientRect();
    size.width = width;
    size.height = height;
    size.ratio = window.devicePixelRatio;
    style.font = Number.parseFloat(getComputedStyle(canvas).fontSize);
    canvas.width = Math.round(width * size.ratio);
    canvas.height = Math.round(height * size.ratio);
    loop.request(true);
  };
  const observer = new ResizeObserver(measure);
  observer.observe(canvas);
  const paint = (): void => {
    if (size.width < 2 || size.height < 2 || app.store.newestBin < 0) return;
    style.palette = app.palette.peek();
    ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    ctx.clearRect(0, 0, size.width, size.height);
    if (props.current.draw(ctx, size, viewOf(app), style) === true) loop.request(true);
  };
  const remove = loop.add(paint);
  const fonts = (): void => loop.request(true);
  document.fonts.addEventListener('loadingdone', fonts);

  /** Bin under the pointer, with its fraction. */
  const binAt = (event: PointerEvent): number => {
    const box = plotBox(size, style);
    const span = page.span();
    const part = Math.min(1, Math.max(0, (event.offsetX - box.x) / box.w));
    return span.from + part * (span.to - span.from);
  };
  let pressed: {x: number; bin: number} | null = null;
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    pressed = {x: event.offsetX, bin: binAt(event)};
    canvas.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const bin = binAt(event);
    if (pressed !== null && Math.abs(event.offsetX - pressed.x) > BRUSH_PX) {
      // The charts must not move away below the brush.
      if (brushing.peek() === null) page.pause();
      brushing.value = {from: Math.min(pressed.bin, bin), to: Math.max(pressed.bin, bin)};
    }
    const span = page.span();
    const offset = span.to - 1 - Math.min(span.to - 1, Math.floor(bin));
    if (page.cursor.peek() !== offset) page.cursor.value = offset;
    props.current.onHover?.(event.offsetY, size, style);
    loop.request(true);
  };
  const up = (event: PointerEvent): void => {
    const brush = brushing.peek();
    if (brush !== null) page.zoom(Math.floor(brush.from), Math.ceil(brush.to));
    else if (pressed !== null) props.current.onClick?.(event.offsetY, size, style);
    pressed = null;
    brushing.value = null;
    loop.request(true);
  };
  const leave = (): void => {
    if (pressed !== null) return;
    page.cursor.value = null;
    props.current.onHover?.(null, size, style);
  };
  const cancel = (): void => {
    pressed = null;
    brushing.value = null;
    leave();
  };
  const double = (): void => page.resume();
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointerleave', leave);
  canvas.addEventListener('pointercancel', cancel);
  canvas.addEventListener('dblclick', double);
  return () => {
    observer.disconnect();
    document.fonts.removeEventListener('loadingdone', fonts);
    remove();
  };
}

/** The sum over the fabric shows what came late; longer steps hold too much for it to tell. */
function lateOf({page, store}: App, {from, to}: {from: number; to: number}): View['late'] {
  if (page.isPast.peek()) return [];
  return lateBins(store.total.all, from, to, store.capacity.peek(), store.events.peek());
}

function viewOf(app: App): View {
  const span = app.page.span();
  return {
    from: span.from,
    to: span.to,
    live: app.page.frozen.peek() === null,
    finalBin: app.store.finalBin,
    cursor: app.page.cursorBin(),
    brush: brushing.peek(),
    late: lateOf(app, span),
  };
}
