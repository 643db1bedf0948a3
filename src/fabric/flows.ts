import {LRUCache} from 'lru-cache';
import type {PartialHeader, SectionData} from '../account/codec.ts';
import {formatAddress} from './address.ts';
import type {Agent} from './agents.ts';
import {atOnce} from './at-once.ts';
import {FlowColumn, KEY_WORDS} from './flow-columns.ts';
import {PairTeller} from './flow-pairs.ts';
import {countByPsn} from './flow-psn.ts';
import {FlowRecords} from './flow-records.ts';
import {SeenFlows} from './flow-seen.ts';
import {
  FLOWS_A_STEP,
  type Flow,
  type FlowName,
  type FlowQuery,
  type HostPair,
  type TopFlows,
  weighInSteps,
} from './flow-top.ts';
import {type FlowRows, FlowWays} from './flow-ways.ts';
import {Coverage, inWindow, type Sighting, Sum, SumStore} from './flow-window.ts';
import {FlowWitness, READ_SECONDS} from './flow-witness.ts';
import {total} from './nearness.ts';
import {PairLog} from './pair-log.ts';
import type {Port, Ports} from './ports.ts';
import {RecentKeys} from './recent-keys.ts';
import {RecentWeights} from './recent-weights.ts';

export type {FlowEstimate, FlowName, FlowQuery, TopFlows} from './flow-top.ts';

/** Places where a flow is followed; one that is sprayed over more keeps the last ones. */
const MAX_SIGHTINGS = 32;
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

/**
 * RoCEv2 flows of the last seconds, the least recently seen giving way. Where a flow is seen on several ports, its
 * rate comes from those nearest to its source (`nearestOf`), so that no packet counts twice.
 */
export class FlowTable {
  /** What hosts sent each other, all of it: also of flows that gave way. */
  readonly pairs = new PairLog();
  private readonly flows: RecentKeys<Flow>;
  private readonly records = new FlowRecords();
  private readonly most: number;
  private readonly store: SumStore;
  private readonly ports: Ports;
  private readonly ways: FlowWays;
  private readonly weights: RecentWeights;
  private readonly teller: PairTeller;
  private second = 0;
  private readonly witness: FlowWitness;
  private readonly hostPairs: LRUCache<string, HostPair>;
  private readonly coverage = new Map<number, Coverage>();
  private readonly seen: SeenFlows;

  /** `max` flows, and where there are many ports, more of them: up to `most`. */
  constructor(max: number, ports: Ports, rows: FlowRows, most = max) {
    this.most = most;
    this.flows = new RecentKeys(max, KEY_WORDS);
    this.hostPairs = new LRUCache({max: most});
    this.ports = ports;
    this.store = new SumStore(ports);
    this.ways = new FlowWays(rows);
    this.weights = new RecentWeights((slot, side, rate, end) => rows.weight(slot, side, rate, end));
    this.teller = new PairTeller(this.pairs, ports, rows, this.ways, this.records);
    this.witness = new FlowWitness(this.store, this.ways);
    this.seen = new SeenFlows(this.flows, this.records, this.store, this.ways);
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
    this.witness.advance(this.second);
    this.weights.clear(watermark);
    const wanted = Math.floor(FLOWS_A_PORT * this.ports.all.length);
    this.flows.max = Math.max(this.flows.max, Math.min(this.most, wanted));
    for (let i = 0; i < section.rows; i++) this.applyRow(section, i, locals, time, second);
  }

  private applyRow(
    {columns}: SectionData,
    i: number,
    locals: readonly (Agent | undefined)[],
    time: number,
    second: number,
  ): void {
    const agent = locals[columns[FlowColumn.Agent]![i]!];
    const slot = agent ? this.ports.slotOf(agent, columns[FlowColumn.Port]![i]!) : -1;
    if (!agent || slot < 0) return;
    const {records, store} = this;
    const found = this.flows.find(columns, FlowColumn.Key, i);
    const flow = found < 0 ? this.admit(columns, i) : found;
    records.see(flow, second);
    const side = columns[FlowColumn.Side]![i]!;
    const place = this.placeOf(flow, slot, side);
    store.raiseTtl(place, columns[FlowColumn.Ttl]![i]!);
    const output = columns[FlowColumn.Output]![i]!;
    if (output !== 0) this.setOutput(place, agent, output);
    const weight = this.weights.of(slot, side, columns[FlowColumn.Rate]![i]!);
    this.teller.tell(columns, i, flow, slot, side, store.output(place), weight, time);
    const sums = store.chunk(place);
    const at = store.open(place, second);
    const frames = columns[FlowColumn.Frames]![i]!;
    sums[at + Sum.Samples]! += frames;
    sums[at + Sum.Frames]! += frames * weight;
    sums[at + Sum.Bytes]! += columns[FlowColumn.Bytes]![i]! * weight;
    sums[at + Sum.Squares]! += columns[FlowColumn.Squares]![i]! * weight ** 2;
    sums[at + Sum.Largest] = Math.max(sums[at + Sum.Largest]!, columns[FlowColumn.Largest]![i]! * weight);
    sums[at + Sum.Operations]! += columns[FlowColumn.Operations]![i]! * weight;
    sums[at + Sum.Ce]! += columns[FlowColumn.Ce]![i]! * weight;
    sums[at + Sum.Cnp]! += columns[FlowColumn.Cnp]![i]! * weight;
    sums[at + Sum.LastPsn] = columns[FlowColumn.LastPsn]![i]! || sums[at + Sum.LastPsn]!;
    sums[at + Sum.Backward]! += columns[FlowColumn.Backward]![i]!;
    this.witness.take(this.flows, flow, place, columns, i, weight, second);
  }

  /** The port that it left the switch by, where that is known. */
  private setOutput(place: number, agent: Agent, ifIndex: number): void {
    this.store.setOutput(place, this.ports.slotIfKnown(agent, ifIndex));
  }

  /** What sequence numbers say of the agent's samples over the last minute; undefined where too few of them tell. */
  samplesVersusNumbers(agent: Agent): ReturnType<FlowWitness['compare']> {
    return this.witness.compare(agent);
  }

  /** Puts in a flow that is not known. Returns its place. */
  private admit(columns: SectionData['columns'], i: number): number {
    const word = (index: number) => columns[FlowColumn.Key + index]![i]!;
    const source = formatAddress(word(0), word(1), word(2), word(3));
    const destination = formatAddress(word(4), word(5), word(6), word(7));
    const flow: Flow = {
      ...{source, destination, hosts: this.hostsOf(source, destination)},
      destQp: word(8),
      dscp: word(9),
      sightings: [],
    };
    const gone = this.flows.add(columns, FlowColumn.Key, i, flow);
    for (const sighting of gone?.sightings.splice(0) ?? []) this.store.release(sighting);
    const index = this.flows.newest;
    this.records.clear(index);
    return index;
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

  /** Where a flow's sums of a port and side stand; where it has too many such places, the last ones are kept. */
  private placeOf(flow: number, slot: number, side: number): number {
    const {records, store} = this;
    for (let place = records.first(flow); place >= 0; place = store.next(place)) {
      if (store.isAt(place, slot, side)) return place;
    }
    const {sightings} = this.flows.at(flow);
    const sighting = store.sighting(this.ports.at(slot)!, side);
    sightings.push(sighting);
    if (sightings.length > MAX_SIGHTINGS) store.release(sightings.shift()!);
    this.chain(flow);
    return sighting.place;
  }

  /** Chains the places of a flow in the order of its sightings. */
  private chain(flow: number): void {
    const {sightings} = this.flows.at(flow);
    this.records.setFirst(flow, sightings[0]?.place ?? -1);
    sightings.forEach(({place}, at) => {
      this.store.setNext(place, sightings[at + 1]?.place ?? -1);
    });
  }

  /** Ports have left: what was seen there is forgotten, for their slots go to others. */
  release(ports: ReadonlySet<Port>): void {
    const {store} = this;
    for (let index = 0; index < this.flows.size; index++) {
      const flow = this.flows.at(index);
      for (const {output, place} of flow.sightings) if (output && ports.has(output)) store.setOutput(place, -1);
      const leaving = flow.sightings.filter(({port}) => ports.has(port));
      if (leaving.length === 0) continue;
      for (const sighting of leaving) store.release(sighting);
      flow.sightings = flow.sightings.filter(({port}) => !ports.has(port));
      this.chain(index);
    }
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
    return {window: this.secondsUpTo(newest), ...(yield* weighInSteps(query, newest, this.seen))};
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
    this.eachRecent((flow) => {
      if (!hosts.has(flow.source) || !hosts.has(flow.destination)) return;
      const nearest = this.ways.nearest(flow, this.second);
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
    this.eachRecent((flow) => {
      for (const sighting of flow.sightings) {
        const {output} = sighting;
        if (output !== undefined && isWanted[output.slot] === 1 && this.ways.counts(sighting, this.second))
          visit(output, flow, sighting);
      }
    });
  }

  /** Visits the flows of the window. */
  private eachRecent(visit: (flow: Flow) => void): void {
    for (let index = 0; index < this.flows.size; index++) {
      if (inWindow(this.records.lastSecond(index), this.second)) visit(this.flows.at(index));
    }
  }
}
