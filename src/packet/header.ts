// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {EtherType, HeaderProtocol, IpProtocol, Ipv6Extension} from './numbers.ts';
import {Layer, type PacketView} from './view.ts';

/** Bounds on what a hostile header can make the loops do. */
const MAX_TAGS = 8;
const MAX_EXTENSIONS = 10;
const IPV4_MAPPED = 0xffff;

/**
 * Decodes a sampled header that stands in [offset, end) from its link layer up to UDP or TCP. Headers are cut at an
 * arbitrary byte by design: what fits is decoded, `Layer.Clipped` says that something did not.
 */
export function decodeHeader(
  packet: PacketView,
  data: DataView,
  headerProtocol: number,
  offset: number,
  end: number,
): void {
  packet.layers = 0;
  packet.etherType = 0;
  packet.vlan = -1;
  switch (headerProtocol) {
    case HeaderProtocol.Ethernet:
      decodeEthernet(packet, data, offset, end);
      return;
    case HeaderProtocol.Ipv4:
      decodeIpv4(packet, data, offset, end);
      return;
    case HeaderProtocol.Ipv6:
      decodeIpv6(packet, data, offset, end);
      return;
    default:
      return;
  }
}

/** IEEE 802.3 with 802.1Q tags (4.2 of IEEE 802.1Q: TPID, TCI). */
function decodeEthernet(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 14) {
    packet.layers |= Layer.Clipped;
    return;
  }
  packet.layers |= Layer.Ethernet;
  let at = offset + 14;
  let type = data.getUint16(offset + 12);
  for (let tags = 0; isTag(type) && tags < MAX_TAGS; tags++) {
    if (end - at < 4) {
      packet.layers |= Layer.Clipped;
      return;
    }
    if (packet.vlan < 0) packet.vlan = data.getUint16(at) & 0xfff;
    packet.layers |= Layer.Vlan;
    type = data.getUint16(at + 2);
    at += 4;
  }
  packet.etherType = type;
  if (type === EtherType.Ipv4) decodeIpv4(packet, data, at, end);
  else if (type === EtherType.Ipv6) decodeIpv6(packet, data, at, end);
}

function isTag(type: number): boolean {
  return (
    type === EtherType.Vlan ||
    type === EtherType.ServiceVlan ||
    type === EtherType.OldQinQ ||
    type === EtherType.OldQinQ2
  );
}

/** RFC 791, 3.1. */
function decodeIpv4(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 20) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const first = data.getUint8(offset);
  const headerLength = (first & 0xf) << 2;
  if (first >>> 4 !== 4 || headerLength < 20) return;
  packet.layers |= Layer.Ipv4;
  const trafficClass = data.getUint8(offset + 1);
  packet.dscp = trafficClass >>> 2;
  packet.ecn = trafficClass & 3;
  packet.ipLength = data.getUint16(offset + 2);
  packet.ttl = data.getUint8(offset + 8);
  packet.ipProtocol = data.getUint8(offset + 9);
  packet.source0 = 0;
  packet.source1 = 0;
  packet.source2 = IPV4_MAPPED;
  packet.source3 = data.getUint32(offset + 12);
  packet.destination0 = 0;
  packet.destination1 = 0;
  packet.destination2 = IPV4_MAPPED;
  packet.destination3 = data.getUint32(offset + 16);
  if ((data.getUint16(offset + 6) & 0x1fff) !== 0) {
    packet.layers |= Layer.Fragment;
    return;
  }
  decodeTransport(packet, data, offset + headerLength, end);
}

/** RFC 8200, 3 and 4. */
function decodeIpv6(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 40) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const first = data.getUint16(offset);
  if (first >>> 12 !== 6) return;
  packet.layers |= Layer.Ipv6;
  const trafficClass = (first >>> 4) & 0xff;
  packet.dscp = trafficClass >>> 2;
  packet.ecn = trafficClass & 3;
  packet.ipLength = data.getUint16(offset + 4) + 40;
  packet.ttl = data.getUint8(offset + 7);
  packet.source0 = data.getUint32(offset + 8);
  packet.source1 = data.getUint32(offset + 12);
  packet.source2 = data.getUint32(offset + 16);
  packet.source3 = data.getUint32(offset + 20);
  packet.destination0 = data.getUint32(offset + 24);
  packet.destination1 = data.getUint32(offset + 28);
  packet.destination2 = data.getUint32(offset + 32);
  packet.destination3 = data.getUint32(offset + 36);
  let next = data.getUint8(offset + 6);
  let at = offset + 40;
  for (let headers = 0; isExtension(next) && headers < MAX_EXTENSIONS; headers++) {
    if (end - at < 8) {
      packet.ipProtocol = next;
      packet.layers |= Layer.Clipped;
      return;
    }
    const following = data.getUint8(at);
    if (next === Ipv6Extension.Fragment) {
      if (data.getUint16(at + 2) >>> 3 !== 0) {
        packet.ipProtocol = following;
        packet.layers |= Layer.Fragment;
        return;
      }
      at += 8;
    } else if (next === Ipv6Extension.Authentication) {
      at += (data.getUint8(at + 1) + 2) << 2; // RFC 4302, 2.2
    } else {
      at += (data.getUint8(at + 1) + 1) << 3;
    }
    next = following;
  }
  packet.ipProtocol = next;
  decodeTransport(packet, data, at, end);
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case Ipv6Extension.HopByHop:
    case Ipv6Extension.Routing:
    case Ipv6Extension.Fragment:
    case Ipv6Extension.Authentication:
    case Ipv6Extension.Destination:
    case Ipv6Extension.Mobility:
    case Ipv6Extension.HostIdentity:
    case Ipv6Extension.Shim6:
      return true;
    default:
      return false;
  }
}

/** UDP (RFC 768) and the ports of TCP (RFC 9293). */
function decodeTransport(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (packet.ipProtocol === IpProtocol.Udp) {
    if (end - offset < 8) {
      packet.layers |= Layer.Clipped;
      return;
    }
    packet.layers |= Layer.Udp;
    packet.sourcePort = data.getUint16(offset);
    packet.destinationPort = data.getUint16(offset + 2);
    packet.udpLength = data.getUint16(offset + 4);
    packet.payloadOffset = offset + 8;
  } else if (packet.ipProtocol === IpProtocol.Tcp) {
    if (end - offset < 4) {
      packet.layers |= Layer.Clipped;
      return;
    }
    packet.layers |= Layer.Tcp;
    packet.sourcePort = data.getUint16(offset);
    packet.destinationPort = data.getUint16(offset + 2);
  }
}
