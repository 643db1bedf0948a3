import {useMemo} from 'preact/hooks';
import type {DirectionName} from '../../../src/shared/live.ts';
import {useApp} from '../app.ts';
import {type Lane, LanesChart, type Line} from '../chart/lanes.ts';
import {HeldPrefix} from '../format.ts';
import {wayOf} from '../store.ts';
import {ChartMenu} from './chart-menu.tsx';
import {Choice} from './controls.tsx';
import {DiceIcon, SearchIcon} from './icons.tsx';
import {LegendRow} from './legend.tsx';
import {PastOf} from './past-of.tsx';
import {Plot} from './plot.tsx';
import {linksSource} from './sources.ts';
import {WayChoice} from './way-choice.tsx';

const WAY_TEXTS = {both: 'received (up) and sent (down)', in: 'received', out: 'sent'} as const;

/** "Per link telemetry": the chosen links, one lane each. */
export function LinksPanel() {
  const app = useApp();
  const {page, store} = app;
  const chart = useMemo(() => new LanesChart(), []);
  const prefixes = useMemo(() => new Map<string, HeldPrefix>(), []);
  const ids = page.links.value;
  const byId = store.linkById.value;
  const history = store.summary.value?.historyBins ?? 0;
  const reach = history > 0 && history < page.windowBins.value ? `; the server holds ${history / 10} s` : '';
  const overlay = page.view.value === 'overlay';
  const held = (id: string, direction: DirectionName): HeldPrefix => {
    const way = wayOf(id, direction);
    const prefix = prefixes.get(way) ?? new HeldPrefix();
    prefixes.set(way, prefix);
    return prefix;
  };
  const line = (id: string, direction: DirectionName): Line => {
    const way = wayOf(id, direction);
    const past = page.isPast.peek() ? {past: store.past.get(way) ?? null} : {};
    return {series: store.links.get(way) ?? null, ...past};
  };
  const lanes = (): Lane[] =>
    page.links.peek().map((id) => {
      const link = store.linkById.peek().get(id);
      const [up, down] = page.directions.peek().map((direction) => line(id, direction));
      return {
        ...{id, up: up!},
        ...(down === undefined ? {} : {down}),
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
          {store.measure.value === 'all' ? 'all traffic' : 'RoCEv2'} {WAY_TEXTS[page.way.value]}, bit/s
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
          <WayChoice />
          <ChartMenu source={linksSource(app)} />
        </div>
      </header>
      <Plot
        label="RoCEv2 traffic of the chosen links over time; the legend holds the figures"
        testId="plot-links"
        draw={(ctx, size, view, style) => chart.draw(ctx, size, view, lanes(), page.view.peek() === 'overlay', style)}
      />
      {page.isPast.value &&
        ids
          .filter((id) => byId.has(id))
          .flatMap((id) => page.directions.value.map((way) => <PastOf key={wayOf(id, way)} id={id} direction={way} />))}
      <ul class={`legend ${overlay ? '' : 'in-lanes'}`} aria-label="Chosen links">
        {ids.map((id) => (
          <LegendRow key={id} id={id} link={byId.get(id)} held={held} />
        ))}
        {ids.length === 0 && <li class="empty">No links chosen. Press r for five, or / to find one.</li>}
      </ul>
    </section>
  );
}
