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
  sequence?: number;
  input?: number;
  output?: number;
  length?: number;
  header?: Buffer;
}

const DEFAULT_FLOW = {sourceClass: 0, source: 3, rate: 1_000, pool: 0, sequence: 1, input: 3, output: 4, length: 1_000};

export function flow(fields: FlowFields = {}): Buffer {
  const {sourceClass, source, rate, pool, sequence, input, output, length} = {...DEFAULT_FLOW, ...fields};
  const fixed = words(sequence, (sourceClass << 24) | source, rate, pool, 0, input, output, 1);
  return sized(1, Buffer.concat([fixed, rawHeader(length, fields.header ?? packet())]));
}

/** The same sample in its expanded form (0:3); formats are split off the compact words. */
export function expandedFlow(fields: FlowFields = {}): Buffer {
  const {sourceClass, source, rate, pool, sequence, input, output, length} = {...DEFAULT_FLOW, ...fields};
  const interfaces = [input >>> 30, input & INTERNAL, output >>> 30, output & INTERNAL];
  const fixed = words(sequence, sourceClass, source, rate, pool, 0, ...interfaces, 1);
  return sized(3, Buffer.concat([fixed, rawHeader(length, fields.header ?? packet())]));
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
  destQp?: number;
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

const wide = (value: number): number[] => (value < 0 ? [-1, -1] : [Math.floor(value / 2 ** 32), value % 2 ** 32]);

export function counters(fields: CounterFields = {}): Buffer {
  const {ifIndex = 3, sequence = 1, speed = 100e9, inOctets = 0, outOctets = 0, fcsErrors, name} = fields;
  const {inPackets = [0, 0, 0], inDiscards = 0, inErrors = 0, outDiscards = 0} = fields;
  const ins = [...wide(inOctets), ...inPackets, inDiscards, inErrors, -1];
  const outs = [...wide(outOctets), 0, 0, 0, outDiscards, 0, -1];
  const records = [sized(1, words(ifIndex, 6, ...wide(speed), 1, 3, ...ins, ...outs))];
  if (fcsErrors !== undefined) records.push(sized(2, words(0, fcsErrors, ...new Array<number>(11).fill(0))));
  if (name !== undefined) {
    const text = Buffer.from(name);
    const padding = Buffer.alloc((4 - (text.length & 3)) & 3);
    records.push(sized(1005, Buffer.concat([words(text.length), text, padding])));
  }
  return sized(2, Buffer.concat([words(sequence, ifIndex, records.length), ...records]));
}

/** A sample of a kind that nobody decodes. */
export const foreign = (): Buffer => sized((4_300 << 12) | 1_002, words(1, 2, 3));
