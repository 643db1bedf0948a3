import type {DirectionName} from '../../src/shared/live.ts';
import type {App} from './app.ts';
import {meanOf, SETTLED_BINS, type Series} from './series.ts';
import {wayOf} from './store.ts';

/** A bin's figures as the page holds them, bit/s. Null where it holds none. */
export interface DebugBin {
  bin: number;
  bitsPerSecond: number;
  low: number;
  high: number;
  samples: number;
}

/** `window.tenhertz`: read-only, to compare what the page shows with what other faces say of the same bin. */
export interface Debug {
  /** Frames received since the page was opened, and frames that said bins were skipped. */
  readonly framesReceived: number;
  readonly skips: number;
  /** Times that the charts were drawn. */
  readonly framesDrawn: number;
  readonly newestBin: number;
  readonly finalBin: number;
  readonly status: string;
  readonly phase: string;
  readonly measure: string;
  /** Ids of the links in the lanes. */
  readonly links: readonly string[];
  /** The newest bin of the fabric, and the newest that is final. */
  readonly fabric: DebugBin | null;
  readonly finalFabric: DebugBin | null;
  /** A bin of the fabric, or of what a link in the lanes receives, unless said otherwise. */
  fabricAt(bin: number): DebugBin | null;
  linkAt(id: string, bin: number, direction?: DirectionName): DebugBin | null;
  /** Mean of a link in the lanes over the settled two seconds, as its legend shows it. */
  linkNow(id: string): Omit<DebugBin, 'bin'> | null;
  /** Stretch of bins on the charts. */
  readonly span: {from: number; to: number; live: boolean};
  /** Script time in milliseconds over the last 100: drawing a frame, and reading a message. */
  readonly drawMs: {mean: number; max: number};
  readonly messageMs: {mean: number; max: number};
}

declare global {
  interface Window {
    tenhertz: Debug;
  }
}

/** Puts the object on the window. It has getters only; nothing on the page reads it. */
export function expose(app: App): void {
  const {store, page, loop, connection} = app;
  const now = (): Series => store.total[store.measure.peek()];
  const debug: Debug = {
    get framesReceived() {
      return store.frames;
    },
    get skips() {
      return store.skips;
    },
    get framesDrawn() {
      return loop.frames;
    },
    get newestBin() {
      return store.newestBin;
    },
    get finalBin() {
      return store.finalBin;
    },
    get status() {
      return connection.status.peek();
    },
    get phase() {
      return app.phase.peek();
    },
    get measure() {
      return store.measure.peek();
    },
    get links() {
      return [...page.links.peek()];
    },
    get fabric() {
      return binOf(now(), store.newestBin);
    },
    get finalFabric() {
      return binOf(now(), store.finalBin - 1);
    },
    fabricAt: (bin) => binOf(now(), bin),
    linkAt: (id, bin, direction = 'in') => binOf(store.links.get(wayOf(id, direction)), bin),
    linkNow(id) {
      const series = store.links.get(id);
      const mean = series === undefined ? null : meanOf(series, store.finalBin - SETTLED_BINS, store.finalBin);
      return mean === null ? null : {bitsPerSecond: mean.value, low: mean.low, high: mean.high, samples: mean.samples};
    },
    get span() {
      return {...page.span(), live: page.frozen.peek() === null};
    },
    get drawMs() {
      return {mean: loop.drawn.mean(), max: loop.drawn.max()};
    },
    get messageMs() {
      return {mean: loop.handled.mean(), max: loop.handled.max()};
    },
  };
  Object.defineProperty(window, 'tenhertz', {value: Object.freeze(debug), configurable: false});
}

function binOf(series: Series | undefined, bin: number): DebugBin | null {
  const i = series?.indexOf(bin) ?? -1;
  if (series === undefined || i < 0) return null;
  return {
    bin,
    bitsPerSecond: series.value[i]!,
    low: series.low[i]!,
    high: series.high[i]!,
    samples: series.samples[i]!,
  };
}
