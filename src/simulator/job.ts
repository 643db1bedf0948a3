import {Operation} from '../packet/opcodes.ts';
import {Cycle, type CycleOptions} from './cycle.ts';
import {type Flows, framesPerMs, type TrafficModel, type TrafficPlan} from './flows.ts';
import {type PairFactory, RDMA_READ_REPLY} from './pairs.ts';
import type {Random} from './random.ts';
import type {Shape, Shapes} from './shape.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Data packets for one acknowledge in a long message; cards coalesce. */
const ACK_EVERY = 16;
/** Small messages are acknowledged in groups of this many. */
const ACK_EVERY_SMALL = 4;
/** Share of the data packets that arrive marked CE. */
const CE_SHARE = 0.003;
/** Keepalives a millisecond and node: small SENDs, all the time, so that compute phases are quiet but not dead. */
const KEEPALIVES_PER_MS = 1;
const KEEPALIVE_BYTES = 64;

/** One queue pair of each node: with whom, for what share of its traffic, and what it does. */
interface PeerPlan {
  /** Distance to the receiver: neighbours on the ring, or one of the far strides. */
  readonly peer: 'next' | 'previous' | number;
  readonly share: number;
  readonly shape: Shape;
  readonly replyEvery: number;
}

function peerPlans(shapes: Shapes): PeerPlan[] {
  const write = (bytes: number) =>
    shapes.message(
      Operation.WriteFirst,
      Operation.WriteMiddle,
      Operation.WriteLast,
      Operation.WriteOnly,
      bytes,
      ACK_EVERY,
    );
  const writeImmediate = (bytes: number) =>
    shapes.message(
      Operation.WriteFirst,
      Operation.WriteMiddle,
      Operation.WriteLastImmediate,
      Operation.WriteOnlyImmediate,
      bytes,
      ACK_EVERY,
    );
  const send = (bytes: number, every: number) =>
    shapes.message(Operation.SendFirst, Operation.SendMiddle, Operation.SendLast, Operation.SendOnly, bytes, every);
  const response = (bytes: number) =>
    shapes.message(
      Operation.ReadResponseFirst,
      Operation.ReadResponseMiddle,
      Operation.ReadResponseLast,
      Operation.ReadResponseOnly,
      bytes,
    );
  const plan = (peer: PeerPlan['peer'], share: number, shape: Shape, replyEvery = ACK_EVERY) => {
    return {peer, share, shape, replyEvery};
  };
  return [
    plan('next', 0.28, write(MIB)),
    plan('next', 0.12, writeImmediate(256 * KIB)),
    plan('previous', 0.25, write(MIB)),
    plan(0, 0.12, send(128 * KIB, ACK_EVERY)),
    plan(1, 0.12, response(256 * KIB), RDMA_READ_REPLY),
    plan(2, 0.07, writeImmediate(64 * KIB)),
    plan(3, 0.03, write(4 * KIB), ACK_EVERY_SMALL),
    plan(3, 0.01, send(2 * KIB, ACK_EVERY_SMALL), ACK_EVERY_SMALL),
  ];
}

/** The part of the fabric that a job runs on, and how hard. */
export interface JobOptions extends CycleOptions {
  readonly firstNode: number;
  readonly nodes: number;
  /** bit/s of each node's port. */
  readonly speed: number;
  readonly load: number;
  readonly beganMs: number;
}

/**
 * A training job: its nodes exchange gradients with their ring neighbours and with some nodes further away, all in one
 * cycle. Each node sends to as many as it receives from, so that no port gets more than its rate.
 */
export class TrainingJob implements TrafficModel {
  private readonly cycle: Cycle;
  private readonly nodes: number;
  private readonly firstFlow: number;
  private readonly flowsPerNode: number;
  private readonly firstKeepalive: number;

  constructor(options: JobOptions, plan: TrafficPlan, pairs: PairFactory, random: Random) {
    const {nodes, firstNode} = options;
    const peers = peerPlans(pairs.shapes);
    const strides = Array.from({length: 4}, () => 1 + random.below(nodes - 1));
    const distance = (peer: PeerPlan['peer']) =>
      peer === 'next' ? 1 : peer === 'previous' ? nodes - 1 : strides[peer];
    const place = (node: number, steps: number) => firstNode + ((node + steps) % nodes);
    this.nodes = nodes;
    this.flowsPerNode = peers.length;
    this.cycle = new Cycle(nodes, options, options.beganMs, random);
    this.firstFlow = plan.flows.length;
    for (let node = 0; node < nodes; node++) {
      for (const peer of peers) {
        const rate = framesPerMs(peer.shape, options.speed * options.load * peer.share);
        const receiver = place(node, distance(peer.peer));
        pairs.add(plan, {...peer, sender: place(node, 0), receiver, framesPerMs: rate, ceShare: CE_SHARE});
      }
    }
    this.firstKeepalive = plan.flows.length;
    const shape = pairs.shapes.message(0, 0, 0, Operation.SendOnly, KEEPALIVE_BYTES, 1);
    for (let node = 0; node < nodes; node++) {
      const ends = {sender: place(node, 0), receiver: place(node, 1)};
      pairs.add(plan, {...ends, shape, replyEvery: 1, framesPerMs: KEEPALIVES_PER_MS, ceShare: 0});
    }
  }

  draw(flows: Flows, atMs: number, slotMs: number): void {
    const middle = atMs + slotMs / 2;
    for (let node = 0; node < this.nodes; node++) {
      flows.send(this.firstKeepalive + node, 1, slotMs);
      const intensity = this.cycle.intensity(node, middle);
      if (intensity <= 0) continue;
      const first = this.firstFlow + node * this.flowsPerNode;
      for (let flow = first; flow < first + this.flowsPerNode; flow++) flows.send(flow, intensity, slotMs);
    }
  }
}
