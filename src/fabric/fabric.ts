import {type Partial, type SectionData, sectionOf} from '../account/codec.ts';
import {COUNTS, Count} from '../account/ledger.ts';
import {Measure} from '../account/measures.ts';
import {
  AGENTS,
  Basis,
  BINS,
  COUNTERS,
  COUNTS_SECTION,
  columnIndexes,
  DROP_SOURCES,
  DROPS,
  FLOWS,
  GAUGES,
  HOSTS,
  NAMES,
  OPERATIONS,
  QUEUE_FLOWS,
  QUEUES,
  SOURCES,
  TICKS,
} from '../account/schema.ts';
import {BIN_MS, binOf, REVISED_BINS} from '../shared/bins.ts';
import {addressOf, deltaOf, subAgentOf} from './agent-rows.ts';
import {type Agent, Agents, type SubAgent} from './agents.ts';
import {Corrections} from './corrections/correction.ts';
import {CounterCheck} from './corrections/counter-check.ts';
import type {Stream} from './corrections/stream.ts';
import {Tally} from './corrections/tally.ts';
import {CountRates} from './count-rates.ts';
import {applyCounters, applyNames} from './counters.ts';
import {DropLog} from './drops.ts';
import type {FlowRows} from './flow-ways.ts';
import {FlowTable} from './flows.ts';
import {GaugeLog} from './gauges.ts';
import {BYTES_PER_ROW, budgetForOperations, flowsWithin, sharesOf} from './history/memory.ts';
import {PORT_TICK_BINS, PortTicks} from './history/port-ticks.ts';
import {Rings} from './history/rings.ts';
import {Skipped} from './history/skipped.ts';
import {FabricSums} from './history/sums.ts';
import {TickRing} from './history/ticks.ts';
import {Tiers} from './history/tiers.ts';
import {Totals} from './history/totals.ts';
import {Operations} from './operations.ts';
import {Ports} from './ports.ts';
import {Producers} from './producers.ts';
import {QueueLog} from './queues.ts';
import {Roles, SingleSwitch} from './roles/roles.ts';
import {InferredRoles} from './roles/roles-inferred.ts';
import {Room} from './room.ts';
import {RowFinder} from './row-finder.ts';
import {BASIS_MEMORY_BINS, Direction, Rows} from './rows.ts';
import {Touched} from './touched.ts';
import {EventLog} from './watch/events.ts';
import {Watch} from './watch/watch.ts';
import {Names} from './wiring/names.ts';
import {TopologyRoles, Wiring} from './wiring/topology.ts';

const bin = columnIndexes(BINS);
/** Columns of `BINS` from here on are the measures. */
const FIRST_MEASURE = bin['row']! + 1;

const BINS_PER_SECOND = 1_000 / BIN_MS;

/** Every so many bins rows that fell silent are forgotten. */
const SWEEP_EVERY_BINS = 600;
/** Of those, so many are emptied a bin. */
const CLEAN_ROWS = 32;

export interface FabricOptions {
  /** Bins of 100 ms that are kept. */
  depth: number;
  /** Flows that are kept, the least recently seen give way. */
  flows: number;
  /** Agents and ports that there is room for. */
  agents?: number;
  ports?: number;
  /** Bytes that history and tables may take; none: as many as they need. Where it is short there are fewer bins. */
  memory?: number;
}

/** Five minutes of 100 ms bins, and more flows than a page can show. */
export const DEFAULT_FABRIC: FabricOptions = {depth: 3_000, flows: 20_000};

/**
 * An agent that speaks seldom confirms more bins than are still open. That is told at most so often, for it makes long
 * frames.
 */
const CONFIRM_EVERY_BINS = 10;

/** Bins whose ticks are kept, 640 s: periods of a minute take eight cycles to be sure of. */
export const TICK_BINS = 6_400;

/** The share of traffic whose role is not known now is taken over so many bins. */
const SHARE_BINS = 10;

/** What an update changed, for those who show it. */
export interface Advance {
  /** The newest bin that is complete. */
  newest: number;
  /** First bin whose figures or state differ from what was told before; of final bins it is the state alone. */
  from: number;
  /** What of the links' figures, until the next advance; undefined: all that is of `from` and later. */
  touched?: Touched;
}

/**
 * The model of the network, from Partials: agents, ports, their last bins, flows, counts. Time here is the producers'
 * watermark; there is no clock. Reading is `Reader`'s business.
 */
export class Fabric {
  /** Bytes that history and tables may take; undefined: as many as they need. */
  readonly memory: number | undefined;
  readonly agents = new Agents();
  readonly ports = new Ports();
  readonly rows = new Rows();
  readonly rings: Rings;
  readonly corrections: Corrections;
  readonly tally = new Tally();
  readonly counterCheck = new CounterCheck();
  readonly names = new Names(this.agents, this.ports);
  readonly wiring = new Wiring(this.agents, this.ports, this.names);
  readonly inferred: InferredRoles;
  readonly roles: Roles;
  readonly sums: FabricSums;
  readonly totals: Totals;
  readonly flows: FlowTable;
  readonly operations: Operations;
  readonly tiers: Tiers;
  readonly ticks = new TickRing(TICK_BINS);
  readonly portTicks: PortTicks;
  /** The same of what goes out, of edge ports alone: what their hosts receive. */
  readonly portTicksOut: PortTicks;
  readonly drops = new DropLog(this.ports);
  readonly queues = new QueueLog(this.ports);
  readonly gauges = new GaugeLog(this.ports);
  /** Bins that a step of the clock left out. */
  readonly skipped = new Skipped();
  readonly rates = new CountRates();
  readonly producers = new Producers();
  readonly events = new EventLog();
  readonly watch = new Watch();
  /** The ledger's counts since the start, by `Count`. */
  readonly counts = new Float64Array(COUNTS);
  /** The newest complete bin; -Infinity before the first Partial. */
  newest = Number.NEGATIVE_INFINITY;
  /** The first bin that was ever complete or has samples: there is no history before it. */
  oldest = Number.POSITIVE_INFINITY;
  /** Rows that came for bins that were final already. */
  lateRows = 0;
  /** First bin whose figures changed since the last advance, and first whose state did since it was last told. */
  private dirtyFrom = Number.POSITIVE_INFINITY;
  private confirmedFrom = Number.POSITIVE_INFINITY;
  /** First bin whose samples stand for something else than when they were summed. */
  private resumFrom = Number.POSITIVE_INFINITY;
  /** What is gathered for the next advance, and what the last one was given. */
  private touched = new Touched();
  private told = new Touched();
  private confirmedAt = 0;
  /** First bin that the totals do not hold yet. */
  private settledTo = Number.NEGATIVE_INFINITY;
  private sweptAt = 0;
  /** How far the rings have been emptied ahead of the newest bin. */
  private roomUpTo = Number.NEGATIVE_INFINITY;
  private readonly finder: RowFinder;
  private readonly room = new Room();
  /** The sub-agents that the present Partial names. */
  private subAgents: (SubAgent | undefined)[] = [];

  constructor(options: FabricOptions = DEFAULT_FABRIC) {
    const {depth, memory} = options;
    this.agents.max = options.agents ?? this.agents.max;
    this.ports.max = options.ports ?? this.ports.max;
    this.memory = memory;
    const shares = memory === undefined ? undefined : sharesOf(memory);
    this.rings = shares ? new Rings(depth, shares.rows, BYTES_PER_ROW) : new Rings(depth);
    const ofTicks = shares && shares.portTicks / 2;
    this.portTicks = new PortTicks(PORT_TICK_BINS, ofTicks);
    this.portTicksOut = new PortTicks(PORT_TICK_BINS, ofTicks);
    this.tiers = new Tiers(shares?.tiers);
    this.corrections = new Corrections(this.rows, this.rings);
    this.finder = new RowFinder(this.ports, this.rows, this.rings, this.corrections, () => this.roomUpTo);
    const basisOf = (slot: number, direction: number) => this.rows.basis(slot, direction, this.newest);
    const shareNow = () => this.sums.unknownShare(this.newest - SHARE_BINS + 1, this.newest);
    this.inferred = new InferredRoles(this.agents, this.ports, basisOf, shareNow);
    const sources = [new TopologyRoles(this.wiring), new SingleSwitch(this.agents), this.inferred];
    this.roles = new Roles(this.agents, this.ports, sources);
    this.sums = new FabricSums(options.depth, this.agents, this.rows, this.rings, this.roles);
    this.totals = new Totals(this.sums, this.ports, this.rows, this.rings);
    const rows: FlowRows = {
      basis: basisOf,
      weight: (slot, side, rate, end) => this.corrections.meanWeight(slot, side, rate, end),
      role: (slot) => this.roles.at(slot, this.newest),
    };
    const mostFlows = shares ? flowsWithin(shares.flows) : options.flows;
    this.flows = new FlowTable(Math.min(options.flows, mostFlows), this.ports, rows, mostFlows);
    this.operations = new Operations(this.ports, rows, budgetForOperations(memory));
  }

  /** Bins before this one will not change any more. */
  get finalBin(): number {
    return this.newest - REVISED_BINS + 1;
  }

  /** First bin that the rings still hold: bins that are not complete yet have taken the place of the oldest. */
  get firstBin(): number {
    return Math.max(this.oldest, this.roomUpTo - this.rings.depth + 1);
  }

  /** Applies a Partial. Returns what it changed for readers, or undefined when no bin was completed by it. */
  apply(partial: Partial): Advance | undefined {
    if (!this.producers.admit(partial)) return undefined;
    this.ports.bin = partial.watermark - 1;
    const locals = this.applyAgents(partial);
    const counts = sectionOf(partial, COUNTS_SECTION);
    if (counts) this.applyCounts(counts, partial);
    const bins = sectionOf(partial, BINS);
    if (bins) this.applyBins(bins, partial);
    const counters = sectionOf(partial, COUNTERS);
    if (counters) {
      applyCounters(counters, locals, this.ports, (port, elapsedMs, inOctets, outOctets) =>
        this.counterCheck.read(this, port, elapsedMs, inOctets, outOctets),
      );
    }
    const names = sectionOf(partial, NAMES);
    if (names) applyNames(names, locals, this.ports);
    const ticks = sectionOf(partial, TICKS);
    if (ticks) this.ticks.apply(ticks, partial.watermark);
    this.drops.apply(sectionOf(partial, DROPS), sectionOf(partial, DROP_SOURCES), locals, partial);
    this.queues.apply(sectionOf(partial, QUEUES), sectionOf(partial, QUEUE_FLOWS), locals, partial);
    this.gauges.apply(sectionOf(partial, GAUGES), locals, partial);
    this.correct(partial);
    const flows = sectionOf(partial, FLOWS);
    if (flows) {
      this.flows.apply(flows, locals, partial);
      this.inferred.apply(flows, sectionOf(partial, HOSTS), locals, partial.time);
    }
    const operations = sectionOf(partial, OPERATIONS);
    if (operations) this.operations.apply(operations, locals, partial);
    return this.advance();
  }

  private applyCounts({columns, rows}: SectionData, {time, producer}: Partial): void {
    const received = this.counts[Count.DatagramsReceived]!;
    const steppedMs = this.counts[Count.ClockStepMs]!;
    for (let row = 0; row < rows; row++) this.counts[columns[0]![row]!]! += columns[1]![row]!;
    const {datagrams} = this.producers;
    datagrams.set(producer, (datagrams.get(producer) ?? 0) + this.counts[Count.DatagramsReceived]! - received);
    const stepMs = this.counts[Count.ClockStepMs]! - steppedMs;
    if (stepMs > 0) this.skipped.add(binOf(time - stepMs), binOf(time));
  }

  /** Settles what a sample stands for, as far as the Partial tells. */
  private correct(partial: Partial): void {
    const sources = sectionOf(partial, SOURCES);
    const end = partial.watermark;
    if (sources) this.corrections.applySources(sources, this.subAgents, end);
    const open = {from: Math.max(this.openFrom, end - REVISED_BINS), to: this.roomUpTo};
    const corrected = this.corrections.settle(partial.producer, end, open);
    this.revalue(corrected);
    this.touched.all(corrected);
  }

  /** Registers the agents that the Partial names; its sections refer to them by position. */
  private applyAgents(partial: Partial): (Agent | undefined)[] {
    this.subAgents = [];
    const section = sectionOf(partial, AGENTS);
    if (!section) return [];
    const second = Math.floor((partial.watermark - 1) / BINS_PER_SECOND);
    const {columns, rows} = section;
    const found: (Agent | undefined)[] = [];
    for (let row = 0; row < rows; row++) {
      const delta = deltaOf(columns, row);
      const known = this.agents.intern(addressOf(columns, row), delta.lastArrival);
      found.push(known);
      if (!known) continue;
      // Producers go on naming those that were silent for long, and may have left here.
      const isHeard = delta.received + delta.duplicates > 0;
      const id = subAgentOf(columns, row);
      const subAgent = isHeard ? this.agents.subAgent(known, id) : known.subAgents.get(id);
      this.subAgents[row] = subAgent;
      if (!subAgent) continue;
      this.confirmedFrom = Math.min(this.confirmedFrom, this.agents.report(known, subAgent, delta));
      if (delta.received === 0) continue;
      known.producer = partial.producer;
      known.recent.add(second, delta.flowSamples, delta.missingFlowSamples, delta.uncertainMs);
      this.corrections.laying.hear(subAgent, delta);
    }
    return found;
  }

  private applyBins(section: SectionData, {producer}: Partial): void {
    const {columns, rows} = section;
    const bins = columns[bin['bin']!]!;
    const samples = columns[FIRST_MEASURE + Measure.Frames]!;
    const ticks0 = columns[FIRST_MEASURE + Measure.RoceTicks0]!;
    const ticks1 = columns[FIRST_MEASURE + Measure.RoceTicks1]!;
    const agents = columns[bin['agent']!]!;
    const hints = this.finder.hintsOf(producer);
    const {openFrom, subAgents} = this;
    let heard: Agent | undefined;
    let heardAt = Number.NaN;
    for (let i = 0; i < rows; i++) {
      const at = bins[i]!;
      if (at < openFrom || at < this.settledTo) {
        this.lateRows++;
        continue;
      }
      const stream = subAgents[agents[i]!]?.stream;
      const row = stream ? this.finder.find(columns, i, hints, stream) : -1;
      if (!stream || row < 0) continue;
      // A row may have ticks alone: of samples that were taken in its bin, and count in the next one.
      if (samples[i]! > 0) {
        const {agent} = stream;
        if (agent !== heard || at !== heardAt) this.hear(agent, at);
        heard = agent;
        heardAt = at;
        this.addSamples(row, stream, at, columns, i, openFrom);
      }
      if (ticks0[i]! + ticks1[i]! > 0 && this.rows.counts(row, at)) {
        const place = this.rows.columns.place[row]!;
        this.ticksOf(place, at)?.add(place >> 1, at, ticks0[i]!, ticks1[i]!);
      }
    }
  }

  /** There are samples of an agent in the bin `at`. */
  private hear(agent: Agent, at: number): void {
    this.makeRoom(at);
    this.skipped.witness(at);
    if (at < this.oldest) this.oldest = at;
    if (at < this.dirtyFrom) this.dirtyFrom = at;
    this.confirmedFrom = Math.min(this.confirmedFrom, agent.presence.witness(at));
  }

  /** Adds entry `i` of the section's columns, samples of a stream, to a row in the bin `at`. */
  private addSamples(
    row: number,
    stream: Stream,
    at: number,
    columns: SectionData['columns'],
    i: number,
    openFrom: number,
  ): void {
    const {rows} = this;
    const {place, basis, rate} = rows.columns;
    const samples = columns[FIRST_MEASURE + Measure.Frames]![i]!;
    const largest = columns[FIRST_MEASURE + Measure.Largest]![i]!;
    this.rings.add(row, at, columns, FIRST_MEASURE, i);
    this.touched.add(place[row]!, at);
    rows.touch(row, at, largest, columns[FIRST_MEASURE + Measure.RoceLargest]![i]!);
    if (basis[row] !== Basis.Derived) {
      if (this.corrections.isActive) this.corrections.laying.arrive(stream, at, samples);
      const bytes = columns[FIRST_MEASURE + Measure.Bytes]![i]!;
      const squares = columns[FIRST_MEASURE + Measure.Squares]![i]!;
      if (rows.counts(row, at)) this.tally.add(place[row]!, rate[row]!, samples, bytes, squares);
    }
    // Another basis counts in all bins that are open, not from the sample on that decides.
    if (rows.prefer(row, samples, at, openFrom)) {
      this.revalue(openFrom);
      this.touched.all(openFrom);
      this.ticksOf(place[row]!, at)?.clear(place[row]! >> 1, openFrom);
    }
    // Behind what decides whether it counts.
    this.sums.addEntry(row, at, columns, FIRST_MEASURE, i);
    stream.agent.largest.note(rate[row]!, largest, at, this.newest + 1);
  }

  /** Where the samples of a place are kept by tick. */
  private ticksOf(place: number, at: number): PortTicks | undefined {
    if ((place & 1) === Direction.In) return this.portTicks;
    return this.roles.at(place >> 1, at) === 'edge' ? this.portTicksOut : undefined;
  }

  /** Samples of bins before this one come too late. */
  private get openFrom(): number {
    return Math.max(this.finalBin, this.settledTo);
  }

  /** A bin past the newest one stands where the oldest stood: empties the rings up to it. */
  private makeRoom(to: number): void {
    if (to <= this.roomUpTo) return;
    const {depth} = this.rings;
    // Time jumps: what was still open and would be overwritten is final now.
    if (to - depth >= this.openFrom) this.settle(to - depth + 1);
    for (let next = Math.max(this.roomUpTo + 1, to - depth + 1); next <= to; next++) {
      this.rings.clear(next);
      this.sums.clear(next);
    }
    this.roomUpTo = to;
  }

  /** Counts the bins before `to` in the totals, for good. */
  private settle(to: number): void {
    this.decideRoles();
    const from = Math.max(this.settledTo, this.firstBin);
    const end = Math.min(to, this.roomUpTo + 1); // behind it there is nothing
    if (from < end) {
      const dirtyFrom = Math.max(from, Math.min(this.dirtyFrom, this.newest + 1));
      if (dirtyFrom < end) this.sum(dirtyFrom, end - 1);
      this.totals.advance(from, end);
      if (this.corrections.isActive) this.tally.correct(this.rows, this.rings, from, end);
    }
    if (to > this.settledTo) this.settledTo = to;
  }

  /** Looks again which agents and ports a topology means, and what all are called. */
  callByNames(): void {
    this.wiring.refresh();
    this.names.refresh(this.wiring);
  }

  /** Roles that are known otherwise now count in all bins that are open. */
  private decideRoles(): void {
    this.callByNames();
    const from = this.openFrom;
    if (this.roles.decide(from)) this.revalue(from);
  }

  /** From a bin on, samples stand for something else than before: their sums are to be made anew. */
  private revalue(from: number): void {
    this.dirtyFrom = Math.min(this.dirtyFrom, from);
    this.resumFrom = Math.min(this.resumFrom, from);
  }

  /**
   * Completes the sums of the bins from..to, both inclusive, which have had their samples as these came: by what may have
   * passed unsampled, and anew where samples stand for something else than when they came.
   */
  private sum(from: number, to: number): void {
    const {rows, sums, resumFrom, newest} = this;
    // Where nothing is corrected, what may have passed in one bin may have in the next.
    const carries = !rows.isCorrected && newest >= this.firstBin && from <= newest + 1;
    const first = Math.max(from, rows.hasShrunk ? from : Math.min(resumFrom, carries ? to + 1 : newest + 1));
    for (let bin = Math.max(from, newest + 1); bin < first; bin++) sums.carryLargest(bin);
    for (const row of rows.news) sums.raiseLargest(row, from, Math.min(to, first - 1));
    rows.noteLargest(this.rings, from, to);
    if (first <= to) sums.recompute(first, to);
    // Samples of later bins are there already.
    if (resumFrom <= to) this.resumFrom = to < this.roomUpTo ? to + 1 : Number.POSITIVE_INFINITY;
  }

  /** Moves on to the producers' watermark. */
  private advance(): Advance | undefined {
    const newest = this.producers.watermark() - 1;
    if (newest <= this.newest) return undefined;
    if (newest < this.oldest) this.oldest = newest;
    this.makeRoom(newest);
    this.decideRoles();
    const from = Math.max(Math.min(this.dirtyFrom, this.newest + 1), this.firstBin);
    this.sum(from, newest);
    this.dirtyFrom = Number.POSITIVE_INFINITY;
    this.newest = newest;
    this.rates.read(this.time, this.counts);
    this.rows.refusals.look(this.refused, newest);
    this.settle(this.finalBin);
    this.tiers.advance(this);
    this.inferred.advance();
    this.watch.look(this);
    this.room.make(this);
    this.rows.clean(this.rings, CLEAN_ROWS);
    if (newest - this.sweptAt >= SWEEP_EVERY_BINS) {
      this.sweptAt = newest;
      this.rows.sweep(newest - Math.max(this.rings.depth, BASIS_MEMORY_BINS), newest);
      this.revalue(newest + 1);
      const silentSince = (newest - BASIS_MEMORY_BINS) * BIN_MS;
      this.agents.sweepSubAgents(silentSince, new Set(this.rows.all.map((row) => row?.stream)));
      this.corrections.sweep(this.agents.all, newest - BASIS_MEMORY_BINS, this.firstBin);
    }
    const {touched, told} = this;
    this.touched = told;
    this.told = touched;
    told.clear();
    return {newest, from: Math.min(from, this.confirmed(newest)), touched};
  }

  /** First bin whose state is to be told anew. */
  private confirmed(newest: number): number {
    const from = this.confirmedFrom;
    const open = newest - REVISED_BINS + 1;
    const isLong = from < open;
    if (isLong && newest - this.confirmedAt < CONFIRM_EVERY_BINS) return Math.max(open, this.firstBin);
    if (isLong) this.confirmedAt = newest;
    this.confirmedFrom = Number.POSITIVE_INFINITY;
    return Math.max(from, this.firstBin);
  }

  /** How often samples found no room: in the rows of an ingest thread, or as an agent, port or row here. */
  private get refused(): number {
    const {agents, ports, rows, counts} = this;
    return counts[Count.RowsRefused]! + agents.refused + ports.refused + rows.refused;
  }

  /** Newest complete time, epoch ms: the end of the newest bin. */
  get time(): number {
    return (this.newest + 1) * BIN_MS;
  }
}
