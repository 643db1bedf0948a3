import {describe, expect, it} from 'vitest';
import {readRecord} from '../../src/sflow/records/read.ts';
import type {RecordKind} from '../../src/sflow/records/schema.ts';
import {findRecordFormat, formatWord, recordFormats} from '../../src/sflow/records/table.ts';
import {opaque, rawHeader, record, words} from '../support/datagram-builder.ts';
import {be} from '../support/packet-builder.ts';
import {RecordWriter} from '../support/record-writer.ts';

const view = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function read(kind: RecordKind, enterprise: number, format: number, body: Buffer) {
  return readRecord(kind, formatWord(enterprise, format), view(body), 0, body.length);
}

describe('every format of the table', () => {
  for (const format of recordFormats) {
    it(`${format.kind} ${format.enterprise}:${format.format} ${format.name}`, () => {
      const {bytes, value} = new RecordWriter().record(format);
      const tag = `${format.enterprise}:${format.format}`;
      const whole = {record: format.name, format: tag, ...value};
      expect(read(format.kind, format.enterprise, format.format, bytes)).toEqual(whole);
      // Fields that are appended later do not hide those that are known.
      const longer = Buffer.concat([bytes, words(0xdeadbeef)]);
      const {extra_bytes, ...known} = read(format.kind, format.enterprise, format.format, longer);
      if (!endsOpen(format.fields.at(-1)!.type)) expect([known, extra_bytes]).toEqual([whole, 'deadbeef']);
      // A shorter record has the fields that fit, as they are.
      for (let length = 0; length < bytes.length; length++) {
        const cut = read(format.kind, format.enterprise, format.format, bytes.subarray(0, length));
        for (const [name, one] of Object.entries(cut)) {
          if (name !== 'truncated' && name !== 'extra_bytes' && isSimple(one) && !cut['truncated']) {
            expect(whole).toHaveProperty(name);
          }
        }
        expect(Object.keys(cut).length).toBeLessThanOrEqual(Object.keys(whole).length + 1);
      }
    });
  }
});

const endsOpen = (type: string) => type === 'rest' || type === 'list';
const isSimple = (value: unknown) => typeof value === 'number' || typeof value === 'string';

it('no number is given twice', () => {
  const keys = recordFormats.map(({kind, enterprise, format}) => `${kind} ${enterprise}:${format}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(findRecordFormat('flow', 1)!.name).toBe('sampled_header');
  expect(findRecordFormat('counter', 1)!.name).toBe('if_counters');
  expect(findRecordFormat('counter', 999)).toBeUndefined();
  expect(formatWord(0xfffff, 0xfff)).toBe(0xffffffff);
});

/** Bytes on the wire by the specifications, for the formats whose length does not vary. */
const LENGTHS: Readonly<Record<string, number>> = {
  'flow 0:2': 24,
  'flow 0:3': 32,
  'flow 0:4': 56,
  'flow 0:1001': 16,
  'flow 0:1011': 4,
  'flow 0:1018': 16,
  'flow 0:1019': 8,
  'flow 0:1020': 8,
  'flow 0:1021': 24,
  'flow 0:1022': 24,
  'flow 0:1023': 32,
  'flow 0:1024': 32,
  'flow 0:1025': 56,
  'flow 0:1026': 56,
  'flow 0:1027': 4,
  'flow 0:1028': 4,
  'flow 0:1029': 4,
  'flow 0:1030': 4,
  'flow 0:1031': 40,
  'flow 0:1032': 48,
  'flow 0:1033': 12,
  'flow 0:1036': 4,
  'flow 0:1039': 4,
  'flow 0:1040': 4,
  'flow 0:1043': 8,
  'flow 0:2000': 32,
  'flow 0:2002': 12,
  'flow 0:2100': 20,
  'flow 0:2101': 44,
  'flow 0:2102': 20,
  'flow 0:2103': 44,
  'flow 0:2208': 92,
  'flow 0:2209': 48,
  'flow 0:2210': 16,
  'flow 4413:1': 4,
  'counter 0:1': 88,
  'counter 0:2': 52,
  'counter 0:3': 72,
  'counter 0:4': 80,
  'counter 0:5': 28,
  'counter 0:6': 80,
  'counter 0:7': 56,
  'counter 0:8': 24,
  'counter 0:9': 64,
  'counter 0:11': 20,
  'counter 0:1001': 28,
  'counter 0:1002': 12,
  'counter 0:1003': 52,
  'counter 0:1004': 12,
  'counter 0:2002': 8,
  'counter 0:2003': 80,
  'counter 0:2004': 72,
  'counter 0:2005': 52,
  'counter 0:2006': 40,
  'counter 0:2007': 76,
  'counter 0:2008': 100,
  'counter 0:2009': 60,
  'counter 0:2010': 28,
  'counter 0:2100': 28,
  'counter 0:2101': 12,
  'counter 0:2102': 16,
  'counter 0:2103': 52,
  'counter 0:2104': 40,
  'counter 0:2106': 108,
  'counter 0:2201': 60,
  'counter 0:2203': 40,
  'counter 0:2204': 140,
  'counter 0:2205': 92,
  'counter 0:2206': 20,
  'counter 0:2207': 24,
  'counter 0:3000': 24,
  'counter 0:3001': 12,
  'counter 0:3002': 4,
  'counter 0:3003': 12,
  'counter 4413:1': 8,
  'counter 4413:3': 144,
  'counter 5703:1': 48,
};

it('fixed formats are as long as the specification says', () => {
  const lengths: Record<string, number> = {};
  for (const format of recordFormats) {
    const key = `${format.kind} ${format.enterprise}:${format.format}`;
    if (key in LENGTHS) lengths[key] = new RecordWriter().record(format).bytes.length;
  }
  expect(lengths).toEqual(LENGTHS);
});

describe('records whose bytes are given', () => {
  const rows: readonly [string, RecordKind, number, Buffer, object][] = [
    [
      'all ones is unknown',
      'counter',
      1001,
      Buffer.concat([words(-1, 650, 0), Buffer.alloc(8, 0xff), be([8, 2n ** 60n])]),
      {cpu_5s: null, cpu_1m: 6.5, cpu_5m: 0, total_memory: null, free_memory: '1152921504606846976'},
    ],
    ['a priority that is not known', 'flow', 1001, words(10, 0xffffffff, 20, 3), {src_vlan: 10, src_priority: null}],
    [
      'Ethernet without padding',
      'flow',
      2,
      Buffer.concat([words(64), Buffer.alloc(12, 1), words(0x8915)]),
      {ethertype: 0x8915},
    ],
    [
      'Ethernet, padded',
      'flow',
      2,
      Buffer.concat([words(64), Buffer.alloc(16, 1), words(0x8915)]),
      {ethertype: 0x8915},
    ],
    [
      'a user without character sets',
      'flow',
      1004,
      Buffer.concat([opaque('anna'), opaque('bert')]),
      {src_user: 'anna', dst_user: 'bert'},
    ],
    ['a URL without host', 'flow', 1005, Buffer.concat([words(2), opaque('/x')]), {direction_name: 'dst', url: '/x'}],
    [
      'a router with an IPv6 next hop',
      'flow',
      1002,
      Buffer.concat([words(2), Buffer.alloc(15), Buffer.from([1]), words(64, 48)]),
      {nexthop: '::1', src_mask_len: 64},
    ],
    ['a router without next hop', 'flow', 1002, words(0, 24, 25), {nexthop: null, dst_mask_len: 25}],
    ['an older host_cpu', 'counter', 2003, Buffer.alloc(68), {contexts: 0}],
    ['a JVM without descriptors', 'counter', 2106, Buffer.alloc(100), {thread_num_started: 0}],
    [
      'a load that is no number',
      'counter',
      2003,
      Buffer.concat([words(0x7fc00000), Buffer.alloc(76)]),
      {load_one: null, cpu_guest_nice_ms: 0},
    ],
    ['a load with few digits', 'counter', 2003, Buffer.concat([words(0x3ef0a3d7), Buffer.alloc(76)]), {load_one: 0.47}],
    [
      'a load with many digits',
      'counter',
      2003,
      Buffer.concat([words(0x3dfcd6ea), Buffer.alloc(76)]),
      {load_one: 0.12345679},
    ],
    [
      'an unknown enumeration',
      'flow',
      1037,
      Buffer.concat([words(7), opaque('x'), words(9)]),
      {direction: 9, direction_name: 'unknown'},
    ],
    ['text that is no UTF-8', 'flow', 1038, opaque(Buffer.from([0xff, 0x41])), {symbol: '\ufffdA'}],
  ];
  for (const [name, kind, format, body, expected] of rows) {
    it(name, () => {
      const decoded = read(kind, 0, format, body);
      expect(decoded).toMatchObject(expected);
      expect(decoded).not.toHaveProperty('truncated');
      expect(decoded).not.toHaveProperty('extra_bytes');
    });
  }

  it('an address of an unknown type ends the record', () => {
    const decoded = read('flow', 0, 1002, words(3, 1, 2, 3));
    expect(decoded).toEqual({
      record: 'extended_router',
      format: '0:1002',
      truncated: 'the record ends inside its fields',
    });
  });

  it('counts from the wire make nothing', () => {
    const path = Buffer.concat([words(1, 0x0a000001, 1, 2, 3, 0xffffffff, 2, 0xffffffff, 65_000)]);
    const decoded = read('flow', 0, 1003, path);
    expect(decoded['dst_as_path']).toEqual([{type: 2, type_name: 'sequence', as: [65_000]}]);
    expect(read('counter', 0, 2001, words(0xffffffff))['adapters']).toEqual([]);
    expect(read('flow', 0, 1012, words(0xffffffff, 0x81000005))['stack']).toHaveLength(1);
    expect(read('flow', 0, 1016, words(0xffffffff, 0xffffffff))['pdus']).toEqual([{records: []}]);
  });

  it('aggregations inside each other end', () => {
    let body = words(0);
    for (let depth = 0; depth < 40; depth++) body = Buffer.concat([words(1, 1), record(1016, body)]);
    const decoded = JSON.stringify(read('flow', 0, 1016, body));
    expect(decoded.split('extended_80211_aggregation').length - 1).toBe(5);
    expect(decoded).toContain('"record":"unknown","format":"0:1016"');
  });

  it('an unknown record is its bytes', () => {
    expect(read('counter', 8800, 7, Buffer.from([1, 2, 3]))).toEqual({
      record: 'unknown',
      format: '8800:7',
      length: 3,
      bytes: '010203',
    });
  });

  it('a header is handed to whoever reads headers, as far as it is there', () => {
    const seen: number[][] = [];
    const reader = (_: DataView, protocol: number, start: number, end: number) => {
      seen.push([protocol, start, end]);
      return 'layers';
    };
    const whole = rawHeader(Buffer.alloc(10), {protocol: 11}).subarray(8);
    expect(readRecord('flow', 1, view(whole), 0, whole.length, reader)['packet']).toBe('layers');
    const claims = rawHeader(Buffer.alloc(10), {claimed: 4_000}).subarray(8);
    readRecord('flow', 1, view(claims), 0, claims.length, reader);
    expect(readRecord('flow', 1, view(claims), 0, 15, reader)).not.toHaveProperty('packet');
    expect(seen).toEqual([
      [11, 16, 26],
      [1, 16, 28],
    ]);
  });
});
