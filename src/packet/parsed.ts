// Hot path: no allocation, no closure, no exception, no read outside the record.
import {IPV4_MAPPED} from './network.ts';
import {IpProtocol} from './numbers.ts';
import {Layer, type PacketView} from './view.ts';

/**
 * What an agent parsed of a packet itself and sent in place of its header (sFlow v5, sampled_ipv4 and sampled_ipv6):
 * length, protocol, addresses, ports, TCP flags and type of service, a word each but for the addresses. The whole
 * record stands in [offset, end). Its payload is not there, so RoCEv2 can be told by its port only.
 */
export function decodeParsedIp(packet: PacketView, data: DataView, isIpv6: boolean, offset: number, end: number): void {
  packet.vlan = -1;
  packet.etherType = 0;
  packet.layers = isIpv6 ? Layer.Ipv6 : Layer.Ipv4;
  packet.ipLength = data.getUint32(offset);
  packet.ipProtocol = data.getUint32(offset + 4);
  packet.ttl = 0;
  let at = offset + 8;
  if (isIpv6) {
    packet.source0 = data.getUint32(at);
    packet.source1 = data.getUint32(at + 4);
    packet.source2 = data.getUint32(at + 8);
    packet.source3 = data.getUint32(at + 12);
    packet.destination0 = data.getUint32(at + 16);
    packet.destination1 = data.getUint32(at + 20);
    packet.destination2 = data.getUint32(at + 24);
    packet.destination3 = data.getUint32(at + 28);
    at += 32;
  } else {
    packet.source0 = 0;
    packet.source1 = 0;
    packet.source2 = IPV4_MAPPED;
    packet.source3 = data.getUint32(at);
    packet.destination0 = 0;
    packet.destination1 = 0;
    packet.destination2 = IPV4_MAPPED;
    packet.destination3 = data.getUint32(at + 4);
    at += 8;
  }
  packet.sourcePort = data.getUint32(at) & 0xffff;
  packet.destinationPort = data.getUint32(at + 4) & 0xffff;
  packet.tcpFlags = data.getUint32(at + 8) & 0xff;
  const service = data.getUint32(at + 12);
  packet.dscp = (service >>> 2) & 0x3f;
  packet.ecn = service & 3;
  const header = (isIpv6 ? 40 : 20) + 8;
  packet.udpLength = packet.ipLength < header ? 0 : packet.ipLength - header + 8;
  packet.payloadOffset = end;
  packet.payloadEnd = packet.ipLength < header ? end : end + packet.ipLength - header;
  if (packet.ipProtocol === IpProtocol.Udp) packet.layers |= Layer.Udp | Layer.Clipped;
  else if (packet.ipProtocol === IpProtocol.Tcp) packet.layers |= Layer.Tcp;
  else if (packet.ipProtocol === IpProtocol.Icmp || packet.ipProtocol === IpProtocol.Icmpv6)
    packet.layers |= Layer.Icmp;
}
