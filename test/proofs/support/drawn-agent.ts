/** An sFlow agent whose frames a test states by number and length; what is sampled of them is drawn. */
import {parseAddress} from '../../../src/collector/address.ts';
import type {Random} from '../../../src/simulator/random.ts';
import {flowSample, rawHeader} from '../../support/datagram-builder.ts';
import {ethernet, ipv4, roce, udp} from '../../support/packet-builder.ts';

/** RDMA WRITE only for what carries data, ACKNOWLEDGE for what is shorter than any data. */
const WRITE_ONLY = 0x0a;
const ACKNOWLEDGE = 0x11;
const SHORTEST_DATA = 200;
const MAX_DATAGRAM = 1_400;
/** How long an agent has run when its test begins. */
const UPTIME_MS = 60_000;
/** Where the fixed part of a sample has its sequence number and its pool. */
const SEQUENCE_AT = 8;
const POOL_AT = 20;
/** Where all frames leave the switch. */
const OUTPUT = 1_000;

export type Take = (bytes: Uint8Array, length: number, from: Uint32Array, atMs: number) => void;

interface DrawnPort {
  rate: number;
  /** Frames until the next sample. */
  left: number;
  sequence: number;
  pool: number;
  /** By frame length: the bytes of a sample. */
  templates: Map<number, Buffer>;
}

/** Random sampling with probability 1/N a frame, each port a data source of its own; pools are true. */
export class DrawnAgent {
  private readonly random: Random;
  private readonly take: Take;
  private readonly from: Uint32Array;
  private readonly ports = new Map<number, DrawnPort>();
  private readonly buffer = Buffer.alloc(MAX_DATAGRAM);
  /** When the agent booted, on its own clock. */
  private bootMs: number;
  private sequence = 0;
  private length = 28;
  private samples = 0;

  constructor(address: string, startMs: number, random: Random, take: Take) {
    const from = parseAddress(address);
    if (from === null) throw new Error(`no address: ${address}`);
    this.from = from;
    this.random = random;
    this.take = take;
    this.bootMs = startMs - UPTIME_MS;
    this.buffer.writeUInt32BE(5, 0);
    this.buffer.writeUInt32BE(1, 4);
    this.buffer.writeUInt32BE(from[3]!, 8);
  }

  /** Adds a port that samples 1 in `rate` of what it receives. */
  addPort(ifIndex: number, rate: number): this {
    const port = {rate, left: 0, sequence: 0, pool: 0, templates: new Map<number, Buffer>()};
    port.left = this.gap(port);
    this.ports.set(ifIndex, port);
    return this;
  }

  /** From now on the port samples 1 in `rate`. */
  setRate(ifIndex: number, rate: number): void {
    const port = this.ports.get(ifIndex)!;
    port.rate = rate;
    port.templates.clear();
    port.left = this.gap(port);
  }

  /** Starts again: what was not sent is lost, and all counts begin anew. */
  restart(atMs: number): void {
    this.bootMs = atMs;
    this.sequence = 0;
    this.length = 28;
    this.samples = 0;
    for (const port of this.ports.values()) {
      port.sequence = 0;
      port.pool = 0;
    }
  }

  /** So many frames of one length come in at a port. */
  frames(ifIndex: number, length: number, count: number, atMs: number): void {
    const port = this.ports.get(ifIndex)!;
    let rest = count;
    while (port.left < rest) {
      rest -= port.left + 1;
      port.pool += port.left + 1;
      port.left = this.gap(port);
      this.sample(ifIndex, port, length, atMs);
    }
    port.left -= rest;
    port.pool += rest;
  }

  /** Sends what there is, a datagram without samples if need be: an agent that has counters to tell is never silent. */
  flush(atMs: number): void {
    this.buffer.writeUInt32BE(0, 12);
    this.buffer.writeUInt32BE(++this.sequence >>> 0, 16);
    this.buffer.writeUInt32BE(Math.floor(atMs - this.bootMs) >>> 0, 20);
    this.buffer.writeUInt32BE(this.samples, 24);
    this.take(this.buffer, this.length, this.from, atMs);
    this.length = 28;
    this.samples = 0;
  }

  /** Frames that pass before one is sampled: P(gap ≥ g) = (1 - 1/N)^g. */
  private gap({rate}: DrawnPort): number {
    return rate === 1 ? 0 : Math.floor(Math.log(this.random.uniform()) / Math.log1p(-1 / rate));
  }

  private sample(ifIndex: number, port: DrawnPort, length: number, atMs: number): void {
    let template = port.templates.get(length);
    if (!template) {
      template = sampleOf(this.from[3]! & 0xff, ifIndex, port.rate, length);
      port.templates.set(length, template);
    }
    if (this.length + template.length > MAX_DATAGRAM) this.flush(atMs);
    const at = this.length;
    template.copy(this.buffer, at);
    this.buffer.writeUInt32BE(++port.sequence >>> 0, at + SEQUENCE_AT);
    this.buffer.writeUInt32BE(port.pool >>> 0, at + POOL_AT);
    this.length += template.length;
    this.samples++;
  }
}

function sampleOf(agent: number, ifIndex: number, rate: number, length: number): Buffer {
  const transport = roce(length < SHORTEST_DATA ? ACKNOWLEDGE : WRITE_ONLY);
  const header = ethernet(ipv4(udp(transport), {source: 0x0a000000 + agent * 0x10000 + ifIndex}));
  const record = rawHeader(header, {frameLength: length});
  return flowSample([record], {source: [0, ifIndex], rate, input: [0, ifIndex], output: [0, OUTPUT]});
}
