import {useApp} from '../app.ts';
import {levelOf, timeOf} from './health/events-panel.tsx';
import {LevelSign} from './health/level.tsx';
import {PageLink} from './page-link.tsx';

/** So many at most; fewer where there is no room. */
const NEWEST = 3;

/** The newest events side by side under the figures; the others are a click away. */
export function EventStrip() {
  const {store} = useApp();
  const events = store.events.value.slice(0, NEWEST);
  if (events.length === 0) return null;
  return (
    <section class="strip" aria-label="Newest events" data-testid="event-strip">
      <ol>
        {events.map((event) => (
          <li key={event.id} data-testid="strip-event">
            <LevelSign level={levelOf(event)} />
            <time dateTime={new Date(event.time).toISOString()}>{timeOf(event.time)}</time>
            <span class="what">{event.text}</span>
          </li>
        ))}
      </ol>
      <PageLink to={{place: 'health'}} class="all">
        All events
      </PageLink>
    </section>
  );
}
