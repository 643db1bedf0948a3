import {computed, signal} from '@preact/signals';
import {
  BinState,
  type DirectionName,
  type EventsTopic,
  type FlowsTopic,
  type LinkInfo,
  type LiveEvent,
  type MeasureName,
  type SummaryTopic,
  type Topic,
} from '../../src/shared/live.ts';
import type {Columns, FrameHeader, FrameSink} from './frame.ts';
import {Heat} from './heat.ts';
import {capacityOf} from './late.ts';
import type {Past} from './past.ts';
import {RING_BINS, Series} from './series.ts';

/** What one direction of a link is kept under: the id of what it receives, with `out` behind it of what it sends. */
export const wayOf = (id: string, direction: DirectionName): string => (direction === 'in' ? id : `${id} ${direction}`);

/** Time that runs back by more than this is another recording, not a late frame. */
const BACKWARDS_BINS = 50;

/** Events that the page holds; the server keeps more. */
export const EVENTS_HELD = 500;

/**
 * Everything that came over the socket. Bins live in typed rings that the frame loop reads when it draws; only what
 * changes seldom is a signal. A frame changes the store and nothing else.
 */
export class Store implements FrameSink {
  /** The sum over all edge links, one series a measure. */
  readonly total = {roce: new Series(), all: new Series()};
  /** Series of the subscribed links, by `wayOf`: a server that was restarted may hand out other slots. */
  readonly links = new Map<string, Series>();
  /** The last hour or day of links by `wayOf`, and of the fabric by `''`, while a window shows it. */
  readonly past = new Map<string, Past>();
  readonly heat = new Heat();
  readonly summary = signal<SummaryTopic | null>(null);
  readonly flows = signal<FlowsTopic | null>(null);
  /** Newest first. */
  readonly events = signal<readonly LiveEvent[]>([]);
  readonly linkList = signal<readonly LinkInfo[]>([]);
  readonly linkById = computed(() => new Map(this.linkList.value.map((link) => [link.id, link])));
  /** bit/s that all edge links together can carry; null where that is not known. */
  readonly capacity = computed(() => capacityOf(this.linkList.value));
  /** True once a bin with a figure was seen: from then on the page shows charts, whatever the totals say. */
  readonly hasData = signal(false);
  /** RoCEv2, or all traffic while the samples hold no RoCEv2 at all. */
  readonly measure = computed<MeasureName>(() => {
    const totals = this.summary.value?.totals;
    return totals !== undefined && totals.flowSamples > 0 && totals.roceSamples === 0 ? 'all' : 'roce';
  });
  newestBin = -1;
  finalBin = -1;
  /** `serverTime` minus the end of the newest bin, smoothed. */
  lagMs = 0;
  /** When the last frame came, on the browser's monotonic clock. */
  arrivedAt = -1;
  frames = 0;
  /** Frames that said bins were left out because this browser was too slow. */
  skips = 0;
  readonly #idBySlot = new Map<number, string>();

  /** Takes a frame's header; `now` is the browser's monotonic clock. */
  begin(header: FrameHeader, now: number): void {
    if (header.newestBin < this.newestBin - BACKWARDS_BINS) this.forget();
    const lag = header.serverTime - (header.newestBin + 1) * 100;
    this.lagMs = this.frames === 0 || header.snapshot ? lag : this.lagMs + (lag - this.lagMs) * 0.1;
    this.newestBin = header.newestBin;
    this.finalBin = header.finalBin;
    this.arrivedAt = now;
    this.frames++;
    if (header.skipped) this.skips++;
  }

  topic(topic: Topic): void {
    if (topic.topic === 'summary') this.summary.value = topic;
    else if (topic.topic === 'flows') this.flows.value = topic;
    else if (topic.topic === 'events') this.#takeEvents(topic);
    else if (topic.topic === 'links') this.#takeLinks(topic.links);
  }

  fabric(measure: MeasureName, columns: Columns): void {
    this.total[measure].write(columns);
    if (this.hasData.peek()) return;
    for (let i = 0; i < columns.count; i++) {
      if (columns.state[i] !== BinState.Absent && columns.samples[i]! > 0) this.hasData.value = true;
    }
  }

  link(slot: number, measure: MeasureName, direction: DirectionName, columns: Columns): void {
    const id = this.#idBySlot.get(slot);
    // A block of the former measure may still be on its way after the page has asked for the other one.
    if (id === undefined || measure !== this.measure.peek()) return;
    const way = wayOf(id, direction);
    let series = this.links.get(way);
    if (series === undefined) {
      series = new Series();
      this.links.set(way, series);
    }
    series.write(columns);
  }

  heatmap(firstSlot: number, slots: number, firstBin: number, count: number, cells: Uint8Array): void {
    this.heat.write(firstSlot, slots, firstBin, count, cells);
  }

  /** Drops the series of links that are no longer shown, by `wayOf`. */
  keepOnly(ways: readonly string[]): void {
    for (const way of this.links.keys()) if (!ways.includes(way)) this.links.delete(way);
  }

  /** Forgets link series and map: they were of another measure, or of other directions. */
  forgetLinks(): void {
    this.links.clear();
    this.heat.clear();
  }

  /** Forgets all bins: time has jumped back. */
  forget(): void {
    this.total.roce.clear();
    this.total.all.clear();
    this.forgetLinks();
  }

  /** First bin from which everything shown is held; beyond the newest where something is not held at all. */
  heldFrom(ids: readonly string[], directions: readonly DirectionName[]): number {
    let from = this.total.roce.first;
    if (from < 0) return this.newestBin + 1;
    for (const id of ids) {
      if (!this.linkById.peek().has(id)) continue;
      for (const direction of directions) {
        const series = this.links.get(wayOf(id, direction));
        if (series === undefined || series.first < 0) return this.newestBin + 1;
        from = Math.max(from, series.first);
      }
    }
    return Math.max(from, this.newestBin - RING_BINS + 1);
  }

  #takeEvents({after, events}: EventsTopic): void {
    const held = after === 0 ? [] : this.events.peek();
    this.events.value = [...events, ...held].slice(0, EVENTS_HELD);
  }

  /** Slots that moved (the server was restarted) make the map's rows wrong, but not the series kept by id. */
  #takeLinks(links: readonly LinkInfo[]): void {
    let moved = false;
    for (const link of links) {
      const before = this.#idBySlot.get(link.slot);
      if (before !== undefined && before !== link.id) moved = true;
    }
    this.#idBySlot.clear();
    for (const link of links) this.#idBySlot.set(link.slot, link.id);
    if (moved) this.heat.clear();
    this.linkList.value = links;
  }
}
