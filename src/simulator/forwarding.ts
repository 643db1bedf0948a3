import {FrameKind, type Ports, PREAMBLE_BYTES, Tally} from './ports.ts';
import type {Streams} from './streams.ts';
import {CPU, type Hop, type Topology} from './topology.ts';
import {TRIMMED_BYTES} from './trimming.ts';

/**
 * A port marks ECN-capable frames congestion experienced as a queue of its would: none up to the first load, a part that
 * grows to `MARKED_AT_MOST` at the second, and all beyond (RED with ECN as DCQCN has it).
 */
const MARKS_FROM = 0.95;
const MARKS_ALL_FROM = 1.05;
const MARKED_AT_MOST = 0.2;

const TRIMMED_WIRE_BYTES = TRIMMED_BYTES + PREAMBLE_BYTES;

/**
 * Carries a slot's frames through the switches and keeps the ports' sums. A port sends at most its line rate; there
 * are no queues that outlast a slot, so what is too much for an output port in a slot is dropped there (tail drop:
 * the last frames of each stream, in proportion) and is missing on all later hops. A switch that trims sends them on, cut.
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
  /** Frames that a hop received and sent on whole in this slot; looked at only in a slot with drops. */
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
  /** Frames of this slot that a hop received cut, and that it sent on cut. */
  private readonly cutBefore: Int32Array;
  private readonly cutBehind: Int32Array;
  /** By port: what finds no room is cut. By stream: its frames are long enough for that. */
  private readonly trims: Uint8Array;
  private readonly isLong: Uint8Array;

  /** `trims`: whether the switch of a port does. */
  constructor(
    paths: readonly (readonly Hop[])[],
    streams: Streams,
    ports: Ports,
    topology: Topology,
    slotMs: number,
    trims: (port: number) => boolean = () => false,
  ) {
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
    this.cutBefore = new Int32Array(hops.length);
    this.cutBehind = new Int32Array(hops.length);
    this.trims = Uint8Array.from({length: ports.count}, (_, port) => (trims(port) ? 1 : 0));
    const isTrimming = this.trims.includes(1);
    this.isLong = Uint8Array.from(paths, (_, stream) =>
      isTrimming && streams.shortest(stream) > TRIMMED_BYTES ? 1 : 0,
    );
    this.wanted = new Float64Array(ports.count);
    this.marking = new Float64Array(ports.count);
    this.capacity = Float64Array.from(this.wanted, (_, port) => (topology.speed(port) / 8_000) * slotMs);
    this.rank = Int32Array.from(this.wanted, (_, port) => topology.rank(port));
    this.ports = ports;
    this.streams = streams;
  }

  /** Frames of this slot that a hop received: the first ones of its stream, whole ones in front of cut ones. */
  received(hop: number): number {
    return this.wholeReceived(hop) + (this.hasDrops ? this.cutBefore[hop] : 0);
  }

  /** How many of them, the first ones, it sent on. */
  forwarded(hop: number): number {
    return this.wholeForwarded(hop) + (this.hasDrops ? this.cutBehind[hop] : 0);
  }

  /** Those of them that no switch has cut. */
  wholeReceived(hop: number): number {
    return this.hasDrops ? this.arrived[hop] : this.streams.counts[this.stream[hop]];
  }

  wholeForwarded(hop: number): number {
    return this.hasDrops ? this.kept[hop] : this.streams.counts[this.stream[hop]];
  }

  /** Whether a frame of this slot that a hop received, or sent on, was cut by then. */
  isTrimmed(hop: number, offset: number, isEgress: boolean): boolean {
    return (
      this.hasDrops && offset >= (isEgress ? this.kept[hop] : this.arrived[hop]) && this.isLong[this.stream[hop]] === 1
    );
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

  /** How many of a stream's frames of this slot did not arrive, or not whole; its last ones. */
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
    this.cutBefore.fill(0);
    this.cutBehind.fill(0);
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
    // What all that can be cut would come to if it were.
    let cut = 0;
    for (const hop of hops) {
      const bytes = this.wireBytes(hop, this.arrived[hop]);
      first += this.cutBefore[hop] * TRIMMED_WIRE_BYTES;
      if (this.goesFirst(hop, port)) first += bytes;
      else wanted += bytes;
      if (this.isCutAt(hop, port)) cut += this.arrived[hop] * TRIMMED_WIRE_BYTES;
    }
    const share = Math.max(0, this.capacity[port] - first - cut) / (wanted - cut);
    if (share >= 1) return;
    for (const hop of hops) {
      const received = this.arrived[hop];
      if (received === 0 || this.goesFirst(hop, port)) continue;
      const kept = this.framesWithin(hop, this.wireBytes(hop, received) * share);
      if (kept < received) this.cut(hop, kept);
    }
  }

  /** Takes what a hop does not keep out of the sums, of later hops too; what is cut goes on as little. */
  private cut(hop: number, kept: number): void {
    const {stream, streams, arrived, inPlace, outPlace} = this;
    const tallies = this.ports.bin;
    const isTrimmed = this.isCutAt(hop, this.outPort[hop]);
    const cut = arrived[hop] - kept;
    const bytes = streams.bytesOf(stream[hop], arrived[hop]) - streams.bytesOf(stream[hop], kept);
    const lostFrames = isTrimmed ? 0 : cut;
    const lostBytes = isTrimmed ? bytes - cut * TRIMMED_BYTES : bytes;
    tallies.out.addAt(outPlace[hop], -lostFrames, -lostBytes);
    if (isTrimmed) this.cutBehind[hop] += cut;
    else tallies.dropped.addAt(outPlace[hop], cut, bytes);
    this.kept[hop] = kept;
    const end = this.firstHop[stream[hop] + 1];
    for (let later = hop + 1; later < end; later++) {
      tallies.in.addAt(inPlace[later], -lostFrames, -lostBytes);
      tallies.out.addAt(outPlace[later], -lostFrames, -lostBytes);
      arrived[later] = this.kept[later] = kept;
      if (!isTrimmed) continue;
      this.cutBefore[later] += cut;
      this.cutBehind[later] += cut;
    }
  }

  /** Multicast, and where packets are cut those that are too short for that, find room before others. */
  private goesFirst(hop: number, port: number): boolean {
    return this.copies[hop] > 0 || (this.trims[port] === 1 && this.isLong[this.stream[hop]] === 0);
  }

  private isCutAt(hop: number, port: number): boolean {
    return this.trims[port] === 1 && this.isLong[this.stream[hop]] === 1 && this.copies[hop] === 0;
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
