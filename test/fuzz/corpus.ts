import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {readRecording} from '../../src/collector/pcap.ts';
import {recordFormats} from '../../src/sflow/records/table.ts';
import {repositoryRoot} from '../support/captures.ts';
import {
  counterSample,
  datagram,
  discardedPacket,
  flowSample,
  flowSampleExpanded,
  rawHeader,
  record,
  words,
} from '../support/datagram-builder.ts';
import {be, ethernet, grh, ipv4, ipv6, roce, tunnels, udp} from '../support/packet-builder.ts';
import {RecordWriter} from '../support/record-writer.ts';

/** What is mutated: every record format, headers of every kind, and what was found before. */
export function corpus(): Buffer[] {
  return [...records(), ...headers(), ...oddities(), ...malformed()];
}

function records(): Buffer[] {
  const all: Buffer[] = [];
  const batch = {flow: [] as Buffer[], counter: [] as Buffer[]};
  for (const format of recordFormats) {
    batch[format.kind].push(record(format.format, new RecordWriter().record(format).bytes, format.enterprise));
  }
  for (let i = 0; i < batch.flow.length; i += 4) all.push(datagram([flowSample(batch.flow.slice(i, i + 4))]));
  for (let i = 0; i < batch.counter.length; i += 4) all.push(datagram([counterSample(batch.counter.slice(i, i + 4))]));
  return all;
}

function headers(): Buffer[] {
  const inner = [0x06, 0x07, 0x0c, 0x11, 0x13, 0x64, 0x81, 0xa6, 0xb7, 0x5c].map((opcode) =>
    roce(opcode, {payload: 8}),
  );
  const packets = inner.map((packet) => ethernet(ipv4(udp(packet))));
  for (const wrap of Object.values(tunnels)) {
    const twice = wrap(wrap(wrap(ipv4(udp(inner[0]!)))));
    for (const packet of [wrap(ipv4(udp(inner[0]!))), wrap(ipv6(udp(inner[1]!))), twice]) {
      packets.push(ethernet(packet, packet[0]! >>> 4 === 4 ? 0x0800 : 0x86dd));
    }
  }
  packets.push(ethernet(grh(inner[0]!), 0x8915));
  packets.push(ethernet(ipv4(udp(be([2, 0x1084], [8, 7], [4, 1], [16, 0]), 4793))));
  packets.push(ethernet(be([4, 0x00064140]), 0x8847));
  packets.push(ethernet(Buffer.concat([be([4, 0x00064140]), ipv4(udp(inner[1]!))]), 0x8847));
  packets.push(ethernet(be([2, 0x0101], [2, 8], [16, 0xffff]), 0x8808, [[0x8100, 5]]));
  packets.push(
    ethernet(
      ipv6(udp(inner[0]!), {
        extensions: [
          {type: 0, body: Buffer.alloc(6)},
          {type: 43, body: Buffer.concat([be([1, 4], [1, 0], [1, 0], [1, 0], [2, 0]), Buffer.alloc(16)])},
          {type: 44, body: Buffer.alloc(6)},
          {type: 51, body: Buffer.alloc(10)},
        ],
      }),
      0x86dd,
    ),
  );
  const samples = packets.map((packet, i) =>
    (i % 3 === 0 ? flowSampleExpanded : flowSample)([rawHeader(packet.subarray(0, 128))]),
  );
  const all: Buffer[] = [];
  for (let i = 0; i < samples.length; i += 3) all.push(datagram(samples.slice(i, i + 3)));
  for (const protocol of [7, 11, 12, 13, 14, 18]) {
    all.push(datagram([flowSample([rawHeader(packets[0]!.subarray(14), {protocol})])]));
  }
  return all;
}

function oddities(): Buffer[] {
  const queue = record(1036, words(3));
  const header = rawHeader(ethernet(ipv4(udp(roce(0x06)))));
  const custom = Buffer.concat([words(4), Buffer.from('host'), words(1, 4), Buffer.from('load'), words(3, 7)]);
  return [
    datagram([flowSample([header], {length: 60}), flowSample([header, queue])]),
    datagram([counterSample([record(1005, be([4, 5], [5, 1]), 0, 9), record(1, Buffer.alloc(88))], {expanded: true})]),
    datagram([discardedPacket([header, record(1038, words(3, 0x61626300))]), record(1002, custom, 4300)]),
    datagram([flowSample([queue])], {agent: Buffer.alloc(16, 1)}),
    datagram([], {agent: Buffer.alloc(0)}),
  ];
}

/** The datagrams of the captures: what real agents send. */
export async function captured(): Promise<Buffer[]> {
  const folder = join(repositoryRoot, 'fixtures/captures');
  const all: Buffer[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.pcap'))) {
    for await (const {bytes} of readRecording(join(folder, name))) all.push(Buffer.from(bytes));
  }
  return all;
}

/** What the fuzzer ever found stays in what it starts from. */
function malformed(): Buffer[] {
  const folder = join(repositoryRoot, 'fixtures/malformed');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.bin'));
  return files.map((name) => readFileSync(join(folder, name)));
}
