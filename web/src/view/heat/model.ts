import {computed, signal} from '@preact/signals';
import type {LinkInfo} from '../../../../src/shared/live.ts';
import type {App} from '../../app.ts';
import {plotBox, type Size} from '../../chart/frame-of.ts';
import {HeatmapChart} from '../../chart/heatmap.ts';
import type {Style} from '../../chart/marks.ts';
import {cutRows, loadOf, orderRows, type Rows} from '../../chart/rows.ts';
import {latenessOf} from '../../lateness.ts';

/** Text updates between two sortings by load or lateness: rows that jump about cannot be read. */
const SORT_TICKS = 20;

/** Bins that the load is the mean of. */
const LOAD_BINS = 50;

/** A row that is to be pointed at is at least so tall, as a share of the text's size. */
const LEAST_ROW = 0.16;

/** A job as the map needs it. */
export interface MapJob {
  id: string;
  name: string;
  links: ReadonlySet<string>;
  periodMs: number | null;
}

/** What the map shows: which links, in which order, and which of them is pointed at. */
export class MapModel {
  readonly chart = new HeatmapChart();
  readonly hovered = signal<LinkInfo | null>(null);
  /** How many other links share the line that is pointed at. */
  readonly others = signal(0);
  /** Period of the fabric's strongest cycle, ms; null where none is known. */
  readonly periodMs = signal<number | null>(null);
  readonly jobs = signal<readonly MapJob[]>([]);
  /** Links that stand out in their job by the analysis, with how late they are, ms. */
  readonly late = signal<ReadonlyMap<string, number>>(new Map());
  /** Rows that fit; all of them where lines may share links. */
  readonly fit = signal(Number.POSITIVE_INFINITY);
  /** All rows in order, and those that are shown. */
  readonly ordered;
  readonly rows;
  readonly pages;
  readonly #app: App;
  readonly #isWhole: boolean;

  /** `isWhole`: all links on one picture, however many share a line; else pages of rows that can be told apart. */
  constructor(app: App, isWhole: boolean) {
    this.#app = app;
    this.#isWhole = isWhole;
    const {store, page} = app;
    // Sorting by figures follows the clock of the text at a slow pace; sorting by names does not follow it at all.
    const due = computed(() => {
      const isMoving = page.sort.value === 'load' || page.sort.value === 'lateness';
      return isMoving && page.frozen.value === null ? Math.floor(page.tick.value / SORT_TICKS) : 0;
    });
    this.ordered = computed<Rows>(() => {
      void due.value;
      return orderRows(store.linkList.value, page.sort.value, {
        loadOf: (slot) => loadOf(store.heat, slot, LOAD_BINS),
        latenessOf: (slots) => this.latenessOf(slots),
        jobs: this.jobs.value,
      });
    });
    this.pages = computed(() => Math.max(1, Math.ceil(this.ordered.value.links.length / this.fit.value)));
    this.rows = computed<Rows>(() => {
      const {value: fit} = this.fit;
      if (!Number.isFinite(fit)) return this.ordered.value;
      const from = Math.min(page.rows.value, this.pages.value - 1) * fit;
      return cutRows(this.ordered.value, from, from + fit);
    });
  }

  /** First row shown, and the one after the last. */
  get shown(): {from: number; to: number} {
    const total = this.ordered.value.links.length;
    const {value: fit} = this.fit;
    if (!Number.isFinite(fit)) return {from: 0, to: total};
    const from = Math.min(this.#app.page.rows.value, this.pages.value - 1) * fit;
    return {from, to: Math.min(total, from + fit)};
  }

  /** Called with each drawing: how many rows can be told apart. */
  measure(size: Size, style: Style): void {
    if (this.#isWhole) return;
    const fit = Math.max(1, Math.floor(plotBox(size, style).h / Math.max(2, style.font * LEAST_ROW)));
    if (this.fit.peek() !== fit) this.fit.value = fit;
  }

  /** How late the beats of links are, each against its job where that is known, else against the fabric. */
  latenessOf(slots: readonly number[]): Float64Array {
    const {store} = this.#app;
    const {heat} = store;
    const late = new Float64Array(slots.length).fill(Number.NaN);
    const rowOf = new Map(slots.map((slot, i) => [slot, i]));
    const byId = store.linkById.peek();
    const take = (members: readonly number[], periodMs: number): void => {
      latenessOf(heat, members, periodMs, store.finalBin).forEach((ms, i) => {
        late[rowOf.get(members[i]!)!] = ms;
      });
    };
    const jobs = this.jobs.value.filter((job) => job.periodMs !== null);
    if (jobs.length === 0 && this.periodMs.value !== null) take(slots, this.periodMs.value);
    for (const job of jobs) {
      const members = [...job.links].flatMap((id) => byId.get(id)?.slot ?? []).filter((slot) => rowOf.has(slot));
      take(members, job.periodMs!);
    }
    for (const [id, ms] of this.late.value) {
      const row = rowOf.get(byId.get(id)?.slot ?? -1);
      if (row !== undefined) late[row] = ms;
    }
    return late;
  }

  /** The busiest link of the line at that height. */
  at(y: number | null, size: Size, style: Style): LinkInfo | null {
    const rows = this.rows.peek();
    const range = y === null ? null : this.chart.rowsAt(y, size, style, rows);
    this.others.value = range === null ? 0 : range.to - range.from - 1;
    if (range === null) return null;
    const {heat} = this.#app.store;
    const load = (row: number): number => loadOf(heat, rows.slots[row]!, LOAD_BINS);
    let best = range.from;
    for (let row = range.from + 1; row < range.to; row++) if (load(row) > load(best)) best = row;
    return rows.links[best] ?? null;
  }

  /** Points at a link, or at none. */
  point(link: LinkInfo | null): void {
    this.hovered.value = link;
    this.#app.page.hovered.value = link?.id ?? null;
  }

  /** Points at the row `by` rows further down; from nowhere at the first or last. */
  step(by: number): void {
    const {links} = this.rows.peek();
    const at = links.findIndex((link) => link.id === this.hovered.peek()?.id);
    const to = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
    this.others.value = 0;
    this.point(links[to] ?? null);
  }
}
