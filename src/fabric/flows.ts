import {LRUCache} from 'lru-cache';
import type {PartialHeader, SectionData} from '../account/codec.ts';
import {columnIndexes, FLOWS} from '../account/schema.ts';
import {formatAddress} from './address.ts';
import type {Agent} from './agents.ts';
import {Moments} from './moments.ts';
import type {Port, Ports} from './ports.ts';

const column = columnIndexes(FLOWS);

/** Complete seconds that a flow's rate is taken over. */
export const FLOW_WINDOW_SECONDS = 5;
/** Seconds that are kept: the window, the running one, and one that is late. */
const SECONDS = FLOW_WINDOW_SECONDS + 2;
/** What is kept per second and port, in this order. */
const Sum = {Samples: 0, Frames: 1, Bytes: 2, Squares: 3, Largest: 4, Operations: 5, Ce: 6, Cnp: 7} as const;
const SUMS = 8;

/** Places where a flow is followed; one that is sprayed over more keeps the last ones. */
const MAX_SIGHTINGS = 32;
/** The least time that rates are taken over, so that a first short stretch makes no huge ones. */
const MIN_WINDOW_SECONDS = 1;

/** A flow on one port, measured in one way. */
interface Sighting {
  port: Port;
  /** Direction and basis. */
  side: number;
  /** Highest TTL seen: the nearer to the source, the higher. */
  ttl: number;
  /** Which second each stretch of `sums` belongs to. */
  seconds: Float64Array;
  sums: Float64Array;
}

interface Flow {
  source: string;
  destination: string;
  destQp: number;
  dscp: number;
  sightings: Sighting[];
  /** The last second in which it was seen. */
  lastSecond: number;
}

/** How much time the flows of a producer cover, by second. */
interface Coverage {
  time: number;
  seconds: Float64Array;
  covered: Float64Array;
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
  /** Links it was seen on, most traffic first. */
  links: Port[];
}

/**
 * RoCEv2 flows of the last seconds, the least recently seen giving way. Where a flow is seen on several ports, its
 * rate comes from those nearest to its source (highest TTL), so that no packet counts twice.
 */
export class FlowTable {
  private readonly flows: LRUCache<string, Flow>;
  private readonly ports: Ports;
  private readonly basisOf: (slot: number, direction: number) => number;
  private second = 0;
  private readonly coverage = new Map<number, Coverage>();

  /** `basisOf` says which basis counts for a port and direction: one packet may be sampled in two ways there. */
  constructor(max: number, ports: Ports, basisOf: (slot: number, direction: number) => number) {
    this.flows = new LRUCache({max});
    this.ports = ports;
    this.basisOf = basisOf;
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
    for (const {seconds, covered} of this.coverage.values()) {
      let sum = 0;
      for (let at = 0; at < SECONDS; at++) if (this.inWindow(seconds[at]!)) sum += covered[at]!;
      longest = Math.max(longest, sum);
    }
    return Math.max(MIN_WINDOW_SECONDS, Math.round(longest * 1_000) / 1_000);
  }

  /** Takes what a producer has seen since it sent flows last. */
  apply(section: SectionData, locals: readonly (Agent | undefined)[], {producer, time}: PartialHeader): void {
    const second = Math.floor(time / 1_000);
    if (second > this.second) this.second = second;
    this.cover(producer, time, second);
    for (let i = 0; i < section.rows; i++) this.applyRow(section, i, locals, second);
  }

  private cover(producer: number, time: number, second: number): void {
    let coverage = this.coverage.get(producer);
    if (!coverage) {
      coverage = {time, seconds: new Float64Array(SECONDS), covered: new Float64Array(SECONDS)};
      this.coverage.set(producer, coverage);
    }
    const {seconds, covered} = coverage;
    const at = second % SECONDS;
    if (seconds[at] !== second) {
      seconds[at] = second;
      covered[at] = 0;
    }
    // A jump of time is not time in which flows were watched.
    if (time > coverage.time) {
      covered[at]! += Math.min((time - coverage.time) / 1_000, FLOW_WINDOW_SECONDS);
      coverage.time = time;
    }
  }

  private inWindow(second: number): boolean {
    return second <= this.second && second > this.second - FLOW_WINDOW_SECONDS;
  }

  private applyRow(section: SectionData, i: number, locals: readonly (Agent | undefined)[], second: number): void {
    const value = (name: string) => section.columns[column[name]!]![i]!;
    const agent = locals[value('agent')];
    const port = agent && this.ports.intern(agent, value('port'));
    if (!port) return;
    const flow = this.flowOf(section, i);
    if (second > flow.lastSecond) flow.lastSecond = second;
    const sighting = sightingOf(flow, port, value('side'));
    sighting.ttl = Math.max(sighting.ttl, value('ttl'));
    const at = second % SECONDS;
    const base = at * SUMS;
    const {sums} = sighting;
    if (sighting.seconds[at] !== second) {
      sighting.seconds[at] = second;
      sums.fill(0, base, base + SUMS);
    }
    const rate = value('rate');
    sums[base + Sum.Samples]! += value('frames');
    sums[base + Sum.Frames]! += value('frames') * rate;
    sums[base + Sum.Bytes]! += value('bytes') * rate;
    sums[base + Sum.Squares]! += value('squares') * rate * rate;
    sums[base + Sum.Largest] = Math.max(sums[base + Sum.Largest]!, value('largest') * rate);
    sums[base + Sum.Operations]! += value('operations') * rate;
    sums[base + Sum.Ce]! += value('ce') * rate;
    sums[base + Sum.Cnp]! += value('cnp') * rate;
  }

  private flowOf({columns}: SectionData, i: number): Flow {
    const first = column['source0']!;
    const word = (index: number) => columns[first + index]![i]!;
    let key = '';
    for (let index = 0; index < 10; index++) key += `${word(index).toString(36)}:`;
    let flow = this.flows.get(key);
    if (!flow) {
      flow = {
        source: formatAddress(word(0), word(1), word(2), word(3)),
        destination: formatAddress(word(4), word(5), word(6), word(7)),
        destQp: word(8),
        dscp: word(9),
        sightings: [],
        lastSecond: 0,
      };
      this.flows.set(key, flow);
    }
    return flow;
  }

  /** Flows with samples in the window, in no order. */
  estimates(): FlowEstimate[] {
    const found: FlowEstimate[] = [];
    const cnpOfPair = new Map<string, number>();
    for (const flow of this.flows.values()) {
      if (!this.inWindow(flow.lastSecond)) continue;
      const estimate = this.estimate(flow);
      if (estimate.moments.samples === 0) continue;
      found.push(estimate);
      if (estimate.cnpFrames > 0) {
        const pair = `${flow.destination}>${flow.source}`;
        cnpOfPair.set(pair, (cnpOfPair.get(pair) ?? 0) + estimate.cnpFrames);
      }
    }
    for (const estimate of found) estimate.cnpFrames = cnpOfPair.get(`${estimate.source}>${estimate.destination}`) ?? 0;
    return found;
  }

  private estimate(flow: Flow): FlowEstimate {
    const {source, destination, destQp, dscp} = flow;
    const estimate: FlowEstimate = {
      source,
      destination,
      destQp,
      dscp,
      moments: new Moments(),
      operations: 0,
      ceFrames: 0,
      cnpFrames: 0,
      links: [],
    };
    const seen = flow.sightings
      .map((sighting) => ({sighting, sums: this.windowSums(sighting)}))
      .filter(({sighting, sums}) => sums[Sum.Samples]! > 0 && this.counts(sighting))
      .sort((a, b) => b.sums[Sum.Bytes]! - a.sums[Sum.Bytes]!);
    const nearest = Math.max(...seen.map(({sighting}) => sighting.ttl));
    for (const {sighting, sums} of seen) {
      if (!estimate.links.includes(sighting.port)) estimate.links.push(sighting.port);
      if (sighting.ttl !== nearest) continue;
      const {moments} = estimate;
      moments.samples += sums[Sum.Samples]!;
      moments.frames += sums[Sum.Frames]!;
      moments.bytes += sums[Sum.Bytes]!;
      moments.squares += sums[Sum.Squares]!;
      moments.largest = Math.max(moments.largest, sums[Sum.Largest]!);
      estimate.operations += sums[Sum.Operations]!;
      estimate.ceFrames += sums[Sum.Ce]!;
      estimate.cnpFrames += sums[Sum.Cnp]!;
    }
    return estimate;
  }

  /** Whether samples of this kind count where it was seen; the others hold the same packets once more. */
  private counts({port, side}: Sighting): boolean {
    return side >>> 1 === this.basisOf(port.slot, side & 1);
  }

  /** A sighting's sums over the last complete seconds. */
  private windowSums({seconds, sums}: Sighting): Float64Array {
    const total = new Float64Array(SUMS);
    for (let at = 0; at < SECONDS; at++) {
      if (!this.inWindow(seconds[at]!)) continue;
      for (let sum = 0; sum < SUMS; sum++) {
        const value = sums[at * SUMS + sum]!;
        total[sum] = sum === Sum.Largest ? Math.max(total[sum]!, value) : total[sum]! + value;
      }
    }
    return total;
  }
}

function sightingOf(flow: Flow, port: Port, side: number): Sighting {
  const known = flow.sightings.find((sighting) => sighting.port === port && sighting.side === side);
  if (known) return known;
  const sighting: Sighting = {
    port,
    side,
    ttl: 0,
    seconds: new Float64Array(SECONDS),
    sums: new Float64Array(SECONDS * SUMS),
  };
  flow.sightings.push(sighting);
  if (flow.sightings.length > MAX_SIGHTINGS) flow.sightings.shift();
  return sighting;
}
