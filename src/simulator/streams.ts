import type {Shape} from './shape.ts';
import type {Hop} from './topology.ts';

/**
 * One direction of one queue pair or connection, as it is laid down before the start. `source` and `destination` are
 * nodes, or others by the numbers of addresses.ts.
 */
export interface StreamPlan {
  readonly source: number;
  readonly destination: number;
  readonly shape: Shape;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** TOS or traffic class byte without the ECN bits. */
  readonly trafficClass: number;
  /** Share of the frames that are marked CE from the start; the others are ECT(0), and full ports mark of them. Below 0: not ECN-capable. */
  readonly ceShare: number;
  /** QP of the receiver (24 bits); for TCP the initial sequence number (32 bits). */
  readonly destQp: number;
  /** PSN of frame i = psnStart + i × psnStep: acknowledges and READ requests count in steps of what they answer. */
  readonly psnStart: number;
  readonly psnStep: number;
  /** MSN of frame i = floor((i + 1) × msnStep), in frames that carry an AETH. */
  readonly msnStep: number;
  /** AETH syndrome of the frames: an ACK's credit code (InfiniBand specification, 9.7.5.1.2). */
  readonly syndrome: number;
  /** Length of the message that a READ request asks for; 0: the shape's own. */
  readonly dmaBytes: number;
  /** Its PSN is the next of this other stream, as in a NAK. */
  readonly psnOf?: number;
  /** Its hops, where they are not those of the topology; frames are then the same on each. */
  readonly path?: readonly Hop[];
  /** TTL or hop limit, where it is not that of the fabric's hosts. */
  readonly ttl?: number;
}

/**
 * All streams, in columns that the hot loops read in order; nothing there follows a pointer. `counts` is written by
 * the traffic models each slot and is the number of frames that enter the network in it.
 */
export class Streams {
  readonly plans: readonly StreamPlan[];
  readonly counts: Int32Array;
  /** Frames sent before this slot, again or not: the index of its first frame. */
  readonly sent: Float64Array;
  /** The opcodes and lengths of all shapes, one after the other. */
  readonly opcodes: Uint8Array;
  readonly frameBytes: Uint16Array;
  /** sent mod period of the shape. */
  private readonly position: Int32Array;
  /** Shape of each stream, and of each shape its period and where it begins below and in `prefix`. */
  private readonly shape: Uint8Array;
  private readonly period: Int32Array;
  private readonly shapeStart: Int32Array;
  private readonly prefixStart: Int32Array;
  private readonly prefix: Float64Array;

  constructor(plans: readonly StreamPlan[]) {
    this.plans = plans;
    this.counts = new Int32Array(plans.length);
    this.sent = new Float64Array(plans.length);
    this.position = new Int32Array(plans.length);
    const shapes = [...new Set(plans.map((plan) => plan.shape))];
    if (shapes.length > 256) throw new RangeError('more than 256 shapes of streams');
    const shapeIndex = new Map(shapes.map((shape, index) => [shape, index]));
    this.shape = Uint8Array.from(plans, (plan) => shapeIndex.get(plan.shape)!);
    this.period = Int32Array.from(shapes, (shape) => shape.period);
    let frames = 0;
    this.shapeStart = Int32Array.from(shapes, (shape) => (frames += shape.period) - shape.period);
    this.prefixStart = this.shapeStart.map((start, index) => start + index);
    this.opcodes = Uint8Array.from(shapes.flatMap((shape) => Array.from(shape.opcodes)));
    this.frameBytes = Uint16Array.from(shapes.flatMap((shape) => Array.from(shape.frameBytes)));
    this.prefix = Float64Array.from(shapes.flatMap((shape) => Array.from(shape.prefix)));
  }

  /** Bytes of this slot's first `count` frames of a stream. */
  bytesOf(stream: number, count: number): number {
    const {prefix} = this;
    const shape = this.shape[stream];
    const start = this.prefixStart[shape];
    const from = this.position[stream];
    const to = from + count;
    const period = this.period[shape];
    if (to <= period) return prefix[start + to] - prefix[start + from];
    const rounds = Math.floor(to / period);
    return rounds * prefix[start + period] + prefix[start + to - rounds * period] - prefix[start + from];
  }

  /** Where in the shape this slot's frame number `offset` of a stream stands. */
  positionOf(stream: number, offset: number): number {
    return (this.position[stream] + (offset | 0)) % this.period[this.shape[stream]];
  }

  /** Bytes of the frames of a stream's shape that stand before a position. */
  bytesBefore(stream: number, position: number): number {
    return this.prefix[this.prefixStart[this.shape[stream]] + position];
  }

  /** The shortest frame of a stream's shape, bytes. */
  shortest(stream: number): number {
    const shape = this.shape[stream];
    const start = this.shapeStart[shape];
    return this.frameBytes.subarray(start, start + this.period[shape]).reduce((a, b) => Math.min(a, b));
  }

  /** Place of a stream's shape in `opcodes` and `frameBytes`. */
  shapeOf(stream: number): number {
    return this.shapeStart[this.shape[stream]];
  }

  /** The last `count` of this slot's frames of a stream come once more: after `advance` it goes on with the first of them. */
  rewind(stream: number, count: number): void {
    const period = this.period[this.shape[stream]];
    this.sent[stream] -= count;
    this.position[stream] = (((this.position[stream] - count) % period) + period) % period;
  }

  /** Ends the slot: what was counted has been sent. */
  advance(): void {
    const {counts, sent, position, shape, period} = this;
    for (let stream = 0; stream < counts.length; stream++) {
      const count = counts[stream];
      if (count === 0) continue;
      sent[stream] += count;
      position[stream] = (position[stream] + count) % period[shape[stream]];
      counts[stream] = 0;
    }
  }
}
