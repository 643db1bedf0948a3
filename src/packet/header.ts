// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {decodeLrh} from './grh.ts';
import {decodeEthernet, decodeMpls, decodePpp} from './link.ts';
import {decodeIpv4, decodeIpv6} from './network.ts';
import {HeaderProtocol} from './numbers.ts';
import type {PacketView} from './view.ts';

/**
 * Decodes a sampled header that stands in [offset, end) from its link layer up to UDP or TCP, through tunnels to the
 * innermost packet. Headers are cut at an arbitrary byte by design: what fits is decoded, `Layer.Clipped` says that
 * something did not. Of a header protocol that is not decoded, no layer is found.
 */
export function decodeHeader(
  packet: PacketView,
  data: DataView,
  headerProtocol: number,
  offset: number,
  end: number,
): void {
  packet.layers = 0;
  packet.vlan = -1;
  // Nearly all; functions on the way of nearly every packet are kept so small that the compiler joins them.
  if (headerProtocol === HeaderProtocol.Ethernet) decodeEthernet(packet, data, offset, end);
  else decodeOther(packet, data, headerProtocol, offset, end);
}

function decodeOther(packet: PacketView, data: DataView, headerProtocol: number, offset: number, end: number): void {
  packet.etherType = 0;
  switch (headerProtocol) {
    case HeaderProtocol.Ipv4:
      decodeIpv4(packet, data, offset, end);
      return;
    case HeaderProtocol.Ipv6:
      decodeIpv6(packet, data, offset, end);
      return;
    case HeaderProtocol.Mpls:
      decodeMpls(packet, data, offset, end);
      return;
    case HeaderProtocol.Ppp:
    case HeaderProtocol.Pos:
      decodePpp(packet, data, offset, end);
      return;
    case HeaderProtocol.InfiniBand:
      decodeLrh(packet, data, offset, end);
  }
}
