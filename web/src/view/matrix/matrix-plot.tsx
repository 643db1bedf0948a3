import {useEffect, useRef} from 'preact/hooks';
import {type App, useApp} from '../../app.ts';
import type {Style} from '../../chart/marks.ts';
import {type Cell, cellAt, drawMatrix, type Grid, gridBox} from '../../chart/matrix.ts';

interface MatrixPlotProps {
  grid: Grid;
  hovered: Cell | null;
  onPoint: (cell: Cell | null) => void;
}

/** The matrix on a canvas; pointing or arrow keys choose a cell. */
export function MatrixPlot(props: MatrixPlotProps) {
  const app = useApp();
  const ref = useRef<HTMLCanvasElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => attach(app, ref.current!, latest), [app]);
  useEffect(() => app.loop.request(true));
  const {grid, hovered, onPoint} = props;
  const step = (rows: number, columns: number): void => {
    const within = (at: number, count: number): number => Math.max(0, Math.min(count - 1, at));
    const from = hovered ?? {row: 0, column: 0};
    onPoint({
      row: within(from.row + rows, grid.rows.length),
      column: within(from.column + columns, grid.columns.length),
    });
  };
  return (
    <div class="plot matrix-plot">
      <canvas
        ref={ref}
        role="img"
        tabIndex={0}
        aria-label={`Traffic from ${grid.rows.length} rows to ${grid.columns.length} columns; arrow keys walk through the cells, the text beside names them`}
        data-testid="plot-matrix"
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') step(1, 0);
          else if (event.key === 'ArrowUp') step(-1, 0);
          else if (event.key === 'ArrowRight') step(0, 1);
          else if (event.key === 'ArrowLeft') step(0, -1);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
    </div>
  );
}

function attach(app: App, canvas: HTMLCanvasElement, props: {current: MatrixPlotProps}): () => void {
  const ctx = canvas.getContext('2d')!;
  const size = {width: 0, height: 0, ratio: 1};
  const style: Style = {palette: app.palette.peek(), font: 13};
  let drawn: unknown[] = [];
  const observer = new ResizeObserver(() => {
    const {width, height} = canvas.getBoundingClientRect();
    size.width = width;
    size.height = height;
    size.ratio = window.devicePixelRatio;
    style.font = Number.parseFloat(getComputedStyle(canvas).fontSize);
    canvas.width = Math.round(width * size.ratio);
    canvas.height = Math.round(height * size.ratio);
    drawn = [];
    app.loop.request(true);
  });
  observer.observe(canvas);
  const paint = (): void => {
    const {grid, hovered} = props.current;
    style.palette = app.palette.peek();
    // Bins come ten times a second, this only now and then.
    const wanted = [grid, hovered?.row, hovered?.column, style.palette, document.fonts.status];
    if (size.width < 2 || (drawn.length > 0 && wanted.every((value, i) => value === drawn[i]))) return;
    drawn = wanted;
    ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    ctx.clearRect(0, 0, size.width, size.height);
    drawMatrix(ctx, grid, gridBox(grid, size, style), hovered, style);
  };
  const remove = app.loop.add(paint);
  const move = (event: PointerEvent): void => {
    const {grid, onPoint} = props.current;
    onPoint(cellAt(grid, gridBox(grid, size, style), event.offsetX, event.offsetY));
  };
  const leave = (): void => props.current.onPoint(null);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerleave', leave);
  return () => {
    observer.disconnect();
    remove();
  };
}
