import {MAX_FRAME_BYTES, RecordingError} from './pcap-error.ts';

/** The file header and the header in front of each record (draft-ietf-opsawg-pcap, sections 4 and 5). */
export const FILE_HEADER_BYTES = 24;
export const RECORD_HEADER_BYTES = 16;

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

/**
 * Walks the structure of a classic pcap file in front of whoever reads it. What it lets through always ends at the
 * end of a record, so a reader behind it never waits for bytes and never collects any: a corrupt length costs no
 * time and no memory. Damage does not throw: the stream ends behind the last whole record and `error` says why,
 * because a destroyed stream would take the good records in its buffer with it.
 */
export class PcapGuard {
  littleEndian = false;
  nanoseconds = false;
  linkType = 0;
  error: RecordingError | null = null;

  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);
  /** Offset in the file of the first byte of `rest`. */
  private offset = 0;
  private records = 0;

  constructor(source: AsyncIterator<Buffer>) {
    this.source = source;
  }

  /** Reads and checks the file header, which stays in front of the first record. Throws when it is not pcap 2.4. */
  async open(): Promise<void> {
    while (this.rest.length < FILE_HEADER_BYTES) {
      const {value, done} = await this.source.next();
      if (done) throw new RecordingError('file header is cut: the file ends', this.rest.length);
      this.rest = join(this.rest, value);
    }
    const header = this.rest;
    this.littleEndian = header[0] === 0xd4 || header[0] === 0x4d;
    const magic = this.u32(header, 0);
    this.nanoseconds = magic === NANOSECONDS;
    if (magic !== MICROSECONDS && magic !== NANOSECONDS) throw new RecordingError('not a pcap file: magic number', 0);
    const major = this.littleEndian ? header.readUInt16LE(4) : header.readUInt16BE(4);
    const minor = this.littleEndian ? header.readUInt16LE(6) : header.readUInt16BE(6);
    if (major !== 2 || minor !== 4) throw new RecordingError(`pcap version ${major}.${minor} is not supported:`, 4);
    // The upper half says whether frames end with an FCS and how long it is; lengths inside the frame make that moot.
    this.linkType = this.u32(header, 20) & 0xffff;
  }

  /** The file in pieces that end at the end of a record. The first piece starts with the file header. */
  async *pieces(): AsyncGenerator<Buffer, void, undefined> {
    let start = FILE_HEADER_BYTES;
    for (;;) {
      const end = this.walk(start);
      if (end > 0) {
        yield this.rest.subarray(0, end);
        this.rest = this.rest.subarray(end);
        this.offset += end;
        start = 0;
      }
      if (this.error !== null) return;
      const {value, done} = await this.next();
      if (done) break;
      this.rest = join(this.rest, value);
    }
    if (this.rest.length > start && this.error === null) {
      const end = this.offset + this.rest.length;
      this.error = new RecordingError(
        `record ${this.records + 1} is cut (the file ends at ${end}): starts`,
        this.offset,
      );
    }
  }

  /** Reading fails too: a cut gzip file, a disk that is gone. */
  private async next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.source.next();
    } catch (error) {
      const at = this.offset + this.rest.length;
      this.error = error instanceof RecordingError ? error : new RecordingError((error as Error).message, at);
      return {done: true, value: undefined};
    }
  }

  /** Returns the end of the last whole record in `rest`, and notes what is wrong with the one behind it. */
  private walk(start: number): number {
    const bytes = this.rest;
    let at = start;
    while (bytes.length - at >= RECORD_HEADER_BYTES) {
      const fraction = this.u32(bytes, at + 4);
      const captured = this.u32(bytes, at + 8);
      if (captured > MAX_FRAME_BYTES) {
        this.fail(`has an impossible captured length of ${captured} bytes`, at + 8);
        break;
      }
      if (fraction >= (this.nanoseconds ? 1e9 : 1e6)) {
        this.fail(`has an impossible fraction of a second (${fraction})`, at + 4);
        break;
      }
      const next = at + RECORD_HEADER_BYTES + captured;
      if (next > bytes.length) break;
      at = next;
      this.records++;
    }
    // A file of a header and nothing else is whole as well, and its header is a piece.
    return at;
  }

  private fail(what: string, at: number): void {
    this.error = new RecordingError(`record ${this.records + 1} ${what}`, this.offset + at);
  }

  private u32(bytes: Buffer, at: number): number {
    return this.littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }
}

function join(rest: Buffer, chunk: Buffer): Buffer {
  return rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
}
