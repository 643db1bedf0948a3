/** What the address holds, so that a colleague who opens it sees the same view. */
export interface UrlState {
  place: Place;
  links: string[];
  pins: string[];
  window: number;
  theme: Theme;
  view: LaneView;
  sort: HeatSort;
  kiosk: boolean;
  /** Data health: words that agents are searched for, the column they are sorted by, and the one that is opened. */
  find: string;
  order: AgentOrder;
  agent: string;
  /** Which events are listed. */
  events: EventFilter;
}

/** The pages. */
export type Place = 'fabric' | 'health';
export type Theme = 'system' | 'dark' | 'light';
export type LaneView = 'lanes' | 'overlay';
export type HeatSort = 'switch' | 'load';
export type EventFilter = 'all' | 'warning';

/** Columns of the table of agents. */
export const AGENT_COLUMNS = [
  'name',
  'state',
  'datagrams',
  'samples',
  'missing',
  'drops',
  'rate',
  'resolution',
  'ratio',
] as const;
export type AgentColumn = (typeof AGENT_COLUMNS)[number];
/** A column, with a minus for the largest first. */
export type AgentOrder = AgentColumn | `-${AgentColumn}`;

/** Version of the address's keys. An address of another version is read as far as it is understood. */
const VERSION = '1';

/** Windows on offer, in seconds. */
export const WINDOWS = [15, 60, 300] as const;

/** As many links as lanes can be told apart. */
export const MOST_LINKS = 8;

export const DEFAULTS: UrlState = {
  place: 'fabric',
  links: [],
  pins: [],
  window: 15,
  theme: 'system',
  view: 'lanes',
  sort: 'switch',
  kiosk: false,
  find: '',
  order: '-state',
  agent: '',
  events: 'all',
};

/** Longer ones are no words to search for. */
const LONGEST_TEXT = 128;
const ORDERS: readonly AgentOrder[] = AGENT_COLUMNS.flatMap((column) => [column, `-${column}` as const]);

/** Reads an address's query. What is not understood falls back to the default. */
export function readUrl(search: string): UrlState {
  const query = new URLSearchParams(search);
  const links = list(query.get('links')).slice(0, MOST_LINKS);
  const window = Number(query.get('window'));
  return {
    place: oneOf(query.get('page'), ['health'], DEFAULTS.place),
    links,
    pins: list(query.get('pins')).filter((id) => links.includes(id)),
    window: WINDOWS.find((w) => w === window) ?? DEFAULTS.window,
    theme: oneOf(query.get('theme'), ['dark', 'light'], DEFAULTS.theme),
    view: oneOf(query.get('view'), ['overlay'], DEFAULTS.view),
    sort: oneOf(query.get('sort'), ['load'], DEFAULTS.sort),
    kiosk: query.get('kiosk') === '1',
    find: (query.get('find') ?? '').slice(0, LONGEST_TEXT),
    order: oneOf(query.get('order'), ORDERS, DEFAULTS.order),
    agent: (query.get('agent') ?? '').slice(0, LONGEST_TEXT),
    events: oneOf(query.get('events'), ['warning'], DEFAULTS.events),
  };
}

/** Writes the query; defaults are left out, the links and the window never. */
export function writeUrl(state: UrlState): string {
  const parts = [`v=${VERSION}`];
  const add = (key: string, value: string): void => {
    parts.push(`${key}=${encodeURIComponent(value).replace(/%2C/g, ',').replace(/%3A/g, ':')}`);
  };
  if (state.place !== DEFAULTS.place) add('page', state.place);
  if (state.links.length > 0) add('links', state.links.join(','));
  if (state.pins.length > 0) add('pins', state.pins.join(','));
  add('window', String(state.window));
  if (state.theme !== DEFAULTS.theme) add('theme', state.theme);
  add('view', state.view);
  if (state.sort !== DEFAULTS.sort) add('sort', state.sort);
  if (state.kiosk) add('kiosk', '1');
  if (state.place === 'health') {
    if (state.find !== '') add('find', state.find);
    if (state.order !== DEFAULTS.order) add('order', state.order);
    if (state.agent !== '') add('agent', state.agent);
    if (state.events !== DEFAULTS.events) add('events', state.events);
  }
  return `?${parts.join('&')}`;
}

function list(text: string | null): string[] {
  if (text === null) return [];
  return [...new Set(text.split(',').filter((id) => id.includes('~') && id.length <= 128))];
}

function oneOf<T extends string>(text: string | null, others: readonly T[], fallback: T): T {
  return others.find((other) => other === text) ?? fallback;
}
