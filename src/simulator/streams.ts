import type {Shape} from './shape.ts';
import {bytesOf} from './shape.ts';

/** One direction of one queue pair or TCP connection between two nodes, as it is laid down before the start. */
export interface StreamPlan {
  readonly source: number;
  readonly destination: number;
  readonly shape: Shape;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** TOS or traffic class byte without the ECN bits. */
  readonly trafficClass: number;
  /** Share of the frames that arrive marked CE; the others are ECT(0). Below 0: not ECN-capable. */
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
}

/**
 * All streams. What changes in time stands in columns; `counts` is written by the traffic models each slot and is the
 * number of frames that enter the network in it.
 */
export class Streams {
  readonly plans: readonly StreamPlan[];
  readonly counts: Int32Array;
  /** Frames sent before this slot: the index of its first frame. */
  readonly sent: Float64Array;
  /** sent mod period of the shape. */
  readonly position: Int32Array;
  private readonly shapes: Shape[];

  constructor(plans: readonly StreamPlan[]) {
    this.plans = plans;
    this.shapes = plans.map((plan) => plan.shape);
    this.counts = new Int32Array(plans.length);
    this.sent = new Float64Array(plans.length);
    this.position = new Int32Array(plans.length);
  }

  /** Bytes of this slot's first `count` frames of a stream. */
  bytesOf(stream: number, count: number): number {
    return bytesOf(this.shapes[stream], this.position[stream], count);
  }

  /** Ends the slot: what was counted has been sent. */
  advance(): void {
    for (let stream = 0; stream < this.counts.length; stream++) {
      const count = this.counts[stream];
      if (count === 0) continue;
      this.sent[stream] += count;
      this.position[stream] = (this.position[stream] + count) % this.shapes[stream].period;
      this.counts[stream] = 0;
    }
  }
}
