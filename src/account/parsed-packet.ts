// Hot path: no allocation, no closure, no exception.
import {IPV4_MAPPED} from '../packet/network.ts';
import {IpProtocol} from '../packet/numbers.ts';
import {Layer, type PacketView} from '../packet/view.ts';
import {type FlowSampleView, FoundRecord} from '../sflow/views.ts';

const PARSED_IP = FoundRecord.ParsedIpv4 | FoundRecord.ParsedIpv6;
const UDP_HEADER = 8;
/** Longer ones are garbage, or jumbograms. */
const MAX_IP_LENGTH = 0xffff;

/**
 * Puts what an agent has parsed itself (sampled_ipv4, sampled_ipv6) in the place of a header that was not sampled or
 * cannot be read (no layers): a packet that is cut behind its ports. Leaves the packet alone where there is neither.
 */
export function useParsedPacket(packet: PacketView, data: DataView, sample: FlowSampleView): void {
  if ((sample.found & PARSED_IP) === 0) return;
  if ((sample.found & FoundRecord.ParsedIpv4) !== 0) useIpv4(packet, data, sample.parsedIpOffset);
  else useIpv6(packet, data, sample.parsedIpOffset);
  // Where the payload would be, there is nothing any more.
  packet.payloadOffset = sample.headerEnd;
  packet.payloadEnd += sample.headerEnd;
}

/** v5, sampled_ipv4. */
function useIpv4(packet: PacketView, data: DataView, at: number): void {
  packet.layers = Layer.Ipv4;
  packet.source0 = 0;
  packet.source1 = 0;
  packet.source2 = IPV4_MAPPED;
  packet.source3 = data.getUint32(at + 8);
  packet.destination0 = 0;
  packet.destination1 = 0;
  packet.destination2 = IPV4_MAPPED;
  packet.destination3 = data.getUint32(at + 12);
  useTransport(packet, data, at, at + 16, 20);
}

/** v5, sampled_ipv6. */
function useIpv6(packet: PacketView, data: DataView, at: number): void {
  packet.layers = Layer.Ipv6;
  packet.source0 = data.getUint32(at + 8);
  packet.source1 = data.getUint32(at + 12);
  packet.source2 = data.getUint32(at + 16);
  packet.source3 = data.getUint32(at + 20);
  packet.destination0 = data.getUint32(at + 24);
  packet.destination1 = data.getUint32(at + 28);
  packet.destination2 = data.getUint32(at + 32);
  packet.destination3 = data.getUint32(at + 36);
  useTransport(packet, data, at, at + 40, 40);
}

/** What both end with: ports, flags of TCP, and the TOS or traffic class. */
function useTransport(packet: PacketView, data: DataView, at: number, ports: number, headerBytes: number): void {
  const length = data.getUint32(at);
  const ipLength = length < MAX_IP_LENGTH ? length : MAX_IP_LENGTH;
  const protocol = data.getUint32(at + 4) & 0xff;
  const tos = data.getUint32(ports + 12) & 0xff;
  packet.layers |= Layer.Parsed | Layer.Clipped;
  if (protocol === IpProtocol.Udp) packet.layers |= Layer.Udp;
  else if (protocol === IpProtocol.Tcp) packet.layers |= Layer.Tcp;
  packet.ipLength = ipLength;
  packet.ipProtocol = protocol;
  packet.dscp = tos >>> 2;
  packet.ecn = tos & 3;
  packet.ttl = 0;
  packet.sourcePort = data.getUint32(ports) & 0xffff;
  packet.destinationPort = data.getUint32(ports + 4) & 0xffff;
  packet.tcpFlags = data.getUint32(ports + 8) & 0xff;
  packet.udpLength = ipLength - headerBytes;
  packet.payloadEnd = ipLength - headerBytes - UDP_HEADER;
}
