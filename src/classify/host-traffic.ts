// Hot path: no allocation, no closure, no exception.
import {IpProtocol} from '../packet/numbers.ts';
import {Layer, type PacketView} from '../packet/view.ts';

/** IANA protocol numbers by which routers speak with their neighbours: IGMP, RSVP, EIGRP, OSPF, PIM, VRRP. */
const NEIGHBOUR_PROTOCOLS = [2, 46, 88, 89, 103, 112];
/** The same on UDP (IANA): DHCP, PTP, RIP, DHCPv6, LDP, HSRP, HSRPv6, GLBP, BFD, mDNS, LLMNR, sFlow itself, BFD on LAGs. */
const NEIGHBOUR_UDP = [
  67, 68, 319, 320, 520, 521, 546, 547, 646, 1985, 2029, 3222, 3784, 3785, 4784, 5353, 5355, 6343, 6784,
];
/** The same on TCP: BGP, MSDP, LDP. */
const NEIGHBOUR_TCP = [179, 639, 646];

const bitmap = (numbers: readonly number[], size: number): Uint8Array => {
  const map = new Uint8Array(size);
  for (const number of numbers) map[number] = 1;
  return map;
};
const isNeighbourProtocol = bitmap([...NEIGHBOUR_PROTOCOLS, IpProtocol.Icmp, IpProtocol.Icmpv6], 256);
const isNeighbourUdp = bitmap(NEIGHBOUR_UDP, 65_536);
const isNeighbourTcp = bitmap(NEIGHBOUR_TCP, 65_536);

const IP = Layer.Ipv4 | Layer.Ipv6;
/** What does not tell where the source is: tunnels, and what has no TTL. */
const UNPLACED = Layer.Tunnel | Layer.Grh | Layer.Parsed;
const MAPPED = 0xffff;

/**
 * Whether the packet is one that a host sent to another, as far as its header shows: then its source tells where that
 * host is. What switches say to each other is not, nor ICMP, which routers send too; and of a packet in a tunnel the
 * source may be anywhere, as of one without a TTL.
 */
export function isHostTraffic(packet: PacketView): boolean {
  const {layers} = packet;
  if ((layers & IP) === 0 || (layers & UNPLACED) !== 0) return false;
  if (isNeighbourProtocol[packet.ipProtocol] === 1) return false;
  if ((layers & Layer.Udp) !== 0) {
    if (isNeighbourUdp[packet.destinationPort] === 1 || isNeighbourUdp[packet.sourcePort] === 1) return false;
  } else if ((layers & Layer.Tcp) !== 0) {
    if (isNeighbourTcp[packet.destinationPort] === 1 || isNeighbourTcp[packet.sourcePort] === 1) return false;
  } else if ((layers & Layer.Clipped) !== 0) {
    return false; // no port tells what it is
  }
  const {source0, source1, source2, source3, destination0, destination1, destination2, destination3} = packet;
  return (
    isUnicast(source0, source1, source2, source3) && isUnicast(destination0, destination1, destination2, destination3)
  );
}

/** An address that is one machine's beyond its own link. */
function isUnicast(word0: number, word1: number, word2: number, word3: number): boolean {
  if (word0 !== 0) return word0 >>> 24 !== 0xff && word0 >>> 22 !== 0xfe80 >>> 6; // ff00::/8, fe80::/10
  if (word1 !== 0) return true;
  if (word2 !== MAPPED) return word2 !== 0 || word3 > 1; // :: and ::1
  const first = word3 >>> 24;
  if (first === 0 || first === 127 || first >= 224) return false; // this network, loopback, multicast, broadcast
  return word3 >>> 16 !== 0xa9fe; // 169.254/16
}
