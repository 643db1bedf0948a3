import type {HealthAnswer} from '../../../../src/shared/health.ts';
import {duration, grouped, percent, plural, short, THIN} from '../../format.ts';
import {type Step, stepsOf} from '../../health/steps.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {WarnIcon} from '../icons.tsx';
import {waySource} from './sources.ts';

/** "The way of a sample": what passes each step and what is lost there, now and since the start. */
export function WayPanel({health}: {health: HealthAnswer}) {
  const steps = stepsOf(health);
  const {samples, recent} = health;
  return (
    <section class="panel way" aria-labelledby="way-title" data-testid="panel-way">
      <header>
        <h2 id="way-title">The way of a sample</h2>
        <p>from the switches to the bins, over the last {recent.seconds} s and since the start</p>
        <div class="controls">
          <ChartMenu source={waySource(health)} />
        </div>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" class="num">
              Passes
            </th>
            <th scope="col" class="bar-head">
              <span class="sr-only">Share of what was sent</span>
            </th>
            <th scope="col" class="num">
              Lost now
            </th>
            <th scope="col" class="num since">
              Passed since the start
            </th>
            <th scope="col" class="num since">
              Lost
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <Row key={step.id} step={step} />
          ))}
        </tbody>
      </table>
      <div class="beside">
        <dl>
          <div>
            <dt>Samples, by their own numbers</dt>
            <dd data-testid="ledger-samples">
              {grouped(samples.expected)} expected = {grouped(samples.received)} received + {grouped(samples.missing)}{' '}
              missing
            </dd>
          </div>
          <div>
            <dt>Beside flow samples</dt>
            <dd>
              {plural(health.waterfall.counterSamples, 'counter sample')},{' '}
              {plural(health.waterfall.discardedPackets, 'drop notification')}, {grouped(health.waterfall.otherSamples)}{' '}
              of other kinds
            </dd>
          </div>
          <div>
            <dt>Interface counters</dt>
            <dd data-testid="counters-age">{countersText(health)}</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

function Row({step}: {step: Step}) {
  const {now, total, unit, reasons} = step;
  const isLossy = now.lost > 0;
  return (
    <tr class={isLossy ? 'lossy' : ''} data-testid={`step-${step.id}`}>
      <th scope="row">
        <span class="name">{step.name}</span> <span class="does">{step.does}</span>
      </th>
      <td class="num passes">
        {rate(now.passed)} <span class="unit">{unit}/s</span>
      </td>
      <td class="bar-cell">
        <span class="bar" aria-hidden="true">
          <span class={unit} style={{width: `${100 * step.share}%`}} />
        </span>
      </td>
      <td class="num lost">
        {step.id === 'switch' ? (
          ''
        ) : isLossy ? (
          <span class="warning">
            <WarnIcon /> {rate(now.lost)}/s ({percent(now.lost / (now.lost + now.passed))}
            {THIN}%)
          </span>
        ) : (
          'none'
        )}
      </td>
      <td class="num since">{grouped(total.passed)}</td>
      <td class="num since">
        {step.id === 'switch' ? '' : grouped(total.lost)}
        {reasons.length > 0 && (
          <span class="reasons">
            {reasons
              .slice(0, 3)
              .map(({name, count}) => `${name} ${grouped(count)}`)
              .join(', ')}
          </span>
        )}
      </td>
    </tr>
  );
}

/** Whole numbers, three digits of large ones; a trickle is not nothing. */
function rate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 10) return perSecond.toFixed(1);
  return perSecond < 1e5 ? grouped(perSecond) : short(perSecond);
}

function countersText({counters}: HealthAnswer): string {
  const {ports, known, newestMs, oldestMs} = counters;
  if (known === 0 || newestMs === null || oldestMs === null) return `none yet of ${plural(ports, 'port')}`;
  const of = known === ports ? plural(ports, 'port') : `${grouped(known)} of ${plural(ports, 'port')}`;
  return `of ${of}, the newest ${duration(newestMs)} old, the oldest ${duration(oldestMs)}`;
}
