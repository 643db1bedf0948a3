import {useMemo} from 'preact/hooks';
import {useApp} from '../../app.ts';
import {plural} from '../../format.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {Choice} from '../controls.tsx';
import {PageLink} from '../page-link.tsx';
import {HeatLegend} from './heat-legend.tsx';
import {HeatPlot} from './heat-plot.tsx';
import {MapModel} from './model.ts';
import {HEAT_WAYS, heatSource} from './source.ts';

/** "Every link" on the page of the fabric: all of them on one picture. */
export function HeatmapPanel() {
  const app = useApp();
  const {page} = app;
  const model = useMemo(() => new MapModel(app, true), [app]);
  return (
    <section class="panel heat" aria-labelledby="heat-title" data-testid="panel-heat">
      <header>
        <h2 id="heat-title">
          <PageLink to={{place: 'heatmap'}} class="quiet-link">
            Every link
          </PageLink>
        </h2>
        <p>
          {plural(model.rows.value.links.length, 'link')}, {HEAT_WAYS[page.way.value]}, share of line rate
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
          <ChartMenu source={heatSource(app, model)} />
        </div>
      </header>
      <HeatPlot model={model} />
      <HeatLegend model={model} />
    </section>
  );
}

function PerLine({model}: {model: MapModel}) {
  const {page} = useApp();
  void page.tick.value;
  return model.chart.perLine > 1 ? <>; a line is the mean of {model.chart.perLine}</> : null;
}
