import {describe, expect, it} from 'vitest';
import {describeOtherSample} from '../../src/sflow/describe.ts';
import {discardReasonName} from '../../src/sflow/discard-reasons.ts';
import {formatAddress, formatHex, formatIpv6, formatMac, interfaceText, sourceClassName} from '../../src/sflow/text.ts';
import {opaque, words} from '../support/datagram-builder.ts';
import {be, IPV6_A} from '../support/packet-builder.ts';

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

describe('addresses (RFC 5952)', () => {
  const rows: readonly [readonly [number, number, number, number], string][] = [
    [[0, 0, 0, 0], '::'],
    [[0, 0, 0, 1], '::1'],
    [[0x20010db8, 0, 0, 1], '2001:db8::1'],
    [[0x20010000, 0x00010000, 0x00010000, 0x00010001], '2001:0:1:0:1:0:1:1'],
    [[0x20010000, 0x00000001, 0, 0x00010001], '2001::1:0:0:1:1'],
    [[0x20010db8, 0x00010001, 0x00010001, 0], '2001:db8:1:1:1:1::'],
    [[0xfe800000, 0, 0x0200abff, 0xfe00cdef], 'fe80::200:abff:fe00:cdef'],
    [[0, 0, 0xffff, 0x0a000001], '::ffff:10.0.0.1'],
    [[0x00010002, 0x00030004, 0x00050006, 0x00070008], '1:2:3:4:5:6:7:8'],
  ];
  for (const [parts, expected] of rows) it(expected, () => expect(formatIpv6(...parts)).toBe(expected));

  it('of the views: IPv4 where mapped', () => {
    expect(formatAddress(0, 0, 0xffff, 0xc0a80001)).toBe('192.168.0.1');
    expect(formatAddress(0, 0, 0, 0)).toBe('0.0.0.0');
    expect(formatAddress(0, 0, 0, 1)).toBe('::1');
    expect(formatAddress(0x20010db8, 0, 0, 1)).toBe('2001:db8::1');
  });

  it('bytes', () => {
    const data = viewOf(Buffer.from('00530aabcdef', 'hex'));
    expect([formatMac(data, 0), formatHex(data, 1, 3), formatHex(data, 2, 2)]).toEqual([
      '00:53:0a:ab:cd:ef',
      '530a',
      '',
    ]);
  });
});

it('interfaces and sources (v5)', () => {
  expect(interfaceText(0, 5)).toEqual({format: 'single', ifIndex: 5});
  expect(interfaceText(0, 0)).toEqual({format: 'unknown', ifIndex: 0});
  expect(interfaceText(0, 0x3fffffff)).toEqual({format: 'internal', ifIndex: 0x3fffffff});
  expect(interfaceText(1, 258)).toEqual({format: 'discarded', reason: 258, reason_name: 'acl'});
  expect(interfaceText(2, 0)).toEqual({format: 'multiple', count: 0});
  expect(interfaceText(3, 9)).toEqual({format: 'undefined', value: 9});
  expect([0, 1, 2, 3, 77].map(sourceClassName)).toEqual([
    'interface',
    'vlan',
    'physical_entity',
    'logical_entity',
    'class_77',
  ]);
});

it('discard reasons', () => {
  const rows: readonly [number, string][] = [
    [0, 'net_unreachable'],
    [1, 'host_unreachable'],
    [15, 'precedence_cutoff'],
    [16, 'reason_16'],
    [33, 'dev_hdr'],
    [36, 'tc_egress'],
    [256, 'unknown'],
    [258, 'acl'],
    [259, 'no_buffer_space'],
    [262, 'pkt_too_big'],
    [287, 'unknown_buffer'],
    [302, 'uc_reverse_path_forwarding'],
    [303, 'split_horizon'],
    [304, 'locked_port'],
    [332, 'dev_hdr'],
    [340, 'tcp_flags'],
    [363, 'tap_filter'],
    [366, 'tc_egress'],
    [371, 'socket_filter'],
    [372, 'bgp_flowspec'],
    [373, 'reason_373'],
    [691_602_431, 'reason_691602431'],
  ];
  for (const [code, name] of rows) expect(discardReasonName(code)).toBe(name);
});

describe("sFlow-RT's own samples", () => {
  const METRIC = (4300 << 12) | 1002;
  const FLOW = (4300 << 12) | 1003;
  const named = (name: string, type: number, value: Buffer) => Buffer.concat([opaque(name), words(type), value]);
  const decode = (format: number, ...parts: Buffer[]) => {
    const bytes = Buffer.concat(parts);
    return describeOtherSample(viewOf(bytes), format, 0, bytes.length);
  };
  const float = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    return bytes;
  };
  const double = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return bytes;
  };

  it('metrics of every type', () => {
    const values = [opaque('up'), words(1), be([8, 2n ** 60n]), words(3), be([8, 4]), float(1.5), double(2.25)];
    const metrics = values.map((value, type) => named(`m${type}`, type, value));
    expect(decode(METRIC, opaque('host'), words(7), ...metrics)).toEqual({
      sample: 'rtmetric',
      format: '4300:1002',
      data_source: 'host',
      metrics: [
        {name: 'm0', type: 'string', value: 'up'},
        {name: 'm1', type: 'counter32', value: 1},
        {name: 'm2', type: 'counter64', value: '1152921504606846976'},
        {name: 'm3', type: 'gauge32', value: 3},
        {name: 'm4', type: 'gauge64', value: 4},
        {name: 'm5', type: 'gauge_float', value: 1.5},
        {name: 'm6', type: 'gauge_double', value: 2.25},
      ],
    });
  });

  it('flows of every type', () => {
    const values = [
      opaque('x'),
      be([6, 0x020000000001]),
      be([4, 0x0a000001]),
      IPV6_A,
      words(9),
      be([8, 5]),
      float(0.5),
      double(1),
    ];
    const fields = values.map((value, type) => named(`f${type}`, type, value));
    const decoded = decode(FLOW, opaque('sw1'), words(400, 800, fields.length), ...fields);
    expect(decoded).toMatchObject({sample: 'rtflow', sampling_rate: 400, sample_pool: 800, data_source: 'sw1'});
    expect((decoded['fields'] as {value: unknown}[]).map(({value}) => value)).toEqual([
      'x',
      '02:00:00:00:00:01',
      '10.0.0.1',
      '2001:db8::1',
      9,
      5,
      0.5,
      1,
    ]);
  });

  it('what is cut or unknown ends them', () => {
    const whole = Buffer.concat([opaque('host'), words(2), named('a', 3, words(1)), named('b', 2, be([8, 1]))]);
    for (let length = 0; length < whole.length; length++) {
      const decoded = decode(METRIC, whole.subarray(0, length));
      expect(decoded['truncated']).toBe('the sample ends inside its values');
    }
    const strange = decode(METRIC, opaque('host'), words(2), named('a', 77, words(1)));
    expect(strange).toMatchObject({metrics: [{name: 'a', type: 'type_77'}], truncated: expect.any(String)});
    expect(decode(METRIC, opaque('host'), words(0xffffffff))).toMatchObject({metrics: []});
  });
});
