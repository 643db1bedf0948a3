import {Operation} from '../packet/opcodes.ts';
import {type Flows, framesPerMs, type TrafficModel, type TrafficPlan} from './flows.ts';
import type {StorageSpec} from './job-spec.ts';
import {type PairFactory, RDMA_READ_REPLY} from './pairs.ts';
import type {Random} from './random.ts';

const BLOCK_BYTES = 131_072;
const ACK_EVERY = 16;
/** Writes beside the reads. */
const WRITE_SHARE = 0.5;

/** Hosts that read from and write to storage nodes over RDMA, in bursts. */
export class Storage implements TrafficModel {
  private readonly spec: StorageSpec;
  private readonly random: Random;
  private readonly firstFlow: number;
  private readonly flowsPerClient: number;
  /** Of each client: is it in a burst, and until when. */
  private readonly active: Uint8Array;
  private readonly until: Float64Array;

  constructor(
    spec: StorageSpec,
    speed: number,
    startMs: number,
    plan: TrafficPlan,
    pairs: PairFactory,
    random: Random,
  ) {
    const {clients, servers, load, burstMs, pauseMs} = spec;
    const {ReadResponseFirst, ReadResponseMiddle, ReadResponseLast, ReadResponseOnly} = Operation;
    const {WriteFirst, WriteMiddle, WriteLast, WriteOnly} = Operation;
    const {shapes} = pairs;
    const read = shapes.message(ReadResponseFirst, ReadResponseMiddle, ReadResponseLast, ReadResponseOnly, BLOCK_BYTES);
    const write = shapes.message(WriteFirst, WriteMiddle, WriteLast, WriteOnly, BLOCK_BYTES, ACK_EVERY);
    // In a burst a client has more than its mean, by the share of time that is pause.
    const rate = Math.min(0.9 * speed, (speed * load * (burstMs + pauseMs)) / burstMs) / servers.length;
    this.spec = spec;
    this.random = random;
    this.firstFlow = plan.flows.length;
    this.flowsPerClient = 2 * servers.length;
    for (const client of clients) {
      for (const server of servers) {
        const reads = framesPerMs(read, rate);
        const writes = framesPerMs(write, rate * WRITE_SHARE);
        const from = {sender: server, receiver: client, shape: read, replyEvery: RDMA_READ_REPLY};
        pairs.add(plan, {...from, framesPerMs: reads, ceShare: 0});
        const to = {sender: client, receiver: server, shape: write, replyEvery: ACK_EVERY};
        pairs.add(plan, {...to, framesPerMs: writes, ceShare: 0});
      }
    }
    this.active = new Uint8Array(clients.length);
    this.until = Float64Array.from(clients, () => startMs + this.exponential(pauseMs));
  }

  draw(flows: Flows, atMs: number, slotMs: number): void {
    const {spec, active, until, flowsPerClient} = this;
    for (let client = 0; client < active.length; client++) {
      while (atMs >= until[client]) {
        active[client] ^= 1;
        until[client] += this.exponential(active[client] === 1 ? spec.burstMs : spec.pauseMs);
      }
      if (active[client] === 0) continue;
      const first = this.firstFlow + client * flowsPerClient;
      for (let flow = first; flow < first + flowsPerClient; flow++) flows.send(flow, 1, slotMs);
    }
  }

  private exponential(mean: number): number {
    return -Math.log(this.random.uniform()) * mean;
  }
}
