import {OPCODE_CNP, Operation, ROCE_V2_PORT} from '../packet/opcodes.ts';
import type {TrafficPlan} from './flows.ts';
import type {Random} from './random.ts';
import type {Shape, Shapes} from './shape.ts';
import type {StreamPlan} from './streams.ts';

/** As `replyEvery`: the data are RDMA READ responses, and the receiver sends one request for each message. */
export const RDMA_READ_REPLY = 0;

/** DSCP 26 for RoCEv2 and 48 for CNPs, as NIC vendors recommend them; in the upper six bits. */
const TrafficClass = {Roce: 26 << 2, Cnp: 48 << 2} as const;
/** AETH syndrome 31: no limit (what software and shared receive queues send); below: an actual credit code. */
const NO_CREDIT_LIMIT = 0x1f;
const LOWEST_CREDIT = 12;
/** AETH syndrome: NAK, PSN sequence error (InfiniBand specification, 9.7.5.2.8). */
const NAK_SEQUENCE_ERROR = 0x60;
/** AETH syndrome: receiver not ready, with the timer code for 1.28 ms (9.7.5.2.8). */
const RECEIVER_NOT_READY = 0x20 | 14;
/** UDP source ports of RoCEv2 are 0xc000 … 0xffff (Linux, rdma_flow_label_to_udp_sport). */
const LOWEST_SOURCE_PORT = 0xc000;

/** A queue pair's traffic in one direction, with what comes back. */
export interface PairPlan {
  readonly sender: number;
  readonly receiver: number;
  readonly shape: Shape;
  /** Data packets for one acknowledge, or RDMA_READ_REPLY. */
  readonly replyEvery: number;
  readonly framesPerMs: number;
  readonly ceShare: number;
  /** What is lost is complained of by NAKs, and sent again. */
  readonly isReliable?: boolean;
  /** Share of the groups that are acknowledged together which are refused first. */
  readonly rnrShare?: number;
}

/** Lays down the streams of a pair of connected queue pairs: data, acknowledges or READ requests, and CNPs. */
export class PairFactory {
  readonly shapes: Shapes;
  private readonly random: Random;
  private readonly acknowledge: Shape;
  private readonly readRequest: Shape;
  private readonly cnp: Shape;

  constructor(shapes: Shapes, random: Random) {
    this.shapes = shapes;
    this.random = random;
    this.acknowledge = shapes.single(Operation.Acknowledge);
    this.readRequest = shapes.single(Operation.ReadRequest);
    this.cnp = shapes.single(OPCODE_CNP);
  }

  add(plan: TrafficPlan, pair: PairPlan): void {
    const {shape} = pair;
    const isRead = pair.replyEvery === RDMA_READ_REPLY;
    const replyEvery = isRead ? shape.period : pair.replyEvery;
    const psnStart = this.random.below(2 ** 24);
    const senderQp = this.queuePair();
    const receiverQp = this.queuePair();
    const syndrome = this.random.below(2) === 0 ? NO_CREDIT_LIMIT : LOWEST_CREDIT + this.random.below(12);
    const forth = this.stream(pair.sender, pair.receiver, receiverQp);
    const back = this.stream(pair.receiver, pair.sender, senderQp);
    const data = plan.addStream({
      ...forth,
      shape,
      psnStart,
      ceShare: pair.ceShare,
      msnStep: 1 / shape.period,
      syndrome,
    });
    // Requests carry the PSN of their first response; an acknowledge that of the last packet which it answers.
    const reply = isRead
      ? {...back, shape: this.readRequest, psnStart, psnStep: replyEvery, dmaBytes: shape.messageBytes}
      : {
          ...back,
          shape: this.acknowledge,
          psnStart: psnStart + replyEvery - 1,
          psnStep: replyEvery,
          msnStep: replyEvery / shape.period,
          syndrome,
        };
    const replyStream = plan.addStream(reply);
    const isMarked = pair.ceShare > 0;
    const cnp = isMarked
      ? plan.addStream({...back, shape: this.cnp, trafficClass: TrafficClass.Cnp, ceShare: -1, psnStep: 0})
      : -1;
    const {framesPerMs, ceShare} = pair;
    const complaint = {...back, shape: this.acknowledge, psnStart, psnOf: data, syndrome: NAK_SEQUENCE_ERROR};
    const nak = pair.isReliable ? plan.addStream(complaint) : -1;
    const {rnrShare = 0} = pair;
    const rnr = pair.isReliable && rnrShare > 0 ? plan.addStream({...complaint, syndrome: RECEIVER_NOT_READY}) : -1;
    const answers = {reply: replyStream, replyEvery, isReplyFirst: isRead, cnp, nak, rnr, rnrShare};
    plan.addFlow({data, ...answers, ceShare, framesPerMs});
  }

  /** A stream as most are; `destQp` is the receiver's. */
  private stream(source: number, destination: number, destQp: number): Omit<StreamPlan, 'shape'> {
    return {
      source,
      destination,
      sourcePort: LOWEST_SOURCE_PORT + this.random.below(2 ** 14),
      destinationPort: ROCE_V2_PORT,
      trafficClass: TrafficClass.Roce,
      ceShare: 0,
      destQp,
      psnStart: 0,
      psnStep: 1,
      msnStep: 0,
      syndrome: NO_CREDIT_LIMIT,
      dmaBytes: 0,
    };
  }

  /** QP numbers 0 and 1 are for management. */
  private queuePair(): number {
    return 16 + this.random.below(2 ** 24 - 16);
  }
}
