/** Datagrams for accounting's tests, built the plain way: big-endian words, one function a structure. */
import {isIPv6} from 'node:net';
import {parseAddress} from '../../../src/collector/address.ts';

export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value >>> 0, i * 4);
  });
  return bytes;
}

const sized = (format: number, body: Buffer): Buffer => Buffer.concat([words(format, body.length), body]);

export function addressWords(text: string): Uint32Array {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`no address: ${text}`);
  return parsed;
}

function addressBytes(text: string): Buffer {
  const all = words(...addressWords(text));
  return isIPv6(text) ? all : all.subarray(12);
}

export interface DatagramFields {
  agent?: string;
  subAgent?: number;
  sequence?: number;
  uptime?: number;
}

export function datagram(
  samples: readonly Buffer[],
  {agent = '10.0.0.1', subAgent = 0, sequence = 1, uptime = 60_000}: DatagramFields = {},
): Buffer {
  const header = [words(5, isIPv6(agent) ? 2 : 1), addressBytes(agent)];
  return Buffer.concat([...header, words(subAgent, sequence, uptime, samples.length), ...samples]);
}

/** Compact interface words (v5, interface). */
export const INTERNAL = 0x3fffffff;
export const discarded = (reason: number): number => 0x40000000 + reason;
export const several = (count: number): number => 0x80000000 + count;

export interface FlowFields {
  sourceClass?: number;
  source?: number;
  rate?: number;
  pool?: number;
  drops?: number;
  sequence?: number;
  input?: number;
  output?: number;
  length?: number;
  header?: Buffer;
  /** In place of the sampled header. */
  record?: Buffer;
  /** Adds extended_timestamp (0:1043), epoch ms. */
  time?: number | undefined;
  /** Adds extended_egress_queue (0:1036), extended_queue (0:1040, bytes), extended_transit (0:1039, ns). */
  queue?: number | undefined;
  depth?: number | undefined;
  transit?: number | undefined;
}

const DEFAULT_FLOW = {
  sourceClass: 0,
  source: 3,
  rate: 1_000,
  pool: 0,
  drops: 0,
  sequence: 1,
  input: 3,
  output: 4,
  length: 1_000,
};

export function flow(fields: FlowFields = {}): Buffer {
  const {sourceClass, source, rate, pool, drops, sequence, input, output} = {...DEFAULT_FLOW, ...fields};
  return sized(1, withRecords([sequence, (sourceClass << 24) | source, rate, pool, drops, input, output], fields));
}

/** The same sample in its expanded form (0:3); formats are split off the compact words. */
export function expandedFlow(fields: FlowFields = {}): Buffer {
  const {sourceClass, source, rate, pool, drops, sequence, input, output} = {...DEFAULT_FLOW, ...fields};
  const interfaces = [input >>> 30, input & INTERNAL, output >>> 30, output & INTERNAL];
  return sized(3, withRecords([sequence, sourceClass, source, rate, pool, drops, ...interfaces], fields));
}

function withRecords(fixed: readonly number[], fields: FlowFields): Buffer {
  const {length = DEFAULT_FLOW.length, header, record, time, queue, depth, transit} = fields;
  const records = [record ?? rawHeader(length, header ?? packet())];
  if (time !== undefined) {
    const ns = BigInt(Math.round(time * 1e3)) * 1_000n;
    records.unshift(sized(1043, words(Number(ns >> 32n), Number(ns & 0xffffffffn))));
  }
  if (queue !== undefined) records.push(sized(1036, words(queue)));
  if (depth !== undefined) records.push(sized(1040, words(depth)));
  if (transit !== undefined) records.push(sized(1039, words(transit)));
  return Buffer.concat([words(...fixed, records.length), ...records]);
}

export interface DropFields {
  sequence?: number;
  source?: number;
  /** Running total of what was held back. */
  drops?: number;
  input?: number;
  output?: number;
  reason?: number;
  length?: number;
  header?: Buffer;
  /** In place of the sampled header. */
  record?: Buffer;
}

/** A drop notification (0:5) of a packet like those of `flow`. */
export function dropped(fields: DropFields = {}): Buffer {
  const {sequence = 1, source = 3, drops = 0, input = 3, output = 0, reason = 262, length = 1_000} = fields;
  const record = fields.record ?? rawHeader(length, fields.header ?? packet());
  return sized(5, Buffer.concat([words(sequence, 0, source, drops, input, output, reason, 1), record]));
}

/** What an agent tells of a packet that it parses itself. */
export interface ParsedFields {
  protocol?: number;
  sourcePort?: number;
  port?: number;
  /** TOS or traffic class. */
  tos?: number;
}

/** sampled_ipv4 (0:3), as an agent sends it that parses packets itself. */
export function parsedIpv4(length: number, source: string, destination: string, fields: ParsedFields = {}): Buffer {
  const {protocol = 17, sourcePort = 1, port = 2, tos = 0} = fields;
  const addresses = [addressBytes(source), addressBytes(destination)];
  return sized(3, Buffer.concat([words(length, protocol), ...addresses, words(sourcePort, port, 0, tos)]));
}

/** sampled_ipv6 (0:4), from 2001:db8::1 to 2001:db8::2. */
export function parsedIpv6(length: number, {protocol = 17, sourcePort = 1, port = 2, tos = 0}: ParsedFields): Buffer {
  const address = (host: number) => words(0x20010db8, 0, 0, host);
  return sized(4, Buffer.concat([words(length, protocol), address(1), address(2), words(sourcePort, port, 0, tos)]));
}

function rawHeader(length: number, header: Buffer): Buffer {
  const padding = Buffer.alloc((4 - (header.length & 3)) & 3);
  return sized(1, Buffer.concat([words(1, length, 4, header.length), header, padding]));
}

export interface PacketFields {
  protocol?: 'udp' | 'tcp';
  port?: number;
  source?: string;
  destination?: string;
  /** BTH opcode; 0x0a is RC RDMA WRITE only. */
  opcode?: number;
  /** Of the RETH, where the opcode has one. */
  dmaLength?: number;
  /** Of the AETH, where the opcode has one. */
  syndrome?: number;
  destQp?: number;
  psn?: number;
  /** 0 not capable, 1 ECT(1), 2 ECT(0), 3 CE. */
  ecn?: number;
  dscp?: number;
  ttl?: number;
}

/** Ethernet, IPv4, UDP or TCP, and a BTH; cut behind it as sampled headers are. */
export function packet(fields: PacketFields = {}): Buffer {
  const {protocol = 'udp', port = 4_791, source = '10.1.0.1', destination = '10.1.0.2'} = fields;
  const {opcode = 0x0a, destQp = 17, ecn = 2, dscp = 26, ttl = 64} = fields;
  const bytes = Buffer.alloc(14 + 20 + 20 + 16);
  bytes.writeUInt16BE(0x0800, 12);
  bytes.writeUInt8(0x45, 14);
  bytes.writeUInt8((dscp << 2) | ecn, 15);
  bytes.writeUInt16BE(1_000, 16);
  bytes.writeUInt8(ttl, 22);
  bytes.writeUInt8(protocol === 'udp' ? 17 : 6, 23);
  addressBytes(source).copy(bytes, 26);
  addressBytes(destination).copy(bytes, 30);
  bytes.writeUInt16BE(49_152, 34);
  bytes.writeUInt16BE(port, 36);
  const transport = protocol === 'udp' ? 42 : 54;
  if (protocol === 'udp') bytes.writeUInt16BE(980, 38);
  else bytes.writeUInt8(0x50, 46);
  bytes.writeUInt8(opcode, transport);
  bytes.writeUInt16BE(0xffff, transport + 2);
  bytes.writeUInt32BE(destQp, transport + 4);
  if (fields.psn !== undefined && protocol === 'udp') bytes.writeUInt32BE(fields.psn, transport + 8);
  if (fields.syndrome !== undefined) bytes.writeUInt8(fields.syndrome, transport + 12);
  if (fields.dmaLength !== undefined && protocol === 'udp') bytes.writeUInt32BE(fields.dmaLength, transport + 24);
  return bytes;
}

export const CNP_OPCODE = 0x81;

export interface CounterFields {
  ifIndex?: number;
  sequence?: number;
  speed?: number;
  /** 64 bits; -1 is all ones, unknown. */
  inOctets?: number;
  outOctets?: number;
  /** Unicast, multicast, broadcast. */
  inPackets?: readonly [number, number, number];
  inDiscards?: number;
  inErrors?: number;
  outDiscards?: number;
  /** Adds ethernet_counters (0:2). */
  fcsErrors?: number;
  /** Adds port_name (0:1005). */
  name?: string;
}

/** host_descr (0:2000) in a counter sample of its own. */
export function hostDescription(
  name: string,
  {sourceClass = 2, source = 1, sequence = 1}: {sourceClass?: number; source?: number; sequence?: number} = {},
): Buffer {
  const rest = words(...new Array<number>(4).fill(0xabababab), 2, 2, 3, 0x35000000);
  const body = Buffer.concat([xdrString(name), rest]);
  return sized(2, Buffer.concat([words(sequence, (sourceClass << 24) | source, 1), sized(2000, body)]));
}

function xdrString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([words(bytes.length), bytes, Buffer.alloc((4 - (bytes.length & 3)) & 3)]);
}

const wide = (value: number): number[] => (value < 0 ? [-1, -1] : [Math.floor(value / 2 ** 32), value % 2 ** 32]);

export function counters(fields: CounterFields = {}): Buffer {
  const {ifIndex = 3, sequence = 1, speed = 100e9, inOctets = 0, outOctets = 0, fcsErrors, name} = fields;
  const {inPackets = [0, 0, 0], inDiscards = 0, inErrors = 0, outDiscards = 0} = fields;
  const ins = [...wide(inOctets), ...inPackets, inDiscards, inErrors, -1];
  const outs = [...wide(outOctets), 0, 0, 0, outDiscards, 0, -1];
  const records = [sized(1, words(ifIndex, 6, ...wide(speed), 1, 3, ...ins, ...outs))];
  if (fcsErrors !== undefined) records.push(sized(2, words(0, fcsErrors, ...new Array<number>(11).fill(0))));
  if (name !== undefined) {
    records.push(sized(1005, xdrString(name)));
  }
  return sized(2, Buffer.concat([words(sequence, ifIndex, records.length), ...records]));
}

/** Records of a counter sample by their data_format, each given by its words. */
export function gauges(
  records: readonly (readonly [format: number, ...words: number[]])[],
  {sourceClass = 0, source = 3, sequence = 1}: {sourceClass?: number; source?: number; sequence?: number} = {},
): Buffer {
  const bodies = records.map(([format, ...body]) => sized(format, words(...body)));
  return sized(2, Buffer.concat([words(sequence, (sourceClass << 24) | source, bodies.length), ...bodies]));
}

/** A sample of a kind that nobody decodes. */
export const foreign = (): Buffer => sized((4_300 << 12) | 1_002, words(1, 2, 3));
