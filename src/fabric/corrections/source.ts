import {PoolWindow} from './pool-window.ts';
import type {Stream} from './stream.ts';
import {Weigher} from './weigher.ts';

/** Why a sample stands for another number of frames than its rate says. */
export type RateReason = 'sample pool' | "device's sample pool" | 'agent drops';

/** A rate that is off by so much is wrong; powers of two for round numbers are not. */
const WRONG = 0.1;
/** Drops beyond so many a sample are garbage in their place. */
const MOST_DROPS = 1_000;

/** One data source at one nominal rate, and what it really samples. */
export class Source {
  readonly sourceClass: number;
  readonly sourceIndex: number;
  readonly rate: number;
  readonly stream: Stream;
  readonly weigher: Weigher;
  /** Sums since its figures were settled last; `made` is what of them can be held against pool and drops. */
  readonly second = {samples: 0, spanned: 0, missing: 0, pool: 0, drops: 0, made: 0};
  /** The newest value of its pool, and epoch ms of its last sample. */
  pool = 0;
  lastSeen = 0;
  /** The first bin behind the last second with samples, and how many that had. */
  lastBin: number;
  lastSamples = 0;
  /** What its pool says, as a multiple of the rate and with drops included; undefined where it says nothing else. */
  poolRatio: number | undefined;
  /** Whether it is the rate that its data source samples at. */
  isCurrent = false;
  /** The factor in force, and why it is not 1. */
  factor = 1;
  /** The same, but for what its stream's drops make of it bin by bin. */
  relative = 1;
  reason: RateReason | undefined;
  private readonly window: PoolWindow;

  constructor(stream: Stream, sourceClass: number, sourceIndex: number, rate: number, bin: number) {
    this.stream = stream;
    this.sourceClass = sourceClass;
    this.sourceIndex = sourceIndex;
    this.rate = rate;
    this.weigher = new Weigher(rate, stream);
    this.lastBin = bin;
    this.window = new PoolWindow(bin);
  }

  /** Takes the second that ends before `bin`. `unnumbered`: samples missing beside each, of which no number tells. */
  measure(bin: number, unnumbered: number): void {
    const {second} = this;
    second.made = Math.max(second.spanned, second.spanned * (1 + unnumbered) + second.missing);
    if (second.drops > MOST_DROPS * second.made) second.drops = 0;
    this.window.add(bin, second.made, second.drops, second.pool);
    this.poolRatio = this.window.ratio(this.rate, bin, this.poolRatio !== undefined);
  }

  /** Decides upon the factor of the second; `devicePool` where its pool is the device's. */
  decide(isOwnPool: boolean, devicePool: number | undefined): void {
    const {made, drops} = this.second;
    const pool = isOwnPool ? this.poolRatio : devicePool;
    if (pool !== undefined && !this.stream.agent.isPoolRefuted) {
      this.factor = pool;
      this.reason = isOwnPool ? 'sample pool' : "device's sample pool";
    } else if (drops > 0 && made > 0) {
      this.factor = (made + drops) / made;
      this.reason = 'agent drops';
    } else {
      this.factor = 1;
      this.reason = undefined;
    }
  }

  /** Whether its pool shows that it samples at another rate than it claims. */
  get isWrong(): boolean {
    return this.reason !== undefined && this.reason !== 'agent drops' && Math.abs(this.factor - 1) >= WRONG;
  }

  /** Its sampling rate of late, the agent's drops included, for people; the rate where nothing is known against it. */
  effective(): number {
    if (this.reason !== undefined && this.reason !== 'agent drops') return this.rate * this.factor;
    const {made, drops} = this.window;
    return drops > 0 && made > 0 ? (this.rate * (made + drops)) / made : this.rate;
  }

  /** Forgets the second before `bin`, which is settled. */
  clear(bin: number): void {
    const {second} = this;
    this.lastBin = bin;
    this.lastSamples = second.samples;
    second.samples = 0;
    second.spanned = 0;
    second.missing = 0;
    second.pool = 0;
    second.drops = 0;
    second.made = 0;
  }
}
