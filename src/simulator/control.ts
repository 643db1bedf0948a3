import {AddressBase} from './addresses.ts';
import type {Flows, TrafficModel, TrafficPlan} from './flows.ts';
import type {Shapes} from './shape.ts';
import type {StreamPlan} from './streams.ts';
import {CPU, type Hop, type Topology} from './topology.ts';

/** What goes through the switches beside the hosts' own traffic, in frames a second of each host or wire. */
export interface ControlSpec {
  /** Each host to a group of which all ports of its first leaf are members. */
  readonly multicast: number;
  /** Each host to the CPU of its first leaf. */
  readonly toCpu: number;
  /** Each host to an address that its leaf's access list refuses. */
  readonly refused: number;
  /** BFD and BGP over each wire between switches. */
  readonly routing: number;
}

const Port = {Bgp: 179, Bfd: 3_784, Ntp: 123, Multicast: 5_007, Refused: 9} as const;
const EPHEMERAL_PORT = 49_152;
/** RFC 5881; external BGP speaks to neighbours only. */
const Ttl = {Bfd: 255, Bgp: 1} as const;
/** sFlow version 5, reasons of discards: acl. */
const ACL = 258;
/** BFD control packets are 24 bytes, BGP keepalives 19. */
const BFD_BYTES = 24;
const BGP_BYTES = 19;
const NTP_BYTES = 48;
const MULTICAST_BYTES = 512;
const REFUSED_BYTES = 100;
/** One BGP packet in so many BFD packets. */
const BFD_SHARE = 20;

/** Multicast, what switches speak among themselves and with hosts, and what they refuse. */
export class ControlTraffic implements TrafficModel {
  private readonly firstFlow: number;
  private readonly endFlow: number;

  constructor(spec: ControlSpec, topology: Topology, plan: TrafficPlan, shapes: Shapes) {
    this.firstFlow = plan.flows.length;
    const add = (rate: number, stream: StreamPlan) => {
      if (rate <= 0) return;
      const data = plan.addStream(stream);
      const alone = {reply: -1, replyEvery: 1, isReplyFirst: false, cnp: -1, ceShare: 0};
      plan.addFlow({data, ...alone, framesPerMs: rate / 1_000});
    };
    const udp = (bytes: number) => shapes.udp([bytes]);
    for (let node = 0; node < topology.nodes; node++) {
      const [home] = topology.homes(node);
      const leaf = topology.switchOf(home);
      const group = AddressBase.Group + leaf;
      add(spec.multicast, packets(node, group, Port.Multicast, udp(MULTICAST_BYTES), flooded(topology, home)));
      const toCpu = [{inPort: home, outPort: CPU}];
      add(spec.toCpu, packets(node, AddressBase.Switch + leaf, Port.Ntp, udp(NTP_BYTES), toCpu));
      const refused = [{inPort: home, outPort: CPU, reason: ACL}];
      add(spec.refused, packets(node, AddressBase.Elsewhere + node, Port.Refused, udp(REFUSED_BYTES), refused));
    }
    for (let port = 0; port < topology.ports; port++) {
      const peer = topology.peer(port);
      if (peer < 0) continue;
      const [from, to] = [port, peer].map((end) => AddressBase.Switch + topology.switchOf(end));
      const path = [
        {inPort: CPU, outPort: port},
        {inPort: peer, outPort: CPU},
      ];
      add(spec.routing, {...packets(from, to, Port.Bfd, udp(BFD_BYTES), path), ttl: Ttl.Bfd});
      const bgp = shapes.tcp([BGP_BYTES]);
      add(spec.routing / BFD_SHARE, {...packets(from, to, Port.Bgp, bgp, path), ttl: Ttl.Bgp});
    }
    this.endFlow = plan.flows.length;
  }

  draw(flows: Flows, _atMs: number, slotMs: number): void {
    for (let flow = this.firstFlow; flow < this.endFlow; flow++) flows.send(flow, 1, slotMs);
  }
}

/** Out of all host ports of the switch but the one it came in by. */
function flooded(topology: Topology, inPort: number): Hop[] {
  const {firstPort, ports} = topology.switches[topology.switchOf(inPort)];
  const members = Array.from({length: ports}, (_, i) => firstPort + i).filter(
    (port) => port !== inPort && topology.role(port) === 'edge',
  );
  return members.map((outPort, i) => ({inPort, outPort, copies: members.length, isCopy: i > 0}));
}

function packets(
  source: number,
  destination: number,
  destinationPort: number,
  shape: StreamPlan['shape'],
  path: readonly Hop[],
): StreamPlan {
  return {
    source,
    destination,
    shape,
    path,
    sourcePort: EPHEMERAL_PORT,
    destinationPort,
    trafficClass: 0,
    ceShare: -1,
    destQp: source,
    psnStart: 0,
    psnStep: 0,
    msnStep: 0,
    syndrome: 0,
    dmaBytes: 0,
  };
}
