import {useApp} from '../../app.ts';
import {Plot} from '../plot.tsx';
import type {MapModel} from './model.ts';

/** The map itself: pointing names a link, a click or Enter puts it into a lane. */
export function HeatPlot({model}: {model: MapModel}) {
  const app = useApp();
  const {page, store} = app;
  // Links are pointed at here and in the legend of the lanes; either way the map shows which.
  const slotOf = (id: string | null): number | null =>
    id === null ? null : (store.linkById.peek().get(id)?.slot ?? null);
  const rows = model.rows.value;
  return (
    <Plot
      label={`Share of line rate of ${rows.links.length} links over time; arrow keys walk through the links, Enter adds one to the lanes`}
      testId="plot-heat"
      draw={(ctx, size, view, style) => {
        model.measure(size, style);
        const marks = page.links.peek().flatMap((id) => {
          const slot = slotOf(id);
          return slot === null ? [] : [{slot, colour: style.palette.series[page.colourOf(id)] ?? ''}];
        });
        const hovered = slotOf(page.hovered.peek());
        return model.chart.draw(ctx, size, view, store.heat, model.rows.peek(), marks, hovered, style);
      }}
      onHover={(y, size, style) => model.point(model.at(y, size, style))}
      onClick={(y, size, style) => {
        const link = model.at(y, size, style);
        if (link !== null) page.add(link.id);
      }}
      onKey={(key) => {
        if (key === 'ArrowDown' || key === 'ArrowUp') model.step(key === 'ArrowDown' ? 1 : -1);
        else if (key === 'Enter' && model.hovered.peek() !== null) page.add(model.hovered.peek()!.id);
        else return false;
        return true;
      }}
    />
  );
}
