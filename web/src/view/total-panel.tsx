import {useMemo} from 'preact/hooks';
import {type App, useApp} from '../app.ts';
import {TotalChart} from '../chart/total.ts';
import {grouped, HeldPrefix, percent, plural, plusMinus, scaled, THIN, UNKNOWN, unitOf} from '../format.ts';
import {extremesOf, lateBins} from '../late.ts';
import {isKnown, type Past} from '../past.ts';
import {ChartMenu} from './chart-menu.tsx';
import {readout, texts} from './legend.tsx';
import {PastOf} from './past-of.tsx';
import {Plot} from './plot.tsx';
import {totalSource} from './sources.ts';

/** "Combined fabric-wide telemetry": the sum over all edge links. */
export function TotalPanel() {
  const app = useApp();
  const {store} = app;
  const chart = useMemo(() => new TotalChart(), []);
  const left = store.summary.value?.unknownLinks ?? 0;
  const all = store.measure.value === 'all';
  return (
    <section class="panel total" aria-labelledby="total-title" data-testid="panel-fabric">
      <header>
        <h2 id="total-title">Combined fabric-wide telemetry</h2>
        <p>
          sum over edge links, each packet once
          {left > 0 ? `; ${plural(left, 'link')} of unknown role left out` : ''}
        </p>
        <div class="controls">
          <ChartMenu source={totalSource(app)} />
        </div>
      </header>
      <Plot
        label={`${all ? 'Total' : 'RoCEv2'} traffic of the whole fabric over time; the legend holds the figures`}
        testId="plot-fabric"
        draw={(ctx, size, view, style) => chart.draw(ctx, size, view, drawnOf(app), style.palette.accent, style)}
      />
      <TotalLegend />
      {app.page.isPast.value && <PastOf id="" />}
    </section>
  );
}

/** What is drawn: single bins, or an hour or a day of longer steps. */
function drawnOf({page, store}: App) {
  const series = store.total[store.measure.peek()];
  return page.isPast.peek() ? {series, past: store.past.get('') ?? null} : {series};
}

function TotalLegend() {
  const app = useApp();
  const {page, store} = app;
  void page.tick.value;
  void page.cursor.value;
  void page.frozen.value;
  const held = useMemo(() => ({mean: new HeldPrefix(), range: new HeldPrefix()}), []);
  const series = store.total[store.measure.value];
  const past = page.isPast.value ? (store.past.get('') ?? null) : undefined;
  const mean = readout(app, series, past);
  const {value, error} = texts(mean, held.mean);
  const share = mean === null || mean.value === 0 ? null : plusMinus(mean.value, mean.low, mean.high) / mean.value;
  const span = page.span();
  const range =
    past === undefined
      ? extremes(app, span.from, span.to)
      : extremesOfPast(past, span.from, span.to, store.capacity.value);
  const prefix = range === null ? 0 : held.range.of(range.peak);
  const text = (n: number): string => `${scaled(n, prefix)}${THIN}${unitOf(prefix, '')}`;
  return (
    <ul class="legend" aria-label="Fabric">
      <li class="legend-row">
        <span class="swatch accent" />
        <span class="name">{store.measure.value === 'all' ? 'Fabric, all traffic' : 'Fabric RoCEv2'}</span>
        <span class="value" data-testid="fabric-value">
          {value}
        </span>
        <span class="detail">{page.cursorBin() === null ? 'mean of the settled 2 s' : 'under the crosshair'}</span>
      </li>
      <li class="legend-row">
        <span class="swatch band" />
        <span class="name">95 % band</span>
        <span class="value">{share === null ? UNKNOWN : `± ${percent(share)}${THIN}%`}</span>
        <span class="detail">
          {error} · {mean === null ? UNKNOWN : grouped(mean.samples)} samples
        </span>
      </li>
      <li class="legend-row">
        <span class="swatch none" />
        <span class="name">Peak</span>
        <span class="value">{range === null ? UNKNOWN : text(range.peak)}</span>
        <span class="detail">
          {range === null ? '' : `least ${text(range.least)} · mean ${text(range.mean)}`} in view
        </span>
      </li>
    </ul>
  );
}

/** Largest, least and mean value in view. */
function extremes({store}: App, from: number, to: number) {
  const capacity = store.capacity.value;
  const late = lateBins(store.total.all, from, to, capacity, []);
  return extremesOf(store.total[store.measure.value], from, to, late, capacity);
}

function extremesOfPast(past: Past | null, from: number, to: number, capacity: number | null) {
  let peak = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  let steps = 0;
  for (let i = 0; i < (past?.values.length ?? 0); i++) {
    const at = (past!.start + i * past!.step) / 100;
    if (at < from || at >= to || !isKnown(past!, i)) continue;
    // What is more than links carry came late.
    if (capacity === null || past!.max[i]! <= capacity) peak = Math.max(peak, past!.max[i]!);
    least = Math.min(least, past!.min[i]!);
    sum += past!.values[i]!;
    steps++;
  }
  return steps === 0 ? null : {peak: Math.max(peak, least), least, mean: sum / steps};
}
