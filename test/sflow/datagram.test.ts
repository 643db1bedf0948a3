import {describe, expect, it} from 'vitest';
import {DatagramDecoder} from '../../src/sflow/datagram.ts';
import {FAULT_NAMES, Fault, LAST_REJECTION, ODDITY_NAMES, Oddity} from '../../src/sflow/faults.ts';
import {FormatCounter} from '../../src/sflow/format-counter.ts';
import {DatagramView, FoundRecord, MOST_GAUGES} from '../../src/sflow/views.ts';
import {
  counterSample,
  datagram,
  discardedPacket,
  flowSample,
  flowSampleExpanded,
  opaque,
  rawHeader,
  record,
  words,
} from '../support/datagram-builder.ts';
import {decode} from '../support/decode-sink.ts';
import {be} from '../support/packet-builder.ts';

const header = rawHeader(Buffer.from('0102030405060708', 'hex'), {frameLength: 100});
const queue = record(1036, words(3));
const interfaces = record(1, Buffer.concat([words(7, 6), be([8, 100e9]), Buffer.alloc(72)]));

describe('the datagram header', () => {
  it('IPv4, IPv6 and no agent', () => {
    const {datagram: v4} = decode(datagram([], {subAgent: 5, sequence: 9, uptime: 77}));
    expect(v4).toEqual({
      agent_address: '10.0.0.1',
      sub_agent_id: 5,
      sequence_number: 9,
      uptime_ms: 77,
      sample_count: 0,
      bytes: 28,
    });
    expect(decode(datagram([], {agent: be([8, 0x20010db800000000n], [8, 1])})).datagram!['agent_address']).toBe(
      '2001:db8::1',
    );
    expect(decode(datagram([], {agent: Buffer.alloc(0)})).datagram!['agent_address']).toBeNull();
    expect(decode(datagram([], {agent: Buffer.alloc(4)})).datagram!['agent_address']).toBe('0.0.0.0');
  });

  const rejections: readonly [string, Buffer, Fault][] = [
    ['empty', Buffer.alloc(0), Fault.Empty],
    ['four bytes', words(5), Fault.HeaderCut],
    ['an older sFlow', datagram([], {version: 4}), Fault.BadVersion],
    ['NetFlow v5', words(0x0005001e, 1, 2), Fault.BadVersion],
    ['an address of no known type', datagram([], {agentType: 3}), Fault.BadAddressType],
    ['a header that ends early', datagram([]).subarray(0, 27), Fault.HeaderCut],
  ];
  for (const [name, bytes, fault] of rejections) {
    it(`rejects ${name}`, () => {
      const decoded = decode(bytes, {room: 64});
      expect(decoded.fault).toBe(fault);
      expect(decoded.datagram).toBeNull();
      expect(fault).toBeLessThanOrEqual(LAST_REJECTION);
    });
  }

  it('a sink may leave the samples alone', () => {
    const bytes = datagram([flowSample([header])]);
    const view = new DatagramView(new Uint8Array(bytes));
    view.length = bytes.length;
    const never = () => {
      throw new Error('not asked for');
    };
    const decoder = new DatagramDecoder({
      datagram: () => false,
      flowSample: never,
      counterSample: never,
      otherSample: never,
    });
    expect(decoder.decode(view)).toBe(Fault.None);
  });

  it('every fault and oddity has a name', () => {
    expect(FAULT_NAMES).toHaveLength(Object.keys(Fault).length);
    expect(ODDITY_NAMES).toHaveLength(Object.keys(Oddity).length);
  });
});

describe('samples', () => {
  const fields = {sequence: 4, source: [2, 11] as const, rate: 500, pool: 9_000, drops: 3};
  for (const [name, build] of Object.entries({flowSample, flowSampleExpanded})) {
    it(`${name}: every field`, () => {
      const {samples, flows, fault} = decode(
        datagram([build([header, queue], {...fields, input: [0, 5], output: [2, 12]})]),
      );
      expect(fault).toBe(Fault.None);
      expect(samples[0]).toMatchObject({
        sample: name === 'flowSample' ? 'flow_sample' : 'flow_sample_expanded',
        sequence_number: 4,
        source_id: {class: 2, class_name: 'physical_entity', index: 11},
        sampling_rate: 500,
        sample_pool: 9_000,
        drops: 3,
        input: {format: 'single', ifIndex: 5},
        output: {format: 'multiple', count: 12},
        records: [
          {record: 'sampled_header', header: '0102030405060708'},
          {record: 'extended_egress_queue', queue: 3},
        ],
      });
      expect(flows[0]).toMatchObject({
        frameLength: 100,
        headerProtocol: 1,
        stripped: 4,
        found: FoundRecord.EgressQueue,
      });
    });
  }

  for (const expanded of [false, true]) {
    it(`counters, ${expanded ? 'expanded' : 'compact'}: every field, and where records stand`, () => {
      const records = [
        interfaces,
        record(2, Buffer.alloc(52)),
        record(7, Buffer.alloc(56)),
        record(11, words(1, 2, 3, 4, 5)),
        record(1005, opaque('swp1')),
      ];
      const {samples, counters, data} = decode(
        datagram([counterSample(records, {sequence: 8, source: [3, 5], expanded})]),
      );
      expect(samples[0]).toMatchObject({
        sample: expanded ? 'counters_sample_expanded' : 'counters_sample',
        sequence_number: 8,
        source_id: {class: 3, class_name: 'logical_entity', index: 5},
        records: [{ifIndex: 7, ifSpeed: 100e9}, {}, {}, {requests: 1, storm_restored: 5}, {name: 'swp1'}],
      });
      const [view] = counters;
      expect(data.getUint32(view!.interfaceOffset)).toBe(7);
      expect([view!.gauges, view!.gaugeFormats[0]]).toEqual([1, 11]);
      expect(data.getUint32(view!.gaugeOffsets[0]! + 16)).toBe(5);
      expect(view!.gaugeEnds[0]! - view!.gaugeOffsets[0]!).toBe(20);
      expect(data.getUint32(view!.portNameOffset)).toBe(4);
      expect(view!.lagOffset - view!.ethernetOffset).toBe(60);
    });
  }

  it('a record that is too short to be accounted has no place', () => {
    const short = [
      record(1, Buffer.alloc(84)),
      record(2, Buffer.alloc(48)),
      record(7, words(1)),
      record(1005, Buffer.alloc(0)),
    ];
    expect(decode(datagram([counterSample(short)])).counters[0]).toMatchObject({
      interfaceOffset: -1,
      ethernetOffset: -1,
      portNameOffset: -1,
      lagOffset: -1,
      gauges: 0,
    });
  });

  it('of records with gauges, as many are noted as there is room for', () => {
    const records = Array.from({length: MOST_GAUGES + 3}, (_, i) => record(11, words(i, 0, 0, 0, 0)));
    const {counters, data} = decode(datagram([counterSample([...records, record(1, Buffer.alloc(88))])]));
    const [view] = counters;
    expect(view!.gauges).toBe(MOST_GAUGES);
    expect(data.getUint32(view!.gaugeOffsets[MOST_GAUGES - 1]!)).toBe(MOST_GAUGES - 1);
    expect(view!.interfaceOffset).toBeGreaterThan(0);
  });

  it('a drop notification: every field; a sink that does not take them gets its place', () => {
    const bytes = datagram([
      discardedPacket([header, record(1042, opaque('NO_SOCKET'))], {reason: 259, drops: 5, output: 8}),
    ]);
    const {samples, discards} = decode(bytes);
    expect(samples[0]).toMatchObject({
      sample: 'discarded_packet',
      sequence_number: 3,
      drops: 5,
      input: 7,
      output: 8,
      reason: 259,
      reason_name: 'no_buffer_space',
      records: [{record: 'sampled_header'}, {reason: 'NO_SOCKET'}],
    });
    expect(discards[0]!.packet).toMatchObject({frameLength: 100});
    expect(decode(bytes, {takesDiscards: false}).others).toEqual([5]);
  });

  it('a sample of another format is skipped by its length', () => {
    const {others, flows, samples} = decode(datagram([record(77, words(1, 2), 9), flowSample([header])]));
    expect(others).toEqual([(9 << 12) | 77]);
    expect(samples[0]).toEqual({sample: 'unknown', format: '9:77', length: 8, bytes: '0000000100000002'});
    expect(flows).toHaveLength(1);
  });

  it('nothing of one sample is seen in the next', () => {
    const timestamp = record(1043, be([8, 5]));
    const {flows} = decode(datagram([flowSample([header, queue, timestamp]), flowSample([])]));
    expect(flows[1]).toMatchObject({frameLength: 0, headerProtocol: 0, stripped: 0, found: 0});
    expect(flows[1]!.headerEnd).toBe(flows[1]!.headerOffset);
  });
});

describe('one sample is one packet', () => {
  const ethernet = record(2, Buffer.concat([words(1_000), Buffer.alloc(16), words(0x0800)]));
  const ipv4 = record(3, Buffer.concat([words(900, 17), Buffer.alloc(24)]));
  const ipv6 = record(4, Buffer.concat([words(800, 17), Buffer.alloc(48)]));
  const rows: readonly [string, Buffer[], number][] = [
    ['the raw header first', [ethernet, ipv4, header], 100],
    ['then parsed IPv4', [ethernet, ipv4], 918],
    ['then parsed IPv6', [ipv6, ethernet], 818],
    ['then parsed Ethernet', [ethernet], 1_000],
    ['a later IPv6 in place of an IPv4', [ipv4, ipv6], 818],
    ['a later IPv4 in place of an IPv6', [ipv6, ipv4], 918],
    ['a parsed length of 0', [record(3, Buffer.alloc(32))], 0],
    ['parsed records that are cut', [record(2, Buffer.alloc(0)), record(3, words(9)), record(4, words(9))], 0],
    ['a frame that is shorter than its header', [rawHeader(Buffer.alloc(64), {frameLength: 10})], 64],
    ['no header protocol is Ethernet', [rawHeader(Buffer.alloc(8), {protocol: 0, frameLength: 99})], 99],
    ['a raw header without room for its fields', [record(1, words(1, 100, 0))], 0],
  ];
  for (const [name, records, frameLength] of rows) {
    it(name, () => {
      const {flows, fault} = decode(datagram([flowSample(records)]));
      expect(flows[0]!.frameLength).toBe(frameLength);
      expect(fault).toBe(Fault.None);
    });
  }

  it('remembers where further records stand, unless they are too short', () => {
    const numbers = [1001, 1036, 1039, 1040, 1043];
    const whole = decode(datagram([flowSample(numbers.map((format) => record(format, words(1, 2, 3, format))))]));
    const [view] = whole.flows;
    expect(view!.found).toBe(
      FoundRecord.Switch | FoundRecord.EgressQueue | FoundRecord.Transit | FoundRecord.Queue | FoundRecord.Timestamp,
    );
    const offsets = [
      view!.switchOffset,
      view!.egressQueueOffset,
      view!.transitOffset,
      view!.queueOffset,
      view!.timestampOffset,
    ];
    expect(offsets.map((at) => whole.data.getUint32(at + 12))).toEqual(numbers);
    const short = decode(datagram([flowSample(numbers.map((format) => record(format, Buffer.alloc(0))))]));
    expect(short.flows[0]!.found).toBe(0);
  });
});

describe('lengths that are wrong', () => {
  it('5: a record without its padding is followed where only that makes sense, and counted', () => {
    const unpadded = Buffer.concat([words(1038, 10, 6), Buffer.from('foobar'), Buffer.alloc(2)]);
    const {samples, decoder} = decode(datagram([flowSample([unpadded, queue])]));
    expect(samples[0]!['records']).toMatchObject([{symbol: 'foobar'}, {queue: 3}]);
    expect(decoder.unknownFlowRecords.unpadded).toBe(1);
    // Without padding altogether the literal place holds.
    const tight = Buffer.concat([words(1038, 10, 6), Buffer.from('foobar')]);
    expect(decode(datagram([flowSample([tight, queue])])).samples[0]!['records']).toMatchObject([
      {symbol: 'foobar'},
      {queue: 3},
    ]);
    const counters = decode(
      datagram([
        counterSample([
          record(1005, Buffer.concat([words(5), Buffer.from('swp10'), Buffer.alloc(3)]), 0, 9),
          interfaces,
        ]),
      ]),
    );
    expect(counters.samples[0]!['records']).toMatchObject([{name: 'swp10'}, {ifIndex: 7}]);
    expect(counters.decoder.unknownCounterRecords.unpadded).toBe(1);
  });

  it('5: the same for samples', () => {
    const odd = flowSample([record(1038, Buffer.concat([words(6), Buffer.from('foobar')]))]);
    const {flows, decoder} = decode(datagram([Buffer.concat([odd, Buffer.alloc(2)]), flowSample([header])]));
    expect(flows[1]!.frameLength).toBe(100);
    expect(decoder.oddities[Oddity.UnpaddedSample]).toBe(1);
    const tight = decode(datagram([odd, flowSample([header])]));
    expect(tight.flows[1]!.frameLength).toBe(100);
    expect(tight.decoder.oddities[Oddity.UnpaddedSample]).toBe(0);
    expect(decode(datagram([odd])).fault).toBe(Fault.None);
  });

  const kinds: readonly [string, (length: number) => Buffer, (records: Buffer[]) => Buffer, object][] = [
    ['flow sample', (length) => flowSample([header, queue], {length}), flowSample, {queue: 3}],
    ['expanded', (length) => flowSampleExpanded([header, queue], {length}), flowSampleExpanded, {queue: 3}],
    [
      'counters',
      (length) => counterSample([record(1005, opaque('a')), interfaces], {length}),
      counterSample,
      {ifIndex: 7},
    ],
    ['discard', (length) => discardedPacket([header, queue], {length}), discardedPacket, {queue: 3}],
  ];
  for (const [name, build, plain, last] of kinds) {
    it(`6: a ${name} whose length is too small for its records`, () => {
      const truth = build(0).length - 8;
      for (const short of [4, 8]) {
        for (const rest of [[], [flowSample([header])]]) {
          const {samples, fault} = decode(datagram([build(truth - short), ...rest]));
          expect(fault).toBe(Fault.ShortSampleLength);
          expect(samples[0]!['records']).toMatchObject([{}, last]);
          expect(samples).toHaveLength(1 + rest.length);
        }
      }
    });

    it(`6: a ${name} whose record is wrong while its own length is sound`, () => {
      const broken = record(1036, words(3), 0, 0xfffffff0);
      const {samples, fault} = decode(datagram([plain([broken]), flowSample([header])]));
      expect(fault).toBe(Fault.RecordCut);
      expect(samples).toHaveLength(2);
      expect(samples[0]!['records']).toMatchObject([{claimed_length: 0xfffffff0}]);
    });

    it(`6: a ${name} behind which nothing can be found`, () => {
      const bytes = datagram([build(build(0).length - 8 - 4), Buffer.alloc(16, 0xee)]);
      const {samples, fault} = decode(bytes, {room: 64});
      expect(fault).toBe(Fault.RecordCut);
      expect(samples).toHaveLength(1);
    });

    it(`a ${name} that is shorter than its fixed part`, () => {
      const tiny = plain([]);
      tiny.writeUInt32BE(8, 4);
      const {samples, fault} = decode(datagram([tiny.subarray(0, 16), flowSample([header])]));
      expect(fault).toBe(Fault.SampleTooShort);
      expect(samples).toHaveLength(1);
    });
  }

  it('6: no repair where the records leave the datagram', () => {
    const long = flowSample([record(1036, words(3), 0, 400)], {length: 32});
    const {fault, samples} = decode(datagram([long, Buffer.alloc(24)], {count: 2}));
    expect([fault, samples.length]).toEqual([Fault.RecordCut, 1]);
    const many = flowSample([record(1036, words(3))], {length: 40, count: 9});
    expect(decode(datagram([many, Buffer.alloc(4)], {count: 1})).fault).toBe(Fault.RecordCut);
  });

  it('7: a sample that is longer than the datagram is read as far as it is there', () => {
    const bytes = datagram([flowSample([header, queue]), counterSample([interfaces])]);
    const {flows, counters, fault} = decode(bytes.subarray(0, -40), {room: 64});
    expect(fault).toBe(Fault.SampleCut);
    expect(flows[0]!.frameLength).toBe(100);
    expect(counters[0]!.interfaceOffset).toBe(-1);
    const clipped = decode(datagram([flowSample([header])]).subarray(0, -4));
    expect(clipped.flows[0]).toMatchObject({frameLength: 100});
    expect(clipped.flows[0]!.headerEnd - clipped.flows[0]!.headerOffset).toBe(4);
  });

  it('8: bytes behind the last sample are counted; samples that are claimed and missing are a fault', () => {
    const {decoder, fault} = decode(datagram([flowSample([header]), words(1, 2)], {count: 1}));
    expect([fault, decoder.oddities[Oddity.TrailingBytes]]).toEqual([Fault.None, 1]);
    expect(decode(datagram([flowSample([header])], {count: 3})).fault).toBe(Fault.SampleCut);
    expect(decode(datagram([flowSample([header]), words(1)], {count: 2})).fault).toBe(Fault.SampleCut);
  });

  it('9: a count from the wire ends with the bytes', () => {
    const {flows, fault} = decode(datagram([flowSample([header], {count: 0xffffffff})], {count: 0xffffffff}));
    expect([flows.length, fault]).toEqual([1, Fault.RecordCut]);
  });

  it('the first fault is the one that is told', () => {
    const cut = flowSample([record(1036, words(3), 0, 900)]);
    expect(decode(datagram([cut, words(1, 900)], {count: 2})).fault).toBe(Fault.RecordCut);
    expect(decode(datagram([cut], {count: 2})).fault).toBe(Fault.RecordCut);
    expect(decode(datagram([cut, flowSample([], {length: 32}), words(9)], {count: 3})).fault).toBe(Fault.RecordCut);
  });
});

describe('what follows a sample whose length is wrong', () => {
  const followers: readonly [string, Buffer][] = [
    ['flow', flowSample([])],
    ['expanded flow', flowSampleExpanded([])],
    ['counters', counterSample([])],
    ['expanded counters', counterSample([], {expanded: true})],
    ['discard', discardedPacket([])],
    ['metrics', record(1002, words(0, 0), 4300)],
    ['flows', record(1003, words(0, 0, 0, 0), 4300)],
  ];
  for (const [name, follower] of followers) {
    it(`${name}: the sample is mended, and what follows is found`, () => {
      const {samples, fault} = decode(datagram([flowSample([header, queue], {length: 72}), follower]));
      expect([fault, samples.length]).toEqual([Fault.ShortSampleLength, 2]);
      expect(samples[0]!['records']).toMatchObject([{}, {queue: 3}]);
    });
  }

  it('a sample that is cut: too short, whole records, half a record', () => {
    const whole = datagram([flowSample([header, queue], {length: 900})]);
    expect(decode(whole)).toMatchObject({fault: Fault.SampleCut, samples: [{records: [{}, {queue: 3}]}]});
    expect(decode(whole.subarray(0, 28 + 8 + 20))).toMatchObject({fault: Fault.SampleCut, samples: []});
    expect(decode(whole.subarray(0, -6)).samples).toHaveLength(1);
  });

  it('a header whose length is no multiple of four ends where it says, not where its padding does', () => {
    const {flows} = decode(datagram([flowSample([rawHeader(Buffer.alloc(10))])]));
    expect(flows[0]!.headerEnd - flows[0]!.headerOffset).toBe(10);
  });

  it('mends a sample whose records are odd, too; and none in front of half a sample header', () => {
    const odd = Buffer.concat([words(1038, 10, 6), Buffer.from('foobar'), Buffer.alloc(2)]);
    const mended = decode(
      datagram([flowSample([odd, queue, odd, queue], {length: 32 + 20 + 12 + 4}), flowSample([header])]),
    );
    expect(mended.fault).toBe(Fault.ShortSampleLength);
    expect(mended.samples[0]!['records']).toMatchObject([
      {symbol: 'foobar'},
      {queue: 3},
      {symbol: 'foobar'},
      {queue: 3},
    ]);
    const half = decode(datagram([flowSample([header, queue], {length: 72}), words(1)], {count: 2}));
    expect([half.fault, half.samples.length]).toEqual([Fault.RecordCut, 1]);
  });

  it('a header that claims more than its record has, and records that are not there', () => {
    const {flows} = decode(datagram([flowSample([rawHeader(Buffer.alloc(12), {claimed: 4_000})])]));
    expect(flows[0]!.headerEnd - flows[0]!.headerOffset).toBe(12);
    const missing = decode(datagram([counterSample([interfaces], {count: 3}), flowSample([header])]));
    expect([missing.fault, missing.samples.length]).toEqual([Fault.RecordCut, 2]);
    expect(missing.counters[0]!.interfaceOffset).toBeGreaterThan(0);
    const both = decode(datagram([counterSample([record(9, words(1), 0, 400)], {count: 3}), flowSample([header])]));
    expect([both.fault, both.samples.length]).toEqual([Fault.RecordCut, 2]);
  });
});

describe('formats that nobody decodes', () => {
  it('are counted by kind and number, known ones are not', () => {
    const {decoder} = decode(
      datagram([
        flowSample([
          header,
          record(900, words(1)),
          record(900, words(1)),
          record(5, words(1), 9),
          record(1, words(1), 4413),
        ]),
        counterSample([interfaces, record(2003, Buffer.alloc(68)), record(900, words(1)), record(0, words(1))]),
      ]),
    );
    const {words: numbers, counts, others} = decoder.unknownFlowRecords;
    const found = [...numbers].map((word, i) => [word, counts[i]]).filter(([word]) => word !== 0);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual([900, 2]);
    expect(found).toContainEqual([(9 << 12) | 5, 1]);
    expect(others).toBe(0);
    expect(decoder.unknownCounterRecords.others).toBe(1);
    expect(decoder.unknownCounterRecords.counts.reduce((sum, count) => sum + count)).toBe(1);
  });

  it('header protocols other than Ethernet are counted', () => {
    const headers = [0, 1, 11, 11, 15, 18, 77, 0xffffffff].map((protocol) => rawHeader(Buffer.alloc(8), {protocol}));
    const {decoder} = decode(datagram(headers.map((header) => flowSample([header]))));
    const counted = [...decoder.unknownFlowRecords.headerProtocols].flatMap((count, protocol) =>
      count > 0 ? [[protocol, count]] : [],
    );
    expect(counted).toEqual([
      [11, 2],
      [15, 1],
      [18, 1],
      [19, 2],
    ]);
  });

  it('are bounded, whatever numbers come', () => {
    const counter = new FormatCounter('flow');
    for (let word = 1; word <= 100_000; word++) counter.see(word * 4_096 + 9);
    const told = counter.counts.reduce((sum, count) => sum + count);
    expect(told).toBeLessThanOrEqual(256);
    expect(told + counter.others).toBe(100_000);
  });
});
