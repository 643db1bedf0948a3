import {useEffect, useMemo} from 'preact/hooks';
import type {DirectionName} from '../../../src/shared/live.ts';
import {useApp} from '../app.ts';
import {clock, day} from '../format.ts';
import {knownSince, PAST_STEPS, type SeriesAnswer} from '../past.ts';
import {useAnswer} from '../rest/asking.ts';
import {wayOf} from '../store.ts';

/** Path of the series of the fabric (`''`) or of a link in single bins, or in the steps of the window that is shown. */
export function seriesPath(id: string, direction: DirectionName, query: string): string {
  if (id === '') return `/api/v1/fabric/series?${query}`;
  return `/api/v1/links/${encodeURIComponent(id)}/series?${direction === 'out' ? 'direction=out&' : ''}${query}`;
}

/** Keeps the past of the fabric (`''`) or of a link while a window shows it; has nothing to show itself. */
export function PastOf({id, direction = 'in'}: {id: string; direction?: DirectionName}) {
  const {page, store, loop} = useApp();
  const seconds = page.seconds.value;
  const measure = store.measure.value;
  const path = useMemo(
    () => () => {
      const held = page.frozen.peek();
      const range = held === null ? `from=-${seconds}s` : `from=${held.from * 100}&to=${held.to * 100}`;
      return seriesPath(id, direction, `measure=${measure}&${range}&step=${PAST_STEPS[seconds]}`);
    },
    [page, id, direction, measure, seconds],
  );
  // A step's own length is soon enough for the next one.
  useAnswer<SeriesAnswer>(path, PAST_STEPS[seconds]! * 2, (answer) => {
    store.past.set(wayOf(id, direction), answer);
    page.tick.value++;
    loop.request(true);
  });
  useEffect(
    () => () => {
      store.past.delete(wayOf(id, direction));
    },
    [store, id, direction, measure, seconds],
  );
  return null;
}

/** What a window of the past shows, and how far back what is kept. */
export function PastNote({id}: {id: string}) {
  const {page, store} = useApp();
  void page.tick.value;
  const past = store.past.get(id);
  const since = past === undefined ? null : knownSince(past);
  const bins = (store.summary.value?.historyBins ?? 0) / 10;
  return (
    <span data-testid="past-note">
      Lines are means of {PAST_STEPS[page.seconds.value]! / 1_000} s with their 95 % band; the light area behind is from
      the lowest to the highest 100 ms. Kept: 100 ms for {bins >= 60 ? `${Math.round(bins / 60)} min` : `${bins} s`}, 1
      s for 1 h, 10 s for 24 h{since !== null && `; of this fabric since ${day(since)} ${clock(since, false)}`}
    </span>
  );
}
