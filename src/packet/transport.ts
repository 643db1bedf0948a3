// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {decodeEthernet} from './link.ts';
import {decodeIpv4, decodeIpv6} from './network.ts';
import {IpProtocol, TunnelKind} from './numbers.ts';
import {ROCE_V2_PORT} from './opcodes.ts';
import {decodeGre, decodeUdpTunnel, enterTunnel} from './tunnel.ts';
import {Layer, type PacketView} from './view.ts';

/** For `wireEnd` where the IP header does not say where the packet ended; behind the end of any. */
export const UNKNOWN_END = 0x3fffffff;

/**
 * Decodes what an IP packet carries other than UDP: the ports and flags of TCP (RFC 9293), ICMP, and tunnels.
 * `wireEnd` is where the packet ended on the wire, `end` where it ends here.
 */
export function decodeTransport(
  packet: PacketView,
  data: DataView,
  offset: number,
  end: number,
  wireEnd: number,
): void {
  switch (packet.ipProtocol) {
    case IpProtocol.Tcp:
      decodeTcp(packet, data, offset, end);
      return;
    case IpProtocol.Icmp:
    case IpProtocol.Icmpv6:
      decodeIcmp(packet, data, offset, end);
      return;
    case IpProtocol.Ipv4:
      if (enterTunnel(packet, TunnelKind.IpInIp, 0, end)) decodeIpv4(packet, data, offset, end);
      return;
    case IpProtocol.Ipv6:
      if (enterTunnel(packet, TunnelKind.IpInIp, 0, end)) decodeIpv6(packet, data, offset, end);
      return;
    case IpProtocol.Ethernet:
      if (enterTunnel(packet, TunnelKind.EthernetInIp, 0, end)) decodeEthernet(packet, data, offset, end);
      return;
    case IpProtocol.Gre:
      decodeGre(packet, data, offset, end);
      return;
    default:
      packet.payloadOffset = offset;
      packet.payloadEnd = wireEnd;
  }
}

/** RFC 768, and the tunnels over UDP. */
export function decodeUdp(packet: PacketView, data: DataView, offset: number, end: number, wireEnd: number): void {
  if (end - offset < 8) {
    packet.layers |= Layer.Clipped;
    return;
  }
  packet.layers |= Layer.Udp;
  const ports = data.getUint32(offset);
  const port = ports & 0xffff;
  const length = data.getUint16(offset + 4);
  packet.sourcePort = ports >>> 16;
  packet.destinationPort = port;
  packet.udpLength = length;
  packet.payloadOffset = offset + 8;
  let payloadEnd = offset + length;
  // 0 is legal in a jumbogram, and what TSO leaves; a length past the packet is its first fragment's, or a lie.
  if (length < 8 || payloadEnd > wireEnd) payloadEnd = wireEnd === UNKNOWN_END ? end : wireEnd;
  packet.payloadEnd = payloadEnd;
  if (port !== ROCE_V2_PORT) decodeUdpTunnel(packet, data, port, offset + 8, payloadEnd < end ? payloadEnd : end);
}

function decodeTcp(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 4) {
    packet.layers |= Layer.Clipped;
    return;
  }
  packet.layers |= Layer.Tcp;
  packet.sourcePort = data.getUint16(offset);
  packet.destinationPort = data.getUint16(offset + 2);
  if (end - offset < 14) {
    packet.layers |= Layer.Clipped;
    packet.tcpFlags = 0;
    return;
  }
  packet.tcpFlags = data.getUint8(offset + 13);
}

function decodeIcmp(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 2) {
    packet.layers |= Layer.Clipped;
    return;
  }
  packet.layers |= Layer.Icmp;
  packet.sourcePort = data.getUint8(offset);
  packet.destinationPort = data.getUint8(offset + 1);
}
