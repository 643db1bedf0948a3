import {LRUCache} from 'lru-cache';
import type {PartialHeader, SectionData} from '../account/codec.ts';
import {columnIndexes, Direction, FLOWS} from '../account/schema.ts';
import {formatAddress} from './address.ts';
import type {Agent} from './agents.ts';
import {countByPsn, type PsnCount} from './flow-psn.ts';
import {Coverage, inWindow, Sighting, Sum} from './flow-window.ts';
import {Moments} from './history/moments.ts';
import {PairLog} from './pair-log.ts';
import type {Port, Ports, Role} from './ports.ts';

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

/** Columns of the section that are summed, and the power of a sample's weight that scales each. */
const SCALED: readonly {at: number; sum: number; power: number}[] = [
  {at: column['frames']!, sum: Sum.Samples, power: 0},
  {at: column['frames']!, sum: Sum.Frames, power: 1},
  {at: column['bytes']!, sum: Sum.Bytes, power: 1},
  {at: column['squares']!, sum: Sum.Squares, power: 2},
  {at: column['largest']!, sum: Sum.Largest, power: 1},
  {at: column['operations']!, sum: Sum.Operations, power: 1},
  {at: column['ce']!, sum: Sum.Ce, power: 1},
  {at: column['cnp']!, sum: Sum.Cnp, power: 1},
  {at: column['lastPsn']!, sum: Sum.LastPsn, power: 0},
  {at: column['backward']!, sum: Sum.Backward, power: 0},
];

/** Places where a flow is followed; one that is sprayed over more keeps the last ones. */
const MAX_SIGHTINGS = 32;
/** The least time that rates are taken over, so that a first short stretch makes no huge ones. */
const MIN_WINDOW_SECONDS = 1;

/** Which flows are wanted. */
export interface FlowQuery {
  top: number;
  /** Address of source or destination. */
  host?: string | undefined;
  /** Id of a link it was seen on. */
  link?: string | undefined;
}

/** A flow over the window; frames, bytes, operations and CNPs are estimates. */
export interface FlowEstimate {
  source: string;
  destination: string;
  destQp: number;
  dscp: number;
  moments: Moments;
  operations: number;
  ceFrames: number;
  /** Congestion notification packets that the destination sent back to the source, of all their queue pairs. */
  cnpFrames: number;
  /** Packets of its SENDs and WRITEs by their sequence numbers; undefined where these do not tell. */
  byPsn: PsnCount | undefined;
  /** How often its sender was seen to go back between two samples. */
  retransmissions: number;
  /** Links it was seen on, most traffic first. */
  links: Port[];
}

/** What names a flow. */
export interface FlowName {
  readonly source: string;
  readonly destination: string;
  readonly destQp: number;
  readonly dscp: number;
}

interface Flow extends FlowName {
  sightings: Sighting[];
  /** The last second in which it was seen. */
  lastSecond: number;
}

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
 * rate comes from those nearest to its source (highest TTL), so that no packet counts twice.
 */
export class FlowTable {
  /** What hosts sent each other, all of it: also of flows that gave way. */
  readonly pairs = new PairLog();
  private readonly flows: LRUCache<string, Flow>;
  private readonly ports: Ports;
  private readonly rows: FlowRows;
  private second = 0;
  private readonly coverage = new Map<number, Coverage>();

  constructor(max: number, ports: Ports, rows: FlowRows) {
    this.flows = new LRUCache({max});
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

  /**
   * Seconds that rates are taken over: as many as the flows of the window cover. About five; less while the server is
   * younger than that, and a little more or less as producers send once a second and not on the second.
   */
  get windowSeconds(): number {
    let longest = 0;
    for (const coverage of this.coverage.values()) longest = Math.max(longest, coverage.covers(this.second));
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
    for (let i = 0; i < section.rows; i++) this.applyRow(section, i, locals, second, watermark);
  }

  private applyRow(
    section: SectionData,
    i: number,
    locals: readonly (Agent | undefined)[],
    second: number,
    end: number,
  ): void {
    const {columns} = section;
    const agent = locals[columns[AGENT]![i]!];
    const port = agent && this.ports.intern(agent, columns[PORT]![i]!);
    if (!port) return;
    const flow = this.flowOf(section, i);
    if (second > flow.lastSecond) flow.lastSecond = second;
    const side = columns[SIDE]![i]!;
    const sighting = sightingOf(flow, port, side);
    sighting.ttl = Math.max(sighting.ttl, columns[TTL]![i]!);
    const output = columns[OUTPUT]![i]!;
    if (output !== 0 && output !== sighting.output?.ifIndex) {
      sighting.output = this.ports.get(`${agent.address}~${output}`);
    }
    const weight = this.rows.weight(port.slot, side, columns[RATE]![i]!, end);
    if (side >>> 1 === this.rows.basis(port.slot, side & 1)) this.logPair(section, i, port, side, weight, second);
    for (const {at, sum, power} of SCALED) sighting.add(second, sum, columns[at]![i]! * weight ** power);
  }

  private logPair({columns}: SectionData, i: number, port: Port, side: number, weight: number, second: number): void {
    const word = (index: number) => columns[KEY + index]![i]!;
    this.pairs.add(second, {
      source: [word(0), word(1), word(2), word(3)],
      destination: [word(4), word(5), word(6), word(7)],
      port,
      role: this.rows.role(port.slot),
      isIn: (side & 1) === Direction.In,
      ttl: columns[TTL]![i]!,
      samples: columns[column['frames']!]![i]!,
      bytes: columns[column['bytes']!]![i]!,
      squares: columns[column['squares']!]![i]!,
      largest: columns[column['largest']!]![i]!,
      ce: columns[column['ce']!]![i]!,
      cnp: columns[column['cnp']!]![i]!,
      weight,
    });
  }

  private flowOf({columns}: SectionData, i: number): Flow {
    const word = (index: number) => columns[KEY + index]![i]!;
    let key = '';
    for (let index = 0; index < KEY_WORDS; index++) key += `${word(index).toString(36)}:`;
    const known = this.flows.get(key);
    if (known) return known;
    const flow: Flow = {
      source: formatAddress(word(0), word(1), word(2), word(3)),
      destination: formatAddress(word(4), word(5), word(6), word(7)),
      destQp: word(8),
      dscp: word(9),
      sightings: [],
      lastSecond: 0,
    };
    this.flows.set(key, flow);
    return flow;
  }

  /**
   * The largest flows that are asked for, largest first, and what the others add up to. All are weighed, but only the
   * wanted ones are estimated in full: thousands of flows change every second.
   */
  top({top, host, link}: FlowQuery): {flows: FlowEstimate[]; rest: {flows: number; bytes: number}} {
    const weighed: {flow: Flow; bytes: number}[] = [];
    const cnpOfPair = new Map<string, number>();
    for (const flow of this.flows.values()) {
      if (!inWindow(flow.lastSecond, this.second)) continue;
      const nearest = this.nearest(flow);
      const cnp = this.sumNearest(flow, nearest, Sum.Cnp);
      if (cnp > 0) {
        const pair = `${flow.destination}>${flow.source}`;
        cnpOfPair.set(pair, (cnpOfPair.get(pair) ?? 0) + cnp);
      }
      if (host !== undefined && flow.source !== host && flow.destination !== host) continue;
      if (link !== undefined && !flow.sightings.some((one) => one.port.id === link && this.counts(one))) continue;
      const bytes = this.sumNearest(flow, nearest, Sum.Bytes);
      if (bytes > 0) weighed.push({flow, bytes});
    }
    weighed.sort((a, b) => b.bytes - a.bytes);
    const others = weighed.slice(top);
    const flows = weighed.slice(0, top).map(({flow}) => {
      const cnpFrames = cnpOfPair.get(`${flow.source}>${flow.destination}`) ?? 0;
      return this.estimate(flow, cnpFrames);
    });
    return {flows, rest: {flows: others.length, bytes: others.reduce((sum, {bytes}) => sum + bytes, 0)}};
  }

  private estimate(flow: Flow, cnpFrames: number): FlowEstimate {
    const nearest = this.nearest(flow);
    const over = (sum: number) => this.sumNearest(flow, nearest, sum);
    const moments = new Moments();
    moments.samples = over(Sum.Samples);
    moments.frames = over(Sum.Frames);
    moments.bytes = over(Sum.Bytes);
    moments.squares = over(Sum.Squares);
    for (const sighting of flow.sightings) {
      if (sighting.ttl !== nearest || !this.counts(sighting)) continue;
      moments.largest = Math.max(moments.largest, sighting.sum(Sum.Largest, this.second));
    }
    const bytes = (sighting: Sighting) => sighting.sum(Sum.Bytes, this.second);
    const links = flow.sightings
      .filter((sighting) => this.counts(sighting))
      .sort((a, b) => bytes(b) - bytes(a))
      .map(({port}) => port);
    const {source, destination, destQp, dscp} = flow;
    const operations = over(Sum.Operations);
    const ceFrames = over(Sum.Ce);
    const byPsn = countByPsn(
      flow.sightings.filter((sighting) => sighting.ttl === nearest && this.counts(sighting)),
      this.second,
    );
    const retransmissions = over(Sum.Backward);
    return {
      ...{source, destination, destQp, dscp, moments, operations, ceFrames, cnpFrames, byPsn, retransmissions},
      links: [...new Set(links)],
    };
  }

  /** The last second that flows were told of: arrivals of the second before it. */
  get newestSecond(): number {
    return this.second;
  }

  /**
   * Visits the flows of the window by the port that a switch sends them out by, where that is known: a flow on each
   * switch of its way. `isWanted` is asked for every place of every flow, and cheap.
   */
  eachLeaving(
    isWanted: (port: Port) => boolean,
    visit: (port: Port, flow: FlowName, sighting: Sighting) => void,
  ): void {
    for (const flow of this.flows.values()) {
      if (!inWindow(flow.lastSecond, this.second)) continue;
      for (const sighting of flow.sightings) {
        const {output} = sighting;
        if (output !== undefined && isWanted(output) && this.counts(sighting)) visit(output, flow, sighting);
      }
    }
  }

  /** Highest TTL among the sightings that count. */
  private nearest(flow: Flow): number {
    let nearest = -1;
    for (const sighting of flow.sightings) {
      if (sighting.ttl > nearest && this.counts(sighting)) nearest = sighting.ttl;
    }
    return nearest;
  }

  /** One of the sums over the window, of the sightings nearest to the source. */
  private sumNearest(flow: Flow, nearest: number, sum: number): number {
    let total = 0;
    for (const sighting of flow.sightings) {
      if (sighting.ttl === nearest && this.counts(sighting)) total += sighting.sum(sum, this.second);
    }
    return total;
  }

  /** Whether it was seen in the window in the way that counts there; other ways hold the same packets once more. */
  private counts(sighting: Sighting): boolean {
    const {port, side} = sighting;
    return side >>> 1 === this.rows.basis(port.slot, side & 1) && sighting.sum(Sum.Samples, this.second) > 0;
  }
}

function sightingOf(flow: Flow, port: Port, side: number): Sighting {
  const known = flow.sightings.find((sighting) => sighting.port === port && sighting.side === side);
  if (known) return known;
  const sighting = new Sighting(port, side);
  flow.sightings.push(sighting);
  if (flow.sightings.length > MAX_SIGHTINGS) flow.sightings.shift();
  return sighting;
}
