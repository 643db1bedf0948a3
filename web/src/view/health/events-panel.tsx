import {useSignal} from '@preact/signals';
import type {LiveEvent} from '../../../../src/shared/live.ts';
import {useApp} from '../../app.ts';
import {clock, day, plural} from '../../format.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {Choice} from '../controls.tsx';
import {PageLink} from '../page-link.tsx';
import {type Level, LevelSign} from './level.tsx';
import {eventsSource} from './sources.ts';

/** Lines at first, and so many more at a time. */
const PAGE = 20;

/** "Events": what has happened, newest first, as it comes. */
export function EventsPanel() {
  const {store, page} = useApp();
  const shown = useSignal(PAGE);
  const filter = page.events.value;
  const events = store.events.value.filter(({level}) => filter === 'all' || level !== 'info');
  return (
    <section class="panel events" aria-labelledby="events-title" data-testid="panel-events">
      <header>
        <h2 id="events-title">Events</h2>
        <p>newest first</p>
        <div class="controls">
          <Choice
            label="Events shown"
            testId="events-filter"
            value={filter}
            options={[
              {value: 'all', label: 'All'},
              {value: 'warning', label: 'Warnings and their ends'},
            ]}
            onChoose={(value) => (page.events.value = value)}
          />
          <ChartMenu source={eventsSource(events)} />
        </div>
      </header>
      {events.length === 0 ? (
        <p class="empty">Nothing has happened{filter === 'all' ? '' : ' of this kind'} since the server was started.</p>
      ) : (
        <ol class="event-list">
          {events.slice(0, shown.value).map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </ol>
      )}
      {events.length > shown.value && (
        <button type="button" class="button" onClick={() => (shown.value += PAGE)}>
          Show {plural(Math.min(PAGE, events.length - shown.value), 'older event')}
        </button>
      )}
    </section>
  );
}

export const levelOf = ({level}: LiveEvent): Level => (level === 'good' ? 'ok' : level);

function EventLine({event}: {event: LiveEvent}) {
  return (
    <li data-testid="event" data-kind={event.kind}>
      <LevelSign level={levelOf(event)} />
      <time dateTime={new Date(event.time).toISOString()}>{timeOf(event.time)}</time>
      <span class="what">
        {event.agent === undefined ? (
          event.text
        ) : (
          <PageLink to={{place: 'health', agent: event.agent}}>{event.text}</PageLink>
        )}
      </span>
    </li>
  );
}

/** Time of day; with the date where it is not today's. */
export function timeOf(epochMs: number, now = Date.now()): string {
  const date = day(epochMs);
  return date === day(now) ? clock(epochMs, false) : `${date} ${clock(epochMs, false)}`;
}
