/** Numbers of the layers below InfiniBand, named once. */

/** sFlow v5, header_protocol: what the first byte of a sampled header belongs to. Others are not decoded. */
export const HeaderProtocol = {Ethernet: 1, Ppp: 7, Ipv4: 11, Ipv6: 12, Mpls: 13, Pos: 14, InfiniBand: 18} as const;

/** IEEE 802 numbers; 0x9100 and 0x9200 were used for outer tags before 802.1ad. */
export const EtherType = {
  Ipv4: 0x0800,
  Arp: 0x0806,
  /** ERSPAN type III, inside GRE (draft-foschiano-erspan). */
  Erspan3: 0x22eb,
  /** An Ethernet frame, inside GRE or GENEVE (RFC 7637, RFC 8926). */
  Bridging: 0x6558,
  Vlan: 0x8100,
  Ipv6: 0x86dd,
  MacControl: 0x8808,
  Mpls: 0x8847,
  MplsMulticast: 0x8848,
  PppoeSession: 0x8864,
  ServiceVlan: 0x88a8,
  /** ERSPAN types I and II, inside GRE. */
  Erspan: 0x88be,
  /** RoCE version 1: a GRH and a BTH (annex A16). */
  RoceV1: 0x8915,
  OldQinQ: 0x9100,
  OldQinQ2: 0x9200,
} as const;

/** Largest value of the type field that is a length (IEEE 802.3, 3.2.6). */
export const MAX_LLC_LENGTH = 1_500;

/** IANA protocol numbers. */
export const IpProtocol = {
  Icmp: 1,
  Ipv4: 4,
  Tcp: 6,
  Udp: 17,
  Ipv6: 41,
  Gre: 47,
  Icmpv6: 58,
  /** The rest of an IPv4 or IPv6 packet is an Ethernet frame (RFC 8986, 4.9). */
  Ethernet: 143,
} as const;

/** IANA protocol numbers of IPv6 extension headers (RFC 7045, 4). */
export const Ipv6Extension = {
  HopByHop: 0,
  Routing: 43,
  Fragment: 44,
  Authentication: 51,
  Destination: 60,
  Mobility: 135,
  HostIdentity: 139,
  Shim6: 140,
} as const;

/** PPP protocol numbers (IANA). */
export const PppProtocol = {Ipv4: 0x0021, Ipv6: 0x0057, Mpls: 0x0281} as const;

/** UDP destination ports of tunnels (IANA; 8472 is what Linux used before VXLAN had a number). */
export const TunnelPort = {
  GtpU: 2152,
  Gre: 4754,
  Vxlan: 4789,
  VxlanGpe: 4790,
  Gue: 6080,
  Geneve: 6081,
  Mpls: 6635,
  VxlanLinux: 8472,
} as const;

/** Kinds of tunnel, as `PacketView.tunnelKind` has them. */
export const TunnelKind = {
  None: 0,
  IpInIp: 1,
  Gre: 2,
  Nvgre: 3,
  Erspan: 4,
  Vxlan: 5,
  VxlanGpe: 6,
  Geneve: 7,
  Gue: 8,
  GtpU: 9,
  MplsOverUdp: 10,
  /** An Ethernet frame below an MPLS label stack. */
  Pseudowire: 11,
  /** An Ethernet frame directly inside IP, as SRv6 carries it. */
  EthernetInIp: 12,
} as const;

/** Names for people, by number. */
export const TUNNEL_KIND_NAMES: readonly string[] = [
  'none',
  'ip_in_ip',
  'gre',
  'nvgre',
  'erspan',
  'vxlan',
  'vxlan_gpe',
  'geneve',
  'gue',
  'gtp_u',
  'mpls_over_udp',
  'pseudowire',
  'ethernet_in_ip',
];

/** Explicit congestion notification (RFC 3168, 5). */
export const Ecn = {NotCapable: 0, Ect1: 1, Ect0: 2, Ce: 3} as const;

/** Bounds on what a hostile header can make the loops do. */
export const MAX_TAGS = 8;
export const MAX_LABELS = 16;
export const MAX_EXTENSIONS = 10;
/** Tunnels inside tunnels that are followed. Real networks have two, a third with a mirror around them. */
export const MAX_TUNNELS = 4;
