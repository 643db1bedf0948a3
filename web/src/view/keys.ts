import type {App} from '../app.ts';
import {WINDOWS} from '../url.ts';

/** A key and what it does, as the help dialog lists it. */
export interface KeyHelp {
  keys: readonly string[];
  does: string;
}

export const KEYS: readonly KeyHelp[] = [
  {keys: ['f'], does: 'the fabric: charts'},
  {keys: ['h'], does: 'data health: what gets lost, and what to do'},
  {keys: ['space'], does: 'pause, and back to live'},
  {keys: ['Esc'], does: 'back to live, close a dialog'},
  {keys: ['1', '2', '3'], does: 'show 15 s, 60 s, 5 min'},
  {keys: ['r'], does: 'draw five other links; pinned ones stay'},
  {keys: ['/'], does: 'find a link by name or id; an agent on data health'},
  {keys: ['o'], does: 'lanes or overlaid lines'},
  {keys: ['s'], does: 'sort the map by switch or by load'},
  {keys: ['←', '→'], does: 'scrub by a second while paused, with shift by 100 ms'},
  {keys: [',', '.'], does: 'move the crosshair by 100 ms'},
  {keys: ['+', '−'], does: 'zoom in and out'},
  {keys: ['t'], does: 'theme: system, dark, light'},
  {keys: ['?'], does: 'this help'},
];

/** Goes through the themes. */
export function nextTheme(app: App): void {
  const {theme} = app.page;
  theme.value = theme.value === 'system' ? 'dark' : theme.value === 'dark' ? 'light' : 'system';
}

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

const isOnCharts = ({phase, page}: App): boolean => phase.peek() === 'charts' && page.place.peek() === 'fabric';

/** Keys that mean the same on every page. */
function pressAnywhere(app: App, event: KeyboardEvent): boolean {
  const {page} = app;
  switch (event.key) {
    case 'f':
      page.place.value = 'fabric';
      return true;
    case 'h':
      page.place.value = 'health';
      return true;
    case '?':
      page.dialog.value = 'help';
      return true;
    case 't':
      nextTheme(app);
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
  const window = WINDOWS[Number(event.key) - 1];
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
      page.sort.value = page.sort.peek() === 'switch' ? 'load' : 'switch';
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
