/** What the address holds, so that a colleague who opens it sees the same view. */
export interface UrlState {
  place: Place;
  links: string[];
  pins: string[];
  window: number;
  /** The same for the pages of slower figures. */
  trend: number;
  theme: Theme;
  view: LaneView;
  /** Which directions of links are shown. */
  way: Way;
  sort: HeatSort;
  kiosk: boolean;
  /** Whose time of day is shown. */
  zone: Zone;
  /** Heatmap: which page of its rows, from 0. */
  rows: number;
  /** Jobs: the one that is opened, empty for the list. */
  job: string;
  /** Matrix: what a row and a column stand for. */
  by: MatrixBy;
  /** AI Metrics: the switch or the link that is looked at, empty for the fabric. */
  scope: string;
  /** Data health: words that agents are searched for, the column they are sorted by, and the one that is opened. */
  find: string;
  order: AgentOrder;
  agent: string;
  /** Which events are listed. */
  events: EventFilter;
}

/** The pages. */
export const PLACES = ['fabric', 'metrics', 'jobs', 'heatmap', 'matrix', 'congestion', 'health'] as const;
export type Place = (typeof PLACES)[number];
export type Theme = 'system' | 'dark' | 'light';
export type LaneView = 'lanes' | 'overlay';
export const WAYS = ['both', 'in', 'out'] as const;
export type Way = (typeof WAYS)[number];
export type Zone = 'local' | 'utc';
export const HEAT_SORTS = ['switch', 'load', 'lateness', 'job'] as const;
export type HeatSort = (typeof HEAT_SORTS)[number];
export const MATRIX_BYS = ['host', 'switch', 'rail'] as const;
export type MatrixBy = (typeof MATRIX_BYS)[number];
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

/** Pages whose figures come once a second or less often: their window is longer. */
export const SLOW: ReadonlySet<Place> = new Set<Place>(['metrics', 'jobs', 'congestion']);

/** Windows on offer, in seconds. */
export const WINDOWS = [15, 60, 300] as const;

/** Windows of the page of the fabric that reach further back than single bins do. */
export const LONG_WINDOWS = [3_600, 86_400] as const;

/** As many links as lanes can be told apart. */
export const MOST_LINKS = 8;

export const DEFAULTS: UrlState = {
  place: 'fabric',
  links: [],
  pins: [],
  window: 15,
  trend: 300,
  theme: 'system',
  view: 'lanes',
  way: 'both',
  sort: 'switch',
  kiosk: false,
  zone: 'local',
  rows: 0,
  job: '',
  by: 'host',
  scope: '',
  find: '',
  order: '-state',
  agent: '',
  events: 'all',
};

/** Pages of rows past this are a mistake. */
const MOST_PAGES = 10_000;

/** Longer ones are no words to search for. */
const LONGEST_TEXT = 128;
const ORDERS: readonly AgentOrder[] = AGENT_COLUMNS.flatMap((column) => [column, `-${column}` as const]);

/** Reads an address's query. What is not understood falls back to the default. */
export function readUrl(search: string): UrlState {
  const query = new URLSearchParams(search);
  const links = list(query.get('links')).slice(0, MOST_LINKS);
  const window = Number(query.get('window'));
  return {
    place: oneOf(query.get('page'), PLACES, DEFAULTS.place),
    links,
    pins: list(query.get('pins')).filter((id) => links.includes(id)),
    window: [...WINDOWS, ...LONG_WINDOWS].find((w) => w === window) ?? DEFAULTS.window,
    trend: WINDOWS.find((w) => w === Number(query.get('trend'))) ?? DEFAULTS.trend,
    theme: oneOf(query.get('theme'), ['dark', 'light'], DEFAULTS.theme),
    view: oneOf(query.get('view'), ['overlay'], DEFAULTS.view),
    way: oneOf(query.get('way'), WAYS, DEFAULTS.way),
    sort: oneOf(query.get('sort'), HEAT_SORTS, DEFAULTS.sort),
    kiosk: query.get('kiosk') === '1',
    zone: oneOf(query.get('time'), ['utc'], DEFAULTS.zone),
    rows: whole(query.get('rows')),
    job: word(query.get('job')),
    by: oneOf(query.get('by'), MATRIX_BYS, DEFAULTS.by),
    scope: word(query.get('scope')),
    find: word(query.get('find')),
    order: oneOf(query.get('order'), ORDERS, DEFAULTS.order),
    agent: word(query.get('agent')),
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
  if (state.trend !== DEFAULTS.trend) add('trend', String(state.trend));
  if (state.theme !== DEFAULTS.theme) add('theme', state.theme);
  add('view', state.view);
  if (state.way !== DEFAULTS.way) add('way', state.way);
  if (state.sort !== DEFAULTS.sort) add('sort', state.sort);
  if (state.kiosk) add('kiosk', '1');
  if (state.zone !== DEFAULTS.zone) add('time', state.zone);
  if (state.place === 'heatmap' && state.rows > 0) add('rows', String(state.rows));
  if (state.place === 'jobs' && state.job !== '') add('job', state.job);
  if (state.place === 'matrix' && state.by !== DEFAULTS.by) add('by', state.by);
  if (state.place === 'metrics' && state.scope !== '') add('scope', state.scope);
  if (state.place === 'health') {
    if (state.find !== '') add('find', state.find);
    if (state.order !== DEFAULTS.order) add('order', state.order);
    if (state.agent !== '') add('agent', state.agent);
    if (state.events !== DEFAULTS.events) add('events', state.events);
  }
  return `?${parts.join('&')}`;
}

const word = (text: string | null): string => (text ?? '').slice(0, LONGEST_TEXT);

function whole(text: string | null): number {
  const number = Number(text ?? 0);
  return Number.isInteger(number) && number > 0 && number < MOST_PAGES ? number : 0;
}

function list(text: string | null): string[] {
  if (text === null) return [];
  return [...new Set(text.split(',').filter((id) => id.includes('~') && id.length <= 128))];
}

function oneOf<T extends string>(text: string | null, others: readonly T[], fallback: T): T {
  return others.find((other) => other === text) ?? fallback;
}
