import type {Agent} from '../agents.ts';
import type {DevicePool} from './device-pool.ts';
import type {Losses} from './losses.ts';
import {Source} from './source.ts';
import type {LossHolder} from './weigher.ts';

/** Missing samples that the datagrams' numbers tell of, before it counts that the samples' own did not. */
const EXPECTED = 30;
/** Of those the samples' numbers tell this share at least, if they count up at all. */
const TOLD = 0.25;
/** Older loss counts half. */
const REMEMBERED = 1_000;
/** So many Partials with samples are awaited until all sources have told what was lost of them. */
const AWAITED = 100;
/** Until an agent's habits are known a silence of so many bins is no outage. */
const USUAL_BINS = 12;

/** What a Partial says of a stream, as far as loss goes. */
export interface StreamDelta {
  received: number;
  missing: number;
  flowSamples: number;
  missingFlowSamples: number;
  agentDrops: number;
  longestGapMs: number;
}

/** A stream of datagrams, as far as corrections go: what got lost of it, and its data sources. */
export class Stream {
  private static made = 0;
  /** Another one of each that there ever was. */
  readonly number = Stream.made++;
  readonly agent: Agent;
  readonly id: number;
  losses: Losses;
  drops: Losses;
  /** By class · 2^32 + index: the source at each of its rates. */
  readonly sources = new Map<number, Source[]>();
  /** Sources with samples that are not settled yet, and the first bin that they may be of. */
  touched: Source[] = [];
  settledTo = Number.NEGATIVE_INFINITY;
  /** Samples missing since the sources were settled last. */
  missingSince = 0;
  devicePool: DevicePool | undefined;
  private received = 0;
  private flowSamples = 0;
  /** Missing samples as the datagrams' numbers tell, and as the samples' own do. */
  private expected = 0;
  private told = 0;
  /** Missing samples that the datagrams told of and the samples' own numbers did not, yet. */
  private ahead = 0;
  private leastAhead = 0;
  private awaited = 0;
  private overdone = 0;
  /** Those that only the samples' own numbers told of. */
  private beyond = 0;

  constructor(agent: Agent, id: number, {losses, drops}: LossHolder) {
    this.agent = agent;
    this.id = id;
    this.losses = losses;
    this.drops = drops;
  }

  /**
   * Samples that are missing in the stream, of bins that have figures. A gap in the datagrams' numbers shows at once,
   * but not how many samples were lost in it: as many as others hold. The samples' own numbers tell that exactly, but
   * each source's only with its next sample; what they tell beyond is added.
   */
  missing(delta: StreamDelta, silence: number): number {
    this.received += delta.received;
    this.flowSamples += delta.flowSamples;
    const byDatagrams = this.received > 0 ? (delta.missing * this.flowSamples) / this.received : 0;
    this.expected += byDatagrams;
    this.told += delta.missingFlowSamples;
    if (this.expected > REMEMBERED) {
      this.expected /= 2;
      this.told /= 2;
    }
    // What came late is taken back from where it was laid.
    const back = Math.min(this.beyond, Math.max(0, -delta.missingFlowSamples));
    this.ahead += byDatagrams - delta.missingFlowSamples - back;
    const beyond = Math.max(0, -this.ahead);
    this.beyond += beyond - back;
    this.ahead += beyond;
    const missing = this.settleUp(byDatagrams + beyond - back, delta.flowSamples);
    this.missingSince += missing;
    // What was lost while the agent counts as absent is not made up for: a gap is no traffic.
    const window = Math.max(USUAL_BINS, this.agent.presence.windowBins());
    return missing > 0 && silence > window ? (missing * window) / silence : missing;
  }

  /** Takes off what the datagrams told of too much: what the samples' own numbers never confirm. */
  private settleUp(missing: number, flowSamples: number): number {
    this.leastAhead = Math.min(this.leastAhead, this.ahead);
    if (flowSamples > 0 && ++this.awaited >= AWAITED) {
      if (this.isNumbered) this.overdone += this.leastAhead;
      this.ahead -= this.leastAhead;
      this.leastAhead = this.ahead;
      this.awaited = 0;
    }
    const off = Math.min(this.overdone, Math.max(0, missing));
    this.overdone -= off;
    return missing - off;
  }

  /** Samples in a datagram, on average. */
  get perDatagram(): number {
    return this.received > 0 ? Math.max(1, this.flowSamples / this.received) : 1;
  }

  /** Whether samples that are missing show in their own numbers; some agents never count up. */
  get isNumbered(): boolean {
    return this.expected < EXPECTED || this.told >= TOLD * this.expected;
  }

  /** The source of a class and index at a rate, made when it is new. */
  source(sourceClass: number, sourceIndex: number, rate: number, bin: number): Source {
    const key = keyOf(sourceClass, sourceIndex);
    const rates = this.sources.get(key);
    const known = rates?.find((source) => source.rate === rate);
    if (known) return known;
    const source = new Source(this, sourceClass, sourceIndex, rate, bin);
    if (rates) rates.push(source);
    else this.sources.set(key, [source]);
    return source;
  }

  /** A source at all of its rates. */
  ratesOf({sourceClass, sourceIndex}: Source): readonly Source[] {
    return this.sources.get(keyOf(sourceClass, sourceIndex)) ?? [];
  }

  /** Forgets sources that `isGone`. */
  sweep(isGone: (source: Source) => boolean): void {
    for (const [key, rates] of this.sources) {
      const left = rates.filter((source) => !isGone(source));
      if (left.length === rates.length) continue;
      if (left.length === 0) this.sources.delete(key);
      else this.sources.set(key, left);
    }
  }
}

/** Small where it can be: small numbers are found faster. */
const keyOf = (sourceClass: number, sourceIndex: number) => sourceIndex + sourceClass * 2 ** 32;
