import type {DirectionName, LinkInfo} from '../../../src/shared/live.ts';
import {type App, useApp} from '../app.ts';
import {errorDigits, type HeldPrefix, plural, plusMinus, scaled, THIN, UNKNOWN, unitOf} from '../format.ts';
import {type Past, stepOf} from '../past.ts';
import {type Mean, meanOf, SETTLED_BINS, type Series} from '../series.ts';
import {wayOf} from '../store.ts';
import {CloseIcon, PinIcon} from './icons.tsx';

/** The figures of a legend: under the crosshair, or the mean over the settled two seconds. */
export function readout(app: App, series: Series | undefined, past?: Past | null): Mean | null {
  const bin = app.page.cursorBin();
  if (past !== undefined && bin !== null) return past === null ? null : meanOfStep(past, stepOf(past, bin));
  if (series === undefined) return null;
  if (bin !== null) return meanOf(series, bin, bin + 1);
  const end = Math.min(app.store.finalBin, app.page.span().to);
  return meanOf(series, end - SETTLED_BINS, end);
}

function meanOfStep({values, low, high, samples}: Past, i: number): Mean | null {
  return i < 0 ? null : {value: values[i]!, low: low[i]!, high: high[i]!, samples: samples[i]!};
}

/** Value and half its band, in one unit. */
export function texts(mean: Mean | null, held: HeldPrefix): {value: string; error: string} {
  if (mean === null) return {value: UNKNOWN, error: ''};
  const error = plusMinus(mean.value, mean.low, mean.high);
  return figureTexts(mean.value, error, held, 3);
}

/** The same of any figure, NaN where it or its error is not known. */
export function figureTexts(
  value: number,
  error: number,
  held: HeldPrefix,
  significant: number,
): {value: string; error: string} {
  const prefix = held.of(value === 0 && !Number.isNaN(error) ? error : value);
  const letter = prefix === 0 ? '' : `${THIN}${unitOf(prefix, '')}`;
  return {
    value: scaled(value, prefix, significant) + (Number.isNaN(value) || value === 0 ? '' : letter),
    error: Number.isNaN(error) ? '' : `± ${errorDigits(error, prefix)}${letter}`,
  };
}

interface RowProps {
  id: string;
  link: LinkInfo | undefined;
  /** The prefixes of a direction's figures. */
  held: (id: string, direction: DirectionName) => HeldPrefix;
}

/** One link in the legend: name, value, error, and the buttons that pin or remove it. */
export function LegendRow({id, link, held}: RowProps) {
  const app = useApp();
  const {page, store} = app;
  void page.tick.value;
  void page.cursor.value;
  const figures = page.directions.value.map((direction) => {
    const way = wayOf(id, direction);
    const past = page.isPast.value ? (store.past.get(way) ?? null) : undefined;
    const mean = readout(app, store.links.get(way), past);
    return {direction, mean, ...texts(mean, held(id, direction))};
  });
  const [first, second] = figures;
  const pinned = page.pins.value.has(id);
  const name = link?.name ?? id;
  const silent = link !== undefined && (store.summary.value?.agentsMissing.includes(link.agent) ?? false);
  return (
    <li
      class="legend-row"
      data-testid="legend-row"
      data-link={id}
      onPointerEnter={() => (page.hovered.value = id)}
      onPointerLeave={() => (page.hovered.value = null)}
    >
      <span class="swatch" style={{backgroundColor: app.palette.value.series[page.colourOf(id)] ?? ''}} />
      <span class="name" title={link?.peer === undefined ? id : `${id}, wired to ${link.peer}`}>
        {name}
      </span>
      {second === undefined ? (
        <span class="value" data-testid="legend-value">
          {first!.value}
        </span>
      ) : (
        <WayFigure {...first!} />
      )}
      <span class={second === undefined ? 'detail' : 'detail beside'}>
        <span class="agent">
          {link?.agent ?? 'not seen yet'}
          {link?.wire !== undefined && ` · ${link.wire}`}
        </span>
        {silent && first!.mean === null ? (
          <span class="warning">silent</span>
        ) : (
          second === undefined && (
            <span class="spread">
              {first!.error}
              {first!.mean !== null && <span class="samples"> · {plural(first!.mean.samples, 'sample')}</span>}
            </span>
          )
        )}
      </span>
      {second !== undefined && <WayFigure {...second} />}
      <span class="row-tools">
        <button
          type="button"
          class="tool"
          aria-pressed={pinned}
          aria-label={`Pin ${name}`}
          title={pinned ? 'Unpin: drawing others may replace it' : 'Pin: drawing others keeps it'}
          onClick={() => page.togglePin(id)}
        >
          <PinIcon />
        </button>
        <button type="button" class="tool" aria-label={`Remove ${name}`} title="Remove" onClick={() => page.remove(id)}>
          <CloseIcon />
        </button>
      </span>
    </li>
  );
}

interface WayFigureProps {
  direction: DirectionName;
  mean: Mean | null;
  value: string;
  error: string;
}

/** What a link receives, or sends, where both are shown. */
function WayFigure({direction, mean, value, error}: WayFigureProps) {
  return (
    <span class="way-figure" title={mean === null ? undefined : plural(mean.samples, 'sample')}>
      <span class="of">{direction}</span>
      <span class="value" data-testid={`legend-${direction}`}>
        {value}
      </span>
      <span class="error">{error}</span>
    </span>
  );
}
