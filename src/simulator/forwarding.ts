import {FrameKind, type Ports, PREAMBLE_BYTES, Tally} from './ports.ts';
import type {Streams} from './streams.ts';
import {CPU, type Hop, type Topology} from './topology.ts';

/**
 * A port marks ECN-capable frames congestion experienced as a queue of its would: none up to the first load, a part that
 * grows to `MARKED_AT_MOST` at the second, and all beyond (RED with ECN as DCQCN has it).
 */
const MARKS_FROM = 0.95;
const MARKS_ALL_FROM = 1.05;
const MARKED_AT_MOST = 0.2;

/**
 * Carries a slot's frames through the switches and keeps the ports' sums. A port sends at most its line rate; there
 * are no queues that outlast a slot, so what is too much for an output port in a slot is dropped there (tail drop:
 * the last frames of each stream, in proportion) and is missing on all later hops.
 */
export class Forwarding {
  /**
   * Hops: which stream enters which port and leaves by which. A stream has one hop for each switch on its way, in
   * order: hops firstHop[stream] … firstHop[stream + 1] - 1.
   */
  readonly stream: Int32Array;
  readonly firstHop: Int32Array;
  readonly inPort: Int32Array;
  readonly outPort: Int32Array;
  /** Where a hop's frames are summed up at its ports. */
  private readonly inPlace: Int32Array;
  private readonly outPlace: Int32Array;
  private readonly ports: Ports;
  private readonly streams: Streams;
  /** Bytes that a port is asked to send in this slot, and those it can: preambles and gaps included. */
  private readonly wanted: Float64Array;
  private readonly capacity: Float64Array;
  private readonly rank: Int32Array;
  /** The hops that leave by a port, found when first asked for. */
  private readonly leaving = new Map<number, number[]>();
  /** Frames that a hop received and sent on in this slot; looked at only in a slot with drops. */
  private readonly arrived: Int32Array;
  private readonly kept: Int32Array;
  /** Some of this slot's frames found no room. */
  hasDrops = false;
  /** Some of this slot's frames are marked on their way. */
  hasMarks = false;
  /** Share of its frames that each port marks in this slot. */
  private readonly marking: Float64Array;
  /** Of each hop: 0, or the number of outputs of a multicast frame; and whether it is one of the further ones. */
  private readonly copies: Uint16Array;
  private readonly copy: Uint8Array;
  /** Why its frames are all dropped, 0 when they are not. */
  private readonly reason: Uint16Array;

  constructor(paths: readonly (readonly Hop[])[], streams: Streams, ports: Ports, topology: Topology, slotMs: number) {
    const hops = paths.flatMap((path, stream) => path.map((hop) => ({stream, ...hop})));
    const kind = (stream: number) => (streams.plans[stream].shape.isRoce ? FrameKind.Roce : FrameKind.Other);
    this.stream = Int32Array.from(hops, (hop) => hop.stream);
    this.firstHop = new Int32Array(paths.length + 1);
    for (let i = 0; i < paths.length; i++) this.firstHop[i + 1] = this.firstHop[i] + paths[i].length;
    this.inPort = Int32Array.from(hops, (hop) => hop.inPort);
    this.outPort = Int32Array.from(hops, (hop) => hop.outPort);
    this.copies = Uint16Array.from(hops, (hop) => hop.copies ?? 0);
    this.copy = Uint8Array.from(hops, (hop) => (hop.isCopy ? 1 : 0));
    this.reason = Uint16Array.from(hops, (hop) => hop.reason ?? 0);
    // What has no port is summed up behind the last one.
    const place = (port: number, stream: number) => Tally.place(port < 0 ? ports.count : port, kind(stream));
    this.inPlace = Int32Array.from(hops, (hop) => place(hop.isCopy ? CPU : hop.inPort, hop.stream));
    this.outPlace = Int32Array.from(hops, (hop) => place(hop.outPort, hop.stream));
    this.arrived = new Int32Array(hops.length);
    this.kept = new Int32Array(hops.length);
    this.wanted = new Float64Array(ports.count);
    this.marking = new Float64Array(ports.count);
    this.capacity = Float64Array.from(this.wanted, (_, port) => (topology.speed(port) / 8_000) * slotMs);
    this.rank = Int32Array.from(this.wanted, (_, port) => topology.rank(port));
    this.ports = ports;
    this.streams = streams;
  }

  /** Frames of this slot that a hop received: the first ones of its stream. */
  received(hop: number): number {
    return this.hasDrops ? this.arrived[hop] : this.streams.counts[this.stream[hop]];
  }

  /** How many of them, the first ones, it sent on. */
  forwarded(hop: number): number {
    return this.hasDrops ? this.kept[hop] : this.streams.counts[this.stream[hop]];
  }

  /** How many ports a hop's frames leave by; 0 for unicast. */
  copiesOf(hop: number): number {
    return this.copies[hop];
  }

  /** The hop is a further output of frames that an earlier hop took in. */
  isCopy(hop: number): boolean {
    return this.copy[hop] === 1;
  }

  /** sFlow's code of why the switch refuses a hop's frames; 0 when it does not. */
  reasonOf(hop: number): number {
    return this.reason[hop];
  }

  /** How many of a stream's frames of this slot did not arrive; its last ones. */
  lostOf(stream: number): number {
    const end = this.firstHop[stream + 1];
    return !this.hasDrops || end === this.firstHop[stream] ? 0 : this.streams.counts[stream] - this.kept[end - 1];
  }

  /** Bytes that were asked of a port in this slot beyond what its line rate takes; negative where it takes more. */
  excess(port: number): number {
    return this.wanted[port] - this.capacity[port];
  }

  /** Takes this slot's counts of all streams through the switches. */
  forward(): void {
    const {firstHop, inPlace, outPlace, outPort, wanted, streams, ports} = this;
    const {counts} = streams;
    const inTally = ports.bin.in;
    const outTally = ports.bin.out;
    wanted.fill(0);
    this.hasDrops = false;
    for (let stream = 0; stream < counts.length; stream++) {
      const frames = counts[stream];
      if (frames === 0) continue;
      const bytes = streams.bytesOf(stream, frames);
      const wireBytes = bytes + frames * PREAMBLE_BYTES;
      const end = firstHop[stream + 1];
      for (let hop = firstHop[stream]; hop < end; hop++) {
        inTally.addAt(inPlace[hop], frames, bytes);
        outTally.addAt(outPlace[hop], frames, bytes);
        const out = outPort[hop];
        if (out >= 0) wanted[out] += wireBytes;
      }
    }
    this.mark();
    for (let port = 0; port < wanted.length; port++) {
      if (wanted[port] <= this.capacity[port]) continue;
      this.dropWhereTooMuch();
      return;
    }
  }

  /**
   * Share of a hop's frames that are marked by ports on their way before it, its own port among them where they have
   * left by it.
   */
  markedShare(hop: number, isEgress: boolean): number {
    let unmarked = 1;
    const end = isEgress ? hop + 1 : hop;
    for (let at = this.firstHop[this.stream[hop]]; at < end; at++) {
      if (this.outPort[at] >= 0) unmarked *= 1 - this.marking[this.outPort[at]];
    }
    return 1 - unmarked;
  }

  /** Share of a stream's frames of this slot that arrive marked by ports. */
  markedOf(stream: number): number {
    const end = this.firstHop[stream + 1];
    return end === this.firstHop[stream] ? 0 : this.markedShare(end - 1, true);
  }

  private mark(): void {
    const {wanted, capacity, marking} = this;
    if (this.hasMarks) marking.fill(0);
    this.hasMarks = false;
    for (let port = 0; port < wanted.length; port++) {
      if (wanted[port] <= MARKS_FROM * capacity[port]) continue;
      const load = wanted[port] / capacity[port];
      const ramp = (MARKED_AT_MOST * (load - MARKS_FROM)) / (MARKS_ALL_FROM - MARKS_FROM);
      marking[port] = load > MARKS_ALL_FROM ? 1 : ramp;
      this.hasMarks = true;
    }
  }

  /** What a port drops is less for the ports behind it: in the order of their ranks. */
  private dropWhereTooMuch(): void {
    const {stream, arrived, kept, wanted, capacity, rank} = this;
    const {counts} = this.streams;
    this.hasDrops = true;
    for (let hop = 0; hop < stream.length; hop++) arrived[hop] = kept[hop] = counts[stream[hop]];
    const full: number[] = [];
    for (let port = 0; port < wanted.length; port++) if (wanted[port] > capacity[port]) full.push(port);
    full.sort((a, b) => rank[a] - rank[b] || a - b);
    for (const port of full) this.drop(port);
  }

  /** Cuts each stream to its share of a port's line rate; multicast, which is little, goes first. */
  private drop(port: number): void {
    const hops = this.hopsOut(port);
    let wanted = 0;
    let first = 0;
    for (const hop of hops) {
      const bytes = this.wireBytes(hop, this.arrived[hop]);
      if (this.copies[hop] > 0) first += bytes;
      else wanted += bytes;
    }
    const share = Math.max(0, this.capacity[port] - first) / wanted;
    if (share >= 1) return;
    for (const hop of hops) {
      const received = this.arrived[hop];
      if (received === 0 || this.copies[hop] > 0) continue;
      const kept = this.framesWithin(hop, this.wireBytes(hop, received) * share);
      if (kept < received) this.cut(hop, kept);
    }
  }

  /** Takes what a hop does not keep out of the sums, of later hops too. */
  private cut(hop: number, kept: number): void {
    const {stream, streams, arrived, inPlace, outPlace} = this;
    const tallies = this.ports.bin;
    const frames = arrived[hop] - kept;
    const bytes = streams.bytesOf(stream[hop], arrived[hop]) - streams.bytesOf(stream[hop], kept);
    tallies.out.addAt(outPlace[hop], -frames, -bytes);
    tallies.dropped.addAt(outPlace[hop], frames, bytes);
    this.kept[hop] = kept;
    const end = this.firstHop[stream[hop] + 1];
    for (let later = hop + 1; later < end; later++) {
      tallies.in.addAt(inPlace[later], -frames, -bytes);
      tallies.out.addAt(outPlace[later], -frames, -bytes);
      arrived[later] = this.kept[later] = kept;
    }
  }

  /** The hops that leave by a port. */
  hopsOut(port: number): number[] {
    let hops = this.leaving.get(port);
    if (hops === undefined) {
      hops = [];
      for (let hop = 0; hop < this.outPort.length; hop++) if (this.outPort[hop] === port) hops.push(hop);
      this.leaving.set(port, hops);
    }
    return hops;
  }

  /** Largest number of a hop's frames that take no more than so many bytes on the wire. */
  private framesWithin(hop: number, allowed: number): number {
    let low = 0;
    let high = this.arrived[hop];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.wireBytes(hop, middle) <= allowed) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private wireBytes(hop: number, frames: number): number {
    return this.streams.bytesOf(this.stream[hop], frames) + frames * PREAMBLE_BYTES;
  }
}
