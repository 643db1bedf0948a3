import type {SectionData} from '../../account/codec.ts';
import {Basis, columnIndexes, SOURCES} from '../../account/schema.ts';
import {BIN_MS} from '../../shared/bins.ts';
import type {Agent, SubAgent} from '../agents.ts';
import type {Rings} from '../history/rings.ts';
import type {Rows} from '../rows.ts';
import {DevicePool} from './device-pool.ts';
import {Laying, type OpenBins} from './laying.ts';
import type {Source} from './source.ts';
import type {Stream} from './stream.ts';
import {Weigher} from './weigher.ts';

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

/**
 * How many frames each sample stands for. What got lost enters once, in one of two ways:
 *
 * Stream by stream and bin by bin (`Laying`): samples that were made and did not come, by their own sequence numbers, be
 * it that the network, the kernel or we ourselves lost them; and packets that the agent could not sample (`drops`).
 *
 * Data source by data source and second by second (`Source`): its own share of those drops, or another rate than it
 * claims, where its sample pool shows that.
 *
 * Both are settled while the bins that they concern are open, and stay when those are final.
 */
export class Corrections {
  private readonly rows: Rows;
  private readonly rings: Rings;
  readonly laying: Laying;
  private readonly touched = new Set<Stream>();
  private changes: RateChange[] = [];

  constructor(rows: Rows, rings: Rings) {
    this.rows = rows;
    this.rings = rings;
    this.laying = new Laying(rows, rings);
  }

  /** Whether anything is to be corrected within reach: until then a sample stands for its rate. */
  get isActive(): boolean {
    return this.rows.isCorrected;
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
  settle(producer: number, end: number, open: OpenBins): number {
    let first = this.laying.settle(producer, end, open);
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

  private settleSources(stream: Stream, end: number, open: OpenBins): number {
    const from = Math.max(stream.settledTo, open.from);
    const {touched} = stream;
    stream.touched = [];
    stream.settledTo = end;
    const unnumbered = unnumberedShare(stream, touched);
    for (const source of touched) source.measure(end, unnumbered);
    const owner = poolOwner(stream, touched, end);
    const devicePool = owner === 'device' ? stream.devicePool?.ratio(end) : undefined;
    const shape = stream.drops.isActive ? this.laying.dropShape(stream, from, end) : undefined;
    let first = Number.POSITIVE_INFINITY;
    let isCorrected = false;
    for (const source of touched) {
      const wasWrong = source.isWrong;
      source.decide(owner === 'source', devicePool);
      if (source.isWrong !== wasWrong) {
        this.changes.push({what: wasWrong ? 'right' : 'wrong', source, before: source.rate});
      }
      source.relative = source.factor / (shape?.get(source.weigher) ?? 1);
      if (source.weigher.set(from, source.relative)) first = from;
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
    for (const {subAgents, derived, largest} of agents) {
      largest.weights.forget(reach);
      largest.rates.forget(reach);
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
          frames += source.lastSamples * source.relative;
          if (source.relative !== 1) agent.isCorrected = true;
        }
      }
    }
    if (samples > 0 && weigher.set(from, frames / samples)) first = from;
    if (weigher.agentPart) agent.isCorrected = true;
  }
  return first;
}
