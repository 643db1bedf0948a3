import {useMemo} from 'preact/hooks';
import {type App, useApp} from '../../app.ts';
import {type Area, type Line, LinesChart} from '../../chart/lines.ts';
import {historyTable, type NamedHistory} from '../../export/history-table.ts';
import type {Query} from '../../export/source.ts';
import {HeldPrefix, plusMinus} from '../../format.ts';
import type {History} from '../../metrics/history.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {WarnIcon} from '../icons.tsx';
import {figureTexts} from '../legend.tsx';
import {Plot} from '../plot.tsx';

/** A figure that is told as that of now is no older than this, ms: a busy server may answer late. */
const LATEST_MS = 15_000;

/** A line of a card. */
export interface CardLine extends NamedHistory {
  /** Which colour of the series. */
  colour: number;
  /** How strong its line is, 1 unless said. */
  strength?: number;
  /** True where more of it than none is trouble. */
  isTrouble?: boolean;
}

export interface CardProps {
  id: string;
  title: string;
  /** What it shows, in a few words; the unit is added. */
  what: string;
  unit: string;
  lines: readonly CardLine[];
  /** Areas between two of the lines, by their index, and how much of the first's colour shows. */
  areas?: readonly {low: number; high: number; strength: number}[];
  /** Digits of the figures. */
  digits?: number;
  /** The least top of the scale. */
  least?: number;
  /** Shown in place of the chart while nothing is known: what is missing, why, and what to do. */
  empty: string;
  /** Figures beside each other, all of them unless said. */
  columns?: number;
  /** One below the other, where names are long. */
  isList?: boolean;
  queries: () => readonly Query[];
}

/** One chart of the page of AI metrics: its figures on top, drawn below. */
export function Card(props: CardProps) {
  const app = useApp();
  const {page} = app;
  void page.tick.value;
  const chart = useMemo(() => new LinesChart(), []);
  const {id, title, what, unit, lines} = props;
  const span = page.span();
  const isEmpty = !lines.some(({history}) => history.hasSince(span.from * 100));
  const titleId = `card-${id}`;
  return (
    <section class="panel card" aria-labelledby={titleId} data-testid={titleId}>
      <header>
        <h2 id={titleId}>{title}</h2>
        <p>
          <span class="what">{what}</span>, <span class="unit">{unit}</span>
        </p>
        <div class="controls">
          <ChartMenu
            source={{
              title,
              hasPicture: !isEmpty,
              table: () => historyTable(lines, unit, page.span()),
              queries: props.queries,
            }}
          />
        </div>
      </header>
      {isEmpty ? (
        <p class="empty" data-testid="card-empty">
          {props.empty}
        </p>
      ) : (
        <>
          <ul
            class={`legend ${props.isList === true ? 'listed' : 'across'}`}
            style={
              props.isList === true
                ? {}
                : {gridTemplateColumns: `repeat(${props.columns ?? lines.length}, minmax(0, 1fr))`}
            }
          >
            {lines.map((line) => (
              <Entry key={line.name} line={line} digits={props.digits ?? 3} />
            ))}
          </ul>
          <Plot
            label={`${title}: ${what}, ${unit}, over time; the legend holds the figures`}
            testId={`plot-${id}`}
            draw={(ctx, size, view, style) => {
              const series = style.palette.series;
              const drawn: Line[] = lines.map(({history, colour, strength = 1}) => ({
                history,
                colour: series[colour]!,
                strength,
              }));
              const areas: Area[] = (props.areas ?? []).map(({low, high, strength}) => ({
                low: lines[low]!.history,
                high: lines[high]!.history,
                colour: drawn[low]!.colour,
                strength,
              }));
              return chart.draw(ctx, size, view, drawn, areas, style, props.least);
            }}
          />
        </>
      )}
    </section>
  );
}

function Entry({line: {name, history, colour, isTrouble}, digits}: {line: CardLine; digits: number}) {
  const app = useApp();
  void app.page.tick.value;
  void app.page.cursor.value;
  const held = useMemo(() => new HeldPrefix(), []);
  const i = pointOf(app, history);
  const value = i < 0 ? Number.NaN : history.values[i]!;
  const error = i < 0 ? Number.NaN : plusMinus(value, history.low[i]!, history.high[i]!);
  const texts = figureTexts(value, error, held, digits);
  // One sample more or less is no news: what its own error reaches down to none is not.
  const isNoise = error >= value;
  const isBad = isTrouble === true && value > 0 && !isNoise;
  const look = isBad ? 'warning' : isTrouble === true && isNoise ? 'quiet' : '';
  return (
    <li class="legend-row">
      <span class="swatch" style={{backgroundColor: app.palette.value.series[colour] ?? ''}} />
      <span class="name" title={name}>
        {name}
      </span>
      <span class={`value ${look}`} data-testid="card-value">
        {isBad && <WarnIcon />}
        {texts.value}
      </span>
      {!Number.isNaN(error) && <span class="detail">{texts.error}</span>}
    </li>
  );
}

/** The point under the crosshair, or the newest that is shown. */
function pointOf({page}: App, history: History): number {
  const bin = page.cursorBin();
  return bin === null ? history.at(page.span().to * 100, LATEST_MS) : history.at((bin + 1) * 100);
}
