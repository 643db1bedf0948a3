// Hot path: no allocation, no closure, no exception.
import {Layer, type PacketView} from '../packet/view.ts';

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
 * `headerOffset` is where the sampled header starts.
 */
export function trimmedBytes(packet: PacketView, headerOffset: number, frameLength: number): number {
  if ((packet.layers & Layer.Tunnel) === 0) {
    return missingBytes(packet.layers, packet.ipOffset - headerOffset, packet.ipLength, frameLength);
  }
  return missingBytes(packet.outerLayers, packet.outerIpOffset - headerOffset, packet.outerIpLength, frameLength);
}

function missingBytes(layers: number, linkBytes: number, ipLength: number, frameLength: number): number {
  if ((layers & Layer.Ethernet) === 0 || (layers & (Layer.Ipv4 | Layer.Ipv6)) === 0) return 0;
  const missing = linkBytes + ipLength + FCS - frameLength;
  return missing > TOLERANCE ? missing : 0;
}
