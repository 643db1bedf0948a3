import {useMemo} from 'preact/hooks';
import {useApp} from '../app.ts';
import {type Lane, LanesChart} from '../chart/lanes.ts';
import {HeldFigure} from '../format.ts';
import {ChartMenu} from './chart-menu.tsx';
import {Choice} from './controls.tsx';
import {DiceIcon, SearchIcon} from './icons.tsx';
import {LegendRow} from './legend.tsx';
import {PastOf} from './past-of.tsx';
import {Plot} from './plot.tsx';
import {linksSource} from './sources.ts';

/** "Per link telemetry": the chosen links, one lane each. */
export function LinksPanel() {
  const app = useApp();
  const {page, store} = app;
  const chart = useMemo(() => new LanesChart(), []);
  const prefixes = useMemo(() => new Map<string, HeldFigure>(), []);
  const ids = page.links.value;
  const byId = store.linkById.value;
  const history = store.summary.value?.historyBins ?? 0;
  const reach = history > 0 && history < page.windowBins.value ? `; the server holds ${history / 10} s` : '';
  const overlay = page.view.value === 'overlay';
  const held = (id: string): HeldFigure => {
    const prefix = prefixes.get(id) ?? new HeldFigure();
    prefixes.set(id, prefix);
    return prefix;
  };
  const lanes = (): Lane[] =>
    page.links.peek().map((id) => {
      const link = store.linkById.peek().get(id);
      return {
        id,
        series: store.links.get(id) ?? null,
        ...(page.isPast.peek() ? {past: store.past.get(id) ?? null} : {}),
        colour: app.palette.peek().series[page.colourOf(id)] ?? app.palette.peek().accent,
        speed: link?.speed ?? null,
        agent: link?.agent ?? id,
      };
    });
  return (
    <section class="panel links" aria-labelledby="links-title" data-testid="panel-links">
      <header>
        <h2 id="links-title">Per link telemetry</h2>
        <p>
          {store.measure.value === 'all' ? 'all traffic' : 'RoCEv2'} received, bit/s
          {page.isPast.value ? '' : ` in 100 ms${reach}`}
        </p>
        <div class="controls">
          <button type="button" class="quiet-button" onClick={() => page.reroll()} data-testid="reroll">
            <DiceIcon /> 5 random <kbd>r</kbd>
          </button>
          <button type="button" class="quiet-button" onClick={() => (page.dialog.value = 'find')} data-testid="find">
            <SearchIcon /> Find link <kbd>/</kbd>
          </button>
          <Choice
            label="Drawn as"
            value={page.view.value}
            options={[
              {value: 'lanes', label: 'Lanes'},
              {value: 'overlay', label: 'Overlay'},
            ]}
            onChoose={(view) => (page.view.value = view)}
          />
          <ChartMenu source={linksSource(app)} />
        </div>
      </header>
      <Plot
        label="RoCEv2 traffic of the chosen links over time; the legend holds the figures"
        testId="plot-links"
        draw={(ctx, size, view, style) => chart.draw(ctx, size, view, lanes(), page.view.peek() === 'overlay', style)}
      />
      {page.isPast.value && ids.map((id) => byId.has(id) && <PastOf key={id} id={id} />)}
      <ul class={`legend ${overlay ? '' : 'in-lanes'}`} aria-label="Chosen links">
        {ids.map((id) => (
          <LegendRow key={id} id={id} link={byId.get(id)} held={held(id)} />
        ))}
        {ids.length === 0 && <li class="empty">No links chosen. Press r for five, or / to find one.</li>}
      </ul>
    </section>
  );
}
