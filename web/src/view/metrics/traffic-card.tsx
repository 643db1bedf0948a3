import {useMemo} from 'preact/hooks';
import {type App, useApp} from '../../app.ts';
import {type Lane, LanesChart} from '../../chart/lanes.ts';
import type {Style} from '../../chart/marks.ts';
import {HeldPrefix} from '../../format.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {readout, texts} from '../legend.tsx';
import {Plot} from '../plot.tsx';
import {totalSource} from '../sources.ts';

const MEASURES = [
  {measure: 'all', name: 'All traffic', colour: 7},
  {measure: 'roce', name: 'RoCEv2', colour: 0},
] as const;

/** Total and RoCEv2 traffic of the fabric, in bins of 100 ms as on its own page. */
export function TrafficCard() {
  const app = useApp();
  const chart = useMemo(() => new LanesChart(), []);
  return (
    <section class="panel card" aria-labelledby="card-traffic" data-testid="card-traffic">
      <header>
        <h2 id="card-traffic">Traffic</h2>
        <p>
          <span class="what">entering at edge links, 100 ms</span>, <span class="unit">bit/s</span>
        </p>
        <div class="controls">
          <ChartMenu source={{...totalSource(app), title: 'Traffic'}} />
        </div>
      </header>
      <ul class="legend across" style={{gridTemplateColumns: 'repeat(2, minmax(0, 1fr))'}}>
        {MEASURES.map((entry) => (
          <Entry key={entry.measure} {...entry} />
        ))}
      </ul>
      <Plot
        label="Total and RoCEv2 traffic of the fabric over time; the legend holds the figures"
        testId="plot-traffic"
        draw={(ctx, size, view, style) => chart.draw(ctx, size, view, lanesOf(app, style), true, style)}
      />
    </section>
  );
}

function lanesOf({store}: App, style: Style): Lane[] {
  return MEASURES.map(({measure, colour}) => ({
    id: measure,
    up: {series: store.total[measure]},
    colour: style.palette.series[colour]!,
    speed: null,
    agent: 'every agent',
  }));
}

function Entry({measure, name, colour}: (typeof MEASURES)[number]) {
  const app = useApp();
  void app.page.tick.value;
  void app.page.cursor.value;
  const held = useMemo(() => new HeldPrefix(), []);
  const {value, error} = texts(readout(app, app.store.total[measure]), held);
  return (
    <li class="legend-row">
      <span class="swatch" style={{backgroundColor: app.palette.value.series[colour] ?? ''}} />
      <span class="name">{name}</span>
      <span class="value" data-testid="card-value">
        {value}
      </span>
      <span class="detail">{error}</span>
    </li>
  );
}
