// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {decodeGrh} from './grh.ts';
import {decodeIpv4, decodeIpv6} from './network.ts';
import {EtherType, MAX_LABELS, MAX_LLC_LENGTH, MAX_TAGS, PppProtocol, TunnelKind} from './numbers.ts';
import {enterTunnel} from './tunnel.ts';
import {Layer, type PacketView} from './view.ts';

/** IEEE 802.3. */
export function decodeEthernet(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 14) {
    packet.layers |= Layer.Clipped;
    packet.etherType = 0;
    return;
  }
  packet.layers |= Layer.Ethernet;
  const type = data.getUint16(offset + 12);
  if (type === EtherType.Ipv4) {
    packet.etherType = type;
    decodeIpv4(packet, data, offset + 14, end);
  } else {
    decodeTags(packet, data, type, offset + 14, end);
  }
}

/** 802.1Q tags, if any (IEEE 802.1Q, 9.6: TPID, TCI), and what is behind them. */
function decodeTags(packet: PacketView, data: DataView, type: number, at: number, end: number): void {
  packet.etherType = 0;
  for (let tags = 0; isTag(type) && tags < MAX_TAGS; tags++) {
    if (end - at < 4) {
      packet.layers |= Layer.Clipped;
      return;
    }
    if (packet.vlan < 0 && (packet.layers & Layer.Tunnel) === 0) packet.vlan = data.getUint16(at) & 0xfff;
    packet.layers |= Layer.Vlan;
    type = data.getUint16(at + 2);
    at += 4;
  }
  decodeEtherType(packet, data, type, at, end);
}

/** What stands behind an Ethertype, in a frame or in a tunnel that uses them. */
export function decodeEtherType(packet: PacketView, data: DataView, type: number, at: number, end: number): void {
  packet.etherType = type;
  if (type === EtherType.Ipv4) decodeIpv4(packet, data, at, end);
  else if (type === EtherType.Ipv6) decodeIpv6(packet, data, at, end);
  else if (type <= MAX_LLC_LENGTH) decodeLlc(packet, data, type, at, end);
  else if (type === EtherType.Mpls || type === EtherType.MplsMulticast) decodeMpls(packet, data, at, end);
  else if (type === EtherType.RoceV1) decodeGrh(packet, data, at, end);
  else if (type === EtherType.PppoeSession) decodePppoe(packet, data, at, end);
  else packet.payloadOffset = at;
}

/** Whether an Ethertype announces an 802.1Q tag, of today or of before the standard. */
export function isTag(type: number): boolean {
  return (
    type === EtherType.Vlan ||
    type === EtherType.ServiceVlan ||
    type === EtherType.OldQinQ ||
    type === EtherType.OldQinQ2
  );
}

/** DSAP, SSAP and control, then OUI and protocol. */
const SNAP_BYTES = 8;

/** IEEE 802.2 with SNAP (RFC 1042); other LLC frames have no Ethertype, which is then 0. */
function decodeLlc(packet: PacketView, data: DataView, length: number, at: number, end: number): void {
  packet.etherType = 0;
  if (length < SNAP_BYTES || end - at < SNAP_BYTES) return;
  // DSAP, SSAP and control of SNAP, then an OUI of zero: what follows is an Ethertype.
  if (data.getUint32(at) !== 0xaaaa0300 || data.getUint16(at + 4) !== 0) return;
  const type = data.getUint16(at + 6);
  if (type > MAX_LLC_LENGTH) decodeEtherType(packet, data, type, at + SNAP_BYTES, end);
}

/**
 * A label stack (RFC 3032, 2.1). Nothing says what is below it: the first four bits are taken for an IP version, 0
 * for a pseudowire's control word and 1 for its associated channel, anything else for a pseudowire without one.
 */
export function decodeMpls(packet: PacketView, data: DataView, offset: number, end: number): void {
  let at = offset;
  for (let labels = 0; ; labels++) {
    if (end - at < 4 || labels === MAX_LABELS) {
      packet.layers |= Layer.Clipped;
      return;
    }
    packet.layers |= Layer.Mpls;
    const bottom = data.getUint8(at + 2) & 1;
    at += 4;
    if (bottom === 1) break;
  }
  if (at === end) {
    packet.layers |= Layer.Clipped;
    return;
  }
  switch (data.getUint8(at) >>> 4) {
    case 4:
      decodeIpv4(packet, data, at, end);
      return;
    case 6:
      decodeIpv6(packet, data, at, end);
      return;
    case 1:
      return;
    case 0:
      at += 4;
  }
  if (enterTunnel(packet, TunnelKind.Pseudowire, 0, end)) decodeEthernet(packet, data, at, end);
}

/** RFC 2516, 4: six bytes, then PPP without its framing. */
function decodePppoe(packet: PacketView, data: DataView, at: number, end: number): void {
  if (end - at < 8) {
    packet.layers |= Layer.Clipped;
    return;
  }
  if (data.getUint8(at) === 0x11 && data.getUint8(at + 1) === 0) decodePpp(packet, data, at + 6, end);
}

/** RFC 1661, 2 and, with address and control in front, RFC 1662, 3.1. */
export function decodePpp(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 4) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const at = data.getUint16(offset) === 0xff03 ? offset + 2 : offset;
  switch (data.getUint16(at)) {
    case PppProtocol.Ipv4:
      decodeIpv4(packet, data, at + 2, end);
      return;
    case PppProtocol.Ipv6:
      decodeIpv6(packet, data, at + 2, end);
      return;
    case PppProtocol.Mpls:
      decodeMpls(packet, data, at + 2, end);
  }
}
