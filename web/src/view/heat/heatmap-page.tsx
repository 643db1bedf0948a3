import {useMemo} from 'preact/hooks';
import type {JobsAnswer, PeriodsAnswer, StragglersAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {grouped, plural} from '../../format.ts';
import {useAnswer} from '../../rest/asking.ts';
import type {HeatSort} from '../../url.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {Choice} from '../controls.tsx';
import {ChevronIcon} from '../icons.tsx';
import {nameOf} from '../jobs/job-name.tsx';
import {LinksPanel} from '../links-panel.tsx';
import {Notices} from '../notices.tsx';
import {WayChoice} from '../way-choice.tsx';
import {HeatLegend} from './heat-legend.tsx';
import {HeatPlot} from './heat-plot.tsx';
import {MapModel} from './model.ts';
import {HEAT_WAYS, heatSource} from './source.ts';

const SORTS: readonly {value: HeatSort; label: string}[] = [
  {value: 'switch', label: 'Switch'},
  {value: 'load', label: 'Load'},
  {value: 'lateness', label: 'Lateness'},
  {value: 'job', label: 'Job'},
];

/** "Heatmap": every link, every 100 ms, each row tall enough to be told apart; the lanes of those that were picked. */
export function HeatmapPage() {
  const app = useApp();
  const {page, store, connection} = app;
  const model = useMemo(() => new MapModel(app, false), [app]);
  useAnswer<PeriodsAnswer>('/api/v1/periods', 2_000, ({periods}) => {
    model.periodMs.value = periods[0]?.periodMs ?? null;
  });
  useAnswer<JobsAnswer>('/api/v1/jobs', 4_000, ({jobs}) => {
    model.jobs.value = jobs.map((job) => ({
      id: job.id,
      name: nameOf(job),
      links: new Set(job.links),
      periodMs: job.period?.periodMs ?? null,
    }));
  });
  useAnswer<StragglersAnswer>('/api/v1/stragglers', 4_000, ({stragglers}) => {
    model.late.value = new Map(stragglers.flatMap(({link, effectMs}) => (link === null ? [] : [[link, effectMs]])));
  });
  const total = store.linkList.value.length;
  return (
    <main class={`charts map-page ${connection.status.value === 'lost' ? 'stale' : ''}`} data-testid="heatmap">
      <h1 class="sr-only">Heatmap</h1>
      <Notices />
      <section class="panel heat" aria-labelledby="heat-title" data-testid="panel-heat">
        <header>
          <h2 id="heat-title">Every link</h2>
          <p>
            {store.measure.value === 'all' ? 'all traffic' : 'RoCEv2'} of {plural(total, 'link')} in 100 ms,{' '}
            {HEAT_WAYS[page.way.value]}, share of line rate
          </p>
          <div class="controls">
            <Pager model={model} />
            <Choice
              label="Sorted by"
              testId="heat-sort"
              value={page.sort.value}
              options={SORTS}
              onChoose={(sort) => (page.sort.value = sort)}
            />
            <WayChoice />
            <ChartMenu source={heatSource(app, model)} />
          </div>
        </header>
        <HeatPlot model={model} />
        <HeatLegend model={model} />
        <Unsorted model={model} />
      </section>
      <LinksPanel />
    </main>
  );
}

/** Which rows are shown, and the way to the others; nothing where all fit. */
function Pager({model}: {model: MapModel}) {
  const {page} = useApp();
  const pages = model.pages.value;
  if (pages === 1) return null;
  const at = Math.min(page.rows.value, pages - 1);
  const {from, to} = model.shown;
  const total = model.ordered.value.links.length;
  return (
    <nav class="pager" aria-label="Rows" data-testid="heat-pager">
      <button
        type="button"
        class="icon-button back"
        aria-label="Rows before"
        title="Rows before (PgUp)"
        disabled={at === 0}
        onClick={() => (page.rows.value = at - 1)}
      >
        <ChevronIcon />
      </button>
      <span>
        rows {grouped(from + 1)}–{grouped(to)} of {grouped(total)}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Rows after"
        title="Rows after (PgDn)"
        disabled={at === pages - 1}
        onClick={() => (page.rows.value = at + 1)}
      >
        <ChevronIcon />
      </button>
    </nav>
  );
}

/** Why an order is not what was asked for. */
function Unsorted({model}: {model: MapModel}) {
  const sort = useApp().page.sort.value;
  if (sort === 'lateness' && model.periodMs.value === null && model.jobs.value.length === 0) {
    return <p class="hint">No period found yet, so no link is late or early: a look needs eight cycles.</p>;
  }
  if (sort === 'job' && model.jobs.value.length === 0) {
    return <p class="hint">No job found yet: it takes some seconds of RoCEv2 between hosts.</p>;
  }
  return null;
}
