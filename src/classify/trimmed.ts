// Hot path: no allocation, no closure, no exception.
import {isTag} from '../packet/link.ts';
import {EtherType} from '../packet/numbers.ts';
import {Layer, type PacketView} from '../packet/view.ts';

/** No packets are taken for trimmed by their DSCP. */
export const NO_TRIM_DSCP = -1;

/** Frame check sequence (IEEE 802.3), which the frame's length counts. */
const FCS = 4;

/**
 * Bytes that a frame's length may lie behind its IP length without anything being cut: agents leave out the FCS, or
 * report the length after a tag or two were removed. What trimming removes is most of a packet.
 */
const TOLERANCE = 64;

/**
 * Bytes of payload that a switch cut off instead of dropping the packet (packet trimming, as UEC and SONiC do): the
 * IP length still tells the packet's first size, the frame's length what was forwarded. 0 for a whole packet.
 * `headerOffset` is where the sampled header starts. Below a label stack, nothing is told.
 */
export function trimmedBytes(packet: PacketView, data: DataView, headerOffset: number, frameLength: number): number {
  const isTunnel = (packet.layers & Layer.Tunnel) !== 0;
  const layers = isTunnel ? packet.outerLayers : packet.layers;
  if ((layers & (Layer.Ethernet | Layer.Mpls)) !== Layer.Ethernet || (layers & (Layer.Ipv4 | Layer.Ipv6)) === 0)
    return 0;
  const length = isTunnel ? packet.outerIpLength : packet.ipLength;
  const link = linkBytes(data, headerOffset);
  const missing = link + length + FCS - frameLength;
  return link > 0 && missing > TOLERANCE ? missing : 0;
}

/**
 * Whether a packet has the DSCP that switches give to those which they trimmed. Of a packet in a tunnel it is the outer
 * header that they write.
 */
export function hasTrimDscp(packet: PacketView, dscp: number): boolean {
  const isTunnel = (packet.layers & Layer.Tunnel) !== 0;
  const layers = isTunnel ? packet.outerLayers : packet.layers;
  if ((layers & (Layer.Ipv4 | Layer.Ipv6)) === 0) return false;
  return (isTunnel ? packet.outerDscp : packet.dscp) === dscp;
}

/** Bytes of an Ethernet header and its tags, if an IP header follows; 0 where something else is between. */
function linkBytes(data: DataView, headerOffset: number): number {
  let bytes = 14;
  let type = data.getUint16(headerOffset + 12);
  // Ends inside the header: an IP header was found behind these tags.
  while (isTag(type)) {
    type = data.getUint16(headerOffset + bytes + 2);
    bytes += 4;
  }
  return type === EtherType.Ipv4 || type === EtherType.Ipv6 ? bytes : 0;
}
