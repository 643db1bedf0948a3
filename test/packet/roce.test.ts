import {describe, expect, it} from 'vitest';
import {classifyRoce, classifyRoceV1, ROCE_CLASS_NAMES, RoceClass, startsOperation} from '../../src/classify/roce.ts';
import {transportPayloadBytes} from '../../src/packet/bth.ts';
import {describeHeader} from '../../src/packet/describe/header.ts';
import {decodeHeader} from '../../src/packet/header.ts';
import {aethCredits, aethKind, aethRnrMs, nakName, opcodeName} from '../../src/packet/opcode-names.ts';
import {opcodeTraits, Trait} from '../../src/packet/opcodes.ts';
import {Layer, PacketView} from '../../src/packet/view.ts';
import {formatHex, formatIpv4, formatIpv6, formatMac} from '../../src/sflow/text.ts';
import {
  ethernet,
  grh,
  ipType,
  ipv4,
  ipv6,
  roce,
  roceHeaderBytes,
  tunnels,
  udp,
  VALUES,
} from '../support/packet-builder.ts';

const forms = {mac: formatMac, ipv4: formatIpv4, ipv6: formatIpv6, hex: formatHex};
const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Name, class, names of the headers behind the BTH, bytes of those headers, whether it carries payload and whether it
 * starts an operation: the table of the specification (vol. 1, 9.2), written down once more by hand.
 */
type Row = readonly [
  opcode: number,
  name: string,
  roceClass: string,
  headers: string,
  bytes: number,
  payload: boolean,
  start: boolean,
];
const RC: readonly Row[] = [
  [0x00, 'SEND First', 'send', '', 0, true, true],
  [0x01, 'SEND Middle', 'send', '', 0, true, false],
  [0x02, 'SEND Last', 'send', '', 0, true, false],
  [0x03, 'SEND Last with Immediate', 'send', 'immediate', 4, true, false],
  [0x04, 'SEND Only', 'send', '', 0, true, true],
  [0x05, 'SEND Only with Immediate', 'send', 'immediate', 4, true, true],
  [0x06, 'RDMA WRITE First', 'write', 'reth', 16, true, true],
  [0x07, 'RDMA WRITE Middle', 'write', '', 0, true, false],
  [0x08, 'RDMA WRITE Last', 'write', '', 0, true, false],
  [0x09, 'RDMA WRITE Last with Immediate', 'write', 'immediate', 4, true, false],
  [0x0a, 'RDMA WRITE Only', 'write', 'reth', 16, true, true],
  [0x0b, 'RDMA WRITE Only with Immediate', 'write', 'reth immediate', 20, true, true],
  [0x0c, 'RDMA READ Request', 'read_request', 'reth', 16, false, true],
  [0x0d, 'RDMA READ Response First', 'read_response', 'aeth', 4, true, false],
  [0x0e, 'RDMA READ Response Middle', 'read_response', '', 0, true, false],
  [0x0f, 'RDMA READ Response Last', 'read_response', 'aeth', 4, true, false],
  [0x10, 'RDMA READ Response Only', 'read_response', 'aeth', 4, true, false],
  [0x11, 'Acknowledge', 'acknowledge', 'aeth', 4, false, false],
  [0x12, 'ATOMIC Acknowledge', 'atomic', 'aeth atomic_ack_eth', 12, false, false],
  [0x13, 'CmpSwap', 'atomic', 'atomic_eth', 28, false, true],
  [0x14, 'FetchAdd', 'atomic', 'atomic_eth', 28, false, true],
  [0x16, 'SEND Last with Invalidate', 'send', 'ieth', 4, true, false],
  [0x17, 'SEND Only with Invalidate', 'send', 'ieth', 4, true, true],
  [0x1c, 'FLUSH', 'other', 'feth reth', 20, false, true],
  [0x1d, 'ATOMIC WRITE', 'atomic', 'reth', 16, true, true],
];
const isResponse = ([opcode]: Row) => opcode >= 0x0d && opcode <= 0x12;
/** A transport's rows: its base, its name, and what it puts in front of the headers. */
const shifted = (
  base: number,
  transport: string,
  rows: readonly Row[],
  front: (row: Row) => readonly [string, number],
): Row[] =>
  rows.map((row) => {
    const [opcode, name, roceClass, headers, bytes, payload, start] = row;
    const [more, moreBytes] = front(row);
    return [
      base + opcode,
      `${transport} ${name}`,
      roceClass,
      `${more} ${headers}`.trim(),
      bytes + moreBytes,
      payload,
      start,
    ];
  });
const without = (...opcodes: number[]) => RC.filter(([opcode]) => !opcodes.includes(opcode));
const TABLE: readonly Row[] = [
  ...shifted(0x00, 'RC', RC, () => ['', 0]),
  ...shifted(
    0x20,
    'UC',
    RC.filter(([opcode]) => opcode <= 0x0b),
    () => ['', 0],
  ),
  ...shifted(0x40, 'RD', without(0x16, 0x17, 0x1c, 0x1d), (row) =>
    isResponse(row) ? ['rdeth', 4] : ['rdeth deth', 12],
  ),
  [0x55, 'RD RESYNC', 'other', 'rdeth deth', 12, false, false],
  [0x5c, 'RD FLUSH', 'other', 'rdeth feth reth', 24, false, true],
  ...shifted(
    0x60,
    'UD',
    RC.filter(([opcode]) => opcode === 4 || opcode === 5),
    () => ['deth', 8],
  ),
  [0x81, 'CNP', 'cnp', '', 16, false, false],
  ...shifted(0xa0, 'XRC', without(0x1c, 0x1d), (row) => (isResponse(row) ? ['', 0] : ['xrceth', 4])),
  [0xbc, 'XRC FLUSH', 'other', 'xrceth feth reth', 24, false, true],
];

const packet = new PacketView();

function classify(bytes: Buffer, end = bytes.length, protocol = 1) {
  decodeHeader(packet, viewOf(bytes), protocol, 0, end);
  return ROCE_CLASS_NAMES[classifyRoce(packet, viewOf(bytes), end)]!;
}

const layersOf = (bytes: Buffer, protocol = 1) => describeHeader(viewOf(bytes), protocol, 0, bytes.length, forms);

it('the table has every assigned opcode, and no other', () => {
  const known = [...opcodeTraits].flatMap((traits, opcode) => ((traits & Trait.Known) !== 0 ? [opcode] : []));
  expect(TABLE.map(([opcode]) => opcode).sort((a, b) => a - b)).toEqual(known);
});

const bodies: readonly [string, (payload: Buffer) => Buffer][] = [
  ['IPv4', (payload) => ipv4(udp(payload))],
  ['IPv6', (payload) => ipv6(udp(payload))],
];
const wraps: readonly [string, (packet: Buffer) => Buffer][] = [['plain', (bare) => bare], ...Object.entries(tunnels)];

for (const [opcode, name, roceClass, headers, bytes, hasPayload, start] of TABLE) {
  describe(`opcode 0x${opcode.toString(16)} ${name}`, () => {
    const payload = hasPayload ? 301 : 0;
    const transport = roce(opcode, {payload, syndrome: 0x6a, becn: 1, ackReq: 1});

    for (const [version, body] of bodies) {
      for (const [tunnel, wrap] of wraps) {
        it(`${version}, ${tunnel}: class, headers, lengths, syndrome; cut at every length`, () => {
          const inner = wrap(body(transport));
          const frame = ethernet(inner, ipType(inner));
          expect(classify(frame)).toBe(roceClass);
          expect(packet).toMatchObject({
            opcode,
            transportVersion: 0,
            pKey: VALUES.pKey,
            destQp: VALUES.destQp,
            psn: VALUES.psn,
            becn: 1,
            fecn: 0,
            ackReq: 1,
            padCount: -payload & 3,
            dscp: 26,
            ecn: 2,
            destinationPort: 4791,
          });
          expect(startsOperation(packet)).toBe(start);
          expect(transportPayloadBytes(packet)).toBe(payload);
          expect(roceHeaderBytes(opcode)).toBe(12 + bytes);
          expect((packet.layers & Layer.Tunnel) !== 0).toBe(tunnel !== 'plain');
          const hasReth = headers.includes('reth');
          expect((packet.layers & Layer.Reth) !== 0).toBe(hasReth);
          if (hasReth) expect(packet.dmaLength).toBe(VALUES.dmaLength);
          const hasAeth = headers.includes('aeth');
          expect((packet.layers & Layer.Aeth) !== 0).toBe(hasAeth);
          if (hasAeth) expect([packet.syndrome, packet.msn]).toEqual([0x6a, 42]);
          described(frame, opcode, name, headers, payload, hasPayload);
          clipped(frame, roceClass, transport.length);
        });
      }
    }
  });
}

/** The BTH and what follows it, with the values that the builder put there. */
function described(frame: Buffer, opcode: number, name: string, headers: string, payload: number, hasPayload: boolean) {
  const layers = layersOf(frame);
  const at = layers.findIndex((layer) => layer.layer === 'bth');
  expect(layers[at]).toMatchObject({
    opcode,
    opcode_name: name,
    dest_qp: VALUES.destQp,
    psn: VALUES.psn,
    becn: 1,
    migration: 1,
  });
  const behind = layers.slice(at + 1);
  const names = headers === '' ? [] : headers.split(' ');
  expect(behind.map((layer) => layer.layer)).toEqual([...names, ...(hasPayload ? ['roce_payload'] : []), 'icrc']);
  const expected: Record<string, object> = {
    rdeth: {ee_context: 0x11},
    deth: {q_key: VALUES.qKey, source_qp: VALUES.sourceQp},
    xrceth: {xrcsrq: VALUES.xrcSrq},
    feth: {selectivity: 2, placement_type: 1},
    reth: {virtual_address: '0x1122334455667788', r_key: '0x9abcdef0', dma_length: VALUES.dmaLength},
    atomic_eth: {virtual_address: '0x1122334455667788', r_key: '0x9abcdef0', swap_or_add: 5, compare: 6},
    aeth: {syndrome: 0x6a, msn: 42, kind: 'nak', nak: 'reserved_10'},
    atomic_ack_eth: {original_data: 7},
    immediate: {data: '0x0000cafe'},
    ieth: {r_key: '0x0000beef'},
    roce_payload: {bytes: payload, pad: -payload & 3},
    icrc: {value: '0x1c2c3c4c'},
  };
  for (const layer of behind) expect(layer).toMatchObject(expected[layer.layer]!);
}

/** Cut at every length up to 128: what is told stays true, and nothing is told that is not there. */
function clipped(frame: Buffer, roceClass: string, transportBytes: number) {
  const whole = Object.fromEntries(Object.entries(packet));
  const bth = frame.length - transportBytes;
  for (let length = 0; length <= Math.min(128, frame.length); length++) {
    const cut = Buffer.from(frame.subarray(0, length));
    const result = classify(cut);
    if (length >= bth + 12) {
      expect(result).toBe(roceClass);
      for (const field of ['opcode', 'destQp', 'psn', 'padCount', 'source3', 'destination3'] as const) {
        expect(packet[field]).toBe(whole[field]);
      }
      expect(transportPayloadBytes(packet)).toBe(
        transportBytes - 4 - ((packet.padCount + roceHeaderBytes(packet.opcode)) as number),
      );
    } else {
      expect(['none', 'unreadable']).toContain(result);
      expect(packet.layers & Layer.Bth).toBe(0);
      expect(result === 'unreadable').toBe(length >= bth);
    }
    if ((packet.layers & Layer.Reth) !== 0) expect(packet.dmaLength).toBe(VALUES.dmaLength);
    if ((packet.layers & Layer.Aeth) !== 0) expect(packet.syndrome).toBe(0x6a);
    if (length % 16 === 0) expect(layersOf(cut).some((layer) => layer.layer === 'icrc')).toBe(length === frame.length);
  }
}

describe('what is not RoCEv2, or hardly', () => {
  const write = roce(0x0a, {payload: 64});
  const rows: readonly [string, Buffer, string][] = [
    ['TCP to port 4791', ethernet(ipv4(udp(write), {protocol: 6})), 'none'],
    ['another port', ethernet(ipv4(udp(write, 4792))), 'none'],
    ['a transport version that does not exist', ethernet(ipv4(udp(roce(0x0a, {transportVersion: 1})))), 'none'],
    ['an opcode that is not assigned', ethernet(ipv4(udp(roce(0x1f)))), 'none'],
    ["native InfiniBand's congestion notification", ethernet(ipv4(udp(roce(0x80)))), 'none'],
    ["a vendor's opcode", ethernet(ipv4(udp(roce(0xc5, {payload: 8})))), 'other'],
    ['a fragment behind the first', ethernet(ipv4(udp(write), {fragment: 100})), 'none'],
    ['a first fragment', ethernet(ipv4(udp(write), {fragment: 0x2000})), 'write'],
    ['a UDP length without room for a BTH', ethernet(ipv4(udp(write, 4791, 49_152, 23))), 'none'],
    ['a UDP length of 0, and the IP length', ethernet(ipv4(udp(write, 4791, 49_152, 0))), 'write'],
    ['neither length', ethernet(ipv4(udp(write, 4791, 49_152, 0), {length: 0})), 'write'],
    ['an answer from port 4791', ethernet(ipv4(udp(write, 50_000, 4791))), 'write'],
    ["an answer with a vendor's opcode", ethernet(ipv4(udp(roce(0xc5), 50_000, 4791))), 'none'],
    ['an answer with nothing to read', ethernet(ipv4(udp(write, 50_000, 4791))).subarray(0, 50), 'none'],
    ['an answer that is no BTH', ethernet(ipv4(udp(roce(0x1f), 50_000, 4791))), 'none'],
    ['RoCEv1', ethernet(grh(write), 0x8915), 'none'],
  ];
  for (const [name, frame, expected] of rows) it(name, () => expect(classify(frame)).toBe(expected));

  it('the invariant CRC is no RETH and no payload', () => {
    // 27 bytes behind the UDP header: a BTH, 11 bytes where a RETH should be, and the CRC.
    const frame = ethernet(ipv4(udp(roce(0x0a, {payload: 64}).subarray(0, 27))));
    expect(classify(frame)).toBe('write');
    expect(packet.layers & Layer.Reth).toBe(0);
    expect(transportPayloadBytes(packet)).toBe(0);
    const names = layersOf(frame).map((layer) => layer.layer);
    expect(names).not.toContain('icrc');
    expect(layersOf(frame).at(-1)).toMatchObject({layer: 'reth', clipped: true});
    const ack = ethernet(ipv4(udp(roce(0x11).subarray(0, 18))));
    expect(classify(ack)).toBe('acknowledge');
    expect(packet.layers & Layer.Aeth).toBe(0);
  });

  it('a packet in a tunnel is not read past the end that the tunnel gives', () => {
    const inside = ethernet(ipv4(udp(write)));
    const header = Buffer.from('0800000000006400', 'hex');
    for (const [bytes, expected] of [
      [8 + inside.length, 'write'],
      [8 + 14 + 20 + 8 + 12, 'write'],
      [8 + 14 + 20 + 8 + 11, 'unreadable'],
    ] as const) {
      const frame = ethernet(ipv4(udp(Buffer.concat([header, inside]), 4789, 1, 8 + bytes)));
      expect(classify(frame)).toBe(expected);
      expect((packet.layers & Layer.Reth) !== 0).toBe(bytes > 80);
    }
  });

  it('a vendor opcode and a strange version are not followed', () => {
    classify(ethernet(ipv4(udp(roce(0xc5, {payload: 8})))));
    expect(transportPayloadBytes(packet)).toBe(0);
    expect(layersOf(ethernet(ipv4(udp(roce(0xc5))))).at(-1)).toMatchObject({layer: 'bth', opcode_name: 'vendor 0xc5'});
    expect(layersOf(ethernet(ipv4(udp(roce(0x0a, {transportVersion: 3}))))).at(-1)).toMatchObject({layer: 'bth'});
  });
});

describe('RoCE version 1 and InfiniBand', () => {
  const transport = roce(0x06, {payload: 5});

  it('RoCEv1: GRH, class, payload', () => {
    const frame = ethernet(grh(transport), 0x8915, [[0x8100, 0x6007]]);
    decodeHeader(packet, viewOf(frame), 1, 0, frame.length);
    expect(classifyRoceV1(packet, viewOf(frame), frame.length)).toBe(RoceClass.Write);
    expect(packet).toMatchObject({vlan: 7, dscp: 26, ttl: 62, destQp: VALUES.destQp, dmaLength: VALUES.dmaLength});
    expect([packet.source0, packet.source3, packet.destination3]).toEqual([0x20010db8, 1, 2]);
    expect(packet.layers & (Layer.Grh | Layer.Ipv6)).toBe(Layer.Grh);
    expect(transportPayloadBytes(packet)).toBe(5);
    const layers = layersOf(frame);
    expect(layers.map((layer) => layer.layer)).toEqual([
      'ethernet',
      'vlan',
      'grh',
      'bth',
      'reth',
      'roce_payload',
      'icrc',
    ]);
    expect(layers[2]).toMatchObject({source_gid: '2001:db8::1', next_header: 0x1b, hop_limit: 62});
    for (let length = 0; length < frame.length; length++) {
      const cut = frame.subarray(0, length);
      decodeHeader(packet, viewOf(cut), 1, 0, length);
      const expected = length < 58 ? RoceClass.None : length < 70 ? RoceClass.Unreadable : RoceClass.Write;
      expect(classifyRoceV1(packet, viewOf(cut), length)).toBe(expected);
    }
  });

  it('a GRH in front of something else, or that is none', () => {
    for (const frame of [ethernet(grh(transport, 17), 0x8915), ethernet(ipv4(transport), 0x8915)]) {
      decodeHeader(packet, viewOf(frame), 1, 0, frame.length);
      expect(classifyRoceV1(packet, viewOf(frame), frame.length)).toBe(RoceClass.None);
      expect(layersOf(frame).at(-1)!.layer).toBe('grh');
    }
  });

  it('native InfiniBand: LRH with and without GRH', () => {
    const lrh = (next: number, words: number) => Buffer.from([0x10, 0x20 | next, 0, 9, 0, words, 0, 8]);
    const global = Buffer.concat([lrh(3, 0), grh(transport)]);
    decodeHeader(packet, viewOf(global), 18, 0, global.length);
    expect(classifyRoceV1(packet, viewOf(global), global.length)).toBe(RoceClass.Write);
    expect(layersOf(global, 18).map((layer) => layer.layer)).toEqual([
      'lrh',
      'grh',
      'bth',
      'reth',
      'roce_payload',
      'icrc',
    ]);
    const local = Buffer.concat([lrh(2, (8 + transport.length) / 4), transport]);
    const layers = layersOf(local, 18);
    expect(layers[0]).toMatchObject({virtual_lane: 1, service_level: 2, destination_lid: 9, source_lid: 8});
    expect(layers.map((layer) => layer.layer)).toEqual(['lrh', 'bth', 'reth', 'roce_payload', 'icrc']);
    for (const bytes of [local, lrh(0, 2), local.subarray(0, 5)]) {
      decodeHeader(packet, viewOf(bytes), 18, 0, bytes.length);
      expect(packet.layers & Layer.Grh).toBe(0);
    }
    expect(layersOf(lrh(0, 2), 18)).toHaveLength(1);
    expect(layersOf(local.subarray(0, 5), 18)[0]).toMatchObject({clipped: true});
  });
});

describe('acknowledgements in words', () => {
  it('credits (vol. 1, table 46)', () => {
    const credits = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048];
    credits.push(3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768, -1);
    expect(credits.map((_, code) => aethCredits(code))).toEqual(credits);
  });

  it('timers (vol. 1, table 45)', () => {
    const timers = [655.36, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.16, 0.24, 0.32, 0.48, 0.64, 0.96, 1.28, 1.92];
    timers.push(2.56, 3.84, 5.12, 7.68, 10.24, 15.36, 20.48, 30.72, 40.96, 61.44, 81.92, 122.88, 163.84, 245.76);
    timers.push(327.68, 491.52);
    expect(timers.map((_, code) => aethRnrMs(0x20 | code))).toEqual(timers);
  });

  const rows: readonly [number, object][] = [
    [0x00, {kind: 'ack', credits: 0}],
    [0x0a, {kind: 'ack', credits: 32}],
    [0x1f, {kind: 'ack'}],
    [0x2e, {kind: 'rnr_nak', timer_ms: 1.28}],
    [0x45, {kind: 'reserved'}],
    [0x60, {kind: 'nak', nak: 'psn_sequence_error'}],
    [0x61, {kind: 'nak', nak: 'invalid_request'}],
    [0x62, {kind: 'nak', nak: 'remote_access_error'}],
    [0x63, {kind: 'nak', nak: 'remote_operational_error'}],
    [0x64, {kind: 'nak', nak: 'invalid_rd_request'}],
  ];
  for (const [syndrome, expected] of rows) {
    it(`syndrome 0x${syndrome.toString(16)}`, () => {
      const aeth = layersOf(ethernet(ipv4(udp(roce(0x11, {syndrome}))))).find((layer) => layer.layer === 'aeth');
      expect(aeth).toEqual({layer: 'aeth', syndrome, msn: 42, ...expected});
    });
  }

  it('names', () => {
    expect(opcodeName(0x81)).toBe('CNP');
    expect(opcodeName(0x80)).toBe('CN 0x80');
    expect(opcodeName(0xff)).toBe('vendor 0xff');
    expect(aethKind(0x7f)).toBe('nak');
    expect(nakName(0x7f)).toBe('reserved_31');
  });
});
