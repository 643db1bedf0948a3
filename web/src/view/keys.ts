import type {App} from '../app.ts';
import {HEAT_SORTS, type Zone} from '../url.ts';
import {PAGES, TIMED, windowsOf} from './pages.ts';

/** A key and what it does, as the help dialog lists it. */
export interface KeyHelp {
  keys: readonly string[];
  does: string;
}

export const KEYS: readonly KeyHelp[] = [
  ...PAGES.map(({key, does}) => ({keys: [key], does})),
  {keys: ['space'], does: 'pause, and back to live'},
  {keys: ['Esc'], does: 'back to live, close a dialog'},
  {keys: ['1', '2', '3', '4', '5'], does: 'show 15 s, 60 s, 5 min; of the fabric also 1 h and 24 h'},
  {keys: ['r'], does: 'draw five other links; pinned ones stay'},
  {keys: ['/'], does: 'find a link by name or id; an agent on data health'},
  {keys: ['o'], does: 'lanes or overlaid lines'},
  {keys: ['s'], does: 'sort the map by switch, load, lateness or job'},
  {keys: ['PgUp', 'PgDn'], does: 'heatmap: the links before and after'},
  {keys: ['←', '→'], does: 'scrub by a second while paused, with shift by 100 ms'},
  {keys: [',', '.'], does: 'move the crosshair by 100 ms'},
  {keys: ['+', '−'], does: 'zoom in and out'},
  {keys: ['u'], does: 'times of day in UTC or in local time'},
  {keys: ['t'], does: 'theme: system, dark, light'},
  {keys: ['?'], does: 'this help'},
];

/** Goes through the themes. */
export function nextTheme(app: App): void {
  const {theme} = app.page;
  theme.value = theme.value === 'system' ? 'dark' : theme.value === 'dark' ? 'light' : 'system';
}

export const otherZone = (zone: Zone): Zone => (zone === 'utc' ? 'local' : 'utc');

/** Listens for the keys of the whole page. */
export function listenToKeys(app: App): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || app.page.dialog.peek() !== null) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('input, textarea, select') != null) return;
    // On a button, space presses the button.
    if (event.key === ' ' && target?.closest('button, a, summary') != null) return;
    if (pressAnywhere(app, event) || (isOnCharts(app) && press(app, event))) event.preventDefault();
  });
}

const isOnCharts = ({phase, page}: App): boolean => phase.peek() === 'charts' && TIMED.has(page.place.peek());

/** Keys that mean the same on every page. */
function pressAnywhere(app: App, event: KeyboardEvent): boolean {
  const {page} = app;
  const other = PAGES.find(({key}) => key === event.key);
  if (other !== undefined) {
    page.restore(page.queryOf({place: other.place}));
    return true;
  }
  switch (event.key) {
    case '?':
      page.dialog.value = 'help';
      return true;
    case 't':
      nextTheme(app);
      return true;
    case 'u':
      page.zone.value = otherZone(page.zone.peek());
      return true;
    case '/':
      if (page.place.peek() !== 'health') return false;
      document.getElementById('agent-search')?.focus();
      return true;
    default:
      return false;
  }
}

function press(app: App, event: KeyboardEvent): boolean {
  const {page} = app;
  const window = windowsOf(page.place.peek())[Number(event.key) - 1];
  if (window !== undefined) {
    page.choose(window);
    return true;
  }
  switch (event.key) {
    case ' ':
      if (page.frozen.peek() === null) page.pause();
      else page.resume();
      return true;
    case 'Escape':
      page.resume();
      return true;
    case 'r':
      page.reroll();
      return true;
    case '/':
      page.dialog.value = 'find';
      return true;
    case 'o':
      page.view.value = page.view.peek() === 'lanes' ? 'overlay' : 'lanes';
      return true;
    case 's':
      page.sort.value = HEAT_SORTS[(HEAT_SORTS.indexOf(page.sort.peek()) + 1) % HEAT_SORTS.length]!;
      return true;
    case 'PageDown':
    case 'PageUp':
      if (page.place.peek() !== 'heatmap') return false;
      page.rows.value = Math.max(0, page.rows.peek() + (event.key === 'PageDown' ? 1 : -1));
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
      if (page.frozen.peek() === null) return false;
      page.scrub((event.key === 'ArrowLeft' ? -1 : 1) * (event.shiftKey ? 1 : 10));
      return true;
    case ',':
    case '.':
      page.moveCursor(event.key === ',' ? -1 : 1);
      return true;
    case '+':
    case '=':
      page.scale(0.5);
      return true;
    case '-':
    case '−':
      page.scale(2);
      return true;
    default:
      return false;
  }
}
