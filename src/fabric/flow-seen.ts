import type {FlowRecords} from './flow-records.ts';
import type {Flow} from './flow-top.ts';
import type {FlowWays} from './flow-ways.ts';
import type {SumStore, WindowSums} from './flow-window.ts';
import type {RecentKeys} from './recent-keys.ts';

/** Flows by their place in the table, and what of each is to be counted in the window that ends with the second `newest`. */
export class SeenFlows {
  readonly ways: FlowWays;
  private readonly flows: RecentKeys<Flow>;
  private readonly records: FlowRecords;
  private readonly store: SumStore;

  constructor(flows: RecentKeys<Flow>, records: FlowRecords, store: SumStore, ways: FlowWays) {
    this.flows = flows;
    this.records = records;
    this.store = store;
    this.ways = ways;
  }

  /** How many there are. */
  get size(): number {
    return this.flows.size;
  }

  at(index: number): Flow {
    return this.flows.at(index);
  }

  /** The last second in which one was seen. */
  lastSecond(index: number): number {
    return this.records.lastSecond(index);
  }

  /** Sums up what holds each packet of one once. Most are seen at one place: of these no object is touched. */
  sumUp(index: number, newest: number, sums: WindowSums): void {
    const {store, ways} = this;
    sums.clear();
    const first = this.records.first(index);
    if (first >= 0 && store.next(first) < 0) {
      if (ways.countsAt(store.slot(first), store.side(first))) store.sumUp(first, newest, sums);
      return;
    }
    for (const {place} of ways.nearest(this.at(index), newest)) store.sumUp(place, newest, sums);
  }
}
