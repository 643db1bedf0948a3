import {computed, effect, type ReadonlySignal} from '@preact/signals';
import {createContext} from 'preact';
import {useContext} from 'preact/hooks';
import {REVISED_BINS} from '../../src/shared/bins.ts';
import type {Palette} from './chart/palette.ts';
import {Connection} from './connection.ts';
import {tellTimesIn} from './format.ts';
import {HealthFeed} from './health/feed.ts';
import {Loop} from './loop.ts';
import {MetricsModel} from './metrics/model.ts';
import {Page} from './page.ts';
import {SETTLED_BINS} from './series.ts';
import {Store, wayOf} from './store.ts';
import {followTheme} from './theme.ts';
import type {Place} from './url.ts';

/** How often text is updated, in milliseconds. */
const TEXT_MS = 500;

/** Text updates between two requests for bins that were skipped: a slow browser must not be given more work. */
const FILL_TICKS = 20;

/** The most history a subscription may ask for, in bins. */
const MOST_HISTORY = 3000;

/** The parts of the page, wired by hand. */
export interface App {
  store: Store;
  page: Page;
  loop: Loop;
  connection: Connection;
  /** What the page of data health shows. */
  feed: HealthFeed;
  /** What the page of AI metrics shows. */
  metrics: MetricsModel;
  /** What the page has to show. */
  phase: ReadonlySignal<Phase>;
  palette: ReadonlySignal<Palette>;
}

/** `setup` = nothing received yet; `charts` covers everything from the first sample on. */
export type Phase = 'connecting' | 'login' | 'setup' | 'charts';

/** What a page needs of the live socket beside the fabric: a page that is not looked at costs nothing. */
const NOTHING = {hasLinks: false, hasMap: false};
const PAST_NEEDS = {hasLinks: true, hasMap: false};
const NEEDS: Readonly<Record<Place, {hasLinks: boolean; hasMap: boolean}>> = {
  fabric: {hasLinks: true, hasMap: true},
  heatmap: {hasLinks: true, hasMap: true},
  metrics: NOTHING,
  jobs: NOTHING,
  matrix: NOTHING,
  congestion: NOTHING,
  health: NOTHING,
};

/** Builds the parts. Nothing runs before `start`. */
export function createApp(url: string): App {
  const store = new Store();
  const page = new Page(store);
  const loop = new Loop();
  const connection = new Connection(store, loop, url);
  const phase = computed<Phase>(() => {
    const status = connection.status.value;
    const summary = store.summary.value;
    if (status === 'login') return 'login';
    if (summary === null) return 'connecting';
    return store.hasData.value || summary.totals.flowSamples > 0 ? 'charts' : 'setup';
  });
  const feed = new HealthFeed({
    // Not before the socket has let this page in: a request without the token would only be turned away.
    isShown: () => page.place.value === 'health' && (phase.value === 'charts' || phase.value === 'setup'),
    agent: () => page.agent.value,
    headers: () => connection.headers(),
  });
  return {store, page, loop, connection, feed, metrics: new MetricsModel(), phase, palette: followTheme(page)};
}

/** Connects, keeps the subscription in step with what is shown, and starts the clock of the text. */
export function start(app: App): void {
  const {store, page, loop, connection, feed} = app;
  page.restore(location.search);
  followAddress(page);
  effect(() => {
    if (store.linkList.value.length > 0 && page.links.peek().length === 0) page.reroll();
  });
  effect(() => {
    void store.measure.value;
    void page.way.value;
    store.forgetLinks();
  });
  let former = {hasLinks: true, hasMap: true};
  let formerWay = page.way.peek();
  effect(() => {
    // The map has no past.
    const needs = page.isPast.value ? PAST_NEEDS : NEEDS[page.place.value];
    // What was not asked for meanwhile has a hole.
    const isMore =
      (needs.hasLinks && !former.hasLinks) || (needs.hasMap && !former.hasMap) || page.way.value !== formerWay;
    former = needs;
    formerWay = page.way.value;
    const links = needs.hasLinks ? [...page.links.value] : [];
    const measure = store.measure.value;
    void page.windowBins.value;
    const directions = page.directions.value;
    if (needs.hasLinks) store.keepOnly(links.flatMap((id) => directions.map((direction) => wayOf(id, direction))));
    connection.subscribe((anew) => ({
      type: 'subscribe',
      fabric: true,
      links,
      measure,
      direction: page.way.value,
      heatmap: needs.hasMap,
      topics: ['links', 'summary', 'events', ...(page.place.value === 'fabric' ? ['flows' as const] : [])],
      history: historyWanted(app, links, anew || isMore),
    }));
  });
  effect(() => {
    tellTimesIn(page.zone.value);
    page.tick.value = page.tick.peek() + 1;
    loop.request(true);
  });
  effect(() => {
    void page.frozen.value;
    void page.cursor.value;
    void page.links.value;
    void page.view.value;
    void page.seconds.value;
    void page.hovered.value;
    void page.sort.value;
    loop.request(true);
  });
  const motion = matchMedia('(prefers-reduced-motion: reduce)');
  const follow = (): void => {
    loop.reducedMotion = motion.matches;
  };
  follow();
  motion.addEventListener('change', follow);
  let filled = 0;
  setInterval(() => {
    page.tick.value++;
    if (store.skips > filled && page.tick.peek() % FILL_TICKS === 0) {
      filled = store.skips;
      connection.refresh();
    }
    connection.watch(performance.now());
  }, TEXT_MS);
  feed.start();
  connection.open();
}

/** Keeps the address in step with the page. Another page, or job, is a step that the browser's own buttons go back. */
function followAddress(page: Page): void {
  const whereIs = (): string => `${page.place.peek()} ${page.job.peek()}`;
  let place = whereIs();
  page.follow((query) => {
    const isOther = whereIs() !== place;
    place = whereIs();
    if (query === location.search) return;
    const address = query + location.hash;
    if (isOther) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  });
  addEventListener('popstate', () => {
    const links = page.links.peek();
    page.restore(location.search);
    // An address from before the first links were drawn holds none.
    if (page.links.peek().length === 0) page.links.value = links;
  });
}

/** Bins to ask for: as far back as is shown, or only what may be revised where all that is held already. */
function historyWanted(app: App, links: readonly string[], anew: boolean): number {
  const {store, page} = app;
  // What is older than the bins of the page comes by REST.
  if (page.isPast.peek()) return REVISED_BINS + SETTLED_BINS;
  const back = Math.max(page.windowBins.peek(), store.newestBin + 1 - page.span().from);
  const held = store.newestBin + 1 - store.heldFrom(links, page.directions.peek());
  return held >= back && !anew ? REVISED_BINS : Math.min(MOST_HISTORY, back + REVISED_BINS);
}

/** The parts, for the views. */
export const AppContext = createContext<App | null>(null);

/** The parts, inside of a view. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('a view was rendered outside of the page');
  return app;
}
