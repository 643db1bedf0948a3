/** Link types that switches, hosts and collectors are recorded with (tcpdump.org/linktypes). */
const LinkType = {
  Null: 0,
  Ethernet: 1,
  Raw: 101,
  Loop: 108,
  LinuxCooked: 113,
  Ipv4: 228,
  Ipv6: 229,
  LinuxCooked2: 276,
} as const;

const EtherType = {Ipv4: 0x0800, Ipv6: 0x86dd, Vlan: 0x8100, ServiceVlan: 0x88a8, OldQinQ: 0x9100} as const;
const MAX_TAGS = 4;
const MAX_EXTENSIONS = 10;
const UDP = 17;
const MAPPED = 0xffff;
/** The smallest header of an sFlow datagram (v5): a UDP length that leaves less, with more behind it, is damage. */
const LEAST_PAYLOAD = 28;

/** What a frame turned out to be. */
export const FrameKind = {
  Udp: 0,
  /** UDP, but the frame was captured only in part. */
  UdpClipped: 1,
  /** A fragment of an IP packet; recordings are not reassembled. */
  Fragment: 2,
  NotUdp: 3,
} as const;

export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Whether frames of this link type can be read. */
export function isKnownLinkType(linkType: number): boolean {
  return Object.values(LinkType).includes(linkType as never);
}

/** Finds the UDP payload of a captured frame. One object reads many frames; its fields hold until the next. */
export class UdpFinder {
  /** The payload stands in [start, end) of the frame. */
  start = 0;
  end = 0;
  sourcePort = 0;
  destinationPort = 0;
  /** The sender: 4 or 6, and the address as IPv6 of four words, IPv4 mapped. */
  family: 4 | 6 = 4;
  source: [number, number, number, number] = [0, 0, 0, 0];
  private bytes: Buffer = Buffer.alloc(0);

  find(linkType: number, bytes: Buffer): FrameKind {
    this.bytes = bytes;
    switch (linkType) {
      case LinkType.Ethernet:
        return this.tagged(12);
      case LinkType.LinuxCooked:
        return this.tagged(14);
      case LinkType.LinuxCooked2:
        return bytes.length < 20 ? FrameKind.NotUdp : this.network(bytes.readUInt16BE(0), 20);
      case LinkType.Null:
      case LinkType.Loop:
        // The family is in the byte order of whoever captured, and IPv6 has five numbers; the packet itself knows.
        return this.ip(4);
      case LinkType.Raw:
      case LinkType.Ipv4:
      case LinkType.Ipv6:
        return this.ip(0);
      default:
        return FrameKind.NotUdp;
    }
  }

  /** An Ethertype at `at`, with 802.1Q tags behind it. */
  private tagged(at: number): FrameKind {
    const bytes = this.bytes;
    for (let tags = 0; tags <= MAX_TAGS; tags++) {
      if (bytes.length < at + 2) return FrameKind.NotUdp;
      const type = bytes.readUInt16BE(at);
      if (type !== EtherType.Vlan && type !== EtherType.ServiceVlan && type !== EtherType.OldQinQ) {
        return this.network(type, at + 2);
      }
      at += 4;
    }
    return FrameKind.NotUdp;
  }

  private network(type: number, at: number): FrameKind {
    if (type === EtherType.Vlan || type === EtherType.ServiceVlan) return this.tagged(at + 2);
    return type === EtherType.Ipv4 || type === EtherType.Ipv6 ? this.ip(at) : FrameKind.NotUdp;
  }

  private ip(at: number): FrameKind {
    const version = (this.bytes[at] ?? 0) >>> 4;
    return version === 4 ? this.ipv4(at) : version === 6 ? this.ipv6(at) : FrameKind.NotUdp;
  }

  /** RFC 791, 3.1. */
  private ipv4(at: number): FrameKind {
    const bytes = this.bytes;
    if (bytes.length < at + 20) return FrameKind.NotUdp;
    const header = (bytes[at]! & 0xf) * 4;
    if (header < 20 || bytes[at + 9] !== UDP) return FrameKind.NotUdp;
    // Offset or "more fragments".
    if ((bytes.readUInt16BE(at + 6) & 0x3fff) !== 0) return FrameKind.Fragment;
    this.family = 4;
    this.source = [0, 0, MAPPED, bytes.readUInt32BE(at + 12)];
    return this.udp(at + header, at + bytes.readUInt16BE(at + 2));
  }

  /** RFC 8200, 3 and 4. */
  private ipv6(at: number): FrameKind {
    const bytes = this.bytes;
    if (bytes.length < at + 40) return FrameKind.NotUdp;
    this.family = 6;
    this.source = [
      bytes.readUInt32BE(at + 8),
      bytes.readUInt32BE(at + 12),
      bytes.readUInt32BE(at + 16),
      bytes.readUInt32BE(at + 20),
    ];
    let next = bytes[at + 6]!;
    const end = at + 40 + bytes.readUInt16BE(at + 4);
    at += 40;
    for (let headers = 0; headers < MAX_EXTENSIONS; headers++) {
      if (next === UDP) return this.udp(at, end);
      if (bytes.length < at + 8) return FrameKind.NotUdp;
      const following = bytes[at]!;
      if (next === 44) {
        // Offset or "more"; a fragment header without either is on a whole packet (RFC 6946).
        if ((bytes.readUInt16BE(at + 2) & 0xfff9) !== 0) return FrameKind.Fragment;
        at += 8;
      } else if (next === 0 || next === 43 || next === 60) {
        at += (bytes[at + 1]! + 1) * 8;
      } else {
        return FrameKind.NotUdp;
      }
      next = following;
    }
    return FrameKind.NotUdp;
  }

  private udp(at: number, packetEnd: number): FrameKind {
    const bytes = this.bytes;
    if (bytes.length < at + 8) return FrameKind.NotUdp;
    this.sourcePort = bytes.readUInt16BE(at);
    this.destinationPort = bytes.readUInt16BE(at + 2);
    const length = bytes.readUInt16BE(at + 4);
    this.start = at + 8;
    const end = length < 8 + LEAST_PAYLOAD && packetEnd > at + length ? packetEnd : at + length;
    if (end < this.start) return FrameKind.NotUdp;
    this.end = Math.min(end, bytes.length);
    return end > bytes.length ? FrameKind.UdpClipped : FrameKind.Udp;
  }
}
