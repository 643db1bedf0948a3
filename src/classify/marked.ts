// Hot path: no allocation, no closure, no exception.
import {Ecn, TunnelKind} from '../packet/numbers.ts';
import {Layer, type PacketView} from '../packet/view.ts';

/**
 * Whether a packet is marked "congestion experienced" (RFC 3168, 5). In a tunnel switches mark the outer header, whose
 * mark the end of the tunnel copies to the inner one (RFC 6040, 4.2), so either counts. The outer header of a mirrored
 * packet tells of the way of the mirror.
 */
export function isCeMarked(packet: PacketView): boolean {
  if (packet.ecn === Ecn.Ce) return true;
  if ((packet.layers & Layer.Tunnel) === 0 || packet.outerEcn !== Ecn.Ce) return false;
  return (packet.outerLayers & (Layer.Ipv4 | Layer.Ipv6)) !== 0 && packet.tunnelKind !== TunnelKind.Erspan;
}
