import {EtherType, IpProtocol, MAX_TUNNELS, TunnelPort} from '../numbers.ts';
import type {BitField, Description} from './bit-fields.ts';
import {describeEthernet, describeEtherType, describeMpls} from './link.ts';
import {describeIpv4, describeIpv6} from './network.ts';

const VXLAN: readonly BitField[] = [
  ['flags', 8],
  ['reserved', 16, 'skip'],
  ['next_protocol', 8],
  ['vni', 24],
  ['reserved', 8, 'skip'],
];
const GENEVE: readonly BitField[] = [
  ['version', 2],
  ['option_words', 6],
  ['oam', 1],
  ['critical', 1],
  ['reserved', 6, 'skip'],
  ['protocol', 16],
  ['vni', 24],
  ['reserved', 8, 'skip'],
];
const GRE: readonly BitField[] = [
  ['has_checksum', 1],
  ['has_routing', 1],
  ['has_key', 1],
  ['has_sequence', 1],
  ['reserved', 9, 'skip'],
  ['version', 3],
  ['protocol', 16],
];
const GRE_CHECKSUM: readonly BitField[] = [
  ['checksum', 16],
  ['offset', 16],
];
const NVGRE_KEY: readonly BitField[] = [
  ['vsid', 24],
  ['flow_id', 8],
];
const ERSPAN: readonly BitField[] = [
  ['version', 4],
  ['vlan', 12],
  ['cos', 3],
  ['encapsulation', 2],
  ['truncated', 1],
  ['session', 10],
];
const ERSPAN_2: readonly BitField[] = [
  ['reserved', 12, 'skip'],
  ['index', 20],
];
const ERSPAN_3: readonly BitField[] = [
  ['timestamp', 32],
  ['security_group', 16],
  ['pdu', 1],
  ['frame_type', 5],
  ['hardware', 6],
  ['egress', 1],
  ['granularity', 2],
  ['optional', 1],
];
const GUE: readonly BitField[] = [
  ['variant', 2],
  ['control', 1],
  ['option_words', 5],
  ['protocol', 8],
  ['flags', 16],
];
const GTP: readonly BitField[] = [
  ['version', 3],
  ['protocol_type', 1],
  ['reserved', 1, 'skip'],
  ['extension', 1],
  ['has_sequence', 1],
  ['has_npdu', 1],
  ['type', 8],
  ['length', 16],
  ['teid', 32],
];
const GTP_OPTIONS: readonly BitField[] = [
  ['sequence', 16],
  ['npdu', 8],
  ['next_extension', 8],
];

/** Starts the packet inside a tunnel. False, with a mark, where there are more of them than are followed. */
export function enter(to: Description): boolean {
  if (to.tunnels === MAX_TUNNELS) {
    to.last['too_deep'] = true;
    return false;
  }
  to.tunnels++;
  return true;
}

/** A UDP payload, if its port is a tunnel's. */
export function describeUdpTunnel(to: Description, port: number): void {
  switch (port) {
    case TunnelPort.Vxlan:
    case TunnelPort.VxlanLinux:
      if (to.add('vxlan', VXLAN) && to.number('flags') & 8 && enter(to)) describeEthernet(to);
      return;
    case TunnelPort.VxlanGpe:
      describeVxlanGpe(to);
      return;
    case TunnelPort.Geneve:
      describeGeneve(to);
      return;
    case TunnelPort.Gre:
      describeGre(to);
      return;
    case TunnelPort.Mpls:
      if (enter(to)) describeMpls(to);
      return;
    case TunnelPort.Gue:
      describeGue(to);
      return;
    case TunnelPort.GtpU:
      describeGtp(to);
  }
}

function describeVxlanGpe(to: Description): void {
  if (!to.add('vxlan_gpe', VXLAN) || !(to.number('flags') & 8)) return;
  const next = to.number('flags') & 4 ? to.number('next_protocol') : 3;
  if (next > 3 || !enter(to)) return;
  if (next === 1) describeIpv4(to);
  else if (next === 2) describeIpv6(to);
  else if (next === 3) describeEthernet(to);
}

function describeGeneve(to: Description): void {
  if (!to.add('geneve', GENEVE) || to.last['version'] !== 0) return;
  const type = to.number('protocol');
  const options = to.at;
  if (!to.skip(to.number('option_words') * 4)) return;
  if (to.at > options) to.last['options'] = to.forms.hex(to.data, options, to.at);
  if (enter(to)) describeCarried(to, type);
}

/** GRE, also NVGRE and ERSPAN, which it carries. */
export function describeGre(to: Description): void {
  if (!to.add('gre', GRE)) return;
  const {has_checksum, has_routing, has_key, has_sequence, version} = to.last;
  const type = to.number('protocol');
  if (version !== 0 || has_routing === 1) return;
  if (has_checksum === 1 && !to.extend(GRE_CHECKSUM)) return;
  if (has_key === 1) {
    const keyAt = to.at;
    if (!to.extend([['key', 32]])) return;
    if (type === EtherType.Bridging) {
      to.at = keyAt;
      to.extend(NVGRE_KEY);
    }
  }
  if (has_sequence === 1 && !to.extend([['sequence', 32]])) return;
  if (type === EtherType.Erspan || type === EtherType.Erspan3) describeErspan(to, type, has_sequence === 1);
  else if (enter(to)) describeCarried(to, type);
}

function describeErspan(to: Description, type: number, sequenced: boolean): void {
  let isIp = false;
  if (type === EtherType.Erspan3) {
    if (!to.add('erspan', [...ERSPAN, ...ERSPAN_3])) return;
    isIp = to.last['frame_type'] === 2;
    if (to.last['optional'] === 1 && !to.skip(8)) return;
  } else if (sequenced && !to.add('erspan', [...ERSPAN, ...ERSPAN_2])) return;
  if (!enter(to)) return;
  if (isIp) describeIpByVersion(to);
  else describeEthernet(to);
}

function describeGue(to: Description): void {
  if (to.left > 0 && to.data.getUint8(to.at) >>> 6 === 1) {
    if (enter(to)) describeIpByVersion(to);
    return;
  }
  if (!to.add('gue', GUE) || to.last['variant'] !== 0 || to.last['control'] === 1) return;
  const protocol = to.number('protocol');
  if (!to.skip(to.number('option_words') * 4)) return;
  if (protocol === IpProtocol.Gre) describeGre(to);
  else if ((protocol === IpProtocol.Ipv4 || protocol === IpProtocol.Ipv6) && enter(to)) describeIpByVersion(to);
}

function describeGtp(to: Description): void {
  if (!to.add('gtp_u', GTP)) return;
  const {version, protocol_type, type, extension, has_sequence, has_npdu} = to.last;
  if (version !== 1 || protocol_type !== 1 || type !== 255) return;
  if (extension === 1 || has_sequence === 1 || has_npdu === 1) {
    if (!to.extend(GTP_OPTIONS)) return;
    let next = extension === 1 ? to.number('next_extension') : 0;
    while (next !== 0 && to.left > 0) {
      const bytes = to.data.getUint8(to.at) * 4;
      if (bytes === 0 || !to.skip(bytes)) return;
      next = to.data.getUint8(to.at - 1);
    }
  }
  if (enter(to)) describeIpByVersion(to);
}

function describeCarried(to: Description, type: number): void {
  if (type === EtherType.Bridging) describeEthernet(to);
  else if (type > 0x5ff) describeEtherType(to, type);
}

function describeIpByVersion(to: Description): void {
  // The next layer cannot be named: the header was cut right in front of it.
  if (to.left === 0) to.last['clipped'] = true;
  else if (to.data.getUint8(to.at) >>> 4 === 4) describeIpv4(to);
  else describeIpv6(to);
}
