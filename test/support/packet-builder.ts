/** Builds packets byte by byte, layer in layer, so that tests say what they mean instead of listing bytes. */
import {extensionBytes, HeaderBytes, OPCODE_CNP, opcodeTraits, Trait} from '../../src/packet/opcodes.ts';

/** Big-endian integers of the given widths in bytes: `[width, value]`. */
export function be(...fields: readonly (readonly [width: number, value: number | bigint])[]): Buffer {
  return Buffer.concat(
    fields.map(([width, value]) => {
      const bytes = Buffer.alloc(width);
      let rest = BigInt.asUintN(width * 8, BigInt(value));
      for (let at = width - 1; at >= 0; at--) {
        bytes[at] = Number(rest & 0xffn);
        rest >>= 8n;
      }
      return bytes;
    }),
  );
}

export const MAC_A = Buffer.from('020000000001', 'hex');
export const MAC_B = Buffer.from('020000000002', 'hex');

/** An Ethernet frame without FCS; tags are [TPID, TCI]. */
export function ethernet(payload: Buffer, type = 0x0800, tags: readonly (readonly [number, number])[] = []): Buffer {
  const chain = tags.map(([tpid, tci]) => be([2, tpid], [2, tci]));
  return Buffer.concat([MAC_B, MAC_A, ...chain, be([2, type]), payload]);
}

interface Ipv4Options {
  protocol?: number;
  dscp?: number;
  ecn?: number;
  ttl?: number;
  fragment?: number;
  options?: Buffer;
  length?: number;
  source?: number;
  destination?: number;
}

/** IPv4 around a payload; UDP unless another protocol is named. */
export function ipv4(payload: Buffer, with_: Ipv4Options = {}): Buffer {
  const options = with_.options ?? Buffer.alloc(0);
  const words = 5 + options.length / 4;
  const length = with_.length ?? words * 4 + payload.length;
  return Buffer.concat([
    be(
      [1, 0x40 | words],
      [1, ((with_.dscp ?? 26) << 2) | (with_.ecn ?? 2)],
      [2, length],
      [2, 7],
      [2, with_.fragment ?? 0],
    ),
    be([1, with_.ttl ?? 63], [1, with_.protocol ?? 17], [2, 0]),
    be([4, with_.source ?? 0x0a000001], [4, with_.destination ?? 0x0a000002]),
    options,
    payload,
  ]);
}

/** 2001:db8::1 and ::2. */
export const IPV6_A = Buffer.from('20010db8000000000000000000000001', 'hex');
export const IPV6_B = Buffer.from('20010db8000000000000000000000002', 'hex');

/** An extension header: its number, and its bytes with the first two (next header, length) left to the builder. */
export interface Extension {
  type: number;
  body: Buffer;
}

/** IPv6, extension headers, payload. */
export function ipv6(
  payload: Buffer,
  with_: {next?: number; dscp?: number; ecn?: number; extensions?: readonly Extension[]; length?: number} = {},
): Buffer {
  const extensions = with_.extensions ?? [];
  const last = with_.next ?? 17;
  const chain = extensions.map(({type, body}, i) => {
    const next = extensions[i + 1]?.type ?? last;
    const bytes = 2 + body.length;
    const length = type === 44 ? 0 : type === 51 ? bytes / 4 - 2 : bytes / 8 - 1;
    return Buffer.concat([be([1, next], [1, length]), body]);
  });
  const rest = Buffer.concat([...chain, payload]);
  const trafficClass = ((with_.dscp ?? 26) << 2) | (with_.ecn ?? 2);
  return Buffer.concat([
    be([4, 0x60000000 + trafficClass * 2 ** 20 + 0x12345], [2, with_.length ?? rest.length]),
    be([1, extensions[0]?.type ?? last], [1, 62]),
    IPV6_A,
    IPV6_B,
    rest,
  ]);
}

/** UDP around a payload. */
export function udp(payload: Buffer, port = 4791, sourcePort = 49_152, length = 8 + payload.length): Buffer {
  return Buffer.concat([be([2, sourcePort], [2, port], [2, length], [2, 0]), payload]);
}

/** Values that the extension headers below carry, for the tests to find again. */
export const VALUES = {
  destQp: 0x123456,
  psn: 0xabcdef,
  pKey: 0xffff,
  eeContext: 0x11,
  qKey: 0x80010000,
  sourceQp: 0x22,
  xrcSrq: 0x33,
  virtualAddress: 0x1122334455667788n,
  rKey: 0x9abcdef0,
  dmaLength: 1_048_576,
  swap: 5,
  compare: 6,
  original: 7,
  immediate: 0xcafe,
  invalidate: 0xbeef,
} as const;

/** What follows the BTH for an opcode, in the order of the specification (vol. 1, table 35). */
function extensions(opcode: number, syndrome: number): Buffer {
  const traits = opcodeTraits[opcode]!;
  const has = (trait: number) => (traits & trait) !== 0;
  const parts: Buffer[] = [];
  if (has(Trait.Rdeth)) parts.push(be([4, VALUES.eeContext]));
  if (has(Trait.Deth)) parts.push(be([4, VALUES.qKey], [4, VALUES.sourceQp]));
  if (has(Trait.Xrceth)) parts.push(be([4, VALUES.xrcSrq]));
  if (has(Trait.Feth)) parts.push(be([4, 0x21]));
  if (has(Trait.Reth)) parts.push(be([8, VALUES.virtualAddress], [4, VALUES.rKey], [4, VALUES.dmaLength]));
  if (has(Trait.AtomicEth)) {
    parts.push(be([8, VALUES.virtualAddress], [4, VALUES.rKey], [8, VALUES.swap], [8, VALUES.compare]));
  }
  if (has(Trait.Aeth)) parts.push(be([1, syndrome], [3, 42]));
  if (has(Trait.AtomicAckEth)) parts.push(be([8, VALUES.original]));
  if (has(Trait.Immediate)) parts.push(be([4, VALUES.immediate]));
  if (has(Trait.Invalidate)) parts.push(be([4, VALUES.invalidate]));
  if (opcode === OPCODE_CNP) parts.push(Buffer.alloc(16));
  return Buffer.concat(parts);
}

export interface RoceOptions {
  /** Bytes of payload; padding up to four is added and told. */
  payload?: number;
  syndrome?: number;
  transportVersion?: number;
  becn?: number;
  fecn?: number;
  ackReq?: number;
}

/** BTH, the extension headers of the opcode, payload, padding and an invariant CRC of 0xICRC's stand-in. */
export function roce(opcode: number, with_: RoceOptions = {}): Buffer {
  const payload = with_.payload ?? 0;
  const pad = -payload & 3;
  return Buffer.concat([
    be([1, opcode], [1, 0x40 | (pad << 4) | (with_.transportVersion ?? 0)], [2, VALUES.pKey]),
    be([1, ((with_.fecn ?? 0) << 7) | ((with_.becn ?? 0) << 6)], [3, VALUES.destQp]),
    be([1, (with_.ackReq ?? 0) << 7], [3, VALUES.psn]),
    extensions(opcode, with_.syndrome ?? 0),
    Buffer.alloc(payload, 0x5a),
    Buffer.alloc(pad),
    Buffer.from('1c2c3c4c', 'hex'),
  ]);
}

/** Bytes in front of the payload of an opcode's packet, from the BTH on. */
export const roceHeaderBytes = (opcode: number) =>
  HeaderBytes.Bth + (opcode === OPCODE_CNP ? 16 : extensionBytes[opcode]!);

/** A GRH around a transport packet. */
export function grh(payload: Buffer, next = 0x1b): Buffer {
  const packet = ipv6(payload, {next});
  return packet;
}

/** Tunnels: each puts headers around a packet. The inner link layer is Ethernet where the tunnel carries frames. */
export const tunnels = {
  vxlan: (inner: Buffer) =>
    ipv4(udp(Buffer.concat([be([4, 0x08000000], [3, 100], [1, 0]), ethernet(inner, ipType(inner))]), 4789)),
  geneve: (inner: Buffer) =>
    ipv4(
      udp(
        Buffer.concat([
          be([1, 2], [1, 0], [2, 0x6558], [3, 200], [1, 0]),
          Buffer.alloc(8, 1),
          ethernet(inner, ipType(inner)),
        ]),
        6081,
      ),
    ),
  gre: (inner: Buffer) => ipv4(Buffer.concat([be([2, 0x2000], [2, ipType(inner)], [4, 300]), inner]), {protocol: 47}),
  ipInIp: (inner: Buffer) => ipv4(inner, {protocol: ipType(inner) === 0x0800 ? 4 : 41}),
  vxlanOverIpv6: (inner: Buffer) =>
    ipv6(udp(Buffer.concat([be([4, 0x08000000], [3, 100], [1, 0]), ethernet(inner, ipType(inner))]), 4789)),
} as const;

/** The Ethertype of an IP packet. */
export function ipType(packet: Buffer): number {
  return packet[0]! >>> 4 === 4 ? 0x0800 : 0x86dd;
}
