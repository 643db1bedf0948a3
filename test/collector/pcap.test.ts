import {gzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import {type RecordedDatagram, RecordingError, RecordingSummary, readRecording} from '../../src/collector/pcap.ts';
import {block, ethernet, ipv4, ipv6, pcap, pcapngStart, words, write} from './pcap-builder.ts';

const payload = Buffer.from('a datagram');
const frame = ethernet(ipv4(payload));
const record = {seconds: 1_700_000_000, fraction: 123_456, bytes: frame};

interface Read {
  datagrams: RecordedDatagram[];
  summary: RecordingSummary;
  error: unknown;
}

/** Reads to the end or to the damage; both what came and what was wrong. */
async function read(file: string, port?: number): Promise<Read> {
  const result: Read = {datagrams: [], summary: new RecordingSummary(), error: null};
  const options = {summary: result.summary, ...(port === undefined ? {} : {port})};
  try {
    for await (const datagram of readRecording(file, options)) result.datagrams.push(datagram);
  } catch (error) {
    result.error = error;
  }
  return result;
}

const texts = (result: Read) => result.datagrams.map((datagram) => Buffer.from(datagram.bytes).toString());

describe('classic pcap', () => {
  for (const littleEndian of [true, false]) {
    for (const nanoseconds of [true, false]) {
      it(`reads ${littleEndian ? 'little' : 'big'}-endian ${nanoseconds ? 'nano' : 'micro'}seconds`, async () => {
        const fraction = nanoseconds ? 123_456_789 : 123_456;
        const second = {...record, seconds: record.seconds + 1, fraction};
        const file = write(pcap([{...record, fraction}, second], {littleEndian, nanoseconds}));
        const result = await read(file);
        expect(result.error).toBeNull();
        expect(texts(result)).toEqual(['a datagram', 'a datagram']);
        const first = result.datagrams[0]!;
        expect(first.timeMs).toBeCloseTo(1_700_000_000_123 + (nanoseconds ? 0.456789 : 0.456), 3);
        expect(result.datagrams[1]!.timeMs - first.timeMs).toBeCloseTo(1_000, 3);
        expect(first.source).toEqual({family: 4, words: [0, 0, 0xffff, 0xc0000201], port: 49_152});
      });
    }
  }

  it('reads a file without a record', async () => {
    const result = await read(write(pcap([])));
    expect(result.error).toBeNull();
    expect(result.summary.frames).toBe(0);
  });

  it('reads gzip of it', async () => {
    expect(texts(await read(write(gzipSync(pcap([record, record])))))).toHaveLength(2);
  });

  it('reads a frame that is larger than a chunk of the file', async () => {
    const large = ethernet(ipv4(Buffer.alloc(60_000, 7)));
    const result = await read(write(pcap([record, ...Array(9).fill({...record, bytes: large}), record])));
    expect(result.datagrams.map((datagram) => datagram.bytes.length)).toEqual([10, ...Array(9).fill(60_000), 10]);
    expect(result.datagrams[5]!.bytes.every((byte) => byte === 7)).toBe(true);
  });
});

describe('link types and what is in the frame', () => {
  const rows: readonly [string, number, Buffer][] = [
    ['802.1Q', 1, ethernet(ipv4(payload), 0x0800, [0x8100])],
    ['802.1ad', 1, ethernet(ipv4(payload), 0x0800, [0x88a8, 0x8100])],
    ['IPv6', 1, ethernet(ipv6(payload), 0x86dd)],
    ['IPv4 options', 1, ethernet(ipv4(payload, {options: 8}))],
    ['raw IPv4', 101, ipv4(payload)],
    ['raw IPv6', 101, ipv6(payload)],
    ['IPv4', 228, ipv4(payload)],
    ['IPv6 with its own link type', 229, ipv6(payload)],
    ['Linux cooked', 113, Buffer.concat([Buffer.alloc(14), Buffer.from([8, 0]), ipv4(payload)])],
    ['Linux cooked 2', 276, Buffer.concat([Buffer.from([0x86, 0xdd]), Buffer.alloc(18), ipv6(payload)])],
    ['null, little-endian', 0, Buffer.concat([words(true, 2), ipv4(payload)])],
    ['null, BSD IPv6', 0, Buffer.concat([words(false, 24), ipv6(payload)])],
    ['loop', 108, Buffer.concat([words(false, 2), ipv4(payload)])],
    ['IPv6 hop-by-hop', 229, ipv6(payload, [{type: 0, bytes: Buffer.alloc(8)}])],
    ['IPv6 atomic fragment', 229, ipv6(payload, [{type: 44, bytes: Buffer.alloc(8)}])],
  ];
  for (const [name, linkType, bytes] of rows) {
    it(name, async () => {
      const result = await read(write(pcap([{...record, bytes}], {linkType})));
      expect(result.error).toBeNull();
      expect(texts(result)).toEqual(['a datagram']);
      if (result.datagrams[0]!.source.family === 6) {
        expect(result.datagrams[0]!.source.words).toEqual([0x20010db8, 0, 0, 7]);
      }
    });
  }

  it('counts what is not a datagram to the port', async () => {
    const more = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.alloc(4)]);
    const frames = [
      frame,
      ethernet(ipv4(payload, {port: 2055})),
      ethernet(ipv4(payload, {protocol: 6})),
      ethernet(Buffer.alloc(28), 0x0806),
      ethernet(ipv4(payload, {fragment: 0x2000})),
      ethernet(ipv4(payload, {fragment: 185})),
      ethernet(ipv6(payload, [{type: 44, bytes: more}]), 0x86dd),
      ethernet(ipv6(payload, [{type: 50, bytes: Buffer.alloc(8)}]), 0x86dd),
      frame.subarray(0, 40),
      frame.subarray(0, 30),
      frame.subarray(0, 13),
      frame.subarray(0, frame.length - 3),
      ethernet(ipv4(payload), 0x0800, Array(6).fill(0x8100)),
    ];
    const result = await read(write(pcap(frames.map((bytes) => ({...record, bytes})))));
    expect(result.error).toBeNull();
    expect(texts(result)).toEqual(['a datagram', 'a datag']);
    const {summary} = result;
    expect({...summary}).toEqual({
      frames: 13,
      datagrams: 2,
      clipped: 1,
      notUdp: 7,
      otherPorts: 1,
      fragments: 3,
      otherLinks: 0,
    });
  });

  it('takes another port, or all', async () => {
    const file = write(pcap([record, {...record, bytes: ethernet(ipv4(payload, {port: 2055}))}]));
    expect((await read(file, 2055)).datagrams).toHaveLength(1);
    expect((await read(file, 0)).datagrams).toHaveLength(2);
  });
});

describe('pcapng', () => {
  const packet = (littleEndian: boolean, high: number, low: number, bytes = frame, type = 6) =>
    block(littleEndian, type, words(littleEndian, 0, high, low, bytes.length, bytes.length), bytes);

  for (const littleEndian of [true, false]) {
    it(`reads ${littleEndian ? 'little' : 'big'}-endian sections`, async () => {
      const ticks = 1_700_000_000_123_456n;
      const high = Number(ticks >> 32n);
      const low = Number(ticks & 0xffffffffn);
      const simple = block(littleEndian, 3, words(littleEndian, frame.length), frame);
      const unknown = block(littleEndian, 0x0bad, Buffer.alloc(5));
      const start = pcapngStart(littleEndian);
      const result = await read(
        write(
          start,
          packet(littleEndian, high, low),
          unknown,
          simple,
          packet(littleEndian, high, low, frame, 2),
          start,
        ),
      );
      expect(result.error).toBeNull();
      expect(texts(result)).toEqual(Array(3).fill('a datagram'));
      for (const {timeMs} of result.datagrams) expect(timeMs).toBeCloseTo(1_700_000_000_123.456, 3);
    });
  }

  it('follows the resolution and offset of an interface', async () => {
    // if_tsresol 9 (nanoseconds), if_tsoffset 100 s (pcapng, section 4.2), end of options.
    const options = Buffer.from('0900010009000000' + '0e0008006400000000000000' + '00000000', 'hex');
    const ticks = 1_700_000_000_123_456_789n;
    const result = await read(
      write(pcapngStart(true, 1, options), packet(true, Number(ticks >> 32n), Number(ticks & 0xffffffffn))),
    );
    expect(result.datagrams[0]!.timeMs).toBeCloseTo(1_700_000_100_123.457, 3);
  });

  it('counts frames of other links', async () => {
    const result = await read(write(pcapngStart(true, 189), packet(true, 0, 0)));
    expect(result.summary).toMatchObject({frames: 1, otherLinks: 1});
  });

  const damages: readonly [string, Buffer[], RegExp][] = [
    ['length', [words(true, 6, 0x7fffffff)], /impossible block length 2147483647 at byte 52/],
    ['odd length', [words(true, 6, 33)], /impossible block length 33 at byte 52/],
    ['cut tail', [packet(true, 0, 0).subarray(0, 40)], /cut \(the file ends at 88\): starts at byte 48/],
    ['cut header', [Buffer.alloc(3)], /cut \(the file ends at 51\): starts at byte 48/],
    ['lengths that differ', [words(true, 9, 12, 16)], /two lengths of a block differ at byte 56/],
    [
      'unknown interface',
      [block(true, 6, words(true, 4, 0, 0, 0, 0))],
      /interface 4, which is not described, at byte 48/,
    ],
    [
      'captured length',
      [block(true, 6, words(true, 0, 0, 0, 999, 0))],
      /impossible captured length 999 in a block at byte 48/,
    ],
    ['short packet block', [block(true, 6, words(true, 0))], /packet block is too short at byte 48/],
    ['short old packet block', [block(true, 2, words(true, 0))], /packet block is too short at byte 48/],
    ['short simple packet', [block(true, 3)], /packet block is too short at byte 48/],
    ['short interface', [block(true, 1, words(true, 0))], /interface block is too short at byte 48/],
    ['no byte order', [block(true, 0x0a0d0d0a, words(true, 7))], /no byte-order magic at byte 56/],
    [
      'no interface',
      [block(true, 0x0a0d0d0a, words(true, 0x1a2b3c4d, 1, 0, 0)), block(true, 3, words(true, 0))],
      /without an interface at byte 76/,
    ],
  ];
  for (const [name, parts, message] of damages) {
    it(`says what and where: ${name}`, async () => {
      const result = await read(write(pcapngStart(true), ...parts));
      expect(result.error).toBeInstanceOf(RecordingError);
      expect(String(result.error)).toMatch(message);
    });
  }
});

describe('damage', () => {
  const header = pcap([]);
  const rows: readonly [string, Buffer, RegExp, number][] = [
    [
      'corrupt length',
      pcap([record, {...record, captured: 0xffffffff}]),
      /record 2 has an impossible captured length of 4294967295 bytes at byte 100/,
      1,
    ],
    [
      'corrupt fraction',
      pcap([record, {...record, fraction: 3_000_000}]),
      /record 2 has an impossible fraction of a second \(3000000\) at byte 96/,
      1,
    ],
    [
      'cut in a frame',
      pcap([record, record]).subarray(0, 140),
      /record 2 is cut \(the file ends at 140\): starts at byte 92/,
      1,
    ],
    [
      'cut in a record header',
      pcap([record, record]).subarray(0, 95),
      /record 2 is cut \(the file ends at 95\): starts at byte 92/,
      1,
    ],
    ['cut in the file header', header.subarray(0, 20), /file header is cut: the file ends at byte 20/, 0],
    ['empty', Buffer.alloc(0), /the file is empty: not a recording, at byte 0/, 0],
    [
      'foreign',
      Buffer.from('PK\x03\x04 a zip'),
      /neither pcap nor pcapng \(the file starts with 504b0304\), at byte 0/,
      0,
    ],
    [
      'old version',
      Buffer.concat([header.subarray(0, 4), words(true, 0x0003_0002), header.subarray(8)]),
      /pcap version 2.3 is not supported: at byte 4/,
      0,
    ],
    ['link type', pcap([record], {linkType: 189}), /link type 189 is not supported, named at byte 20/, 0],
    [
      'corrupt gzip',
      Buffer.concat([gzipSync(pcap([record])).subarray(0, 20), Buffer.alloc(40, 0xff)]),
      /gzip: .* at byte \d+$/,
      0,
    ],
    ['cut gzip', gzipSync(pcap([record, record])).subarray(0, -12), /unexpected end of file at byte \d+$/, 1],
  ];
  for (const [name, bytes, message, good] of rows) {
    it(`says what and where: ${name}`, async () => {
      const started = performance.now();
      const result = await read(write(bytes));
      expect(String(result.error)).toMatch(message);
      expect(result.error).toBeInstanceOf(RecordingError);
      expect(result.datagrams.length).toBeGreaterThanOrEqual(good);
      expect(performance.now() - started).toBeLessThan(1_000);
    });
  }

  it('does not collect memory on any length', async () => {
    const large = Buffer.alloc(8_000_000, 0x11);
    for (const captured of [0x7fffffff, 262_145, 262_144]) {
      const before = process.memoryUsage().arrayBuffers;
      const result = await read(write(pcap([record, {...record, captured}]), large));
      expect(result.error).toBeInstanceOf(RecordingError);
      expect(texts(result)[0]).toBe('a datagram');
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32_000_000);
    }
  });

  it('delivers everything in front of the cut of a gzip file', async () => {
    const records = Array.from({length: 20_000}, (_, i) => ({...record, fraction: i}));
    const whole = gzipSync(pcap(records));
    const result = await read(write(whole.subarray(0, -9)));
    expect(String(result.error)).toMatch(/gzip: unexpected end of file/);
    expect(result.datagrams.length).toBeGreaterThan(19_990);
  });

  it('a file that is not there is the system’s own error', async () => {
    expect((await read('/nonexistent.pcap')).error).toMatchObject({code: 'ENOENT'});
  });

  it('a caller may stop early', async () => {
    const file = write(gzipSync(pcap(Array(5_000).fill(record))));
    for await (const datagram of readRecording(file)) {
      expect(datagram.bytes.length).toBe(10);
      break;
    }
  });
});
