import {batch, computed, effect, signal} from '@preact/signals';
import {DIRECTION_NAMES} from '../../src/shared/live.ts';
import type {ChartSource} from './export/source.ts';
import {RING_BINS} from './series.ts';
import type {Store} from './store.ts';
import {
  type AgentOrder,
  DEFAULTS,
  type EventFilter,
  type HeatSort,
  type LaneView,
  type MatrixBy,
  MOST_LINKS,
  type Place,
  readUrl,
  SLOW,
  type Theme,
  type UrlState,
  type Way,
  WINDOWS,
  writeUrl,
  type Zone,
} from './url.ts';

/** Links that a roll of the dice chooses. */
const ROLL = 5;

/** The shortest stretch that brushing may zoom to, in bins. */
const SHORTEST_BINS = 5;

/** Bins `from` .. `to - 1`. */
export interface Span {
  from: number;
  to: number;
}

/** What the person at the page chose: links, window, pause, theme. Holds no data. */
export class Page {
  /** Which of the pages is shown. */
  readonly place = signal<Place>('fabric');
  readonly links = signal<readonly string[]>([]);
  readonly pins = signal<ReadonlySet<string>>(new Set());
  readonly window = signal(DEFAULTS.window);
  readonly trend = signal(DEFAULTS.trend);
  readonly theme = signal<Theme>('system');
  readonly view = signal<LaneView>('lanes');
  /** Which directions of links are shown. */
  readonly way = signal<Way>(DEFAULTS.way);
  readonly sort = signal<HeatSort>('switch');
  readonly kiosk = signal(false);
  readonly zone = signal<Zone>('local');
  /** Heatmap: which page of its rows. */
  readonly rows = signal(0);
  /** Jobs: the one that is opened, empty for the list. */
  readonly job = signal(DEFAULTS.job);
  /** Matrix: what its rows are. */
  readonly by = signal<MatrixBy>(DEFAULTS.by);
  /** AI Metrics: the switch or link that is looked at, empty for the fabric. */
  readonly scope = signal(DEFAULTS.scope);
  /** Data health: the search and order of its agents, the one that is opened, and which events are listed. */
  readonly find = signal(DEFAULTS.find);
  readonly order = signal<AgentOrder>(DEFAULTS.order);
  readonly agent = signal(DEFAULTS.agent);
  readonly events = signal<EventFilter>(DEFAULTS.events);
  /** The stretch that is shown while paused or zoomed; null = live. */
  readonly frozen = signal<Span | null>(null);
  /** Crosshair: bins before the right edge, so that it stays put while the charts move; null = none. */
  readonly cursor = signal<number | null>(null);
  /** Rows of the map are hovered by id. */
  readonly hovered = signal<string | null>(null);
  readonly dialog = signal<'help' | 'find' | 'query' | null>(null);
  /** The chart that the dialog of queries is about. */
  readonly queried = signal<ChartSource | null>(null);
  /** Counts up twice a second: whatever shows figures reads it. */
  readonly tick = signal(0);
  /** The window of the page that is shown, in seconds. */
  readonly seconds = computed(() => {
    if (SLOW.has(this.place.value)) return this.trend.value;
    return this.place.value === 'fabric' ? this.window.value : Math.min(WINDOWS.at(-1)!, this.window.value);
  });
  /** True where the window reaches further back than single bins: means of longer steps are shown. */
  readonly isPast = computed(() => this.seconds.value > WINDOWS.at(-1)!);
  readonly windowBins = computed(() => this.seconds.value * 10);
  /** The directions of links that are shown, received first. */
  readonly directions = computed(() => DIRECTION_NAMES.filter((name) => [name, 'both'].includes(this.way.value)));
  readonly #colours = new Map<string, number>();
  readonly #store: Store;
  readonly #random: () => number;

  constructor(store: Store, random: () => number = Math.random) {
    this.#store = store;
    this.#random = random;
  }

  /** Takes the state of an address. */
  restore(search: string): void {
    const state = readUrl(search);
    batch(() => {
      this.place.value = state.place;
      this.links.value = state.links;
      this.pins.value = new Set(state.pins);
      this.window.value = state.window;
      this.trend.value = state.trend;
      this.theme.value = state.theme;
      this.view.value = state.view;
      this.way.value = state.way;
      this.sort.value = state.sort;
      this.kiosk.value = state.kiosk;
      this.zone.value = state.zone;
      this.rows.value = state.rows;
      this.job.value = state.job;
      this.by.value = state.by;
      this.scope.value = state.scope;
      this.find.value = state.find;
      this.order.value = state.order;
      this.agent.value = state.agent;
      this.events.value = state.events;
    });
  }

  /** What the address holds now. */
  state(): UrlState {
    return {
      place: this.place.value,
      links: [...this.links.value],
      pins: [...this.pins.value],
      window: this.window.value,
      trend: this.trend.value,
      theme: this.theme.value,
      view: this.view.value,
      way: this.way.value,
      sort: this.sort.value,
      kiosk: this.kiosk.value,
      zone: this.zone.value,
      rows: this.rows.value,
      job: this.job.value,
      by: this.by.value,
      scope: this.scope.value,
      find: this.find.value,
      order: this.order.value,
      agent: this.agent.value,
      events: this.events.value,
    };
  }

  /** Calls `write` with the query now and whenever it changes. */
  follow(write: (query: string) => void): () => void {
    return effect(() => write(writeUrl(this.state())));
  }

  /** The query of another page, or of this one with something else in it; what else was chosen is kept. */
  queryOf(change: Partial<UrlState>): string {
    return writeUrl({...this.state(), ...change});
  }

  /** The stretch of time to draw now. */
  span(): Span {
    const frozen = this.frozen.peek();
    if (frozen !== null) return frozen;
    const to = this.#store.newestBin + 1;
    return {from: to - this.windowBins.peek(), to};
  }

  /** Bin under the crosshair, null where there is none. */
  cursorBin(): number | null {
    const offset = this.cursor.peek();
    return offset === null ? null : this.span().to - 1 - offset;
  }

  /** Colour of a link: the lowest free one, kept as long as the link is shown. */
  colourOf(id: string): number {
    const known = this.#colours.get(id);
    if (known !== undefined) return known;
    const shown = this.links.peek();
    for (const old of this.#colours.keys()) if (!shown.includes(old)) this.#colours.delete(old);
    const taken = new Set(this.#colours.values());
    let colour = 0;
    while (taken.has(colour)) colour++;
    this.#colours.set(id, colour);
    return colour;
  }

  /** Draws five links anew; pinned ones stay where they are. Edge links first, for they make up the fabric's sum. */
  reroll(): void {
    const list = this.#store.linkList.peek();
    const edges = list.filter((link) => link.role === 'edge');
    const pinned = this.links.peek().filter((id) => this.pins.peek().has(id));
    const pool = (edges.length >= ROLL ? edges : list).map((link) => link.id).filter((id) => !pinned.includes(id));
    const wanted = Math.min(Math.max(ROLL, pinned.length), pinned.length + pool.length);
    for (let i = 0; i < wanted - pinned.length; i++) {
      const j = i + Math.floor(this.#random() * (pool.length - i));
      [pool[i], pool[j]] = [pool[j]!, pool[i]!];
    }
    this.links.value = [...pinned, ...pool.slice(0, wanted - pinned.length)];
  }

  /** Adds a link; past the most that can be told apart it takes the place of the oldest that is not pinned. */
  add(id: string): void {
    const links = [...this.links.peek()];
    if (links.includes(id)) return;
    if (links.length >= MOST_LINKS) {
      const oldest = links.findIndex((other) => !this.pins.peek().has(other));
      links.splice(Math.max(0, oldest), 1);
    }
    this.links.value = [...links, id];
    this.pins.value = new Set([...this.pins.peek(), id].filter((pin) => this.links.peek().includes(pin)));
  }

  remove(id: string): void {
    batch(() => {
      this.links.value = this.links.peek().filter((other) => other !== id);
      this.pins.value = new Set([...this.pins.peek()].filter((other) => other !== id));
    });
  }

  togglePin(id: string): void {
    const pins = new Set(this.pins.peek());
    if (!pins.delete(id)) pins.add(id);
    this.pins.value = pins;
  }

  /** Holds the picture still; what comes in meanwhile is kept. */
  pause(): void {
    if (this.frozen.peek() === null && this.#store.newestBin >= 0) this.frozen.value = this.span();
  }

  /** Back to live. */
  resume(): void {
    this.frozen.value = null;
    this.cursor.value = null;
  }

  /** Shows a stretch of bins and holds it. */
  zoom(from: number, to: number): void {
    const width = Math.max(SHORTEST_BINS, Math.round(to - from));
    const end = this.#clampEnd(Math.round((from + to + width) / 2), width);
    this.cursor.value = null;
    this.frozen.value = {from: end - width, to: end};
  }

  /** Shows how to ask for what a chart shows. */
  query(chart: ChartSource): void {
    this.queried.value = chart;
    this.dialog.value = 'query';
  }

  /** Moves the stretch that is held by some bins; does nothing while live. */
  scrub(bins: number): void {
    const span = this.frozen.peek();
    if (span === null) return;
    const width = span.to - span.from;
    const to = this.#clampEnd(span.to + bins, width);
    this.frozen.value = {from: to - width, to};
  }

  /** Halves or doubles what is shown, about the crosshair or the middle. */
  scale(factor: number): void {
    const span = this.span();
    const width = Math.min(
      Math.max(3000, this.windowBins.peek()),
      Math.max(SHORTEST_BINS, (span.to - span.from) * factor),
    );
    const middle = this.cursorBin() ?? (span.from + span.to) / 2;
    const part = (middle - span.from) / (span.to - span.from);
    this.zoom(middle - part * width, middle + (1 - part) * width);
  }

  /** Moves the crosshair by some bins; from nowhere it starts at the newest. */
  moveCursor(bins: number): void {
    const span = this.span();
    const offset = (this.cursor.peek() ?? (bins < 0 ? -1 : 1)) - bins;
    this.cursor.value = Math.min(span.to - span.from - 1, Math.max(0, offset));
  }

  choose(window: number): void {
    const span = this.frozen.peek();
    batch(() => {
      if (SLOW.has(this.place.peek())) this.trend.value = window;
      else this.window.value = window;
      if (span !== null) this.frozen.value = {from: span.to - window * 10, to: span.to};
    });
  }

  #clampEnd(to: number, width: number): number {
    const newest = this.#store.newestBin + 1;
    if (this.isPast.peek()) return Math.min(newest, to);
    const first = this.#store.total.roce.first;
    const earliest = Math.max(first < 0 ? newest : first, newest - RING_BINS) + width;
    return Math.min(newest, Math.max(Math.min(earliest, newest), to));
  }
}
