import type {Agent} from './agents.ts';
import type {DevicePool} from './device-pool.ts';
import {Losses} from './losses.ts';
import {Source} from './source.ts';

/** Missing samples that datagrams told of, before it counts that the samples' own numbers did not. */
const EXPECTED = 30;
/** Of those the samples' numbers tell this share at least, if they count up at all. */
const TOLD = 0.25;
/** Older loss counts half. */
const REMEMBERED = 1_000;
/** Sources that rest tell late what got lost with the others; after so many bins no more of it is to come. */
const FORGIVEN_BINS = 600;
/** Until an agent's habits are known a silence of so many bins is no outage. */
const USUAL_BINS = 12;

/** What a Partial says of a stream, as far as loss goes. */
export interface StreamDelta {
  received: number;
  missing: number;
  flowSamples: number;
  missingFlowSamples: number;
  longestGapMs: number;
}

/** A stream of datagrams, as far as corrections go: what got lost of it, and its data sources. */
export class Stream {
  readonly agent: Agent;
  readonly id: number;
  losses: Losses;
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
  /** What was lost in bins that have no figures and need no correction, and is still to be told. */
  private forgiven = 0;
  private forgivenUntil = Number.NEGATIVE_INFINITY;

  constructor(agent: Agent, id: number, losses = new Losses()) {
    this.agent = agent;
    this.id = id;
    this.losses = losses;
  }

  /** Samples that are missing in the stream, of bins that have figures; `end` is the first bin that is still to come. */
  missing(delta: StreamDelta, silence: number, end: number): number {
    this.received += delta.received;
    this.flowSamples += delta.flowSamples;
    const byDatagrams = this.received > 0 ? (delta.missing * this.flowSamples) / this.received : 0;
    this.expected += byDatagrams;
    this.told += delta.missingFlowSamples;
    const numbersTell = this.expected < EXPECTED || this.told >= TOLD * this.expected;
    if (this.expected > REMEMBERED) {
      this.expected /= 2;
      this.told /= 2;
    }
    const missing = numbersTell ? delta.missingFlowSamples : byDatagrams;
    this.missingSince += missing;
    return missing > 0 ? missing - this.forgive(missing, Math.max(missing, byDatagrams), silence, end) : missing;
  }

  /** Of the missing ones, those that were lost while the agent counts as absent: a gap is no traffic to make up for. */
  private forgive(missing: number, inAll: number, silence: number, end: number): number {
    const window = Math.max(USUAL_BINS, this.agent.presence.windowBins());
    if (silence > window) {
      const share = 1 - window / silence;
      this.forgiven = (inAll - missing) * share;
      this.forgivenUntil = end + FORGIVEN_BINS;
      return missing * share;
    }
    if (this.forgiven <= 0 || end > this.forgivenUntil) return 0;
    const forgiven = Math.min(this.forgiven, missing);
    this.forgiven -= forgiven;
    return forgiven;
  }

  /** The source of a class and index at a rate, made when it is new. */
  source(sourceClass: number, sourceIndex: number, rate: number, bin: number): Source {
    const key = sourceClass * 2 ** 32 + sourceIndex;
    let rates = this.sources.get(key);
    const known = rates?.find((source) => source.rate === rate);
    if (known) return known;
    if (!rates) {
      rates = [];
      this.sources.set(key, rates);
    }
    const source = new Source(this, sourceClass, sourceIndex, rate, bin);
    rates.push(source);
    return source;
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
