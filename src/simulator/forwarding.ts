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
  /** Frames of this slot that a hop received, and how many of the first of them it sent on. */
  readonly received: Int32Array;
  readonly forwarded: Int32Array;
  /** Where a hop's frames are summed up at its ports. */
  private readonly inPlace: Int32Array;
  private readonly outPlace: Int32Array;
  private readonly bytes: Float64Array;
  private readonly ports: Ports;
  private readonly streams: Streams;
  private readonly wanted: Float64Array;
  private readonly capacity: number;

  constructor(
    hops: readonly {stream: number; inPort: number; outPort: number}[],
    streams: Streams,
    ports: Ports,
    /** Bytes that a port sends in a slot, preambles and gaps included. */
    capacity: number,
  ) {
    this.stream = Int32Array.from(hops, (hop) => hop.stream);
    this.inPort = Int32Array.from(hops, (hop) => hop.inPort);
    this.outPort = Int32Array.from(hops, (hop) => hop.outPort);
    const kind = (stream: number) => (streams.plans[stream].shape.isRoce ? FrameKind.Roce : FrameKind.Other);
    this.inPlace = Int32Array.from(hops, (hop) => Tally.place(hop.inPort, kind(hop.stream)));
    this.outPlace = Int32Array.from(hops, (hop) => Tally.place(hop.outPort, kind(hop.stream)));
    this.received = new Int32Array(hops.length);
    this.forwarded = new Int32Array(hops.length);
    this.bytes = new Float64Array(hops.length);
    this.wanted = new Float64Array(ports.count);
    this.ports = ports;
    this.streams = streams;
    this.capacity = capacity;
  }

  /** Takes this slot's counts of all streams through the switches. */
  forward(): void {
    const {stream, inPlace, outPort, outPlace, received, forwarded, bytes, wanted, streams, ports} = this;
    const {counts} = streams;
    const inTally = ports.bin.in;
    const outTally = ports.bin.out;
    wanted.fill(0);
    for (let hop = 0; hop < stream.length; hop++) {
      const frames = counts[stream[hop]];
      received[hop] = frames;
      forwarded[hop] = frames;
      if (frames === 0) continue;
      const length = streams.bytesOf(stream[hop], frames);
      bytes[hop] = length;
      inTally.addAt(inPlace[hop], frames, length);
      outTally.addAt(outPlace[hop], frames, length);
      wanted[outPort[hop]] += length + frames * PREAMBLE_BYTES;
    }
    for (let port = 0; port < wanted.length; port++) if (wanted[port] > this.capacity) this.drop(port);
  }

  /** Cuts each stream to its share of a port's line rate. */
  private drop(port: number): void {
    const {stream, outPort, received, forwarded, bytes, streams} = this;
    const {out, dropped} = this.ports.bin;
    const share = this.capacity / this.wanted[port];
    for (let hop = 0; hop < stream.length; hop++) {
      if (outPort[hop] !== port || received[hop] === 0) continue;
      const kept = this.framesWithin(hop, (bytes[hop] + received[hop] * PREAMBLE_BYTES) * share);
      const frames = received[hop] - kept;
      if (frames === 0) continue;
      const length = bytes[hop] - streams.bytesOf(stream[hop], kept);
      forwarded[hop] = kept;
      out.addAt(this.outPlace[hop], -frames, -length);
      dropped.addAt(this.outPlace[hop], frames, length);
    }
  }

  /** Largest number of a hop's frames that take no more than so many bytes on the wire. */
  private framesWithin(hop: number, allowed: number): number {
    let low = 0;
    let high = this.received[hop];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const taken = this.streams.bytesOf(this.stream[hop], middle) + middle * PREAMBLE_BYTES;
      if (taken <= allowed) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
