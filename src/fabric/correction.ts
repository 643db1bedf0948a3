import type {SectionData} from '../account/codec.ts';
import {Basis, columnIndexes, Direction, SOURCES} from '../account/schema.ts';
import {BIN_MS} from '../shared/bins.ts';
import type {Agent, SubAgent} from './agents.ts';
import {DevicePool} from './device-pool.ts';
import type {Losses} from './losses.ts';
import type {Rings} from './rings.ts';
import type {Rows} from './rows.ts';
import type {Source} from './source.ts';
import type {Stream, StreamDelta} from './stream.ts';
import {type LossHolder, Weigher} from './weigher.ts';

const column = columnIndexes(SOURCES);
const AGENT = column['agent']!;
const CLASS = column['sourceClass']!;
const INDEX = column['sourceIndex']!;
const RATE = column['rate']!;
const SAMPLES = column['samples']!;
const SPANNED = column['spanned']!;
const MISSING = column['missing']!;
const POOL_DELTA = column['poolDelta']!;
const DROPS = column['agentDrops']!;
const POOL = column['pool']!;
const LAST_SEEN = column['lastSeen']!;

const BINS_PER_SECOND = 1_000 / BIN_MS;

/** A source without samples for so many bins has no part in the mean of its agent. */
const FRESH_BINS = 30;

/** A data source samples otherwise than before, or otherwise than it claims, or no longer so. */
export interface RateChange {
  what: 'changed' | 'wrong' | 'right';
  source: Source;
  /** The nominal rate before, where it has changed. */
  before: number;
}

/** Which bins can be corrected: those that are open, and for which there is room. */
export interface OpenBins {
  from: number;
  to: number;
}

/**
 * How many frames each sample stands for. There are two corrections, and what got lost enters one of them once:
 *
 * On the way (`Losses`): samples that were made and did not come, by their own sequence numbers, be it that the
 * network, the kernel or we ourselves lost them. One share for a stream, bin by bin.
 *
 * In the agent (`Source`): packets that it marked and could not sample (`drops`), second by second, or another rate
 * than it claims, where its sample pool shows that. One factor for a data source.
 *
 * Both are settled while the bins that they concern are open, and stay when those are final.
 */
export class Corrections {
  private readonly rows: Rows;
  private readonly rings: Rings;
  private found: {stream: Stream; missing: number; silence: number}[] = [];
  private readonly touched = new Set<Stream>();
  private changes: RateChange[] = [];

  constructor(rows: Rows, rings: Rings) {
    this.rows = rows;
    this.rings = rings;
  }

  /** Whether anything is to be corrected within reach: until then a sample stands for its rate. */
  get isActive(): boolean {
    return this.rows.isCorrected;
  }

  /** Takes what a Partial says of a stream. */
  hear({stream}: SubAgent, delta: StreamDelta): void {
    const silence = Math.floor(delta.longestGapMs / BIN_MS);
    const missing = stream.missing(delta, silence);
    if (missing !== 0) this.found.push({stream, missing, silence});
  }

  /** What weighs the rows of a data source. Derived rows are of all sources of their agent at that rate. */
  weigher(stream: Stream, sourceClass: number, sourceIndex: number, rate: number, basis: number, bin: number): Weigher {
    if (basis !== Basis.Derived) return stream.source(sourceClass, sourceIndex, rate, bin).weigher;
    const {agent} = stream;
    let weigher = agent.derived.get(rate);
    if (!weigher) {
      weigher = new Weigher(rate, agent);
      agent.derived.set(rate, weigher);
    }
    return weigher;
  }

  /** Samples of a bin have arrived. */
  arrive(stream: Stream, bin: number, samples: number): void {
    if (stream.losses.isActive) stream.losses.add(bin, samples);
    const {losses} = stream.agent;
    if (losses !== stream.losses && losses.isActive) losses.add(bin, samples);
  }

  /** Takes what data sources have told since they did last. */
  applySources({columns, rows}: SectionData, subAgents: readonly (SubAgent | undefined)[], end: number): void {
    for (let i = 0; i < rows; i++) {
      const stream = subAgents[columns[AGENT]![i]!]?.stream;
      if (!stream) continue;
      const source = stream.source(columns[CLASS]![i]!, columns[INDEX]![i]!, columns[RATE]![i]!, end);
      const {second} = source;
      if (second.samples === 0 && second.spanned === 0 && second.missing === 0) stream.touched.push(source);
      this.touched.add(stream);
      second.samples += columns[SAMPLES]![i]!;
      second.spanned += columns[SPANNED]![i]!;
      second.missing += columns[MISSING]![i]!;
      second.pool += columns[POOL_DELTA]![i]!;
      second.drops += columns[DROPS]![i]!;
      const lastSeen = columns[LAST_SEEN]![i]!;
      if (lastSeen < source.lastSeen) continue;
      source.lastSeen = lastSeen;
      source.pool = columns[POOL]![i]!;
    }
  }

  /** Corrects what a Partial has told of, once its rows are in. Returns the first bin that is another one now. */
  settle(end: number, open: OpenBins): number {
    let first = Number.POSITIVE_INFINITY;
    for (const {stream, missing, silence} of this.found) {
      const {agent} = stream;
      first = Math.min(first, this.lay(stream, missing, silence, end, open));
      if (agent.losses !== stream.losses) first = Math.min(first, this.lay(agent, missing, silence, end, open));
    }
    this.found = [];
    for (const stream of this.touched) {
      // A Partial that was sent early brings a part of a second.
      if (end <= stream.settledTo) continue;
      first = Math.min(first, this.settleSources(stream, end, open));
      this.touched.delete(stream);
    }
    if (first !== Number.POSITIVE_INFINITY) this.rows.isCorrected = true;
    return first;
  }

  /** Frames that a sample of a port and side, at a nominal rate, stood for in the second before the bin `end`. */
  meanWeight(slot: number, side: number, rate: number, end: number): number {
    if (!this.isActive) return rate;
    let samples = 0;
    let frames = 0;
    for (const row of this.rows.of(slot, side & 1)) {
      if (row.rate !== rate || row.basis !== side >>> 1) continue;
      const chunk = this.rings.chunk(row.index);
      for (let bin = end - BINS_PER_SECOND; bin < end; bin++) {
        const here = chunk.frames[this.rings.at(row.index, bin)]!;
        samples += here;
        frames += here * row.weigher.weight(bin);
      }
    }
    return samples > 0 ? frames / samples : rate;
  }

  private lay(holder: Stream | Agent, missing: number, silence: number, end: number, open: OpenBins): number {
    const {losses} = holder;
    if (!losses.isActive) {
      if (missing <= 0) return Number.POSITIVE_INFINITY;
      this.begin(losses, holder, open);
    }
    this.rows.isCorrected = true;
    return losses.lay(missing, end, open.from, silence);
  }

  private begin(losses: Losses, holder: LossHolder, {to}: OpenBins): void {
    const agent = 'agent' in holder ? (holder as Stream).agent : (holder as Agent);
    const isWhole = agent.losses === losses;
    const rows = agent.ports
      .flatMap((slot) => [...this.rows.of(slot, Direction.In), ...this.rows.of(slot, Direction.Out)])
      .filter(({basis, stream}) => basis !== Basis.Derived && (isWhole || stream === holder));
    losses.begin(this.rings.depth, to, (bin) =>
      rows.reduce((sum, {index}) => sum + this.rings.chunk(index).frames[this.rings.at(index, bin)]!, 0),
    );
  }

  private settleSources(stream: Stream, end: number, open: OpenBins): number {
    const from = Math.max(stream.settledTo, open.from);
    const {touched} = stream;
    stream.touched = [];
    stream.settledTo = end;
    const unnumbered = unnumberedShare(stream, touched);
    for (const source of touched) source.measure(end, unnumbered);
    const owner = poolOwner(stream, touched, end);
    const devicePool = owner === 'device' ? stream.devicePool?.ratio(end) : undefined;
    let first = Number.POSITIVE_INFINITY;
    let isCorrected = false;
    for (const source of touched) {
      const wasWrong = source.isWrong;
      source.decide(owner === 'source', devicePool);
      if (source.isWrong !== wasWrong) {
        this.changes.push({what: wasWrong ? 'right' : 'wrong', source, before: source.rate});
      }
      if (source.weigher.set(from, source.factor)) first = from;
      if (source.weigher.agentPart) isCorrected = true;
      source.clear(end);
    }
    for (const source of touched) if (!source.isCurrent) this.succeed(stream, source, end);
    if (isCorrected || stream.agent.isCorrected) first = Math.min(first, meanOfAgent(stream.agent, from, end));
    return first;
  }

  /** A rate that is not its data source's takes over when the former one has no more samples. */
  private succeed(stream: Stream, source: Source, end: number): void {
    const rates = stream.ratesOf(source);
    const former = rates.find(({isCurrent}) => isCurrent);
    if (former?.lastBin === end) return;
    source.isCurrent = true;
    if (!former) return;
    former.isCurrent = false;
    this.changes.push({what: 'changed', source, before: former.rate});
    if (former.isWrong) this.changes.push({what: 'right', source: former, before: former.rate});
  }

  /** What happened to rates since the last call. */
  takeChanges(): RateChange[] {
    const {changes} = this;
    this.changes = [];
    return changes;
  }

  /** Forgets what is past reach, and sources without rows that nothing was heard of since `before`. */
  sweep(agents: readonly Agent[], before: number, reach: number): void {
    const weighers = new Set(this.rows.all.map((row) => row?.weigher));
    for (const {subAgents, derived, largestWeights, largestRates} of agents) {
      largestWeights.forget(reach);
      largestRates.forget(reach);
      for (const [rate, weigher] of derived) {
        weigher.forget(reach);
        if (!weighers.has(weigher)) derived.delete(rate);
      }
      for (const {stream} of subAgents.values()) {
        for (const rates of stream.sources.values()) for (const {weigher} of rates) weigher.forget(reach);
        stream.sweep((source) => source.lastBin < before && !weighers.has(source.weigher));
      }
    }
    this.rows.isCorrected = [...weighers].some((weigher) => weigher?.isActive);
  }
}

/** Samples missing beside each that came, where no number of a source tells of them. */
function unnumberedShare(stream: Stream, touched: readonly Source[]): number {
  const {missingSince} = stream;
  stream.missingSince = 0;
  if (stream.isNumbered || missingSince <= 0) return 0;
  const spanned = touched.reduce((sum, {second}) => sum + second.spanned, 0);
  return spanned > 0 ? missingSince / spanned : 0;
}

/** Whose pools those are that differ from the rates; asked only where some do, for it costs. */
function poolOwner(stream: Stream, touched: Source[], end: number): 'source' | 'device' | 'unknown' {
  const {devicePool} = stream;
  if (devicePool === undefined) {
    if (!touched.some(({poolRatio}) => poolRatio !== undefined)) return 'source';
    stream.devicePool = new DevicePool(end);
  }
  stream.devicePool!.add(end, touched);
  // One source alone is the device, as far as can be seen.
  return stream.sources.size === 1 ? 'source' : stream.devicePool!.owner;
}

/** Derived rows go by the mean of their agent's sources. Returns the first bin that is another one now. */
function meanOfAgent(agent: Agent, from: number, end: number): number {
  let first = Number.POSITIVE_INFINITY;
  agent.isCorrected = false;
  for (const [rate, weigher] of agent.derived) {
    let samples = 0;
    let frames = 0;
    for (const {stream} of agent.subAgents.values()) {
      for (const rates of stream.sources.values()) {
        for (const source of rates) {
          if (source.rate !== rate || source.lastBin < end - FRESH_BINS) continue;
          samples += source.lastSamples;
          frames += source.lastSamples * source.factor;
          if (source.factor !== 1) agent.isCorrected = true;
        }
      }
    }
    if (samples > 0 && weigher.set(from, frames / samples)) first = from;
    if (weigher.agentPart) agent.isCorrected = true;
  }
  return first;
}
