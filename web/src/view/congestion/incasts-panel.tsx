import type {CongestionAnswer, Incast} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {cycle, percent, plural, THIN} from '../../format.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {timeOf} from '../health/events-panel.tsx';
import {LevelSign} from '../health/level.tsx';
import {HostName, LinkName} from '../names.tsx';

/** "Incasts": ports that many hosts send to at once; nothing where there are none. */
export function IncastsPanel({answer}: {answer: CongestionAnswer}) {
  const {incasts} = answer;
  return (
    <section class="panel listing" aria-labelledby="incasts-title" data-testid="panel-incasts">
      <header>
        <h2 id="incasts-title">Incasts</h2>
        <p>ports filled by many hosts at once, last minute</p>
        <div class="controls">
          <ChartMenu
            source={{
              title: 'Incasts',
              hasPicture: false,
              table: () => ({
                columns: [
                  'link',
                  'host',
                  'since',
                  'last',
                  'bursts',
                  'sources',
                  'usual sources',
                  'load share',
                  'CE share',
                ],
                rows: incasts.map((incast) => [
                  ...[
                    incast.link,
                    incast.host,
                    new Date(incast.since).toISOString(),
                    new Date(incast.last).toISOString(),
                  ],
                  ...[incast.bursts, incast.sources, incast.usualSources, incast.utilisation, incast.ceShare],
                ]),
              }),
              queries: () => [{what: 'Incasts of the last minute', path: '/api/v1/congestion', promql: null}],
            }}
          />
        </div>
      </header>
      {incasts.length === 0 ? (
        <p class="empty">None: no edge port was full while far more hosts than usual sent to it.</p>
      ) : (
        <ul class="places">
          {incasts.map((incast) => (
            <Line key={incast.link} incast={incast} />
          ))}
        </ul>
      )}
      {incasts.length > 0 && (
        <p class="hint">
          Only bursts that fill the port, of surely more hosts than usual, are counted: of a cycle some may be missing.
        </p>
      )}
    </section>
  );
}

function Line({incast}: {incast: Incast}) {
  void useApp().page.tick.value;
  const {
    link,
    host,
    hostName,
    sources,
    usualSources,
    bursts,
    utilisation,
    ceShare,
    periodic,
    periodMs,
    last,
    addresses,
  } = incast;
  return (
    <li data-testid="incast">
      <LevelSign level="warning" />
      <strong>{plural(Math.round(sources), 'host')} at once</strong> (usually {Math.round(usualSources)}) send
      {host !== null && (
        <>
          {' to '}
          <HostName address={host} name={hostName} />
        </>
      )}{' '}
      on <LinkName id={link} />: {plural(bursts, 'burst')} counted in the last minute
      {periodic && periodMs !== null && `, in a cycle of ${cycle(periodMs).join(THIN)}`}, load {percent(utilisation)}
      {THIN}% in a burst, {percent(ceShare)}
      {THIN}% marked, last at {timeOf(last)}
      {addresses.length > 0 && (
        <span class="of">
          {' '}
          · from {addresses.slice(0, 4).join(', ')}
          {addresses.length > 4 && ` and ${addresses.length - 4} more`}
        </span>
      )}
    </li>
  );
}
