// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {decodeEthernet, decodeEtherType, decodeMpls} from './link.ts';
import {decodeIpv4, decodeIpv6} from './network.ts';
import {EtherType, IpProtocol, MAX_TUNNELS, TunnelKind, TunnelPort} from './numbers.ts';
import {Layer, type PacketView} from './view.ts';

/**
 * Starts over for the packet inside a tunnel, keeping the outermost packet's fields. Answers false where there are
 * more tunnels inside each other than are followed: the fields then stay those of the deepest packet reached. `end`
 * is where the tunnel's own lengths, or the header, end: nothing inside is read past it.
 */
export function enterTunnel(packet: PacketView, kind: number, vni: number, end: number): boolean {
  if ((packet.layers & Layer.Tunnel) === 0) {
    keepOuter(packet);
  } else if (packet.tunnels === MAX_TUNNELS) {
    packet.layers |= Layer.TooDeep;
    return false;
  }
  packet.tunnels++;
  packet.tunnelKind = kind;
  packet.vni = vni;
  packet.tunnelEnd = end;
  packet.layers =
    kind === TunnelKind.Erspan ? Layer.Tunnel | Layer.Mirrored : Layer.Tunnel | (packet.layers & Layer.Mirrored);
  packet.etherType = 0;
  return true;
}

function keepOuter(packet: PacketView): void {
  packet.tunnels = 0;
  packet.outerIpLength = packet.ipLength;
  packet.outerLayers = packet.layers;
  packet.outerSource0 = packet.source0;
  packet.outerSource1 = packet.source1;
  packet.outerSource2 = packet.source2;
  packet.outerSource3 = packet.source3;
  packet.outerDestination0 = packet.destination0;
  packet.outerDestination1 = packet.destination1;
  packet.outerDestination2 = packet.destination2;
  packet.outerDestination3 = packet.destination3;
  packet.outerDscp = packet.dscp;
  packet.outerEcn = packet.ecn;
  packet.outerTtl = packet.ttl;
  packet.outerSourcePort = packet.sourcePort;
}

/** Follows a UDP payload that stands in [offset, end) if `port` is a tunnel's. */
export function decodeUdpTunnel(packet: PacketView, data: DataView, port: number, offset: number, end: number): void {
  switch (port) {
    case TunnelPort.Vxlan:
    case TunnelPort.VxlanLinux:
    case TunnelPort.VxlanGpe:
      decodeVxlan(packet, data, port, offset, end);
      return;
    case TunnelPort.Geneve:
      decodeGeneve(packet, data, offset, end);
      return;
    case TunnelPort.Gre:
      decodeGre(packet, data, offset, end);
      return;
    case TunnelPort.Mpls:
      if (enterTunnel(packet, TunnelKind.MplsOverUdp, 0, end)) decodeMpls(packet, data, offset, end);
      return;
    case TunnelPort.Gue:
      decodeGue(packet, data, offset, end);
      return;
    case TunnelPort.GtpU:
      decodeGtpU(packet, data, offset, end);
  }
}

/** RFC 7348, 5: the I flag says that there is an identifier. GPE (draft-ietf-nvo3-vxlan-gpe) adds the next protocol. */
function decodeVxlan(packet: PacketView, data: DataView, port: number, offset: number, end: number): void {
  if (end - offset < 8) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const flags = data.getUint8(offset);
  const at = offset + 8;
  if ((flags & 8) === 0) return;
  const vni = data.getUint32(offset + 4) >>> 8;
  if (port !== TunnelPort.VxlanGpe) {
    if (enterTunnel(packet, TunnelKind.Vxlan, vni, end)) decodeEthernet(packet, data, at, end);
    return;
  }
  if (!enterTunnel(packet, TunnelKind.VxlanGpe, vni, end)) return;
  const next = (flags & 4) === 0 ? 3 : data.getUint8(offset + 3);
  if (next === 1) decodeIpv4(packet, data, at, end);
  else if (next === 2) decodeIpv6(packet, data, at, end);
  else if (next === 3) decodeEthernet(packet, data, at, end);
}

/** RFC 8926, 3.4. */
function decodeGeneve(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 8) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const first = data.getUint8(offset);
  if (first >>> 6 !== 0) return;
  if (!enterTunnel(packet, TunnelKind.Geneve, data.getUint32(offset + 4) >>> 8, end)) return;
  decodeTunnelType(packet, data, data.getUint16(offset + 2), offset + 8 + ((first & 0x3f) << 2), end);
}

/** RFC 2784 and 2890; NVGRE is RFC 7637. */
export function decodeGre(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 4) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const flags = data.getUint16(offset);
  const type = data.getUint16(offset + 2);
  // Version 1 is PPTP's; with the routing bit of RFC 1701 the length cannot be told.
  if ((flags & 0x4007) !== 0) return;
  let at = offset + 4;
  if ((flags & 0x8000) !== 0) at += 4;
  const keyAt = at;
  if ((flags & 0x2000) !== 0) at += 4;
  if ((flags & 0x1000) !== 0) at += 4;
  if (at > end) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const key = (flags & 0x2000) === 0 ? 0 : data.getUint32(keyAt);
  if (type === EtherType.Erspan || type === EtherType.Erspan3) {
    decodeErspan(packet, data, type, (flags & 0x1000) !== 0, at, end);
  } else if (type === EtherType.Bridging && (flags & 0x2000) !== 0) {
    if (enterTunnel(packet, TunnelKind.Nvgre, key >>> 8, end)) decodeEthernet(packet, data, at, end);
  } else if (enterTunnel(packet, TunnelKind.Gre, key, end)) {
    decodeTunnelType(packet, data, type, at, end);
  }
}

/** draft-foschiano-erspan: type I has no header of its own and no GRE sequence number, by which II is told from it. */
function decodeErspan(
  packet: PacketView,
  data: DataView,
  type: number,
  sequenced: boolean,
  offset: number,
  end: number,
): void {
  let at = offset;
  let isIp = false;
  let session = 0;
  if (type === EtherType.Erspan3 || sequenced) {
    at += type === EtherType.Erspan3 ? 12 : 8;
    if (at > end) {
      packet.layers |= Layer.Clipped;
      return;
    }
    session = data.getUint16(offset + 2) & 0x3ff;
  }
  if (type === EtherType.Erspan3) {
    const flags = data.getUint16(offset + 10);
    isIp = ((flags >>> 10) & 0x1f) === 2;
    if ((flags & 1) !== 0) at += 8;
  }
  if (!enterTunnel(packet, TunnelKind.Erspan, session, end)) return;
  if (isIp) decodeIpByVersion(packet, data, at, end);
  else decodeEthernet(packet, data, at, end);
}

/** draft-ietf-intarea-gue: variant 0 has a header, variant 1 is an IP packet as it stands. */
function decodeGue(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 4) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const first = data.getUint8(offset);
  if (first >>> 6 === 1) {
    if (enterTunnel(packet, TunnelKind.Gue, 0, end)) decodeIpByVersion(packet, data, offset, end);
    return;
  }
  // Variant 0 without the control flag.
  if (first >>> 5 !== 0) return;
  const protocol = data.getUint8(offset + 1);
  const at = offset + 4 + ((first & 0x1f) << 2);
  if (protocol === IpProtocol.Gre) decodeGre(packet, data, at, end);
  else if (protocol === IpProtocol.Ipv4 || protocol === IpProtocol.Ipv6) {
    if (enterTunnel(packet, TunnelKind.Gue, 0, end)) decodeIpByVersion(packet, data, at, end);
  }
}

/** 3GPP TS 29.281, 5: user packets of version 1; four bytes more with any of the flags E, S and PN. */
function decodeGtpU(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < 12) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const flags = data.getUint8(offset);
  if (flags >>> 4 !== 3 || data.getUint8(offset + 1) !== 255) return;
  let at = offset + 8;
  if ((flags & 7) !== 0) {
    at += 4;
    let next = (flags & 4) === 0 ? 0 : data.getUint8(at - 1);
    // Extension headers count their own length in four bytes and end with the type of the next.
    while (next !== 0 && at < end) {
      const length = data.getUint8(at) << 2;
      at += length;
      if (length === 0 || at > end) return;
      next = data.getUint8(at - 1);
    }
  }
  if (enterTunnel(packet, TunnelKind.GtpU, data.getUint32(offset + 4), end)) decodeIpByVersion(packet, data, at, end);
}

function decodeTunnelType(packet: PacketView, data: DataView, type: number, at: number, end: number): void {
  if (type === EtherType.Bridging) decodeEthernet(packet, data, at, end);
  else if (type > 0x5ff) decodeEtherType(packet, data, type, at, end);
}

function decodeIpByVersion(packet: PacketView, data: DataView, at: number, end: number): void {
  if (at >= end) packet.layers |= Layer.Clipped;
  else if (data.getUint8(at) >>> 4 === 4) decodeIpv4(packet, data, at, end);
  else decodeIpv6(packet, data, at, end);
}
