import {LRUCache} from 'lru-cache';
import type {SectionData} from '../account/codec.ts';
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

/** A flow on one port. */
interface Sighting {
  port: Port;
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
  private second = 0;
  private firstSecond = Number.POSITIVE_INFINITY;

  constructor(max: number, ports: Ports) {
    this.flows = new LRUCache({max});
    this.ports = ports;
  }

  get size(): number {
    return this.flows.size;
  }

  /** Seconds that rates are taken over: the window, less while the server is younger than that. */
  get windowSeconds(): number {
    return Math.max(1, Math.min(FLOW_WINDOW_SECONDS, this.second - this.firstSecond + 1));
  }

  /** Takes a second's flows; `time` is when the producer sent them. */
  apply(section: SectionData, locals: readonly (Agent | undefined)[], time: number): void {
    const second = Math.floor(time / 1_000);
    if (second > this.second) this.second = second;
    if (second < this.firstSecond) this.firstSecond = second;
    for (let i = 0; i < section.rows; i++) this.applyRow(section, i, locals, second);
  }

  private applyRow(section: SectionData, i: number, locals: readonly (Agent | undefined)[], second: number): void {
    const value = (name: string) => section.columns[column[name]!]![i]!;
    const agent = locals[value('agent')];
    const port = agent && this.ports.intern(agent, value('port'));
    if (!port) return;
    const sighting = sightingOf(this.flowOf(section, i), port);
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
      .filter(({sums}) => sums[Sum.Samples]! > 0)
      .sort((a, b) => b.sums[Sum.Bytes]! - a.sums[Sum.Bytes]!);
    const nearest = Math.max(...seen.map(({sighting}) => sighting.ttl));
    for (const {sighting, sums} of seen) {
      estimate.links.push(sighting.port);
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

  /** A sighting's sums over the last complete seconds. */
  private windowSums({seconds, sums}: Sighting): Float64Array {
    const total = new Float64Array(SUMS);
    for (let at = 0; at < SECONDS; at++) {
      const second = seconds[at]!;
      if (second > this.second || second <= this.second - FLOW_WINDOW_SECONDS) continue;
      for (let sum = 0; sum < SUMS; sum++) {
        const value = sums[at * SUMS + sum]!;
        total[sum] = sum === Sum.Largest ? Math.max(total[sum]!, value) : total[sum]! + value;
      }
    }
    return total;
  }
}

function sightingOf(flow: Flow, port: Port): Sighting {
  const known = flow.sightings.find((sighting) => sighting.port === port);
  if (known) return known;
  const sighting: Sighting = {
    port,
    ttl: 0,
    seconds: new Float64Array(SECONDS),
    sums: new Float64Array(SECONDS * SUMS),
  };
  flow.sightings.push(sighting);
  return sighting;
}
