/** Numbers of the layers below InfiniBand, named once. */

/** sFlow v5, header_protocol: what the first byte of a sampled header belongs to. */
export const HeaderProtocol = {Ethernet: 1, Ipv4: 11, Ipv6: 12} as const;

/** IEEE 802 numbers; 0x9100 and 0x9200 were used for outer tags before 802.1ad. */
export const EtherType = {
  Ipv4: 0x0800,
  Ipv6: 0x86dd,
  Vlan: 0x8100,
  ServiceVlan: 0x88a8,
  OldQinQ: 0x9100,
  OldQinQ2: 0x9200,
} as const;

/** IANA protocol numbers. */
export const IpProtocol = {Tcp: 6, Udp: 17} as const;

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

/** Explicit congestion notification (RFC 3168, 5). */
export const Ecn = {NotCapable: 0, Ect1: 1, Ect0: 2, Ce: 3} as const;
