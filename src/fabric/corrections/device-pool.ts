import {PoolWindow} from './pool-window.ts';
import type {Source} from './source.ts';

/** So many pairs in order prove one pool for the whole device, and so many out of order that each source has its own. */
const IN_ORDER = 20;
const OUT_OF_ORDER = 3;
/** Reordering on the way may turn one pair in so many. */
const RARE = 50;
/** Older pairs count half. */
const REMEMBERED = 1_000;
/** A later reading of one pool is ahead of an earlier one by less than this. */
const AHEAD = 2 ** 31;

/** Whose pool the sources of a stream tell: not known yet, each its own, or all the device's. */
export type PoolOwner = 'unknown' | 'source' | 'device';

/**
 * Some agents count one pool for the whole device, and tell it as that of each data source. Then it does not run back
 * from a sample of one source to a later one of another; pools of their own do so half the time. What it grows by is
 * held against the samples of all sources.
 */
export class DevicePool {
  private readonly window: PoolWindow;
  private inOrder = 0;
  private outOfOrder = 0;
  private last: number | undefined;
  private isHeld = false;

  constructor(bin: number) {
    this.window = new PoolWindow(bin);
  }

  /** Takes the sources of a stream that had samples in the last second. `seen` is ordered by this. */
  add(bin: number, seen: Source[]): void {
    seen.sort((a, b) => a.lastSeen - b.lastSeen);
    let earlier: Source | undefined;
    let made = 0;
    let drops = 0;
    for (const source of seen) {
      if (earlier !== undefined && earlier.lastSeen < source.lastSeen) this.compare(earlier.pool, source.pool);
      earlier = source;
      // All in packets, for rates may differ from source to source.
      made += source.second.made * source.rate;
      drops += source.second.drops * source.rate;
    }
    if (earlier === undefined) return;
    const mean =
      made /
      Math.max(
        1,
        seen.reduce((sum, {second}) => sum + second.made, 0),
      );
    if (this.last !== undefined && mean > 0) {
      const grown = (earlier.pool - this.last) >>> 0;
      if (grown < AHEAD) this.window.add(bin, made / mean, drops / mean, grown / mean);
    }
    this.last = earlier.pool;
  }

  private compare(earlier: number, later: number): void {
    if (earlier === later) return;
    if ((later - earlier) >>> 0 < AHEAD) this.inOrder++;
    else this.outOfOrder++;
    if (this.inOrder + this.outOfOrder < REMEMBERED) return;
    this.inOrder /= 2;
    this.outOfOrder /= 2;
  }

  get owner(): PoolOwner {
    const {inOrder, outOfOrder} = this;
    if (outOfOrder >= OUT_OF_ORDER && outOfOrder * RARE > inOrder) return 'source';
    return inOrder >= IN_ORDER && outOfOrder * RARE <= inOrder ? 'device' : 'unknown';
  }

  /** The device's packets a sample, as a multiple of the claimed rates; undefined where it says nothing that they do not. */
  ratio(bin: number): number | undefined {
    // The sums are in units of the mean rate.
    const ratio = this.window.ratio(1, bin, this.isHeld);
    this.isHeld = ratio !== undefined;
    return ratio;
  }
}
