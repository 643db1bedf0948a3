import {Readable} from 'node:stream';
import pcapParser, {type PcapPacket} from 'pcap-parser';
import type {Frame} from './pcap-error.ts';
import {FILE_HEADER_BYTES, type PcapGuard, RECORD_HEADER_BYTES} from './pcap-guard.ts';

/** The frames of a classic pcap file whose guard is open. Throws what the guard found after the last good frame. */
export async function* readClassic(guard: PcapGuard): AsyncGenerator<Frame, void, undefined> {
  yield* guard.nanoseconds ? readNanoseconds(guard) : readMicroseconds(guard);
  if (guard.error !== null) throw guard.error;
}

/** pcap-parser pushes all packets of a piece at once; the stream stands still until they have been taken. */
async function* readMicroseconds(guard: PcapGuard): AsyncGenerator<Frame, void, undefined> {
  const stream = Readable.from(guard.pieces(), {objectMode: false, highWaterMark: 1});
  let packets: PcapPacket[] = [];
  let ended = false;
  let failure: Error | null = null;
  let wake = () => {};
  const parser = pcapParser.parse(stream);
  parser.on('packet', (packet) => {
    packets.push(packet);
    stream.pause();
    wake();
  });
  parser.on('error', (error) => {
    failure = error;
    ended = true;
    wake();
  });
  parser.on('end', () => {
    ended = true;
    wake();
  });
  try {
    for (;;) {
      if (packets.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const taken = packets;
      packets = [];
      for (const {header, data} of taken) {
        const timeMs = header.timestampSeconds * 1_000 + header.timestampMicroseconds / 1_000;
        yield {timeMs, linkType: guard.linkType, bytes: data};
      }
      if (packets.length > 0) continue;
      if (failure !== null) throw failure;
      if (ended) return;
      stream.resume();
    }
  } finally {
    stream.destroy();
  }
}

/** Nanosecond files, which pcap-parser does not know. The guard's pieces hold whole records only. */
async function* readNanoseconds(guard: PcapGuard): AsyncGenerator<Frame, void, undefined> {
  let at = FILE_HEADER_BYTES;
  for await (const piece of guard.pieces()) {
    const data = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    while (at < piece.length) {
      const seconds = data.getUint32(at, guard.littleEndian);
      const nanoseconds = data.getUint32(at + 4, guard.littleEndian);
      const start = at + RECORD_HEADER_BYTES;
      const end = start + data.getUint32(at + 8, guard.littleEndian);
      yield {
        timeMs: seconds * 1_000 + nanoseconds / 1e6,
        linkType: guard.linkType,
        bytes: piece.subarray(start, end),
      };
      at = end;
    }
    at = 0;
  }
}
