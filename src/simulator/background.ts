import {type Flows, framesPerMs, type TrafficModel, type TrafficPlan} from './flows.ts';
import type {Random} from './random.ts';
import {type Shape, type Shapes, TCP_BYTES} from './shape.ts';
import type {StreamPlan} from './streams.ts';

const Port = {Ssh: 22, Nfs: 2049} as const;
const LOWEST_EPHEMERAL_PORT = 32_768;
/** bit/s a node sends. */
const NFS_RATE = 3e6;
const SSH_RATE = 50e3;
/** Payloads of keystrokes, their echo and some output. */
const SSH_PAYLOADS = [36, 36, 52, 36, 100, 36, 228, 84];
const IP_MTU = 1_500;

/** TCP between the nodes, all the time: something like NFS and something like ssh. */
export class Background implements TrafficModel {
  private readonly firstFlow: number;
  private readonly endFlow: number;

  constructor(firstNode: number, nodes: number, plan: TrafficPlan, shapes: Shapes, random: Random) {
    const segment = IP_MTU - (shapes.headBytes - shapes.linkBytes) - TCP_BYTES;
    // An NFS READ reply or WRITE of 32 KiB with its RPC header, in full segments and a rest.
    const nfs = shapes.tcp([...new Array(22).fill(segment), 1_060]);
    const ssh = shapes.tcp(SSH_PAYLOADS);
    const acknowledge = shapes.tcp([0]);
    const farther = 1 + random.below(nodes - 1);
    this.firstFlow = plan.flows.length;
    for (let node = 0; node < nodes; node++) {
      const source = firstNode + node;
      const connect = (steps: number, port: number, shape: Shape, replyEvery: number, rate: number) => {
        const destination = firstNode + ((node + steps) % nodes);
        const ephemeral = LOWEST_EPHEMERAL_PORT + random.below(28_000);
        const data = plan.addStream(tcpStream(source, destination, ephemeral, port, shape, random.next()));
        const reply = plan.addStream(tcpStream(destination, source, port, ephemeral, acknowledge, random.next()));
        const pace = framesPerMs(shape, rate);
        plan.addFlow({data, reply, replyEvery, isReplyFirst: false, cnp: -1, ceShare: 0, framesPerMs: pace});
      };
      connect(farther, Port.Nfs, nfs, 2, NFS_RATE);
      connect(1, Port.Ssh, ssh, 1, SSH_RATE);
    }
    this.endFlow = plan.flows.length;
  }

  draw(flows: Flows, _atMs: number, slotMs: number): void {
    for (let flow = this.firstFlow; flow < this.endFlow; flow++) flows.send(flow, 1, slotMs);
  }
}

function tcpStream(
  source: number,
  destination: number,
  sourcePort: number,
  destinationPort: number,
  shape: Shape,
  initialSequence: number,
): StreamPlan {
  return {
    source,
    destination,
    shape,
    sourcePort,
    destinationPort,
    trafficClass: 0,
    ceShare: -1,
    destQp: initialSequence,
    psnStart: 0,
    psnStep: 0,
    msnStep: 0,
    syndrome: 0,
    dmaBytes: 0,
  };
}
