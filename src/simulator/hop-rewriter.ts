// Hot path: nothing here allocates.
import {AddressBase, macOf, writeMac} from './addresses.ts';
import type {Forwarding} from './forwarding.ts';
import type {PacketStyle} from './packet-template.ts';
import type {StreamPlan} from './streams.ts';
import type {Topology} from './topology.ts';

/**
 * What routing does to a frame on its way: each switch takes one from its TTL and puts the MAC addresses of its own
 * wire on it. A frame sampled on ingress looks as it arrived, one sampled on egress as it left.
 */
export class HopRewriter {
  /** The stream's frames are the same on each hop. */
  private readonly isFixed: Uint8Array;
  /** Routers that a hop's frames have passed when they arrive. */
  private readonly depth: Uint8Array;
  /** Lower 32 bits of the MAC addresses before, at and behind the switch. */
  private readonly before: Uint32Array;
  private readonly own: Uint32Array;
  private readonly behind: Uint32Array;
  private readonly ip: number;
  private readonly isIpv6: boolean;

  constructor(forwarding: Forwarding, topology: Topology, plans: readonly StreamPlan[], style: PacketStyle) {
    const {stream, firstHop, inPort} = forwarding;
    const mac = (hop: number) => macOf(AddressBase.Switch + topology.switchOf(inPort[hop]));
    const isFirst = (hop: number) => hop === firstHop[stream[hop]];
    const isLast = (hop: number) => hop + 1 === firstHop[stream[hop] + 1];
    this.isFixed = Uint8Array.from(stream, (of) => (plans[of].path === undefined ? 0 : 1));
    this.depth = Uint8Array.from(stream, (of, hop) => hop - firstHop[of]);
    this.before = Uint32Array.from(stream, (of, hop) => (isFirst(hop) ? macOf(plans[of].source) : mac(hop - 1)));
    this.own = Uint32Array.from(stream, (_, hop) => mac(hop));
    this.behind = Uint32Array.from(stream, (of, hop) => (isLast(hop) ? macOf(plans[of].destination) : mac(hop + 1)));
    this.ip = style.shapes.linkBytes;
    this.isIpv6 = style.ipv6;
  }

  /** Changes a header that begins at `at` from what the source sent to what it is at this hop. */
  rewrite(view: DataView, at: number, hop: number, isEgress: boolean): void {
    if (this.isFixed[hop] === 1) return;
    writeMac(view, at, isEgress ? this.behind[hop] : this.own[hop]);
    writeMac(view, at + 6, isEgress ? this.own[hop] : this.before[hop]);
    const routers = this.depth[hop] + Number(isEgress);
    const ip = at + this.ip;
    const ttlAt = this.isIpv6 ? ip + 7 : ip + 8;
    view.setUint8(ttlAt, view.getUint8(ttlAt) - routers);
    if (this.isIpv6) return;
    // The TTL is the upper byte of a word of the checksum (RFC 1624).
    const sum = view.getUint16(ip + 10) + (routers << 8);
    view.setUint16(ip + 10, (sum & 0xffff) + (sum >>> 16));
  }
}
