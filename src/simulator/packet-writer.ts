// Hot path: nothing here allocates or follows pointers, and there is no remainder of doubles (`%` past 2^31).
import {OPCODE_CNP, opcodeTraits, Trait} from '../packet/opcodes.ts';
import {HEADER_BYTES, type PacketStyle, PacketTemplates} from './packet-template.ts';
import type {Random} from './random.ts';
import {FCS_BYTES, TCP_BYTES} from './shape.ts';
import type {StreamPlan, Streams} from './streams.ts';
import {TRIM_DSCP, TRIMMED_BYTES} from './trimming.ts';

const Ecn = {Ect0: 2, Ce: 3} as const;
/** BTH: backward explicit congestion notification. */
const BTH_BECN = 0x40;
const ACK_REQUEST = 0x80;
/** A sampled header record: the frame's length stands so far in front of the header (v5, sampled_header). */
const FRAME_LENGTH_BEFORE = 12;
const U24 = 0xffffff;
/** AETH syndromes from here on refuse what was sent: "receiver not ready", and NAKs. */
const REFUSAL = 0x20;

/** What a stream's packets need beyond the template, side by side: one cache line of eight doubles a stream. */
const Row = {PsnStart: 0, PsnStep: 1, MsnStep: 2, CeShare: 3, DestQp: 4, DmaBytes: 5, Words: 6, Period: 7} as const;
const ROW = 8;

/** In the upper two bits of a stream's small fields. */
const Protocol = {Tcp: 0, Roce: 1, Udp: 2} as const;

/** Four small fields in one word: protocol, every how many packets an acknowledge is asked for, class, syndrome. */
function packed(plan: StreamPlan): number {
  const {shape} = plan;
  const protocol = shape.isRoce ? Protocol.Roce : shape.isTcp ? Protocol.Tcp : Protocol.Udp;
  return (protocol << 30) | (shape.ackRequestEvery << 16) | (plan.trafficClass << 8) | plan.syndrome;
}

/** Writes the sampled header of any frame of any stream. */
export class PacketWriter {
  private readonly streams: Streams;
  private readonly templates: Uint32Array;
  private readonly ipv4Sums: Uint32Array;
  private readonly rows: Float64Array;
  /** Of streams that tell the PSN of another: which. */
  private readonly psnOf: ReadonlyMap<number, number>;
  private readonly linkBytes: number;
  private readonly headBytes: number;
  private readonly ipv6: boolean;
  private readonly random: Random;

  constructor(streams: Streams, style: PacketStyle, random: Random) {
    const templates = new PacketTemplates(streams.plans, style, random);
    this.streams = streams;
    this.templates = templates.words;
    this.ipv4Sums = templates.ipv4Sums;
    this.linkBytes = style.shapes.linkBytes;
    this.headBytes = style.shapes.headBytes;
    this.ipv6 = style.ipv6;
    this.random = random;
    this.rows = new Float64Array(streams.plans.length * ROW);
    const followers = streams.plans.flatMap(({psnOf}, i): [number, number][] =>
      psnOf === undefined ? [] : [[i, psnOf]],
    );
    this.psnOf = new Map(followers);
    for (const [stream, plan] of streams.plans.entries()) {
      const {psnStart, psnStep, msnStep, ceShare, destQp, shape} = plan;
      const dmaBytes = plan.dmaBytes || shape.messageBytes;
      const row = [psnStart, psnStep, msnStep, ceShare, destQp, dmaBytes, packed(plan), shape.period];
      this.rows.set(row, stream * ROW);
    }
  }

  /** Length with FCS of this slot's frame number `offset` of a stream. */
  frameBytes(stream: number, offset: number): number {
    const {streams} = this;
    return streams.frameBytes[streams.shapeOf(stream) + streams.positionOf(stream, offset)];
  }

  /**
   * Writes the frame's first bytes, at most 128 and without FCS. `at` is a multiple of 4, and 128 bytes from there on
   * may be overwritten. `words` and `view` are of the same buffer.
   */
  write(words: Uint32Array, view: DataView, at: number, stream: number, offset: number): void {
    const {streams, templates} = this;
    const position = streams.positionOf(stream, offset);
    const inShape = streams.shapeOf(stream) + position;
    const frameBytes = streams.frameBytes[inShape];
    const index = streams.sent[stream] + offset;
    const from = (stream * HEADER_BYTES) >>> 2;
    const to = at >>> 2;
    const count = Math.min(HEADER_BYTES, frameBytes) >>> 2;
    for (let word = 0; word < count; word++) words[to + word] = templates[from + word];
    const row = stream * ROW;
    const fields = this.rows[row + Row.Words] | 0;
    this.writeIp(view, at + this.linkBytes, stream, (fields >>> 8) & 0xff, index, frameBytes);
    const transport = at + this.headBytes;
    if (fields >>> 30 === Protocol.Tcp) {
      this.writeTcp(view, transport, row, index, streams.bytesBefore(stream, position), position);
      return;
    }
    view.setUint16(transport + 4, frameBytes - FCS_BYTES - this.headBytes);
    if (fields >>> 30 === Protocol.Udp) return;
    const syndrome = fields & 0xff;
    const told = syndrome < REFUSAL ? index : streams.sent[this.psnOf.get(stream) ?? stream];
    const every = (fields >>> 16) & 0x3fff;
    const isAckRequested = every > 0 && (position + 1) % every === 0;
    this.writeBth(view, transport + 8, row, told, streams.opcodes[inShape], isAckRequested, syndrome);
  }

  /** Cuts the frame whose sampled header begins at `at`, with the lengths in front of it: they tell what is left of it. */
  trim(view: DataView, at: number): void {
    view.setUint32(at - FRAME_LENGTH_BEFORE, TRIMMED_BYTES);
    const classAt = at + this.linkBytes + 1;
    if (this.ipv6) {
      // The traffic class lies across two bytes.
      const word = view.getUint16(classAt - 1);
      view.setUint16(classAt - 1, (word & 0xf03f) | (TRIM_DSCP << 6));
      return;
    }
    const before = view.getUint16(classAt - 1);
    const after = (before & 0xff03) | (TRIM_DSCP << 2);
    view.setUint16(classAt - 1, after);
    // RFC 1624, equation 3.
    const sumAt = at + this.linkBytes + 10;
    const sum = (~view.getUint16(sumAt) & 0xffff) + (~before & 0xffff) + after;
    const folded = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(sumAt, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff);
  }

  /** Marks the frame whose header begins at `at`, as a share of the ECN-capable ones is. */
  mark(view: DataView, at: number, share: number): void {
    if (share === 0) return;
    const classAt = at + this.linkBytes + 1;
    const byte = view.getUint8(classAt);
    const shift = this.ipv6 ? 4 : 0;
    if (((byte >>> shift) & 3) !== Ecn.Ect0 || this.random.uniform() >= share) return;
    view.setUint8(classAt, byte | (Ecn.Ce << shift));
    if (this.ipv6) return;
    // One more in a word of the checksum, which is a complement (RFC 1624).
    const sumAt = at + this.linkBytes + 10;
    const sum = view.getUint16(sumAt);
    view.setUint16(sumAt, sum > 0 ? sum - 1 : 0xfffe);
  }

  private writeIp(
    view: DataView,
    ip: number,
    stream: number,
    trafficClass: number,
    index: number,
    frame: number,
  ): void {
    const ceShare = this.rows[stream * ROW + Row.CeShare];
    let ecn = 0;
    if (ceShare >= 0) ecn = ceShare > 0 && this.random.uniform() < ceShare ? Ecn.Ce : Ecn.Ect0;
    if (this.ipv6) {
      view.setUint8(ip + 1, view.getUint8(ip + 1) | (ecn << 4));
      view.setUint16(ip + 4, frame - FCS_BYTES - this.headBytes);
      return;
    }
    const totalLength = frame - FCS_BYTES - this.linkBytes;
    const identification = index & 0xffff;
    view.setUint8(ip + 1, trafficClass | ecn);
    view.setUint16(ip + 2, totalLength);
    view.setUint16(ip + 4, identification);
    let sum = this.ipv4Sums[stream] + ecn + totalLength + identification;
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(ip + 10, ~sum & 0xffff);
  }

  private writeBth(
    view: DataView,
    bth: number,
    row: number,
    index: number,
    opcode: number,
    isAckRequested: boolean,
    syndrome: number,
  ): void {
    const {rows} = this;
    const traits = opcodeTraits[opcode];
    const psn = (rows[row + Row.PsnStart] + index * rows[row + Row.PsnStep]) & U24;
    view.setUint8(bth, opcode);
    view.setUint32(bth + 8, isAckRequested ? psn | (ACK_REQUEST << 24) : psn);
    let next = bth + 12;
    if (traits & Trait.Reth) {
      const dmaBytes = rows[row + Row.DmaBytes];
      const message = Math.floor(index / rows[row + Row.Period]);
      view.setUint32(next, 0x7f00); // user space addresses, in a buffer of 1,024 messages
      view.setUint32(next + 4, ((message & 1023) * dmaBytes) >>> 0);
      view.setUint32(next + 8, rows[row + Row.DestQp] << 8); // R_Key
      view.setUint32(next + 12, dmaBytes);
      next += 16;
    }
    if (traits & Trait.Aeth) {
      view.setUint32(next, (syndrome << 24) | (Math.floor((index + 1) * rows[row + Row.MsnStep]) & U24));
      next += 4;
    }
    if (traits & Trait.Immediate) view.setUint32(next, index >>> 0);
    if (opcode === OPCODE_CNP) {
      view.setUint8(bth + 1, 0);
      view.setUint8(bth + 4, BTH_BECN);
      for (let word = 0; word < 4; word++) view.setUint32(next + word * 4, 0);
    }
  }

  /** `bytesBefore` are those of the frames since the shape last began, `position` of them. */
  private writeTcp(
    view: DataView,
    tcp: number,
    row: number,
    index: number,
    bytesBefore: number,
    position: number,
  ): void {
    const overhead = this.headBytes + TCP_BYTES + FCS_BYTES;
    const rounds = (index - position) / this.rows[row + Row.Period];
    const payloadBefore = rounds * this.rows[row + Row.DmaBytes] + bytesBefore - position * overhead;
    view.setUint32(tcp + 4, (this.rows[row + Row.DestQp] + payloadBefore) >>> 0);
    view.setUint32(tcp + 24, index >>> 0);
  }
}
