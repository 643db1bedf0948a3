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
} as const;

/**
 * A sampled header, decoded. Filled again and again: valid until the next packet, and every field is set for every
 * packet. A field counts only where its layer's bit is set.
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
  udpLength = 0;
  /** Where the UDP payload stands. */
  payloadOffset = 0;
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
}
