import {PREAMBLE_BYTES} from './ports.ts';
import type {Shape} from './shape.ts';
import type {StreamPlan, Streams} from './streams.ts';

/** A sender's data and what the receiver sends back because of it. The numbers are indices of streams. */
export interface FlowPlan {
  readonly data: number;
  /** Acknowledges; or for an RDMA READ the requests, whose responses are the data. -1: nothing comes back. */
  readonly reply: number;
  /** Data frames for one reply. */
  readonly replyEvery: number;
  /** The reply comes with the first frame of its group (a READ request), not with the last (an acknowledge). */
  readonly isReplyFirst: boolean;
  /** CNPs towards the sender; -1: none. */
  readonly cnp: number;
  /** Negative acknowledges of what was lost; left out: losses are not noticed and nothing is sent again. */
  readonly nak?: number;
  /** Answers "receiver not ready" in place of so many of its acknowledges; -1 or left out: none. */
  readonly rnr?: number;
  readonly rnrShare?: number;
  readonly ceShare: number;
  /** Frames a millisecond at full intensity. */
  readonly framesPerMs: number;
}

/** What the traffic models lay down before the start. */
export class TrafficPlan {
  readonly streams: StreamPlan[] = [];
  readonly flows: FlowPlan[] = [];

  addStream(plan: StreamPlan): number {
    return this.streams.push(plan) - 1;
  }

  addFlow(plan: FlowPlan): number {
    return this.flows.push(plan) - 1;
  }
}

/** Something that sends: a training job, background traffic. It owns flows and draws them in each slot. */
export interface TrafficModel {
  draw(flows: Flows, atMs: number, slotMs: number): void;
}

/** A NIC sends at most one CNP for a flow in 50 µs (usual default of ConnectX cards). */
const CNPS_PER_MS = 20;

/** What was lost is sent again on top of what is new, up to this share of it. */
const RETRY_SHARE = 0.25;

/** Frames a millisecond that fill this many bits a second of a wire, preamble and gap included. */
export function framesPerMs(shape: Shape, bitsPerSecond: number): number {
  return bitsPerSecond / 8_000 / (shape.prefix[shape.period] / shape.period + PREAMBLE_BYTES);
}

/**
 * All flows, in columns. A flow's rate times the slot, with what was left over from before, gives its whole frames;
 * the remainder is carried on, so that no frame is lost or made up by rounding. Replies follow from the data.
 */
export class Flows {
  private readonly counts: Int32Array;
  private readonly data: Int32Array;
  private readonly reply: Int32Array;
  private readonly replyEvery: Int32Array;
  private readonly sinceReply: Int32Array;
  private readonly cnp: Int32Array;
  private readonly ceShare: Float64Array;
  private readonly pace: Float64Array;
  private readonly carry: Float64Array;
  private readonly cnpCarry: Float64Array;
  private readonly streams: Streams;
  private readonly nak: Int32Array;
  private readonly rnr: Int32Array;
  private readonly rnrShare: Float64Array;
  private readonly rnrCarry: Float64Array;
  /** Share of its frames that ports marked in the last slot. */
  private readonly marked: Float64Array;
  private hasMarks = false;
  /** Frames that were lost and wait to be sent again; a NAK is due in the next slot. */
  private readonly backlog: Float64Array;
  private readonly isNakDue: Uint8Array;
  /** The flows whose losses are noticed. */
  private readonly reliable: readonly number[];

  constructor(plans: readonly FlowPlan[], streams: Streams, carry: (flow: number) => number) {
    this.streams = streams;
    this.counts = streams.counts;
    this.data = Int32Array.from(plans, (plan) => plan.data);
    this.reply = Int32Array.from(plans, (plan) => plan.reply);
    this.replyEvery = Int32Array.from(plans, (plan) => plan.replyEvery);
    this.sinceReply = Int32Array.from(plans, (plan) => (plan.isReplyFirst ? plan.replyEvery - 1 : 0));
    this.cnp = Int32Array.from(plans, (plan) => plan.cnp);
    this.ceShare = Float64Array.from(plans, (plan) => plan.ceShare);
    this.pace = Float64Array.from(plans, (plan) => plan.framesPerMs);
    this.carry = Float64Array.from(plans, (_, flow) => carry(flow));
    this.cnpCarry = new Float64Array(plans.length);
    this.nak = Int32Array.from(plans, (plan) => plan.nak ?? -1);
    this.rnr = Int32Array.from(plans, (plan) => plan.rnr ?? -1);
    this.rnrShare = Float64Array.from(plans, (plan) => plan.rnrShare ?? 0);
    this.rnrCarry = new Float64Array(plans.length);
    this.marked = new Float64Array(plans.length);
    this.backlog = new Float64Array(plans.length);
    this.isNakDue = new Uint8Array(plans.length);
    this.reliable = Array.from(this.nak.keys()).filter((flow) => this.nak[flow] >= 0);
  }

  /** Sends what `ms` milliseconds of this flow at an intensity (0 … 1) come to. */
  send(flow: number, intensity: number, ms: number): void {
    const fresh = this.pace[flow] * intensity * ms;
    const again = Math.min(this.backlog[flow], RETRY_SHARE * fresh);
    this.backlog[flow] -= again;
    const due = this.carry[flow] + fresh + again;
    const frames = Math.floor(due);
    this.carry[flow] = due - frames;
    if (frames === 0) return;
    this.counts[this.data[flow]] = frames;
    if (this.reply[flow] < 0) return;
    this.sinceReply[flow] += frames;
    if (this.nak[flow] < 0) this.acknowledge(flow);
    const cnp = this.cnp[flow];
    if (cnp < 0) return;
    const marks = this.cnpCarry[flow] + frames * (1 - (1 - this.ceShare[flow]) * (1 - this.marked[flow]));
    const notifications = Math.min(Math.floor(marks), Math.floor(CNPS_PER_MS * ms));
    this.cnpCarry[flow] = marks - Math.floor(marks);
    this.counts[cnp] = notifications;
  }

  /** Answers what arrived of the last slot, and complains of what did not; before a slot's other frames. */
  answer(): void {
    for (const flow of this.reliable) {
      this.acknowledge(flow);
      this.counts[this.nak[flow]] = this.isNakDue[flow];
      this.isNakDue[flow] = 0;
    }
  }

  /**
   * Learns what part of each stream's frames of this slot ports have marked; undefined: none. Receivers answer in the next
   * slot.
   */
  see(marked: ((stream: number) => number) | undefined): void {
    if (marked === undefined && !this.hasMarks) return;
    this.hasMarks = marked !== undefined;
    for (let flow = 0; flow < this.marked.length; flow++) {
      this.marked[flow] = marked !== undefined && this.cnp[flow] >= 0 ? marked(this.data[flow]) : 0;
    }
  }

  /**
   * Notices what of this slot was lost: the last frames of a stream, which it will send again. The receiver answers in
   * the next slot.
   */
  notice(lost: (stream: number) => number, streams: Streams): void {
    for (const flow of this.reliable) {
      const frames = lost(this.data[flow]);
      if (frames === 0) continue;
      streams.rewind(this.data[flow], frames);
      this.backlog[flow] += frames;
      this.sinceReply[flow] -= frames;
      this.isNakDue[flow] = 1;
    }
  }

  private acknowledge(flow: number): void {
    const replies = Math.floor(this.sinceReply[flow] / this.replyEvery[flow]);
    this.sinceReply[flow] -= replies * this.replyEvery[flow];
    this.counts[this.reply[flow]] = replies - (this.rnr[flow] < 0 ? 0 : this.refuse(flow, replies));
  }

  /** Of so many groups some find the receiver not ready: they will be sent again. Returns how many. */
  private refuse(flow: number, groups: number): number {
    const due = this.rnrCarry[flow] + groups * this.rnrShare[flow];
    const refused = Math.min(groups, Math.floor(due));
    this.rnrCarry[flow] = due - Math.floor(due);
    this.counts[this.rnr[flow]] = refused;
    const frames = refused * this.replyEvery[flow];
    this.streams.rewind(this.data[flow], frames);
    this.backlog[flow] += frames;
    return refused;
  }
}
