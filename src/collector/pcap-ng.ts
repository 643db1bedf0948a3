import {type Frame, MAX_FRAME_BYTES, RecordingError} from './pcap-error.ts';

/** Block types (draft-ietf-opsawg-pcapng, section 4). */
const Block = {SectionHeader: 0x0a0d0d0a, Interface: 1, OldPacket: 2, SimplePacket: 3, EnhancedPacket: 6} as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** No block of a capture is larger; a larger length is corrupt. */
const MAX_BLOCK_BYTES = 16 * 1_048_576;
/** Interfaces of a section; more is hostile. */
const MAX_INTERFACES = 65_536;
const Option = {End: 0, Resolution: 9, Offset: 14} as const;

interface Interface {
  linkType: number;
  snapLength: number;
  /** Ticks of a timestamp in a second. */
  ticks: bigint;
  /** Seconds to add to every timestamp. */
  offset: bigint;
}

/** The frames of a pcapng file. Throws a `RecordingError` behind the last whole block. */
export async function* readPcapng(source: AsyncIterator<Buffer>): AsyncGenerator<Frame, void, undefined> {
  const reader = new BlockReader(source);
  for (let block = await reader.next(); block !== null; block = await reader.next()) {
    const frame = reader.read(block);
    if (frame !== null) yield frame;
  }
}

class BlockReader {
  private readonly source: AsyncIterator<Buffer>;
  private window: Buffer = Buffer.alloc(0);
  private offset = 0;
  private littleEndian = false;
  private interfaces: Interface[] = [];
  private lastMs = 0;

  constructor(source: AsyncIterator<Buffer>) {
    this.source = source;
  }

  /** The next whole block with its length words checked, or null at the end of the file. */
  async next(): Promise<Buffer | null> {
    if (!(await this.fill(8))) {
      if (this.window.length === 0) return null;
      throw this.cut();
    }
    if (this.window.readUInt32BE(0) === Block.SectionHeader) {
      if (!(await this.fill(12))) throw this.cut();
      this.littleEndian = this.window[8] === 0x4d;
      if (this.u32(this.window, 8) !== BYTE_ORDER_MAGIC) throw this.wrong('no byte-order magic', 8);
    }
    const length = this.u32(this.window, 4);
    if (length < 12 || length % 4 !== 0 || length > MAX_BLOCK_BYTES) {
      throw this.wrong(`impossible block length ${length}`, 4);
    }
    if (!(await this.fill(length))) throw this.cut();
    const block = this.window.subarray(0, length);
    if (this.u32(block, length - 4) !== length) throw this.wrong('the two lengths of a block differ', length - 4);
    this.window = this.window.subarray(length);
    this.offset += length;
    return block;
  }

  /** What a block tells: a frame, or null for all others. */
  read(block: Buffer): Frame | null {
    switch (this.u32(block, 0)) {
      case Block.SectionHeader:
        this.interfaces = [];
        return null;
      case Block.Interface:
        this.addInterface(block);
        return null;
      case Block.EnhancedPacket:
        if (block.length < 32) throw this.bad(block, 'packet block is too short');
        return this.packet(block, this.u32(block, 8), 12);
      case Block.OldPacket:
        if (block.length < 32) throw this.bad(block, 'packet block is too short');
        return this.packet(block, this.u16(block, 8), 12);
      case Block.SimplePacket:
        return this.simplePacket(block);
      default:
        return null;
    }
  }

  private packet(block: Buffer, id: number, at: number): Frame {
    const from = this.interfaces[id];
    if (from === undefined) throw this.bad(block, `packet of interface ${id}, which is not described,`);
    const captured = this.u32(block, at + 8);
    const start = at + 16;
    if (captured > MAX_FRAME_BYTES || captured > block.length - start - 4) {
      throw this.bad(block, `impossible captured length ${captured} in a block`);
    }
    const ticks = (BigInt(this.u32(block, at)) << 32n) | BigInt(this.u32(block, at + 4));
    const seconds = ticks / from.ticks + from.offset;
    this.lastMs = Number(seconds) * 1_000 + (Number(ticks % from.ticks) * 1_000) / Number(from.ticks);
    return {timeMs: this.lastMs, linkType: from.linkType, bytes: block.subarray(start, start + captured)};
  }

  /** Section 4.4: belongs to the first interface and has no time, so it takes the one before it. */
  private simplePacket(block: Buffer): Frame {
    const from = this.interfaces[0];
    if (from === undefined) throw this.bad(block, 'packet without an interface');
    if (block.length < 16) throw this.bad(block, 'packet block is too short');
    const limit = from.snapLength === 0 ? MAX_FRAME_BYTES : from.snapLength;
    const captured = Math.min(this.u32(block, 8), limit, block.length - 16);
    return {timeMs: this.lastMs, linkType: from.linkType, bytes: block.subarray(12, 12 + captured)};
  }

  private addInterface(block: Buffer): void {
    if (block.length < 20) throw this.bad(block, 'interface block is too short');
    if (this.interfaces.length >= MAX_INTERFACES) throw this.bad(block, 'too many interfaces');
    const added: Interface = {
      linkType: this.u16(block, 8),
      snapLength: this.u32(block, 12),
      ticks: 1_000_000n,
      offset: 0n,
    };
    const end = block.length - 4;
    for (let at = 16; end - at >= 4; ) {
      const code = this.u16(block, at);
      const length = this.u16(block, at + 2);
      if (code === Option.End || length > end - at - 4) break;
      if (code === Option.Resolution && length >= 1) {
        const resolution = block[at + 4]!;
        added.ticks = (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
      } else if (code === Option.Offset && length >= 8) {
        added.offset = this.littleEndian ? block.readBigInt64LE(at + 4) : block.readBigInt64BE(at + 4);
      }
      at += 4 + ((length + 3) & ~3);
    }
    this.interfaces.push(added);
  }

  private async fill(bytes: number): Promise<boolean> {
    if (this.window.length >= bytes) return true;
    // Pieces of one block are joined once, not once a piece: a large block costs no more than its own length.
    const parts = [this.window];
    let length = this.window.length;
    let ended = false;
    while (length < bytes && !ended) {
      const {value, done} = await this.source.next();
      if (done) {
        ended = true;
      } else {
        parts.push(value);
        length += value.length;
      }
    }
    this.window = Buffer.concat(parts, length);
    return !ended;
  }

  private cut(): RecordingError {
    const end = this.offset + this.window.length;
    return new RecordingError(`block is cut (the file ends at ${end}): starts`, this.offset);
  }

  private wrong(what: string, at: number): RecordingError {
    return new RecordingError(what, this.offset + at);
  }

  /** For a block that `next` has already moved behind. */
  private bad(block: Buffer, what: string): RecordingError {
    return new RecordingError(what, this.offset - block.length);
  }

  private u16(bytes: Buffer, at: number): number {
    return this.littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }

  private u32(bytes: Buffer, at: number): number {
    return this.littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }
}
