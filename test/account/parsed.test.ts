import {expect, test} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {Feed, ledgerErrors} from './support/feed.ts';
import {
  addressWords,
  datagram,
  dropped,
  flow,
  type ParsedFields,
  packet,
  parsedIpv4,
  parsedIpv6,
} from './support/wire.ts';

const [FROM, TO] = ['10.7.0.1', '10.7.0.2'];
const ROCE: ParsedFields = {port: 4_791};
const CE = 0x6b;
const ECT = 0x6a;

/** One sample of each record, none with a header. */
function sampled(...records: readonly Buffer[]) {
  return new Feed().send(datagram(records.map((record, i) => flow({sequence: i + 1, record})))).finish();
}

const [v4, v6] = [
  (fields: ParsedFields) => parsedIpv4(1_000, FROM, TO, fields),
  (fields: ParsedFields) => parsedIpv6(1_000, fields),
];

for (const [name, record] of Object.entries({sampled_ipv4: v4, sampled_ipv6: v6})) {
  test(`${name} without a header tells RoCEv2 by its port, and CE`, () => {
    const result = sampled(
      record({...ROCE, tos: ECT}),
      record({...ROCE, tos: CE}),
      record({port: 443, tos: CE}),
      record({...ROCE, protocol: 6, tos: CE}),
      record({sourcePort: 4_791, tos: CE}),
    );
    const input = result.bins.filter(({port}) => port === 3);
    expect(input).toMatchObject([{sampledFrames: 5, sampledRoceFrames: 2, sampledCeFrames: 1}]);
    expect(result.count(Count.RoceSamples)).toBe(2);
    // The BTH was not sampled: neither who it was to nor what it did is known.
    expect(result.flows).toEqual([]);
    expect(result.operations).toEqual([]);
    // Nor does it tell the TTL, by which hosts are placed.
    expect(result.hosts).toEqual([]);
    expect(ledgerErrors(result)).toEqual([]);
  });
}

test('a header comes before what the agent made of it', () => {
  const header = packet({port: 443});
  const both = datagram([flow({header}), flow({sequence: 2, record: parsedIpv4(1_000, FROM, TO, ROCE)})]);
  const result = new Feed().send(both).finish();
  expect(result.count(Count.RoceSamples)).toBe(1);
});

test('lengths and numbers that no packet has do no harm', () => {
  const result = sampled(
    parsedIpv4(20, FROM, TO, ROCE),
    parsedIpv4(0xffffffff, FROM, TO, ROCE),
    parsedIpv4(1_000, FROM, TO, {protocol: 0xffffffff, port: 0xffffffff, sourcePort: 0xffffffff, tos: 0xffffffff}),
  );
  expect(result.count(Count.RoceSamples)).toBe(0);
  expect(result.count(Count.FlowSamplesNoLength)).toBe(1);
});

test('a drop that an agent parsed itself is RoCEv2 by its port', () => {
  const samples = [4_791, 443].map((port, i) =>
    dropped({sequence: i + 1, record: parsedIpv4(0xffffffff, FROM, TO, {port})}),
  );
  const {drops} = new Feed().send(datagram(samples)).finish();
  const addresses = {source3: addressWords(FROM)[3], destination3: addressWords(TO)[3], destQp: 0};
  expect(drops).toMatchObject([
    {...addresses, isRoce: 1},
    {...addresses, isRoce: 0},
  ]);
});
