import {EtherType, MAX_LABELS, MAX_LLC_LENGTH, MAX_TAGS, PppProtocol} from '../numbers.ts';
import type {BitField, Description} from './bit-fields.ts';
import {describeGrh} from './infiniband.ts';
import {describeIpv4, describeIpv6} from './network.ts';
import {enter} from './tunnel.ts';

const ETHERNET: readonly BitField[] = [
  ['destination', 48, 'mac'],
  ['source', 48, 'mac'],
  ['type', 16],
];
const TAG: readonly BitField[] = [
  ['priority', 3],
  ['dei', 1],
  ['vlan', 12],
  ['type', 16],
];
const LLC: readonly BitField[] = [
  ['dsap', 8],
  ['ssap', 8],
  ['control', 8],
];
const SNAP: readonly BitField[] = [
  ['oui', 24, 'hex'],
  ['protocol', 16],
];
const LABEL: readonly BitField[] = [
  ['label', 20],
  ['traffic_class', 3],
  ['bottom', 1],
  ['ttl', 8],
];
const CONTROL_WORD: readonly BitField[] = [
  ['channel', 4],
  ['flags', 12],
  ['sequence', 16],
];
const PPPOE: readonly BitField[] = [
  ['version', 4],
  ['type', 4],
  ['code', 8],
  ['session', 16],
  ['length', 16],
];
const ARP: readonly BitField[] = [
  ['hardware_type', 16],
  ['protocol_type', 16],
  ['hardware_size', 8],
  ['protocol_size', 8],
  ['operation', 16],
  ['sender_mac', 48, 'mac'],
  ['sender_ip', 32, 'ip4'],
  ['target_mac', 48, 'mac'],
  ['target_ip', 32, 'ip4'],
];
/** IEEE 802.3, 31B: quanta of 512 bit times. */
const PAUSE: readonly BitField[] = [['quanta', 16]];
/** IEEE 802.1Q, 36: which of the eight priorities are meant, and a time for each; 0 is "go on". */
const PFC: readonly BitField[] = [
  ['class_enable', 16],
  ...Array.from({length: 8}, (_, i): BitField => [`quanta_${i}`, 16]),
];

/** Names of Ethertypes that are not followed further. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  35020: 'lldp',
  34825: 'slow_protocol',
  35078: 'fcoe',
  35092: 'fip',
  35045: 'macsec',
  35151: 'nsh',
};
/** Names of labels with a meaning of their own (RFC 3032, 5586, 6790, 7274). */
const LABELS: Readonly<Record<number, string>> = {
  0: 'ipv4_explicit_null',
  1: 'router_alert',
  2: 'ipv6_explicit_null',
  3: 'implicit_null',
  7: 'entropy_indicator',
  13: 'generic_associated_channel',
  14: 'oam_alert',
  15: 'extension',
};
const TAG_TYPES: readonly number[] = [EtherType.Vlan, EtherType.ServiceVlan, EtherType.OldQinQ, EtherType.OldQinQ2];

/** A frame: addresses, tags, and what its type says. */
export function describeEthernet(to: Description): void {
  if (!to.add('ethernet', ETHERNET)) return;
  let type = to.number('type');
  for (let tags = 0; TAG_TYPES.includes(type) && tags < MAX_TAGS; tags++) {
    const tpid = `0x${type.toString(16)}`;
    const whole = to.add('vlan', TAG);
    to.last['tpid'] = tpid;
    if (!whole) return;
    type = to.number('type');
  }
  describeEtherType(to, type);
}

/** What an Ethertype announces. */
export function describeEtherType(to: Description, type: number): void {
  if (type === EtherType.Ipv4) describeIpv4(to);
  else if (type === EtherType.Ipv6) describeIpv6(to);
  else if (type === EtherType.Arp) to.add('arp', ARP);
  else if (type === EtherType.Mpls || type === EtherType.MplsMulticast) describeMpls(to);
  else if (type === EtherType.RoceV1) describeGrh(to);
  else if (type === EtherType.PppoeSession) describePppoe(to);
  else if (type === EtherType.MacControl) describeMacControl(to);
  else if (type <= MAX_LLC_LENGTH) describeLlc(to, type);
  else to.add(OTHER_TYPES[type] ?? 'unknown', []);
}

function describeLlc(to: Description, length: number): void {
  if (!to.add('llc', LLC)) return;
  const {dsap, ssap, control} = to.last;
  if (length < 8 || dsap !== 0xaa || ssap !== 0xaa || control !== 3 || !to.extend(SNAP)) return;
  const type = to.number('protocol');
  if (to.last['oui'] === '0x000000' && type > MAX_LLC_LENGTH) describeEtherType(to, type);
}

/** Labels, and below them what the first four bits suggest: nothing in the stack says what it carries. */
export function describeMpls(to: Description): void {
  for (let labels = 0; labels < MAX_LABELS; labels++) {
    if (!to.add('mpls', LABEL)) return;
    const name = LABELS[to.number('label')];
    if (name !== undefined) to.last['label_name'] = name;
    if (to.last['bottom'] === 1) {
      describeBelowLabels(to);
      return;
    }
  }
}

function describeBelowLabels(to: Description): void {
  if (to.left === 0) return;
  const nibble = to.data.getUint8(to.at) >>> 4;
  if (nibble === 4) describeIpv4(to);
  else if (nibble === 6) describeIpv6(to);
  else if (nibble === 1) to.add('associated_channel', CONTROL_WORD);
  else {
    if (nibble === 0 && !to.add('pseudowire_control', CONTROL_WORD)) return;
    if (!enter(to)) return;
    describeEthernet(to);
  }
}

function describePppoe(to: Description): void {
  if (!to.add('pppoe', PPPOE)) return;
  if (to.last['version'] === 1 && to.last['type'] === 1 && to.last['code'] === 0) describePpp(to);
}

/** PPP, with or without its framing's address and control. */
export function describePpp(to: Description): void {
  if (to.left >= 4 && to.data.getUint16(to.at) === 0xff03) to.at += 2;
  if (!to.add('ppp', [['protocol', 16]])) return;
  switch (to.number('protocol')) {
    case PppProtocol.Ipv4:
      describeIpv4(to);
      return;
    case PppProtocol.Ipv6:
      describeIpv6(to);
      return;
    case PppProtocol.Mpls:
      describeMpls(to);
  }
}

function describeMacControl(to: Description): void {
  if (!to.add('mac_control', [['opcode', 16]])) return;
  const opcode = to.number('opcode');
  if (opcode === 0x0001) to.extend(PAUSE);
  else if (opcode === 0x0101) to.extend(PFC);
}
