import {useSignal} from '@preact/signals';
import {useMemo, useRef} from 'preact/hooks';
import type {MatrixAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import type {Cell, Grid} from '../../chart/matrix.ts';
import {heatStops} from '../../chart/palette.ts';
import {heldTop} from '../../chart/scale.ts';
import type {ChartSource} from '../../export/source.ts';
import {bitRate, plusMinus, tickLabel} from '../../format.ts';
import {useAnswer} from '../../rest/asking.ts';
import type {MatrixBy} from '../../url.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {Choice} from '../controls.tsx';
import {Notices} from '../notices.tsx';
import {Problems} from '../problems.tsx';
import {MatrixPlot} from './matrix-plot.tsx';

/** Rows and columns at most; the others are one sum. */
const MOST = 64;

const BYS: readonly {value: MatrixBy; label: string}[] = [
  {value: 'host', label: 'Hosts'},
  {value: 'switch', label: 'Switches'},
  {value: 'rail', label: 'Rails'},
];

const NOBODY: Readonly<Record<MatrixBy, string>> = {
  host: 'No RoCEv2 between hosts sampled in this time.',
  switch:
    'No RoCEv2 between hosts whose switches are known. A host is at the switch where its packets enter: it takes a few samples of each.',
  rail: 'No RoCEv2 between hosts sampled in this time. Rails are the hosts of a job that talk to each other.',
};

/** "Matrix": who sends to whom. */
export function MatrixPage() {
  const {page, connection} = useApp();
  const by = page.by.value;
  const path = `/api/v1/matrix?by=${by}&top=${MOST}`;
  const asked = useAnswer<MatrixAnswer>(path, 2_000);
  const answer = asked.value.value;
  return (
    <main class={`page ${connection.status.value === 'lost' ? 'stale' : ''}`} data-testid="matrix">
      <h1 class="sr-only">Matrix</h1>
      <div class="top">
        <Notices />
        <Problems of={[asked]} />
      </div>
      <section class="panel matrix" aria-labelledby="matrix-title" data-testid="panel-matrix">
        <header>
          <h2 id="matrix-title">Who sends to whom</h2>
          <p>RoCEv2 from row to column, mean of {Math.round(answer?.window ?? 10)} s, bit/s</p>
          <div class="controls">
            <Choice
              label="Rows are"
              testId="matrix-by"
              value={by}
              options={BYS}
              onChoose={(to) => (page.by.value = to)}
            />
            {answer !== null && <ChartMenu source={sourceOf(answer, path)} />}
          </div>
        </header>
        {answer === null ? (
          asked.problem.value === null && <p class="empty">Asking the server…</p>
        ) : answer.rows.length === 0 ? (
          <p class="empty">{NOBODY[by]}</p>
        ) : (
          <Shown answer={answer} />
        )}
      </section>
    </main>
  );
}

function Shown({answer}: {answer: MatrixAnswer}) {
  const app = useApp();
  const hovered = useSignal<Cell | null>(null);
  const top = useRef(0);
  const grid = useMemo((): Grid => {
    const {rows, columns, bitsPerSecond} = answer;
    top.current = heldTop(Math.max(1, ...bitsPerSecond.map((row) => Math.max(0, ...row))), top.current);
    return {rows, columns, values: bitsPerSecond, top: top.current};
  }, [answer]);
  const cell = hovered.value;
  const sums = useMemo(() => totals(answer), [answer]);
  return (
    <>
      <MatrixPlot grid={grid} hovered={cell} onPoint={(to) => (hovered.value = to)} />
      <div class="legend matrix-legend" data-testid="matrix-legend">
        <div class="scale">
          <span
            class="ramp"
            style={{backgroundImage: `linear-gradient(90deg, ${heatStops(app.palette.value.dark).join(', ')})`}}
          />
          <span class="ends">
            <span>0</span>
            <span>{tickLabel(grid.top / 4)}</span>
            <span>{tickLabel(grid.top)}bit/s</span>
          </span>
          <p class="hint">Colours go by the square root of the rate: the middle one stands for a quarter of the top.</p>
        </div>
        {cell === null || answer.rows[cell.row] === undefined || answer.columns[cell.column] === undefined ? (
          <p class="hint">Point at a cell to read it. Rows send, columns receive.</p>
        ) : (
          <Read answer={answer} cell={cell} />
        )}
        <dl class="facts">
          <div>
            <dt>Shown</dt>
            <dd data-testid="matrix-total">{bitRate(sums.shown)}</dd>
          </div>
          <div>
            <dt>Between others</dt>
            <dd>{bitRate(answer.restBitsPerSecond)}</dd>
          </div>
          <div>
            <dt>Pairs that talk</dt>
            <dd>{sums.pairs}</dd>
          </div>
        </dl>
      </div>
    </>
  );
}

function Read({answer, cell: {row, column}}: {answer: MatrixAnswer; cell: Cell}) {
  const value = answer.bitsPerSecond[row]?.[column] ?? 0;
  const error = plusMinus(value, answer.low[row]?.[column] ?? null, answer.high[row]?.[column] ?? null);
  return (
    <div class="hovered" data-testid="matrix-hover">
      <strong>{answer.rows[row]}</strong>
      <span class="detail">sends to</span>
      <strong>{answer.columns[column]}</strong>
      <span class="value">{bitRate(value)}</span>
      <span class="detail">± {bitRate(error, 2)}</span>
    </div>
  );
}

function totals({bitsPerSecond}: MatrixAnswer): {shown: number; pairs: number} {
  const all = bitsPerSecond.flat();
  return {shown: all.reduce((sum, value) => sum + value, 0), pairs: all.filter((value) => value > 0).length};
}

function sourceOf(answer: MatrixAnswer, path: string): ChartSource {
  return {
    title: 'Who sends to whom',
    table: () => ({
      columns: ['source', 'destination', 'bit/s', 'low bit/s', 'high bit/s'],
      rows: answer.rows.flatMap((source, row) =>
        answer.columns.map((destination, column) => [
          source,
          destination,
          answer.bitsPerSecond[row]?.[column] ?? null,
          answer.low[row]?.[column] ?? null,
          answer.high[row]?.[column] ?? null,
        ]),
      ),
    }),
    queries: () => [{what: 'The same matrix, with its 95 % bands', path, promql: null}],
  };
}
