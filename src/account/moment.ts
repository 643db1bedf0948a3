// Hot path: no allocation after construction, no exception.
import {BIN_MS, FLOW_SLOT_MS, FLOW_SLOTS, TICK_MS} from '../shared/bins.ts';
import {ClockAt} from './times.ts';

/** Bins between two origins: a whole number of rounds of the slots of flows, and more than a sample may lie back. */
const ORIGIN_BINS = 16;
const TICKS_OF_BIN = BIN_MS / TICK_MS;

/**
 * When the present sample was taken, in the whole numbers that tables go by: of bins and ticks since 1970 their low 32
 * bits, for doubles that become indexes and back again are most of what adding to a table would take. Worked out once a
 * sample, from the distance to an origin not far in front of it.
 */
export class Moment {
  /** The bin that the sample counts in. */
  bin = 0;
  /** The bin that its own time lies in, which may be an earlier one, and the tick of it. */
  tickBin = 0;
  tick = 0;
  /** The same tick, counted since 1970. */
  tickNumber = 0;
  /** Its slot among those of flows. */
  flowSlot = 0;
  private readonly clock: Float64Array;
  private arrivalBin = 0;
  /** The origin: epoch ms, its bin and its tick; */
  private readonly origin = new Float64Array([0, Number.NaN, 0]);
  /** and the low 32 bits of those. */
  private originBin = 0;
  private originTick = 0;

  /** `clock` has the words of `ClockAt`. */
  constructor(clock: Float64Array) {
    this.clock = clock;
  }

  /** The clock tells of another arrival. */
  arrive(): void {
    const bin = this.clock[ClockAt.ArrivalBin]!;
    this.arrivalBin = bin | 0;
    const behind = bin - this.origin[1]!;
    if (!(behind >= ORIGIN_BINS && behind < 2 * ORIGIN_BINS)) this.setOrigin(); // so too where there is none yet
  }

  private setOrigin(): void {
    const {origin} = this;
    const bin = (Math.floor(this.clock[ClockAt.ArrivalBin]! / ORIGIN_BINS) - 1) * ORIGIN_BINS;
    origin[0] = bin * BIN_MS;
    origin[1] = bin;
    origin[2] = bin * TICKS_OF_BIN;
    this.originBin = origin[1] | 0;
    this.originTick = origin[2] | 0;
  }

  /** The clock tells of the time of a sample, which counts in the bin of its arrival, or in that of its time. */
  tell(isByArrival: boolean): void {
    const ms = (this.clock[ClockAt.SampleTime]! - this.origin[0]!) | 0;
    const ticks = (ms / TICK_MS) | 0;
    const bins = (ticks / TICKS_OF_BIN) | 0;
    this.tickBin = (this.originBin + bins) | 0;
    this.tick = ticks - bins * TICKS_OF_BIN;
    this.tickNumber = (this.originTick + ticks) | 0;
    this.flowSlot = ((ms / FLOW_SLOT_MS) | 0) & (FLOW_SLOTS - 1);
    this.bin = isByArrival ? this.arrivalBin : this.tickBin;
  }

  /** The bin of which one of this moment's is the low 32 bits. */
  wholeBin(bin: number): number {
    return this.origin[1]! + ((bin - this.originBin) | 0);
  }

  /** The tick of which `tickNumber` is the low 32 bits. */
  get wholeTick(): number {
    return this.origin[2]! + ((this.tickNumber - this.originTick) | 0);
  }
}
