import {createReadStream} from 'node:fs';
import {readClassic} from './pcap-classic.ts';
import {type Frame, RecordingError} from './pcap-error.ts';
import {FrameKind, isKnownLinkType, UdpFinder} from './pcap-frame.ts';
import {PcapGuard} from './pcap-guard.ts';
import {gunzipped} from './pcap-gzip.ts';
import {readPcapng} from './pcap-ng.ts';

export {RecordingError} from './pcap-error.ts';

/** The port that sFlow is sent to (IANA). */
const SFLOW_PORT = 6343;
/** File bytes in memory at a time. */
const CHUNK_BYTES = 65_536;

/** A UDP datagram of a recording. Its bytes are the caller's to keep; they share memory with their neighbours. */
export interface RecordedDatagram {
  /** When it was captured: epoch milliseconds, with a fraction. */
  timeMs: number;
  bytes: Uint8Array;
  /** Who sent it: an IPv6 address of four words, IPv4 mapped (::ffff:a.b.c.d). */
  source: {family: 4 | 6; words: readonly [number, number, number, number]; port: number};
}

/** What a recording held; frames = datagrams + notUdp + otherPorts + fragments + otherLinks. */
export class RecordingSummary {
  frames = 0;
  /** UDP datagrams to the wanted port. */
  datagrams = 0;
  /** Of those, captured only in part: delivered, cut. */
  clipped = 0;
  notUdp = 0;
  otherPorts = 0;
  fragments = 0;
  /** Frames of a link type that is not read. */
  otherLinks = 0;
}

/** Choices for reading a recording. */
export interface RecordingOptions {
  /** UDP destination port; 0 takes all. */
  port?: number;
  /** Filled while reading. */
  summary?: RecordingSummary;
}

/**
 * The sFlow datagrams of a recording, in the order of the file: pcap of either byte order with micro- or nanoseconds,
 * pcapng, and gzip of them. Reads as fast as the caller takes, in constant memory. A damaged file throws a
 * `RecordingError` after its last good datagram.
 */
export async function* readRecording(
  file: string,
  options: RecordingOptions = {},
): AsyncGenerator<RecordedDatagram, void, undefined> {
  const port = options.port ?? SFLOW_PORT;
  const summary = options.summary ?? new RecordingSummary();
  const finder = new UdpFinder();
  for await (const frame of readFrames(file)) {
    summary.frames++;
    if (!isKnownLinkType(frame.linkType)) {
      summary.otherLinks++;
      continue;
    }
    const kind = finder.find(frame.linkType, frame.bytes);
    if (kind === FrameKind.NotUdp) summary.notUdp++;
    else if (kind === FrameKind.Fragment) summary.fragments++;
    else if (port !== 0 && finder.destinationPort !== port) summary.otherPorts++;
    else {
      summary.datagrams++;
      if (kind === FrameKind.UdpClipped) summary.clipped++;
      yield {
        timeMs: frame.timeMs,
        bytes: frame.bytes.subarray(finder.start, finder.end),
        source: {family: finder.family, words: finder.source, port: finder.sourcePort},
      };
    }
  }
}

async function* readFrames(file: string): AsyncGenerator<Frame, void, undefined> {
  const source = unpacked(file);
  try {
    const first = await firstChunk(source);
    const magic = first.length < 4 ? 0 : first.readUInt32BE(0);
    const bytes = withFirst(first, source);
    if (magic === 0x0a0d0d0a) {
      yield* readPcapng(bytes);
      return;
    }
    // The last two digits tell byte order and unit: pcap of micro- or nanoseconds, either way round.
    if (magic !== 0xa1b2c3d4 && magic !== 0xd4c3b2a1 && magic !== 0xa1b23c4d && magic !== 0x4d3cb2a1) {
      throw new RecordingError(foreign(first), 0);
    }
    const guard = new PcapGuard(bytes);
    await guard.open();
    if (!isKnownLinkType(guard.linkType)) {
      throw new RecordingError(`link type ${guard.linkType} is not supported, named`, 20);
    }
    yield* readClassic(guard);
  } finally {
    await source.return?.(undefined);
  }
}

function foreign(first: Buffer): string {
  if (first.length === 0) return 'the file is empty: not a recording,';
  return `neither pcap nor pcapng (the file starts with ${first.subarray(0, 4).toString('hex')}),`;
}

/** Four bytes at least, unless the file has fewer. */
async function firstChunk(source: AsyncIterator<Buffer>): Promise<Buffer> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < 4) {
    const {value, done} = await source.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  return first;
}

async function* withFirst(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** The file's bytes, through gunzip where it starts as gzip does (RFC 1952, 2.3.1). */
async function* unpacked(file: string): AsyncGenerator<Buffer, void, undefined> {
  const stream = createReadStream(file, {highWaterMark: CHUNK_BYTES});
  const raw = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    const first = await firstChunk(raw);
    const bytes = withFirst(first, raw);
    yield* first[0] === 0x1f && first[1] === 0x8b ? gunzipped(bytes) : bytes;
  } finally {
    stream.destroy();
  }
}
