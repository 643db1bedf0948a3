/** Which layers of a sampled header were found; bits of `PacketView.layers`. */
export const Layer = {
  Ethernet: 1,
  Vlan: 2,
  Ipv4: 4,
  Ipv6: 8,
  /** An IP fragment with an offset: no transport header is in it. */
  Fragment: 16,
  Udp: 32,
  Tcp: 64,
  /** All twelve bytes of an InfiniBand base transport header. */
  Bth: 128,
  Reth: 256,
  Aeth: 512,
  /** The header ended inside a layer: what was found in front of it holds. The normal case in sampled headers. */
  Clipped: 1024,
  /** InfiniBand's global route header: RoCE version 1, or InfiniBand itself. Its addresses are GIDs. */
  Grh: 2048,
  Mpls: 4096,
  /** ICMP or ICMPv6; its type and code stand in the places of the ports. */
  Icmp: 8192,
  /** The layers are those of a packet inside a tunnel; the `outer…` fields are those around the outermost tunnel. */
  Tunnel: 16384,
  /** More tunnels inside each other than are followed. */
  TooDeep: 32768,
  /** Inside the tunnel of a mirror (ERSPAN), at whatever depth: a copy of a packet that was forwarded as well. */
  Mirrored: 65536,
  /** As the agent parsed it, without a header: no link layer, no TTL, and nothing behind the ports. */
  Parsed: 131072,
} as const;

/**
 * A sampled header, decoded. Filled again and again: valid until the next packet, and every field is set for every
 * packet. A field counts only where its layer's bit is set.
 *
 * Of a packet in a tunnel the fields tell the innermost packet that could be reached, because that is what an
 * application sent; what the network sees of it stands in the `outer…` fields, which count with `Layer.Tunnel`.
 */
export class PacketView {
  layers = 0;
  etherType = 0;
  /** VLAN identifier of the outermost tag, -1 without a tag. */
  vlan = -1;
  /** Addresses as IPv6 of four words, IPv4 mapped (::ffff:a.b.c.d). */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  dscp = 0;
  /** 0 not ECN-capable, 1 ECT(1), 2 ECT(0), 3 CE (RFC 3168, 5). */
  ecn = 0;
  ttl = 0;
  ipProtocol = 0;
  /** IPv4 total length, or IPv6 payload length + 40. */
  ipLength = 0;
  sourcePort = 0;
  destinationPort = 0;
  tcpFlags = 0;
  udpLength = 0;
  /** Where the payload of UDP, of the GRH, or of any other IP protocol stands. */
  payloadOffset = 0;
  /** Where that payload ended on the wire by its own lengths, past the header's end where that is cut. */
  payloadEnd = 0;
  opcode = 0;
  padCount = 0;
  transportVersion = 0;
  pKey = 0;
  fecn = 0;
  becn = 0;
  destQp = 0;
  ackReq = 0;
  psn = 0;
  /** RETH: length of the whole operation in bytes. */
  dmaLength = 0;
  /** AETH */
  syndrome = 0;
  msn = 0;
  /** With `Layer.Tunnel`: tunnels around the packet, and of the innermost its `TunnelKind` and its network identifier, 0 where it has none. */
  tunnels = 0;
  tunnelKind = 0;
  vni = 0;
  /** Where the innermost tunnel ends, which its packet's own lengths may deny. */
  tunnelEnd = 0;
  outerLayers = 0;
  outerIpLength = 0;
  outerSource0 = 0;
  outerSource1 = 0;
  outerSource2 = 0;
  outerSource3 = 0;
  outerDestination0 = 0;
  outerDestination1 = 0;
  outerDestination2 = 0;
  outerDestination3 = 0;
  outerDscp = 0;
  outerEcn = 0;
  outerTtl = 0;
  outerSourcePort = 0;
}
