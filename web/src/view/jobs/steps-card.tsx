import {useMemo} from 'preact/hooks';
import type {Job, StepsAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {StepsChart} from '../../chart/steps.ts';
import {cycle, percent, THIN} from '../../format.ts';
import {disturbedAt} from '../../late.ts';
import {useAnswer} from '../../rest/asking.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {timeOf} from '../health/events-panel.tsx';
import {LevelSign} from '../health/level.tsx';
import {Plot} from '../plot.tsx';

/** Slow steps that are listed. */
const MOST_SLOW = 4;

/** Steps that are not followed: nothing is known of them. */
const NO_STEPS: StepsAnswer = {periodMs: null, mean: null, p50: null, p99: null, steps: [], slow: []};

interface StepsCardProps {
  job: Job;
  /** What it is called where cards of several jobs stand below each other. */
  title?: string;
  testId?: string;
}

/** "Step time": a bar a step, and the slow ones in words. */
export function StepsCard({job: {id: job, steps: told}, title = 'Step time', testId = 'panel-steps'}: StepsCardProps) {
  const app = useApp();
  void app.page.tick.value;
  const chart = useMemo(() => new StepsChart(), []);
  const path = `/api/v1/jobs/${encodeURIComponent(job)}/steps`;
  const answer = useAnswer<StepsAnswer>(told === null ? null : path, 1_000).value.value ?? NO_STEPS;
  const {p50, p99, mean, slow, steps} = answer;
  return (
    <section class="panel card steps-card" aria-labelledby={`steps-title-${job}`} data-testid={testId}>
      <header>
        <h2 id={`steps-title-${job}`}>{title}</h2>
        <p>
          <span class="what">from exchange to exchange</span>, <span class="unit">ms</span>
        </p>
        <div class="controls">
          <ChartMenu
            source={{
              title,
              hasPicture: steps.length > 0,
              table: () => ({
                columns: ['time', 'step ms', 'longer than usual by'],
                rows: steps.map(({time, ms}) => [
                  new Date(time).toISOString(),
                  ms,
                  slow.find((one) => one.time === time)?.share ?? null,
                ]),
              }),
              queries: () => [{what: 'The last steps of the job, one by one', path, promql: null}],
            }}
          />
        </div>
      </header>
      {steps.length === 0 ? (
        <p class="empty">
          No steps followed yet: they are told one by one once the job's period is known and its samples carry it.
        </p>
      ) : (
        <>
          <ul class="legend across four">
            {(
              [
                ['p50', p50],
                ['Mean', mean],
                ['p99', p99],
                ['Slowest', Math.max(...steps.map(({ms}) => ms))],
              ] as const
            ).map(([name, ms]) => (
              <li key={name} class="legend-row">
                <span class="swatch none" />
                <span class="name">{name}</span>
                <span class="value" data-testid="step-value">
                  {cycle(ms ?? Number.NaN).join(THIN)}
                </span>
              </li>
            ))}
          </ul>
          <Plot
            label="Step times of the job, a bar a step; the legend holds the figures"
            testId={`plot-${testId}`}
            draw={(ctx, size, view, style) => chart.draw(ctx, size, view, answer, style.palette.series[1]!, style)}
          />
          <ul class="places slow-steps">
            {[...slow]
              .reverse()
              .slice(0, MOST_SLOW)
              .map(({time, ms, share}) => (
                <li key={time} data-testid="slow-step">
                  <LevelSign level="warning" />
                  {timeOf(time)}: {cycle(ms).join(THIN)}, {percent(share)}
                  {THIN}% longer than usual
                  <Doubt time={time} />
                </li>
              ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** What else was amiss when a step seemed slow. */
function Doubt({time}: {time: number}) {
  const {store} = useApp();
  const why = disturbedAt(time, store.total.all, store.capacity.value, store.events.value);
  return why === null ? null : <span class="of"> ({why})</span>;
}
