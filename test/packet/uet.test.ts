import {describe, expect, it} from 'vitest';
import {classifyUet, UET_CLASS_NAMES} from '../../src/classify/uet.ts';
import {describeHeader} from '../../src/packet/describe/header.ts';
import {decodeHeader} from '../../src/packet/header.ts';
import {PacketView} from '../../src/packet/view.ts';
import {formatHex, formatIpv4, formatIpv6, formatMac} from '../../src/sflow/text.ts';
import {be, ipv4, ipv6, udp} from '../support/packet-builder.ts';

const forms = {mac: formatMac, ipv4: formatIpv4, ipv6: formatIpv6, hex: formatHex};
const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Prologue of the delivery sublayer: type 5 bits, next header or control type 4, flags 7. */
const prologue = (type: number, next: number, flags = 0) => be([2, (type << 11) | (next << 7) | flags]);
const pds = (...parts: Buffer[]) => ipv4(udp(Buffer.concat(parts), 4793));
const layers = (bytes: Buffer, protocol = 11) =>
  describeHeader(viewOf(bytes), protocol, 0, bytes.length, forms).slice(2);

function uetClass(bytes: Buffer, protocol = 11, native?: number): string {
  const packet = new PacketView();
  decodeHeader(packet, viewOf(bytes), protocol, 0, bytes.length);
  return UET_CLASS_NAMES[classifyUet(packet, viewOf(bytes), bytes.length, native)]!;
}

const request = be([2, 0xffff], [4, 1_000], [2, 7], [2, 8]);
const ack = be([2, 5], [4, 2_000], [2, 8], [2, 7]);
const nack = be([1, 1], [1, 9], [4, 3_000], [2, 8], [2, 7], [4, 42]);
const standard = Buffer.concat([
  be([1, 1], [1, 0x43], [2, 77], [1, 3], [3, 0x10203], [2, 0x0123], [2, 0x0456]),
  be([8, 0x1122n], [4, 5], [8, 0x3344n]),
]);

/** Name, class, packet, the delivery header's fields, the semantic header's. */
const rows: readonly [string, string, Buffer, object, object | null][] = [
  [
    'RUD request with a standard WRITE, first packet',
    'request',
    pds(prologue(2, 3, 0x08), request, standard, be([8, 9n], [4, 4_096])),
    {type_name: 'rud_request', clear_psn_offset: -1, psn: 1_000, source_pdcid: 7, destination_pdcid: 8},
    {
      opcode_name: 'write',
      message_id: 77,
      job_id: 0x10203,
      pid_on_fep: 0x123,
      resource_index: 0x456,
      start_of_message: 1,
      end_of_message: 1,
      header_data: '0x0000000000000009',
      request_length: 4_096,
      memory_key: '0x0000000000003344',
    },
  ],
  [
    'ROD request that opens its context, later packet',
    'request',
    pds(
      prologue(3, 3, 0x04),
      be([2, 0], [4, 1_000], [2, 7], [2, 0x8005]),
      Buffer.concat([Buffer.from([1, 0x40]), standard.subarray(2)]),
      be([4, 1_024], [4, 8_192], [4, 65_536]),
    ),
    {type_name: 'rod_request', use_reserved_pdc: 1, psn_offset: 5},
    {payload_length: 1_024, message_offset: 8_192, request_length: 65_536},
  ],
  [
    'RUD request with congestion state, small request',
    'request',
    pds(
      prologue(13, 1),
      request,
      be([1, 2], [3, 300]),
      be([1, 5], [1, 0x40], [2, 900], [1, 3], [3, 4], [2, 5], [2, 6], [8, 7n]),
    ),
    {type_name: 'rud_request_cc', ccc_id: 2, credit_target: 300},
    {opcode_name: 'send', request_length: 900, buffer_offset: '0x0000000000000007'},
  ],
  [
    'ROD request with congestion state, medium request with header data',
    'request',
    pds(
      prologue(14, 2),
      request,
      be([4, 0]),
      be([1, 2], [1, 0x44], [2, 900], [1, 3], [3, 4], [2, 5], [2, 6], [8, 7n], [4, 8], [8, 9n]),
    ),
    {type_name: 'rod_request_cc'},
    {opcode_name: 'read', header_data: '0x0000000000000007', initiator: 8, memory_key: '0x0000000000000009'},
  ],
  [
    'RUDI request, medium request with a buffer',
    'request',
    pds(
      prologue(4, 2),
      be([2, 0], [4, 66]),
      be([1, 0x3e], [1, 0x40], [2, 900], [1, 3], [3, 4], [2, 5], [2, 6], [8, 7n], [4, 8], [8, 9n]),
    ),
    {type_name: 'rudi_request', packet_id: 66},
    {opcode_name: 'opcode_0x3e', buffer_offset: '0x0000000000000007', initiator: 8},
  ],
  [
    'RUDI response',
    'response',
    pds(prologue(5, 4), be([2, 0], [4, 66]), be([1, 1], [1, 1], [2, 77], [1, 3], [3, 4], [4, 500])),
    {packet_id: 66},
    {layer: 'uet_response', opcode_name: 'response', return_code: 1, message_id: 77, modified_length: 500},
  ],
  ['UUD request without anything', 'request', pds(prologue(6, 0), be([2, 0])), {type_name: 'uud_request'}, null],
  [
    'ACK',
    'ack',
    pds(prologue(7, 5), ack, be([1, 0x3f], [1, 1], [2, 77], [1, 3], [3, 4], [2, 78], [2, 1_000], [4, 500], [4, 600])),
    {ack_psn_offset: 5, cumulative_psn: 2_000},
    {
      opcode_name: 'unknown',
      read_request_message_id: 78,
      payload_length: 1_000,
      modified_length: 500,
      message_offset: 600,
    },
  ],
  [
    'ACK that closes',
    'ack',
    pds(prologue(7, 6, 0x40), ack, be([4, 1]), be([1, 2], [1, 1], [2, 1_000], [1, 3], [3, 4], [4, 900])),
    {closing: '0x00000001'},
    {payload_length: 1_000, original_request_psn: 900},
  ],
  [
    'ACK with NSCC state',
    'ack',
    pds(prologue(8, 0), ack, be([1, 0x05], [1, 3], [2, 0xfffe], [8, 1n]), be([2, 100], [1, 0x83], [3, 5_000], [2, 6])),
    {
      cc_type: 0,
      mpr: 3,
      sack_offset: -2,
      sack_bitmap: '0x0000000000000001',
      service_time: 100,
      restore: 1,
      penalty: 3,
      received_bytes: 5_000,
      out_of_order_count: 6,
    },
    null,
  ],
  [
    'ACK with credit state',
    'ack',
    pds(prologue(8, 0), ack, be([1, 0x10], [1, 3], [2, 0], [8, 1n]), be([3, 5_000], [3, 0], [2, 6])),
    {cc_type: 1, credit: 5_000, out_of_order_count: 6},
    null,
  ],
  [
    'ACK with state of another kind',
    'ack',
    pds(prologue(8, 0), ack, be([1, 0x20], [1, 3], [2, 0], [8, 1n]), be([8, 7n])),
    {cc_type: 2, cc_state: '0x0000000000000007'},
    null,
  ],
  [
    'ACK with more state',
    'ack',
    pds(prologue(9, 0), ack, be([1, 0x20], [1, 3], [2, 0], [8, 1n]), be([16, 7n])),
    {ccx_state: `0x${'0'.repeat(31)}7`},
    null,
  ],
  [
    'NACK of a trimmed packet',
    'nack',
    pds(prologue(10, 0), nack),
    {code: 1, code_name: 'trimmed', vendor_code: 9, psn: 3_000, payload: 42},
    null,
  ],
  [
    'NACK with more, of a code that is not known',
    'nack',
    pds(
      prologue(12, 0),
      Buffer.concat([Buffer.from([0xfd]), nack.subarray(1)]),
      be([16, (5n << 124n) | (3n << 64n) | 4n]),
    ),
    {code_name: 'code_253', nccx_type: 5, nccx_state_high: 3, nccx_state_low: '0x0000000000000004'},
    null,
  ],
  [
    'control: probe',
    'control',
    pds(prologue(11, 6), be([2, 1], [4, 2], [2, 3], [2, 4], [4, 5])),
    {control_type: 6, control_name: 'probe', probe_opaque: 1, psn: 2, destination_pdcid: 4, payload: 5},
    null,
  ],
  [
    'control of a later type, with SYN',
    'control',
    pds(prologue(11, 15, 4), be([2, 1], [4, 2], [2, 3], [2, 0x0004], [4, 5])),
    {control_name: 'unknown', psn_offset: 4},
    null,
  ],
  [
    'an unknown next header',
    'ack',
    pds(prologue(7, 9), ack),
    {cumulative_psn: 2_000},
    {layer: 'uet_ses', unknown_next_header: 9},
  ],
  [
    'secured',
    'secured',
    pds(be([4, (1 << 27) | (1 << 24) | 0x42], [8, (7n << 48n) | 9n])),
    {layer: 'uet_tss', association: 1, domain: 0x42, epoch: 7, counter: 9},
    null,
  ],
  [
    'secured, with its source',
    'secured',
    pds(be([4, (1 << 27) | (1 << 26) | 0x42], [4, 5], [8, 9n])),
    {layer: 'uet_tss', source: 5, counter: 9},
    null,
  ],
  ['a reserved type', 'none', pds(prologue(0, 0), Buffer.alloc(16)), {type_name: 'reserved'}, null],
  ['a type that does not exist', 'none', pds(prologue(31, 0), Buffer.alloc(16)), {type_name: 'unknown'}, null],
];

describe('Ultra Ethernet', () => {
  for (const [name, expected, bytes, delivery, semantics] of rows) {
    it(name, () => {
      expect(uetClass(bytes)).toBe(expected);
      const [first, second, ...rest] = layers(bytes);
      expect(first).toMatchObject(delivery);
      expect(first).not.toHaveProperty('clipped');
      if (semantics === null) expect(second).toBeUndefined();
      else expect(second).toMatchObject(semantics);
      expect(rest).toEqual([]);
      // Cut anywhere, the fields that are there stay as they were, and the layer that was cut says so.
      for (let length = 28; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        expect(uetClass(cut)).toBe(length < 30 ? 'unreadable' : expected);
        const described = layers(cut);
        expect(described.length).toBeLessThanOrEqual(2);
        for (const [field, value] of Object.entries(described[0]!)) {
          if (field !== 'clipped' && length > 28) expect(first).toHaveProperty(field, value);
        }
      }
    });
  }

  it('directly in IP, behind an entropy value', () => {
    const body = Buffer.concat([be([2, 0x1234], [2, 0]), prologue(2, 0), request]);
    for (const [protocol, bytes] of [
      [11, ipv4(body, {protocol: 253})],
      [12, ipv6(body, {next: 253})],
    ] as const) {
      expect(uetClass(bytes, protocol)).toBe('request');
      expect(uetClass(bytes, protocol, -1)).toBe('none');
      const described = describeHeader(viewOf(bytes), protocol, 0, bytes.length, forms);
      expect(described.slice(1)).toMatchObject([
        {layer: 'uet_entropy', entropy: 0x1234},
        {layer: 'uet_pds', psn: 1_000},
      ]);
    }
    expect(uetClass(ipv4(body, {protocol: 253, fragment: 9}))).toBe('none');
    expect(uetClass(ipv4(be([2, 1]), {protocol: 253}))).toBe('unreadable');
    expect(describeHeader(viewOf(ipv4(be([2, 1]), {protocol: 253})), 11, 0, 22, forms)[1]).toMatchObject({
      clipped: true,
    });
    expect(uetClass(ipv4(udp(body, 4794)))).toBe('none');
    expect(uetClass(be([2, 0x0806]), 1)).toBe('none');
  });
});
