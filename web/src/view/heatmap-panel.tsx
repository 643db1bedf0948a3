import {computed, signal} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import type {LinkInfo} from '../../../src/shared/live.ts';
import {type App, useApp} from '../app.ts';
import type {Size} from '../chart/frame-of.ts';
import {HeatmapChart} from '../chart/heatmap.ts';
import type {Style} from '../chart/marks.ts';
import {heatStops} from '../chart/palette.ts';
import {loadOf, orderRows, type Rows} from '../chart/rows.ts';
import {clock, percent, plural, short, UNKNOWN} from '../format.ts';
import {Choice} from './controls.tsx';
import {Plot} from './plot.tsx';

/** Text updates between two sortings by load: rows that jump about cannot be read. */
const SORT_TICKS = 20;

/** Bins that the load is the mean of. */
const LOAD_BINS = 50;

/** Everything the map needs that is not on the page already. */
class MapModel {
  readonly chart = new HeatmapChart();
  readonly hovered = signal<LinkInfo | null>(null);
  /** How many links share the line under the pointer. */
  readonly others = signal(0);
  readonly rows;

  constructor(app: App) {
    const {store, page} = app;
    // Sorting by load follows the clock of the text at a slow pace; sorting by switch does not follow it at all.
    const due = computed(() => (page.sort.value === 'load' ? Math.floor(page.tick.value / SORT_TICKS) : 0));
    this.rows = computed<Rows>(() => {
      void due.value;
      return orderRows(store.linkList.value, page.sort.value, (slot) => loadOf(store.heat, slot, LOAD_BINS));
    });
  }

  /** The busiest link of the line at that height. */
  at(app: App, y: number | null, size: Size, style: Style): LinkInfo | null {
    const rows = this.rows.peek();
    const range = y === null ? null : this.chart.rowsAt(y, size, style, rows);
    this.others.value = range === null ? 0 : range.to - range.from - 1;
    if (range === null) return null;
    const load = (row: number): number => loadOf(app.store.heat, rows.slots[row]!, LOAD_BINS);
    let best = range.from;
    for (let row = range.from + 1; row < range.to; row++) if (load(row) > load(best)) best = row;
    return rows.links[best] ?? null;
  }
}

/** "Every link": a row a link, a column a bin, colour = share of line rate. */
export function HeatmapPanel() {
  const app = useApp();
  const {page, store} = app;
  const model = useMemo(() => new MapModel(app), [app]);
  const rows = model.rows.value;
  // Rows are hovered here and in the legend of the lanes; either way the map shows which.
  const slotOf = (id: string | null): number | null =>
    id === null ? null : (store.linkById.peek().get(id)?.slot ?? null);
  return (
    <section class="panel heat" aria-labelledby="heat-title" data-testid="panel-heat">
      <header>
        <h2 id="heat-title">Every link</h2>
        <p>
          {plural(rows.links.length, 'link')}, share of line rate
          <PerLine model={model} />
        </p>
        <div class="controls">
          <Choice
            label="Sorted"
            value={page.sort.value}
            options={[
              {value: 'switch', label: 'By switch'},
              {value: 'load', label: 'By load'},
            ]}
            onChoose={(sort) => (page.sort.value = sort)}
          />
        </div>
      </header>
      <Plot
        label="Share of line rate of every link over time"
        testId="plot-heat"
        draw={(ctx, size, view, style) => {
          const marks = page.links.peek().flatMap((id) => {
            const slot = slotOf(id);
            return slot === null ? [] : [{slot, colour: style.palette.series[page.colourOf(id)] ?? ''}];
          });
          const hovered = slotOf(page.hovered.peek());
          return model.chart.draw(ctx, size, view, store.heat, model.rows.peek(), marks, hovered, style);
        }}
        onHover={(y, size, style) => {
          const link = model.at(app, y, size, style);
          model.hovered.value = link;
          page.hovered.value = link?.id ?? null;
        }}
        onClick={(y, size, style) => {
          const link = model.at(app, y, size, style);
          if (link !== null) page.add(link.id);
        }}
      />
      <HeatLegend model={model} />
    </section>
  );
}

function PerLine({model}: {model: MapModel}) {
  const {page} = useApp();
  void page.tick.value;
  return model.chart.perLine > 1 ? <>; a line is the mean of {model.chart.perLine}</> : null;
}

function HeatLegend({model}: {model: MapModel}) {
  const app = useApp();
  const {page, store} = app;
  void page.tick.value;
  void page.cursor.value;
  const link = model.hovered.value;
  const bin = page.cursorBin();
  const cell = link === null || bin === null ? 0 : cellAt(app, link.slot, bin);
  const share = cell === 0 ? null : (cell - 1) / 254;
  return (
    <div class="legend heat-legend" data-testid="heat-legend">
      <div class="scale">
        <span
          class="ramp"
          style={{backgroundImage: `linear-gradient(90deg, ${heatStops(app.palette.value.dark).join(', ')})`}}
        />
        <span class="ends">
          <span>idle</span>
          <span>line rate</span>
        </span>
      </div>
      {link === null || bin === null ? (
        <p class="hint">Point at a row to name it. Click adds it to the lanes.</p>
      ) : (
        <div class="hovered" data-testid="heat-hover">
          <strong>{link.name}</strong>
          <span class="detail">
            {link.agent}
            {model.others.value > 0 && ` and ${model.others.value} more on this line`}
          </span>
          <span class="value">
            {share === null ? UNKNOWN : `${percent(share)} %`}
            {share !== null && link.speed !== null && <span class="detail"> {short(share * link.speed)}bit/s</span>}
          </span>
          <span class="detail">at {clock(bin * 100, true)}</span>
        </div>
      )}
      {store.summary.value !== null && store.summary.value.agentsMissing.length > 0 && (
        <p class="hint">
          <span class="hatched" /> hatched: no data, the switch is silent
        </p>
      )}
    </div>
  );
}

function cellAt(app: App, slot: number, bin: number): number {
  const offset = app.store.heat.offsetOf(bin);
  return offset < 0 ? 0 : app.store.heat.cells[offset + slot]!;
}
