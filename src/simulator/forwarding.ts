import {FrameKind, type Ports, PREAMBLE_BYTES, Tally} from './ports.ts';
import type {Streams} from './streams.ts';

/**
 * Carries a slot's frames through the switches and keeps the ports' sums. A port sends at most its line rate; there
 * are no queues that outlast a slot, so what is too much for an output port in a slot is dropped there (tail drop:
 * the last frames of each stream, in proportion).
 */
export class Forwarding {
  /** Hops: which stream enters which port and leaves by which. A stream has one hop for each switch on its way. */
  readonly stream: Int32Array;
  readonly inPort: Int32Array;
  readonly outPort: Int32Array;
  /** Where a hop's frames are summed up at its ports. */
  private readonly inPlace: Int32Array;
  private readonly outPlace: Int32Array;
  private readonly ports: Ports;
  private readonly streams: Streams;
  private readonly wanted: Float64Array;
  private readonly capacity: number;
  /** The last frames of a hop in this slot that are dropped; looked at only in a slot with drops. */
  private readonly dropped: Int32Array;
  private hasDrops = false;

  constructor(
    hops: readonly {stream: number; inPort: number; outPort: number}[],
    streams: Streams,
    ports: Ports,
    /** Bytes that a port sends in a slot, preambles and gaps included. */
    capacity: number,
  ) {
    const kind = (stream: number) => (streams.plans[stream].shape.isRoce ? FrameKind.Roce : FrameKind.Other);
    this.stream = Int32Array.from(hops, (hop) => hop.stream);
    this.inPort = Int32Array.from(hops, (hop) => hop.inPort);
    this.outPort = Int32Array.from(hops, (hop) => hop.outPort);
    this.inPlace = Int32Array.from(hops, (hop) => Tally.place(hop.inPort, kind(hop.stream)));
    this.outPlace = Int32Array.from(hops, (hop) => Tally.place(hop.outPort, kind(hop.stream)));
    this.dropped = new Int32Array(hops.length);
    this.wanted = new Float64Array(ports.count);
    this.ports = ports;
    this.streams = streams;
    this.capacity = capacity;
  }

  /** Frames of this slot that a hop received. */
  received(hop: number): number {
    return this.streams.counts[this.stream[hop]];
  }

  /** How many of them, the first ones, it sent on. */
  forwarded(hop: number): number {
    const received = this.received(hop);
    return this.hasDrops ? received - this.dropped[hop] : received;
  }

  /** Takes this slot's counts of all streams through the switches. */
  forward(): void {
    const {stream, inPlace, outPlace, wanted, streams, ports} = this;
    const {counts} = streams;
    const inTally = ports.bin.in;
    const outTally = ports.bin.out;
    wanted.fill(0);
    if (this.hasDrops) this.dropped.fill(0);
    this.hasDrops = false;
    for (let hop = 0; hop < stream.length; hop++) {
      const frames = counts[stream[hop]];
      if (frames === 0) continue;
      const bytes = streams.bytesOf(stream[hop], frames);
      inTally.addAt(inPlace[hop], frames, bytes);
      outTally.addAt(outPlace[hop], frames, bytes);
      wanted[Tally.portOf(outPlace[hop])] += bytes + frames * PREAMBLE_BYTES;
    }
    for (let port = 0; port < wanted.length; port++) if (wanted[port] > this.capacity) this.drop(port);
  }

  /** Cuts each stream to its share of a port's line rate. */
  private drop(port: number): void {
    const {outPort, outPlace} = this;
    const tallies = this.ports.bin;
    const share = this.capacity / this.wanted[port];
    for (let hop = 0; hop < outPort.length; hop++) {
      const received = this.received(hop);
      if (outPort[hop] !== port || received === 0) continue;
      const kept = this.framesWithin(hop, this.wireBytes(hop, received) * share);
      const frames = received - kept;
      if (frames === 0) continue;
      const {streams, stream} = this;
      const bytes = streams.bytesOf(stream[hop], received) - streams.bytesOf(stream[hop], kept);
      tallies.out.addAt(outPlace[hop], -frames, -bytes);
      tallies.dropped.addAt(outPlace[hop], frames, bytes);
      this.dropped[hop] = frames;
      this.hasDrops = true;
    }
  }

  /** Largest number of a hop's frames that take no more than so many bytes on the wire. */
  private framesWithin(hop: number, allowed: number): number {
    let low = 0;
    let high = this.received(hop);
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
