import {BUCKETS, type DispatchTable} from './dispatch.ts';

/** Threads whose loads differ by more than this share of their mean are evened out, down to the other share. */
const UNEVEN = 0.2;
const EVEN = 0.05;
/** Bytes a second that are nothing to balance: some tens of datagrams. */
const LITTLE = 50_000;
/** Moves asked for at once. */
const MOST_MOVES = 32;
/** Looks until what has moved may move again. */
const STAYS = 5;
/** Less than this share of a thread's mean load is not worth a move. */
const WORTH = 0.002;

/**
 * Keeps threads evenly loaded: looks once a second which agents cost how much, and asks for moves from the fullest ring
 * to the emptiest where that makes them more alike. What moved stays for a while, and small differences stay too, so
 * that nothing goes to and fro.
 */
export class Balancer {
  private readonly table: DispatchTable;
  private readonly rings: number;
  private readonly seen = new Uint32Array(BUCKETS);
  /** Bytes a second of each bucket, each second half of it. */
  private readonly loads = new Float64Array(BUCKETS);
  /** The look at which a bucket moved last. */
  private readonly movedAt = new Float64Array(BUCKETS).fill(Number.NEGATIVE_INFINITY);
  private looks = 0;

  constructor(table: DispatchTable, rings: number) {
    this.table = table;
    this.rings = rings;
  }

  /** To be called once a second, at the edge of a bin. Returns how many moves were asked for. */
  look(): number {
    const {table} = this;
    this.looks++;
    const byRing = this.readLoads();
    // The first look sees a part of a second; and what was asked for before is to be done first.
    if (this.looks === 1 || !table.isIdle) return 0;
    const total = byRing.reduce((sum, load) => sum + load, 0);
    const mean = total / this.rings;
    if (total < LITTLE || spread(byRing) <= UNEVEN * mean) return 0;
    let asked = 0;
    while (asked < MOST_MOVES && spread(byRing) > EVEN * mean && this.moveOne(byRing, mean)) asked++;
    return asked;
  }

  private readLoads(): number[] {
    const byRing: number[] = new Array(this.rings).fill(0);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const ring = this.table.ringOf(bucket);
      if (ring < 0) continue;
      const cost = this.table.loadOf(bucket);
      const more = (cost - this.seen[bucket]!) >>> 0;
      this.seen[bucket] = cost;
      this.loads[bucket] = this.looks <= 2 ? more : (this.loads[bucket]! + more) / 2;
      byRing[ring]! += this.loads[bucket]!;
    }
    return byRing;
  }

  /** Asks for the move from the fullest ring to the emptiest that evens them out most; false when there is none. */
  private moveOne(byRing: number[], mean: number): boolean {
    const from = byRing.indexOf(Math.max(...byRing));
    const to = byRing.indexOf(Math.min(...byRing));
    const gap = byRing[from]! - byRing[to]!;
    let best = -1;
    let left = gap;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const load = this.loads[bucket]!;
      if (load < WORTH * mean || this.table.ringOf(bucket) !== from) continue;
      if (this.looks - this.movedAt[bucket]! < STAYS) continue;
      const rest = Math.abs(gap - 2 * load);
      if (rest >= left) continue;
      best = bucket;
      left = rest;
    }
    if (best < 0 || !this.table.ask(best, to)) return false;
    this.movedAt[best] = this.looks;
    byRing[from]! -= this.loads[best]!;
    byRing[to]! += this.loads[best]!;
    return true;
  }
}

function spread(loads: readonly number[]): number {
  return Math.max(...loads) - Math.min(...loads);
}
