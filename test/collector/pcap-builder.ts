import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll} from 'vitest';

/** A frame to write: `seconds` and `fraction` in the unit of the file. */
export interface Record {
  seconds: number;
  fraction: number;
  bytes: Buffer;
  captured?: number;
}

const folder = mkdtempSync(join(tmpdir(), 'tenhertz-pcap-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));
let files = 0;

/** Writes bytes to a temporary file, which goes with the test file. */
export function write(...parts: readonly Uint8Array[]): string {
  const file = join(folder, `${files++}.pcap`);
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

/** Words of 32 bits in either byte order. */
export function words(littleEndian: boolean, ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    if (littleEndian) bytes.writeUInt32LE(value >>> 0, i * 4);
    else bytes.writeUInt32BE(value >>> 0, i * 4);
  });
  return bytes;
}

/** A classic pcap file. */
export function pcap(
  records: readonly Record[],
  {
    littleEndian = true,
    nanoseconds = false,
    linkType = 1,
  }: {
    littleEndian?: boolean;
    nanoseconds?: boolean;
    linkType?: number;
  } = {},
): Buffer {
  const version = littleEndian ? 0x0004_0002 : 0x0002_0004;
  const parts = [words(littleEndian, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, version, 0, 0, 65_535, linkType)];
  for (const {seconds, fraction, bytes, captured} of records) {
    parts.push(words(littleEndian, seconds, fraction, captured ?? bytes.length, bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

/** A pcapng block: type, body padded to four bytes, both lengths. */
export function block(littleEndian: boolean, type: number, ...body: readonly Buffer[]): Buffer {
  const content = Buffer.concat(body);
  const padded = Buffer.concat([content, Buffer.alloc(-content.length & 3)]);
  const length = padded.length + 12;
  return Buffer.concat([words(littleEndian, type, length), padded, words(littleEndian, length)]);
}

/** Section header and one interface, with options in front of the end of its block. */
export function pcapngStart(littleEndian: boolean, linkType = 1, options: Buffer = Buffer.alloc(0)): Buffer {
  const section = words(littleEndian, 0x1a2b3c4d, littleEndian ? 1 : 0x0001_0000, 0xffffffff, 0xffffffff);
  const link = words(littleEndian, littleEndian ? linkType : linkType << 16, 65_535);
  return Buffer.concat([block(littleEndian, 0x0a0d0d0a, section), block(littleEndian, 1, link, options)]);
}

/** IPv4 and UDP around a payload. */
export function ipv4(
  payload: Uint8Array,
  {
    port = 6343,
    protocol = 17,
    fragment = 0,
    options = 0,
  }: {
    port?: number;
    protocol?: number;
    fragment?: number;
    options?: number;
  } = {},
): Buffer {
  const header = Buffer.alloc(20 + options);
  header[0] = 0x40 | (header.length / 4);
  header.writeUInt16BE(header.length + 8 + payload.length, 2);
  header.writeUInt16BE(fragment, 6);
  header[8] = 64;
  header[9] = protocol;
  header.set([192, 0, 2, 1, 192, 0, 2, 2], 12);
  return Buffer.concat([header, udp(payload, port)]);
}

/** IPv6, any extension headers, and UDP around a payload. */
export function ipv6(payload: Uint8Array, extensions: readonly {type: number; bytes: Buffer}[] = []): Buffer {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header[6] = extensions[0]?.type ?? 17;
  header[7] = 64;
  header.set([0x20, 1, 0xd, 0xb8], 8);
  header[23] = 7;
  const chain = extensions.map(({bytes}, i) => {
    const copy = Buffer.from(bytes);
    copy[0] = extensions[i + 1]?.type ?? 17;
    return copy;
  });
  return Buffer.concat([header, ...chain, udp(payload, 6343)]);
}

function udp(payload: Uint8Array, port: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(49_152, 0);
  header.writeUInt16BE(port, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** Ethernet around a packet, with the tags given as Ethertypes. */
export function ethernet(packet: Buffer, type = 0x0800, tags: readonly number[] = []): Buffer {
  const parts: Buffer[] = [Buffer.alloc(12)];
  for (const tag of tags) parts.push(words(false, (tag << 16) | 42));
  // A tag is its own Ethertype followed by two bytes of control; the payload's type stands behind the last one.
  const chain = Buffer.alloc(2);
  chain.writeUInt16BE(type, 0);
  return Buffer.concat([...parts, chain, packet]);
}
