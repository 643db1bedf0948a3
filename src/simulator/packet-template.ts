import {HeaderBytes} from '../packet/opcodes.ts';
import {ipv4Of, macOf, writeIpv6Address, writeMac, writeReceiverMac} from './addresses.ts';
import type {Random} from './random.ts';
import type {Shapes} from './shape.ts';
import type {StreamPlan} from './streams.ts';

/** Bytes of a frame that a sample carries at most: what switches send unless told otherwise. */
export const HEADER_BYTES = 128;
const HEADER_WORDS = HEADER_BYTES / 4;

/** How the frames of a fabric look, where it is not the stream that decides. */
export interface PacketStyle {
  readonly shapes: Shapes;
  readonly ipv6: boolean;
  /** 802.1Q VLAN; 0: untagged. */
  readonly vlan: number;
  readonly ttl: number | 'mixed';
}

const EtherType = {Ipv4: 0x0800, Ipv6: 0x86dd, Vlan: 0x8100} as const;
const IpProtocol = {Tcp: 6, Udp: 17} as const;
/** TTL and hop limit as operating systems send them, for a fabric in which they are mixed. */
const COMMON_TTLS = [64, 128, 255];
/** BTH: migration state bit, which cards usually set. */
const BTH_MIGRATED = 0x40;

/**
 * The first 128 bytes of a stream's frames with everything that stays the same: addresses, ports, queue pair. What
 * changes from frame to frame (lengths, ECN, opcode, PSN, extension headers) is written over a copy.
 */
export class PacketTemplates {
  /** Stream i begins at word i × 32, in the byte order of the wire. */
  readonly words: Uint32Array;
  /** Ones' complement sum of each stream's IPv4 header without total length, identification and ECN. */
  readonly ipv4Sums: Uint32Array;

  constructor(plans: readonly StreamPlan[], style: PacketStyle, random: Random) {
    this.words = new Uint32Array(plans.length * HEADER_WORDS);
    this.ipv4Sums = new Uint32Array(plans.length);
    const bytes = new Uint8Array(this.words.buffer);
    const payload = Uint8Array.from({length: HEADER_BYTES}, () => random.below(256));
    for (let i = 0; i < plans.length; i++) {
      const at = i * HEADER_BYTES;
      bytes.set(payload, at);
      writeHead(new DataView(this.words.buffer, at, HEADER_BYTES), plans[i], style);
      if (!style.ipv6) this.ipv4Sums[i] = sumOf(new DataView(this.words.buffer, at + style.shapes.linkBytes, 20));
    }
  }
}

function writeHead(view: DataView, plan: StreamPlan, style: PacketStyle): void {
  const {linkBytes, headBytes} = style.shapes;
  writeReceiverMac(view, 0, plan.destination, style.ipv6);
  writeMac(view, 6, macOf(plan.source));
  if (style.vlan > 0) {
    view.setUint16(12, EtherType.Vlan);
    view.setUint16(14, style.vlan);
  }
  view.setUint16(linkBytes - 2, style.ipv6 ? EtherType.Ipv6 : EtherType.Ipv4);
  if (style.ipv6) writeIpv6(view, linkBytes, plan, ttlOf(plan, style));
  else writeIpv4(view, linkBytes, plan, ttlOf(plan, style));
  view.setUint16(headBytes, plan.sourcePort);
  view.setUint16(headBytes + 2, plan.destinationPort);
  if (plan.shape.isTcp) writeTcp(view, headBytes, plan);
  else view.setUint16(headBytes + 6, 0); // no UDP checksum: RoCEv2 relies on its ICRC
  if (plan.shape.isRoce) writeBth(view, headBytes + 8, plan);
}

function ttlOf(plan: StreamPlan, style: PacketStyle): number {
  if (plan.ttl !== undefined) return plan.ttl;
  return style.ttl === 'mixed' ? COMMON_TTLS[plan.source % COMMON_TTLS.length] : style.ttl;
}

function writeIpv4(view: DataView, at: number, plan: StreamPlan, ttl: number): void {
  view.setUint8(at, 0x45);
  view.setUint8(at + 1, plan.trafficClass);
  view.setUint32(at + 2, 0);
  view.setUint16(at + 6, 0x4000); // Don't fragment
  view.setUint8(at + 8, ttl);
  view.setUint8(at + 9, plan.shape.isTcp ? IpProtocol.Tcp : IpProtocol.Udp);
  view.setUint16(at + 10, 0);
  view.setUint32(at + 12, ipv4Of(plan.source));
  view.setUint32(at + 16, ipv4Of(plan.destination));
}

function writeIpv6(view: DataView, at: number, plan: StreamPlan, ttl: number): void {
  view.setUint32(at, 0x60000000 | (plan.trafficClass << 20) | (plan.sourcePort & 0xfffff));
  view.setUint8(at + 6, plan.shape.isTcp ? IpProtocol.Tcp : IpProtocol.Udp);
  view.setUint8(at + 7, ttl);
  writeIpv6Address(view, at + 8, plan.source);
  writeIpv6Address(view, at + 24, plan.destination);
}

function writeBth(view: DataView, at: number, plan: StreamPlan): void {
  view.setUint8(at + 1, BTH_MIGRATED);
  view.setUint16(at + 2, 0xffff); // default partition
  view.setUint32(at + 4, plan.destQp);
  view.setUint8(at + 8, 0);
  if (at + HeaderBytes.Bth > HEADER_BYTES) throw new RangeError('the BTH does not fit the sampled header');
}

function writeTcp(view: DataView, at: number, plan: StreamPlan): void {
  view.setUint32(at + 8, plan.destQp ^ 0x5a5a5a5a); // acknowledgement number: stands still, nobody looks
  view.setUint16(at + 12, 0x8018); // 32 bytes, PSH + ACK
  view.setUint16(at + 14, 501); // window
  view.setUint16(at + 18, 0); // urgent pointer
  view.setUint32(at + 20, 0x0101080a); // NOP, NOP, timestamps
}

function sumOf(view: DataView): number {
  let sum = 0;
  for (let i = 0; i < view.byteLength; i += 2) sum += view.getUint16(i);
  return sum;
}
