// Hot path: nothing here allocates, and nothing is looked up by name.
import {OPCODE_CNP, opcodeTraits, Trait} from '../packet/opcodes.ts';
import {HEADER_BYTES, type PacketStyle, PacketTemplates} from './packet-template.ts';
import type {Random} from './random.ts';
import {FCS_BYTES, type Shape, TCP_BYTES} from './shape.ts';
import type {StreamPlan, Streams} from './streams.ts';

const HEADER_WORDS = HEADER_BYTES / 4;
const Ecn = {Ect0: 2, Ce: 3} as const;
/** BTH: backward explicit congestion notification. */
const BTH_BECN = 0x40;
const ACK_REQUEST = 0x80;

/** Writes the sampled header of any frame of any stream. */
export class PacketWriter {
  private readonly streams: Streams;
  private readonly templates: PacketTemplates;
  private readonly style: PacketStyle;
  private readonly random: Random;

  constructor(streams: Streams, style: PacketStyle, random: Random) {
    this.streams = streams;
    this.style = style;
    this.random = random;
    this.templates = new PacketTemplates(streams.plans, style, random);
  }

  /** Length with FCS of this slot's frame number `offset` of a stream. */
  frameBytes(stream: number, offset: number): number {
    const {shape} = this.streams.plans[stream];
    return shape.frameBytes[(this.streams.position[stream] + offset) % shape.period];
  }

  /**
   * Writes the frame's first bytes, at most 128 and without FCS; returns how many count. `at` is a multiple of 4 and
   * 128 bytes from there on may be overwritten. `words` and `view` are of the same buffer.
   */
  write(words: Uint32Array, view: DataView, at: number, stream: number, offset: number): number {
    const plan = this.streams.plans[stream];
    const {shape} = plan;
    const index = this.streams.sent[stream] + offset;
    const position = (this.streams.position[stream] + offset) % shape.period;
    const frameBytes = shape.frameBytes[position];
    const template = this.templates.words;
    const from = stream * HEADER_WORDS;
    const to = at >>> 2;
    for (let word = 0; word < HEADER_WORDS; word++) words[to + word] = template[from + word];
    this.writeIp(view, at, stream, plan, index, frameBytes);
    const transport = at + this.style.shapes.headBytes;
    if (shape.isRoce) {
      const udpBytes = frameBytes - FCS_BYTES - this.style.shapes.headBytes;
      view.setUint16(transport + 4, udpBytes);
      this.writeBth(view, transport + 8, plan, shape, index, position);
    } else {
      this.writeTcp(view, transport, plan, shape, index, position);
    }
    return Math.min(HEADER_BYTES, frameBytes - FCS_BYTES);
  }

  private writeIp(view: DataView, at: number, stream: number, plan: StreamPlan, index: number, frame: number): void {
    const ip = at + this.style.shapes.linkBytes;
    let ecn = 0;
    if (plan.ceShare >= 0) ecn = plan.ceShare > 0 && this.random.uniform() < plan.ceShare ? Ecn.Ce : Ecn.Ect0;
    if (this.style.ipv6) {
      view.setUint8(ip + 1, view.getUint8(ip + 1) | (ecn << 4));
      view.setUint16(ip + 4, frame - FCS_BYTES - this.style.shapes.headBytes);
      return;
    }
    const totalLength = frame - FCS_BYTES - this.style.shapes.linkBytes;
    const identification = index % 65_536;
    view.setUint8(ip + 1, plan.trafficClass | ecn);
    view.setUint16(ip + 2, totalLength);
    view.setUint16(ip + 4, identification);
    let sum = this.templates.ipv4Sums[stream] + ecn + totalLength + identification;
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(ip + 10, ~sum & 0xffff);
  }

  private writeBth(view: DataView, bth: number, plan: StreamPlan, shape: Shape, index: number, position: number): void {
    const opcode = shape.opcodes[position];
    const traits = opcodeTraits[opcode];
    const every = shape.ackRequestEvery;
    const psn = (plan.psnStart + index * plan.psnStep) % 2 ** 24;
    view.setUint8(bth, opcode);
    view.setUint32(bth + 8, psn);
    if (every > 0 && (position + 1) % every === 0) view.setUint8(bth + 8, ACK_REQUEST);
    let next = bth + 12;
    if (traits & Trait.Reth) {
      const dmaBytes = plan.dmaBytes || shape.messageBytes;
      const message = Math.floor(index / shape.period);
      const address = (message % 1024) * dmaBytes;
      view.setUint32(next, 0x7f00 + (plan.source & 0xff));
      view.setUint32(next + 4, address % 2 ** 32);
      view.setUint32(next + 8, plan.destQp << 8);
      view.setUint32(next + 12, dmaBytes);
      next += 16;
    }
    if (traits & Trait.Aeth) {
      view.setUint32(next, Math.floor((index + 1) * plan.msnStep) % 2 ** 24);
      view.setUint8(next, plan.syndrome);
      next += 4;
    }
    if (traits & Trait.Immediate) view.setUint32(next, index % 2 ** 32);
    if (opcode === OPCODE_CNP) {
      view.setUint8(bth + 1, 0);
      view.setUint8(bth + 4, BTH_BECN);
      for (let word = 0; word < 4; word++) view.setUint32(next + word * 4, 0);
    }
  }

  private writeTcp(view: DataView, tcp: number, plan: StreamPlan, shape: Shape, index: number, at: number): void {
    const overhead = this.style.shapes.headBytes + TCP_BYTES + FCS_BYTES;
    const rounds = (index - at) / shape.period;
    const payloadBefore = rounds * shape.messageBytes + shape.prefix[at] - at * overhead;
    view.setUint32(tcp + 4, (plan.destQp + payloadBefore) % 2 ** 32);
    view.setUint32(tcp + 24, index % 2 ** 32);
  }
}
