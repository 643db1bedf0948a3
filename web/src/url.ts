/** What the address holds, so that a colleague who opens it sees the same view. */
export interface UrlState {
  links: string[];
  pins: string[];
  window: number;
  theme: Theme;
  view: LaneView;
  sort: HeatSort;
  kiosk: boolean;
}

export type Theme = 'system' | 'dark' | 'light';
export type LaneView = 'lanes' | 'overlay';
export type HeatSort = 'switch' | 'load';

/** Version of the address's keys. An address of another version is read as far as it is understood. */
const VERSION = '1';

/** Windows on offer, in seconds. */
export const WINDOWS = [15, 60, 300] as const;

/** As many links as lanes can be told apart. */
export const MOST_LINKS = 8;

export const DEFAULTS: UrlState = {
  links: [],
  pins: [],
  window: 15,
  theme: 'system',
  view: 'lanes',
  sort: 'switch',
  kiosk: false,
};

/** Reads an address's query. What is not understood falls back to the default. */
export function readUrl(search: string): UrlState {
  const query = new URLSearchParams(search);
  const links = list(query.get('links')).slice(0, MOST_LINKS);
  const window = Number(query.get('window'));
  return {
    links,
    pins: list(query.get('pins')).filter((id) => links.includes(id)),
    window: WINDOWS.find((w) => w === window) ?? DEFAULTS.window,
    theme: oneOf(query.get('theme'), ['dark', 'light'], DEFAULTS.theme),
    view: oneOf(query.get('view'), ['overlay'], DEFAULTS.view),
    sort: oneOf(query.get('sort'), ['load'], DEFAULTS.sort),
    kiosk: query.get('kiosk') === '1',
  };
}

/** Writes the query; defaults are left out, the links and the window never. */
export function writeUrl(state: UrlState): string {
  const parts = [`v=${VERSION}`];
  const add = (key: string, value: string): void => {
    parts.push(`${key}=${encodeURIComponent(value).replace(/%2C/g, ',').replace(/%3A/g, ':')}`);
  };
  if (state.links.length > 0) add('links', state.links.join(','));
  if (state.pins.length > 0) add('pins', state.pins.join(','));
  add('window', String(state.window));
  if (state.theme !== DEFAULTS.theme) add('theme', state.theme);
  add('view', state.view);
  if (state.sort !== DEFAULTS.sort) add('sort', state.sort);
  if (state.kiosk) add('kiosk', '1');
  return `?${parts.join('&')}`;
}

function list(text: string | null): string[] {
  if (text === null) return [];
  return [...new Set(text.split(',').filter((id) => id.includes('~') && id.length <= 128))];
}

function oneOf<T extends string>(text: string | null, others: readonly T[], fallback: T): T {
  return others.find((other) => other === text) ?? fallback;
}
