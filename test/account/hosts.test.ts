import {expect, test} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {Feed, ledgerErrors} from './support/feed.ts';
import {datagram, dropped, flow, hostDescription, packet} from './support/wire.ts';

const tcp = {protocol: 'tcp', port: 443} as const;

test('sources of other traffic are told by port, with their highest TTL', () => {
  const feed = new Feed();
  const headers = [
    packet({...tcp, ttl: 60}),
    packet({...tcp, ttl: 63}),
    packet({...tcp, source: '10.1.0.9'}),
    packet(),
  ];
  feed.send(datagram([...headers.map((header) => flow({header})), flow({header: packet(tcp), source: 8, input: 8})]));
  const {hosts} = feed.finish();
  expect(
    hosts.map(({port, side, address2, address3, frames, ttl}) => [port, side, address2, address3, frames, ttl]),
  ).toEqual([
    [3, 0, 0xffff, 0x0a010001, 2, 63],
    [3, 0, 0xffff, 0x0a010009, 1, 64],
    [8, 0, 0xffff, 0x0a010001, 1, 64],
  ]);
});

test('what neighbours say to each other, and addresses that are nobody in particular, are left out', () => {
  const between = [
    packet({protocol: 'tcp', port: 179}),
    ...[3784, 3785, 4784, 646, 319, 320, 520, 67, 5353, 6343].map((port) => packet({port})),
    packet({...tcp, destination: '224.0.0.5'}),
    packet({...tcp, destination: '255.255.255.255'}),
    packet({...tcp, source: '169.254.3.4'}),
    packet({...tcp, source: '0.0.0.0'}),
    packet({...tcp, destination: '169.254.3.4'}),
  ];
  for (const protocol of [1, 2, 58, 88, 89, 103, 112]) {
    const header = packet(tcp);
    header.writeUInt8(protocol, 23);
    between.push(header);
  }
  const arp = packet(tcp);
  arp.writeUInt16BE(0x0806, 12);
  const result = new Feed({cells: 256}).send(datagram([...between, arp].map((header) => flow({header})))).finish();
  expect(result.count(Count.FlowSamplesCounted)).toBe(between.length + 1);
  expect(result.hosts).toEqual([]);
});

test('a full table of hosts is sent early', () => {
  const feed = new Feed({flows: 2});
  const samples = Array.from({length: 9}, (_, i) => flow({header: packet({...tcp, source: `10.1.0.${i + 1}`})}));
  const result = feed.send(datagram(samples)).finish();
  expect(result.hosts).toHaveLength(9);
  expect(ledgerErrors(result)).toEqual([]);
});

test("the agent's own host name is told as the name of port 0; that of a virtual machine is not", () => {
  const feed = new Feed();
  feed.send(datagram([hostDescription('leaf-7')]));
  feed.send(datagram([hostDescription('vm-1', {sourceClass: 3, source: 100_001})], {sequence: 2}));
  expect(feed.finish().names).toEqual([{agent: '0:0:65535:167772161:0', port: 0, name: 'leaf-7'}]);
});

test('drop notifications are counted by name, and are no traffic', () => {
  const result = new Feed().send(datagram([dropped(), flow({output: 0}), dropped({sequence: 2})])).finish();
  expect(result.count(Count.DiscardedPackets)).toBe(2);
  expect(result.count(Count.OtherSamples)).toBe(0);
  expect(result.bins.map((row) => row['sampledFrames'])).toEqual([1]);
});
