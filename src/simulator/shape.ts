import {HeaderBytes, opcodeTraits, Trait} from '../packet/opcodes.ts';

/** Ethernet frame check sequence. */
export const FCS_BYTES = 4;
const UDP_BYTES = 8;
/** TCP with the timestamp option (RFC 7323), as Linux sends it. */
export const TCP_BYTES = 32;
/** Payload of a full RoCEv2 packet: the largest path MTU of the InfiniBand specification. */
const ROCE_MTU = 4096;
/** Reserved bytes after the BTH of a CNP (InfiniBand specification, annex A17.9.3). */
const CNP_RESERVED_BYTES = 16;

/**
 * The frames of one stream, which repeat: a message of 256 packets is First, 254 Middle, Last, and then the next one.
 * Whatever part of a stream a slot covers, its bytes follow from two prefix sums; no frame is looked at by itself.
 */
export interface Shape {
  readonly isRoce: boolean;
  /** TCP segments; UDP that is not RoCEv2 if neither. */
  readonly isTcp: boolean;
  /** Frames after which the shape repeats. */
  readonly period: number;
  /** Opcode of each frame; unused but for RoCEv2. */
  readonly opcodes: Uint8Array;
  /** Length of each frame with FCS, without preamble: what sFlow calls frame_length. */
  readonly frameBytes: Uint16Array;
  /** prefix[i] = bytes of the first i frames. */
  readonly prefix: Float64Array;
  /** Payload of all frames together: the DMA length of an RDMA message. */
  readonly messageBytes: number;
  /** The BTH of every such frame asks for an acknowledge; 0: none does. */
  readonly ackRequestEvery: number;
}

/** Makes shapes for one kind of link: tagged or not, IPv4 or IPv6. Equal shapes are one object. */
export class Shapes {
  private readonly made = new Map<string, Shape>();
  /** Bytes in front of the IP header. */
  readonly linkBytes: number;
  /** Bytes in front of the UDP or TCP header. */
  readonly headBytes: number;

  constructor(tagged: boolean, ipv6: boolean) {
    this.linkBytes = tagged ? 18 : 14;
    this.headBytes = this.linkBytes + (ipv6 ? 40 : 20);
  }

  /** One operation of `bytes`, cut into packets of the path MTU: `only` if it fits one, else first, middle …, last. */
  message(first: number, middle: number, last: number, only: number, bytes: number, ackRequestEvery = 0): Shape {
    const packets = Math.max(1, Math.ceil(bytes / ROCE_MTU));
    const opcodes = new Uint8Array(packets).fill(middle);
    opcodes[0] = first;
    opcodes[packets - 1] = packets === 1 ? only : last;
    const payloads = opcodes.map(() => 0);
    const lengths = Array.from(payloads, (_, i) => (i < packets - 1 ? ROCE_MTU : bytes - ROCE_MTU * (packets - 1)));
    return this.roce(opcodes, lengths, ackRequestEvery);
  }

  /** A RoCEv2 packet without payload that repeats: acknowledge, READ request, CNP. */
  single(opcode: number): Shape {
    return this.roce(Uint8Array.of(opcode), [0], 0);
  }

  /** TCP segments with these payloads. */
  tcp(payloads: number[]): Shape {
    const frames = payloads.map((bytes) => this.headBytes + TCP_BYTES + bytes + FCS_BYTES);
    return this.once(shapeOf('tcp', new Uint8Array(payloads.length), frames, payloads, 0));
  }

  /** UDP datagrams with these payloads. */
  udp(payloads: number[]): Shape {
    const frames = payloads.map((bytes) => this.headBytes + UDP_BYTES + bytes + FCS_BYTES);
    return this.once(shapeOf('udp', new Uint8Array(payloads.length), frames, payloads, 0));
  }

  private once(shape: Shape): Shape {
    const {isRoce, isTcp, opcodes, frameBytes, ackRequestEvery} = shape;
    const key = [isRoce, isTcp, ackRequestEvery, opcodes, frameBytes].join();
    const known = this.made.get(key);
    if (known === undefined) this.made.set(key, shape);
    return known ?? shape;
  }

  private roce(opcodes: Uint8Array, payloads: number[], ackRequestEvery: number): Shape {
    const frames = payloads.map((bytes, i) => {
      const padded = Math.ceil(bytes / 4) * 4;
      const body = HeaderBytes.Bth + extensionBytes(opcodes[i]) + padded + HeaderBytes.Icrc;
      return this.headBytes + UDP_BYTES + body + FCS_BYTES;
    });
    return this.once(shapeOf('roce', opcodes, frames, payloads, ackRequestEvery));
  }
}

function shapeOf(
  protocol: 'roce' | 'tcp' | 'udp',
  opcodes: Uint8Array,
  frames: number[],
  payloads: number[],
  ackRequestEvery: number,
): Shape {
  const prefix = new Float64Array(frames.length + 1);
  for (let i = 0; i < frames.length; i++) prefix[i + 1] = prefix[i] + frames[i];
  const messageBytes = payloads.reduce((sum, bytes) => sum + bytes, 0);
  const frameBytes = Uint16Array.from(frames);
  const [isRoce, isTcp] = [protocol === 'roce', protocol === 'tcp'];
  return {isRoce, isTcp, period: frames.length, opcodes, frameBytes, prefix, messageBytes, ackRequestEvery};
}

function extensionBytes(opcode: number): number {
  const traits = opcodeTraits[opcode];
  let bytes = 0;
  if (traits & Trait.Reth) bytes += HeaderBytes.Reth;
  if (traits & Trait.Aeth) bytes += HeaderBytes.Aeth;
  if (traits & Trait.Immediate) bytes += HeaderBytes.Immediate;
  // A CNP has neither; of the opcodes that the simulator sends it is the only one outside the reliable connection.
  if (opcode >>> 5 !== 0) bytes += CNP_RESERVED_BYTES;
  return bytes;
}
