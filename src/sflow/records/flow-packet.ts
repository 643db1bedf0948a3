import {enumeration, type Field, field, formats, mac, type RecordFormat, SPECIFICATIONS, u32} from './schema.ts';

/** v5, header_protocol; 15-17 sflow_80211.txt; 18 as host-sflow names it. */
const HEADER_PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  1: 'ethernet',
  2: 'token_bus',
  3: 'token_ring',
  4: 'fddi',
  5: 'frame_relay',
  6: 'x25',
  7: 'ppp',
  8: 'smds',
  9: 'aal5',
  10: 'aal5_ip',
  11: 'ipv4',
  12: 'ipv6',
  13: 'mpls',
  14: 'pos',
  15: 'ieee80211_mac',
  16: 'ieee80211_ampdu',
  17: 'ieee80211_amsdu_subframe',
  18: 'infiniband',
};

const ethernet: Field[] = [...u32('length'), ...mac('src_mac', 'dst_mac'), ...u32('ethertype')];
/** Without XDR's padding of the addresses, as a few agents send it. */
const unpaddedEthernet: Field[] = [
  ...u32('length'),
  field('mac6', 'src_mac'),
  field('mac6', 'dst_mac'),
  ...u32('ethertype'),
];

const ip = (type: 'ip4' | 'ip6', last: string): Field[] => [
  ...u32('length', 'protocol'),
  field(type, 'src_ip'),
  field(type, 'dst_ip'),
  ...u32('src_port', 'dst_port', 'tcp_flags', last),
];
const ipv4 = ip('ip4', 'tos');
const ipv6 = ip('ip6', 'priority');

/** The packet itself: its header, or what the agent parsed of it (v5, "packet data"), and the same of tunnels. */
export const flowPacketFormats: readonly RecordFormat[] = [
  ...formats('flow', 0, SPECIFICATIONS.v5, [
    [
      1,
      'sampled_header',
      [
        enumeration('header_protocol', HEADER_PROTOCOL_NAMES),
        ...u32('frame_length', 'stripped'),
        field('opaque', 'header'),
      ],
      'the header is decoded too, layer by layer, under `packet`',
    ],
    [3, 'sampled_ipv4', ipv4],
    [4, 'sampled_ipv6', ipv6],
  ]),
  {...formats('flow', 0, SPECIFICATIONS.v5, [[2, 'sampled_ethernet', ethernet]])[0]!, otherLayout: unpaddedEthernet},
  ...formats('flow', 0, SPECIFICATIONS.tunnels, [
    [1021, 'extended_L2_tunnel_egress', ethernet],
    [1022, 'extended_L2_tunnel_ingress', ethernet],
    [1023, 'extended_ipv4_tunnel_egress', ipv4],
    [1024, 'extended_ipv4_tunnel_ingress', ipv4],
    [1025, 'extended_ipv6_tunnel_egress', ipv6],
    [1026, 'extended_ipv6_tunnel_ingress', ipv6],
    [1027, 'extended_decapsulate_egress', u32('inner_header_offset')],
    [1028, 'extended_decapsulate_ingress', u32('inner_header_offset')],
    [1029, 'extended_vni_egress', u32('vni')],
    [1030, 'extended_vni_ingress', u32('vni')],
  ]),
];
