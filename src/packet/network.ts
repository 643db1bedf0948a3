// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {IpProtocol, Ipv6Extension, MAX_EXTENSIONS} from './numbers.ts';
import {decodeTransport, decodeUdp, UNKNOWN_END} from './transport.ts';
import {Layer, type PacketView} from './view.ts';

/** Second half of the mapped form of an IPv4 address, ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
export const IPV4_MAPPED = 0xffff;

/** RFC 791, 3.1. */
export function decodeIpv4(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 20) {
    packet.layers |= Layer.Clipped;
    return;
  }
  // Whole words, for each read costs a check of its bounds.
  const first = data.getUint32(offset);
  const headerLength = (first >>> 22) & 0x3c;
  if (first >>> 28 !== 4 || headerLength < 20) return;
  packet.layers |= Layer.Ipv4;
  packet.dscp = (first >>> 18) & 0x3f;
  packet.ecn = (first >>> 16) & 3;
  const length = first & 0xffff;
  packet.ipLength = length;
  // Flags and fragment offset, time to live, protocol.
  const second = data.getUint32(offset + 6);
  const protocol = second & 0xff;
  packet.ttl = (second >>> 8) & 0xff;
  packet.ipProtocol = protocol;
  packet.source0 = 0;
  packet.source1 = 0;
  packet.source2 = IPV4_MAPPED;
  packet.source3 = data.getUint32(offset + 12);
  packet.destination0 = 0;
  packet.destination1 = 0;
  packet.destination2 = IPV4_MAPPED;
  packet.destination3 = data.getUint32(offset + 16);
  if ((second & 0x1fff0000) !== 0) {
    packet.layers |= Layer.Fragment;
    return;
  }
  // A length of 0 is a packet that a host's card has yet to cut into several (TSO): there is no end to hold it to.
  const wireEnd = length < headerLength ? UNKNOWN_END : offset + length;
  if (wireEnd < end) end = wireEnd;
  if (protocol === IpProtocol.Udp) decodeUdp(packet, data, offset + headerLength, end, wireEnd);
  else decodeTransport(packet, data, offset + headerLength, end, wireEnd);
}

/** RFC 8200, 3 and 4. */
export function decodeIpv6(packet: PacketView, data: DataView, offset: number, end: number): void {
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
  const length = data.getUint16(offset + 4) + 40;
  packet.ipLength = length;
  packet.ttl = data.getUint8(offset + 7);
  packet.source0 = data.getUint32(offset + 8);
  packet.source1 = data.getUint32(offset + 12);
  packet.source2 = data.getUint32(offset + 16);
  packet.source3 = data.getUint32(offset + 20);
  packet.destination0 = data.getUint32(offset + 24);
  packet.destination1 = data.getUint32(offset + 28);
  packet.destination2 = data.getUint32(offset + 32);
  packet.destination3 = data.getUint32(offset + 36);
  // A payload length of 0 is a jumbogram (RFC 2675) or TSO.
  const wireEnd = length === 40 ? UNKNOWN_END : offset + length;
  if (wireEnd < end) end = wireEnd;
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
  if (next === IpProtocol.Udp) decodeUdp(packet, data, at, end, wireEnd);
  else decodeTransport(packet, data, at, end, wireEnd);
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
