/** Builds sFlow version 5 datagrams for tests: words, strings and records as XDR has them. */
import {be} from './packet-builder.ts';

/** 32-bit words. */
export function words(...values: readonly number[]): Buffer {
  return be(...values.map((value) => [4, value] as const));
}

/** XDR opaque and string: length, bytes, zeros up to a multiple of four. */
export function opaque(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes as string);
  return Buffer.concat([words(content.length), content, Buffer.alloc(-content.length & 3)]);
}

/** A record: data_format, length, body. `length` may lie. */
export function record(format: number, body: Buffer, enterprise = 0, length = body.length): Buffer {
  return Buffer.concat([words(((enterprise << 12) | format) >>> 0, length), body]);
}

/** sampled_header around a packet. */
export function rawHeader(
  header: Buffer,
  with_: {protocol?: number; frameLength?: number; stripped?: number; claimed?: number} = {},
): Buffer {
  const {protocol = 1, frameLength = header.length + 4, stripped = 4, claimed = header.length} = with_;
  const padding = Buffer.alloc(-header.length & 3);
  return record(1, Buffer.concat([words(protocol, frameLength, stripped, claimed), header, padding]));
}

export interface FlowOptions {
  sequence?: number;
  /** Class and index. */
  source?: readonly [number, number];
  rate?: number;
  pool?: number;
  drops?: number;
  /** Format and value. */
  input?: readonly [number, number];
  output?: readonly [number, number];
  count?: number;
  /** What the sample claims for its length, if not the truth. */
  length?: number;
}

/** flow_sample. */
export function flowSample(records: readonly Buffer[], with_: FlowOptions = {}): Buffer {
  const [sourceClass, index] = with_.source ?? [0, 7];
  const word = ([format, value]: readonly [number, number]) => format * 2 ** 30 + value;
  const body = Buffer.concat([
    words(
      with_.sequence ?? 1,
      sourceClass * 2 ** 24 + index,
      with_.rate ?? 1_000,
      with_.pool ?? 5_000,
      with_.drops ?? 0,
    ),
    words(word(with_.input ?? [0, 7]), word(with_.output ?? [0, 9]), with_.count ?? records.length),
    ...records,
  ]);
  return record(1, body, 0, with_.length);
}

/** flow_sample_expanded. */
export function flowSampleExpanded(records: readonly Buffer[], with_: FlowOptions = {}): Buffer {
  const body = Buffer.concat([
    words(with_.sequence ?? 1, ...(with_.source ?? [0, 7]), with_.rate ?? 1_000, with_.pool ?? 5_000, with_.drops ?? 0),
    words(...(with_.input ?? [0, 7]), ...(with_.output ?? [0, 9]), with_.count ?? records.length),
    ...records,
  ]);
  return record(3, body, 0, with_.length);
}

/** counters_sample, or counters_sample_expanded. */
export function counterSample(
  records: readonly Buffer[],
  with_: {
    sequence?: number;
    source?: readonly [number, number];
    count?: number;
    length?: number;
    expanded?: boolean;
  } = {},
): Buffer {
  const [sourceClass, index] = with_.source ?? [0, 7];
  const source = with_.expanded === true ? words(sourceClass, index) : words(sourceClass * 2 ** 24 + index);
  const body = Buffer.concat([words(with_.sequence ?? 1), source, words(with_.count ?? records.length), ...records]);
  return record(with_.expanded === true ? 4 : 2, body, 0, with_.length);
}

/** discarded_packet. */
export function discardedPacket(
  records: readonly Buffer[],
  with_: {reason?: number; drops?: number; input?: number; output?: number; count?: number; length?: number} = {},
): Buffer {
  const body = Buffer.concat([
    words(3, 0, 7, with_.drops ?? 0, with_.input ?? 7, with_.output ?? 0, with_.reason ?? 258),
    words(with_.count ?? records.length),
    ...records,
  ]);
  return record(5, body, 0, with_.length);
}

/** A datagram; the agent is IPv4, IPv6 (16 bytes) or none (empty). */
export function datagram(
  samples: readonly Buffer[],
  with_: {
    version?: number;
    agent?: Buffer;
    agentType?: number;
    subAgent?: number;
    sequence?: number;
    uptime?: number;
    count?: number;
  } = {},
): Buffer {
  const agent = with_.agent ?? Buffer.from([10, 0, 0, 1]);
  const type = with_.agentType ?? (agent.length === 4 ? 1 : agent.length === 16 ? 2 : 0);
  return Buffer.concat([
    words(with_.version ?? 5, type),
    agent,
    words(with_.subAgent ?? 0, with_.sequence ?? 1, with_.uptime ?? 60_000, with_.count ?? samples.length),
    ...samples,
  ]);
}
