import {LRUCache} from 'lru-cache';
import type {PartialHeader, SectionData} from '../account/codec.ts';
import {Basis, columnIndexes, Direction, FLOWS} from '../account/schema.ts';
import {formatAddress} from './address.ts';
import type {Agent} from './agents.ts';
import {atOnce} from './at-once.ts';
import {countByPsn, PSNS} from './flow-psn.ts';
import {
  FLOWS_A_STEP,
  type Flow,
  type FlowName,
  type FlowQuery,
  type HostPair,
  type SeenFlows,
  type TopFlows,
  weighInSteps,
} from './flow-top.ts';
import {Coverage, inWindow, type Sighting, Sum, SumStore} from './flow-window.ts';
import {farthestOf, nearestOf, total} from './nearness.ts';
import {PairLog, type PairRow} from './pair-log.ts';
import type {Port, Ports, Role} from './ports.ts';
import {PsnWitness} from './psn-witness.ts';
import {RecentKeys} from './recent-keys.ts';

export type {FlowEstimate, FlowName, FlowQuery, TopFlows} from './flow-top.ts';

const column = columnIndexes(FLOWS);
const AGENT = column['agent']!;
const PORT = column['port']!;
const RATE = column['rate']!;
const SIDE = column['side']!;
/** First of the ten words that name a flow. */
const KEY = column['source0']!;
const KEY_WORDS = 10;
const TTL = column['ttl']!;
const OUTPUT = column['output']!;

const FRAMES = column['frames']!;
const BYTES = column['bytes']!;
const SQUARES = column['squares']!;
const LARGEST = column['largest']!;
const OPERATIONS = column['operations']!;
const CE = column['ce']!;
const CNP = column['cnp']!;
const LAST_PSN = column['lastPsn']!;
const BACKWARD = column['backward']!;
const FOLLOWED = column['followed']!;
const READS = column['reads']!;
const SLOTS_LOW = column['slotsLow']!;
const SLOTS_HIGH = column['slotsHigh']!;
/** More than any direction and basis. */
const SIDES = 8;

/** Places where a flow is followed; one that is sprayed over more keeps the last ones. */
const MAX_SIGHTINGS = 32;
/** A step by more is one back, or too long to be told. */
const MOST_FORWARD = PSNS / 2;
/** Seconds between two samples of a queue pair after which nobody knows how often its numbers went round. */
const MOST_SILENT_SECONDS = 3;
/** Seconds behind a READ between two hosts in which the numbers of their queue pairs are not taken for packets. */
const READ_SECONDS = 60;

const NOWHERE: readonly Sighting[] = [];

/** Flows that are followed for each port of a large fabric. */
const FLOWS_A_PORT = 1.5;

/** The least time that rates are taken over, so that a first short stretch makes no huge ones. */
const MIN_WINDOW_SECONDS = 1;

/** Bytes that a flow takes beside the sums of where it is seen, about: key, names, host pair, two sightings. */
const FLOW_BYTES = 768;

/** What some hosts sent each other by their packets' own numbers. */
export interface PsnVolume {
  packets: number;
  /** Sum over flows of the squares of the packets that lie between two samples. */
  squaredGaps: number;
  /** Samples of flows whose numbers tell, and of all. */
  told: number;
  samples: number;
  /** How often a sender was seen to go back. */
  retransmissions: number;
}

/** A row that is filled anew each time. */
type Words = [number, number, number, number];
type PairScratch = Omit<PairRow, 'source' | 'destination'> & {source: Words; destination: Words};

/** What flows ask of the rows of their ports. */
export interface FlowRows {
  /** Which basis counts for a port and direction: one packet may be sampled in two ways there. */
  basis(slot: number, direction: number): number;
  /** Frames that a sample at a nominal rate stood for there in the second before the bin `end`. */
  weight(slot: number, side: number, rate: number, end: number): number;
  /** What the port is for, now. */
  role(slot: number): Role;
}

/**
 * RoCEv2 flows of the last seconds, the least recently seen giving way. Where a flow is seen on several ports, its
 * rate comes from those nearest to its source (`nearestOf`), so that no packet counts twice.
 */
export class FlowTable {
  /** What hosts sent each other, all of it: also of flows that gave way. */
  readonly pairs = new PairLog();
  private readonly flows: RecentKeys<Flow>;
  private readonly most: number;
  private readonly store = new SumStore();
  private readonly ports: Ports;
  private readonly rows: FlowRows;
  private second = 0;
  /** What sequence numbers say of what agents' samples stand for. */
  private readonly witnesses = new WeakMap<Agent, PsnWitness>();
  private readonly hostPairs: LRUCache<string, HostPair>;
  private readonly coverage = new Map<number, Coverage>();
  /** Of the Partial at hand, by port and side. */
  private readonly weights = new Map<number, {rate: number; weight: number}>();
  private readonly seen: SeenFlows = {
    nearest: (flow, newest) => this.nearest(flow, newest),
    farthest: (flow, newest) => this.farthest(flow, newest),
    counts: (sighting, newest) => this.counts(sighting, newest),
  };
  /** What `pairs` is told, filled anew for each row. */
  private pair: PairScratch | undefined;

  /** `max` flows, and where there are many ports, more of them: up to `most`. */
  constructor(max: number, ports: Ports, rows: FlowRows, most = max) {
    this.most = most;
    this.flows = new RecentKeys(max, KEY_WORDS);
    this.hostPairs = new LRUCache({max: most});
    this.ports = ports;
    this.rows = rows;
  }

  /** Most that are followed. */
  get max(): number {
    return this.flows.max;
  }

  get size(): number {
    return this.flows.size;
  }

  /** Bytes that they take, about. */
  get bytes(): number {
    return this.store.bytes + this.flows.size * FLOW_BYTES;
  }

  /**
   * Seconds that rates are taken over: as many as the flows of the window cover. About five; less while the server is
   * younger than that, and a little more or less as producers send once a second and not on the second.
   */
  get windowSeconds(): number {
    return this.secondsUpTo(this.second);
  }

  private secondsUpTo(newest: number): number {
    let longest = 0;
    for (const coverage of this.coverage.values()) longest = Math.max(longest, coverage.covers(newest));
    // Samples come in whole bins; what is more or less is when the producer got round to sending them.
    return Math.max(MIN_WINDOW_SECONDS, Math.round(longest * 10) / 10);
  }

  /** Takes what a producer has seen since it sent flows last. */
  apply(
    section: SectionData,
    locals: readonly (Agent | undefined)[],
    {producer, time, watermark}: PartialHeader,
  ): void {
    const second = Math.floor(time / 1_000);
    if (second > this.second) this.second = second;
    const coverage = this.coverage.get(producer) ?? new Coverage(time);
    this.coverage.set(producer, coverage);
    coverage.extend(time);
    this.pairs.advance(second);
    this.weights.clear();
    const wanted = Math.floor(FLOWS_A_PORT * this.ports.all.length);
    this.flows.max = Math.max(this.flows.max, Math.min(this.most, wanted));
    for (let i = 0; i < section.rows; i++) this.applyRow(section, i, locals, time, watermark);
  }

  private applyRow(
    section: SectionData,
    i: number,
    locals: readonly (Agent | undefined)[],
    time: number,
    end: number,
  ): void {
    const {columns} = section;
    const second = Math.floor(time / 1_000);
    const agent = locals[columns[AGENT]![i]!];
    const port = agent && this.ports.intern(agent, columns[PORT]![i]!);
    if (!port) return;
    const flow = this.flowOf(section, i);
    if (second > flow.lastSecond) flow.lastSecond = second;
    const side = columns[SIDE]![i]!;
    const sighting = this.sightingOf(flow, port, side);
    sighting.ttl = Math.max(sighting.ttl, columns[TTL]![i]!);
    const output = columns[OUTPUT]![i]!;
    if (output !== 0 && output !== sighting.output?.ifIndex) sighting.output = this.ports.of(agent, output);
    const weight = this.weightOf(port, side, columns[RATE]![i]!, end);
    this.logPair(section, i, sighting, weight, time);
    const {sums} = sighting;
    const at = sighting.open(second);
    const frames = columns[FRAMES]![i]!;
    sums[at + Sum.Samples]! += frames;
    sums[at + Sum.Frames]! += frames * weight;
    sums[at + Sum.Bytes]! += columns[BYTES]![i]! * weight;
    sums[at + Sum.Squares]! += columns[SQUARES]![i]! * weight ** 2;
    sums[at + Sum.Largest] = Math.max(sums[at + Sum.Largest]!, columns[LARGEST]![i]! * weight);
    sums[at + Sum.Operations]! += columns[OPERATIONS]![i]! * weight;
    sums[at + Sum.Ce]! += columns[CE]![i]! * weight;
    sums[at + Sum.Cnp]! += columns[CNP]![i]! * weight;
    sums[at + Sum.LastPsn] = columns[LAST_PSN]![i]! || sums[at + Sum.LastPsn]!;
    sums[at + Sum.Backward]! += columns[BACKWARD]![i]!;
    this.witness(flow, sighting, section, i, weight, second);
  }

  /** What sequence numbers say of the agent's samples over the last minute; undefined where too few of them tell. */
  samplesVersusNumbers(agent: Agent): ReturnType<PsnWitness['compare']> {
    return this.witnesses.get(agent)?.compare(this.second);
  }

  /** Holds the samples of a flow that was seen at one place alone against its packets' own numbers. */
  private witness(
    flow: Flow,
    sighting: Sighting,
    {columns}: SectionData,
    i: number,
    weight: number,
    second: number,
  ): void {
    if (columns[READS]![i]! > 0) flow.hosts.readSecond = second;
    const psn = columns[LAST_PSN]![i]!;
    if (psn === 0) return;
    const {psn: last, psnSecond, port, side} = sighting;
    sighting.psn = psn;
    sighting.psnSecond = second;
    const step = (psn - last + PSNS) % PSNS;
    const isBroken = last === 0 || second - psnSecond > MOST_SILENT_SECONDS || step === 0 || step > MOST_FORWARD;
    if (isBroken || columns[BACKWARD]![i]! > 0 || second - flow.hosts.readSecond < READ_SECONDS) return;
    if (side >>> 1 === Basis.Derived || !this.counts(sighting, this.second) || this.isElsewhere(flow, sighting)) return;
    const known = this.witnesses.get(port.agent) ?? new PsnWitness();
    this.witnesses.set(port.agent, known);
    known.add(second, columns[FOLLOWED]![i]!, weight, step);
  }

  /** Whether packets of a flow may come by another port as well as by this one. */
  private isElsewhere({sightings}: Flow, {ttl, side, port}: Sighting): boolean {
    return sightings.some(
      (other) =>
        other.port !== port && other.ttl === ttl && (other.side & 1) === (side & 1) && this.counts(other, this.second),
    );
  }

  /** What a sample stands for: asked once for all flows of a Partial on one port. */
  private weightOf({slot}: Port, side: number, rate: number, end: number): number {
    const place = slot * SIDES + side;
    let known = this.weights.get(place);
    if (known?.rate !== rate) {
      known = {rate, weight: this.rows.weight(slot, side, rate, end)};
      this.weights.set(place, known);
    }
    return known.weight;
  }

  private logPair({columns}: SectionData, i: number, sighting: Sighting, weight: number, time: number): void {
    const {port, side, output} = sighting;
    const counts = this.isBasis(port.slot, side & 1, side >>> 1);
    const leaves = this.leaves(sighting);
    if (!counts && !leaves) return;
    this.pair ??= emptyPair(port);
    const {pair} = this;
    for (let word = 0; word < 4; word++) {
      pair.source[word] = columns[KEY + word]![i]!;
      pair.destination[word] = columns[KEY + 4 + word]![i]!;
    }
    pair.destQp = columns[KEY + 8]![i]!;
    pair.port = port;
    pair.role = this.rows.role(port.slot);
    pair.isIn = (side & 1) === Direction.In;
    pair.ttl = columns[TTL]![i]!;
    pair.counts = counts;
    pair.leaves = leaves;
    pair.goesOn = !leaves && output !== undefined && this.rows.role(output.slot) === 'core';
    pair.samples = columns[FRAMES]![i]!;
    pair.bytes = columns[BYTES]![i]!;
    pair.squares = columns[SQUARES]![i]!;
    pair.largest = columns[LARGEST]![i]!;
    pair.ce = columns[CE]![i]!;
    pair.cnp = columns[CNP]![i]!;
    pair.weight = weight;
    pair.time = time;
    pair.slotsLow = columns[SLOTS_LOW]![i]!;
    pair.slotsHigh = columns[SLOTS_HIGH]![i]!;
    this.pairs.add(Math.floor(time / 1_000), pair);
  }

  private flowOf({columns}: SectionData, i: number): Flow {
    const known = this.flows.get(columns, KEY, i);
    if (known) return known;
    const word = (index: number) => columns[KEY + index]![i]!;
    const source = formatAddress(word(0), word(1), word(2), word(3));
    const destination = formatAddress(word(4), word(5), word(6), word(7));
    const flow: Flow = {
      ...{source, destination, hosts: this.hostsOf(source, destination)},
      destQp: word(8),
      dscp: word(9),
      sightings: [],
      lastSecond: 0,
    };
    const gone = this.flows.add(columns, KEY, i, flow);
    for (const sighting of gone?.sightings.splice(0) ?? []) this.store.release(sighting);
    return flow;
  }

  private hostsOf(one: string, other: string): HostPair {
    const key = one < other ? `${one} ${other}` : `${other} ${one}`;
    let pair = this.hostPairs.get(key);
    if (!pair) {
      pair = {readSecond: Number.NEGATIVE_INFINITY};
      this.hostPairs.set(key, pair);
    }
    return pair;
  }

  private sightingOf({sightings}: Flow, port: Port, side: number): Sighting {
    for (const one of sightings) if (one.port === port && one.side === side) return one;
    const sighting = this.store.sighting(port, side);
    sightings.push(sighting);
    if (sightings.length > MAX_SIGHTINGS) this.store.release(sightings.shift()!);
    return sighting;
  }

  /**
   * The largest flows that are asked for, largest first, and what the others add up to. All are weighed, but only the
   * wanted ones are estimated in full: thousands of flows change every second.
   */
  top(query: FlowQuery): TopFlows {
    return atOnce(this.topInSteps(query, this.second));
  }

  /**
   * The same in steps, for of tens of thousands of flows it takes long: then of the window that ended with the second
   * before, to which nothing comes any more. They are to be made within a second, for it is kept no longer.
   */
  *topInSteps(query: FlowQuery, newest = this.settledSecond): Generator<void, TopFlows> {
    return {window: this.secondsUpTo(newest), ...(yield* weighInSteps(this.flows, query, newest, this.seen))};
  }

  private get settledSecond(): number {
    return this.flows.size > FLOWS_A_STEP ? this.second - 1 : this.second;
  }

  /**
   * New packets of SENDs and WRITEs between some hosts over the window, by their own numbers, as far as these tell; the
   * errors of single flows are independent.
   */
  volumeByPsn(hosts: ReadonlySet<string>): PsnVolume {
    const volume: PsnVolume = {packets: 0, squaredGaps: 0, told: 0, samples: 0, retransmissions: 0};
    this.flows.each((flow) => {
      if (!inWindow(flow.lastSecond, this.second) || !hosts.has(flow.source) || !hosts.has(flow.destination)) return;
      const nearest = this.nearest(flow, this.second);
      const samples = total(nearest, Sum.Samples, this.second);
      volume.samples += samples;
      volume.retransmissions += total(nearest, Sum.Backward, this.second);
      if (this.second - flow.hosts.readSecond < READ_SECONDS) return;
      const byPsn = countByPsn(nearest, this.second);
      if (!byPsn) return;
      volume.packets += byPsn.packets;
      volume.squaredGaps += byPsn.gap ** 2;
      volume.told += samples;
    });
    return volume;
  }

  /** The last second that flows were told of: arrivals of the second before it. */
  get newestSecond(): number {
    return this.second;
  }

  /**
   * Visits the flows of the window by the port that a switch sends them out by, where that is known and one of `ports`: a
   * flow on each switch of its way.
   */
  eachLeaving(ports: Iterable<Port>, visit: (port: Port, flow: FlowName, sighting: Sighting) => void): void {
    const isWanted = new Uint8Array(this.ports.slots);
    for (const {slot} of ports) isWanted[slot] = 1;
    this.flows.each((flow) => {
      if (!inWindow(flow.lastSecond, this.second)) return;
      for (const sighting of flow.sightings) {
        const {output} = sighting;
        if (output !== undefined && isWanted[output.slot] === 1 && this.counts(sighting, this.second))
          visit(output, flow, sighting);
      }
    });
  }

  /** The sightings that hold each of its packets once. */
  private nearest({sightings}: Flow, newest: number): readonly Sighting[] {
    const [first] = sightings;
    if (first && sightings.length === 1) return this.counts(first, newest) ? sightings : NOWHERE;
    const counting = sightings.filter((sighting) => this.counts(sighting, newest));
    return nearestOf(counting, (slot) => this.rows.role(slot), newest);
  }

  /** The sightings that hold each of its packets once, with all marks that can be seen: as it leaves the fabric. */
  private farthest({sightings}: Flow, newest: number): readonly Sighting[] {
    const leaving = sightings.filter((sighting) => this.leaves(sighting) && sighting.isIn(newest));
    if (leaving.length > 0) return leaving;
    const counting = sightings.filter((sighting) => this.counts(sighting, newest));
    return farthestOf(counting, (slot) => this.rows.role(slot));
  }

  /** Whether it was seen in the window in the way that counts there; other ways hold the same packets once more. */
  private counts(sighting: Sighting, newest: number): boolean {
    const {slot, side} = sighting;
    return this.isBasis(slot, side & 1, side >>> 1) && sighting.isIn(newest);
  }

  /** Whether it counts at the port that its switch sends it out by, and that is an edge port. */
  private leaves({slot, side, output}: Sighting): boolean {
    const isOut = (side & 1) === Direction.Out;
    const by = isOut ? slot : output?.slot;
    if (by === undefined || this.rows.role(by) !== 'edge') return false;
    // What was sampled as it left is derived where it came in, and the other way about.
    const basis = isOut ? side >>> 1 : side >>> 1 === Basis.Derived ? Basis.Measured : Basis.Derived;
    return this.isBasis(by, Direction.Out, basis);
  }

  private isBasis(slot: number, direction: number, basis: number): boolean {
    return basis === this.rows.basis(slot, direction);
  }
}

const emptyPair = (port: Port): PairScratch => ({
  ...{source: [0, 0, 0, 0], destination: [0, 0, 0, 0], port, role: 'unknown', isIn: false, ttl: 0, samples: 0},
  ...{
    counts: false,
    leaves: false,
    goesOn: false,
    bytes: 0,
    squares: 0,
    largest: 0,
    ce: 0,
    cnp: 0,
    weight: 0,
    destQp: 0,
    time: 0,
    slotsLow: 0,
    slotsHigh: 0,
  },
});
