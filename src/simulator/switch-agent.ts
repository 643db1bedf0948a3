import {InterfaceFormat} from '../sflow/constants.ts';
import {RandomSampling} from './binomial.ts';
import {type PortCounters, writeCounterSample} from './counter-sample-writer.ts';
import {type DatagramSink, DatagramWriter} from './datagram-writer.ts';
import {type FlowSampleFields, writeFlowSample} from './flow-sample-writer.ts';
import type {Forwarding} from './forwarding.ts';
import type {HopRewriter} from './hop-rewriter.ts';
import {SamplingPoint, type SimulationOptions} from './options.ts';
import type {PacketWriter} from './packet-writer.ts';
import type {Ports, PortTallies} from './ports.ts';
import type {Random} from './random.ts';
import {SlotSamples} from './slot-samples.ts';
import type {SwitchPlan, Topology} from './topology.ts';

/** sFlow version 5, reasons of discards: no_buffer_space, what a full output queue does. */
const NO_BUFFER_SPACE = 259;
const DISCARDED = ((InterfaceFormat.Discarded << 30) | NO_BUFFER_SPACE) >>> 0;
/** VLAN of the access ports where frames are untagged. */
const ACCESS_VLAN = 100;
/** Ports whose counters are sent in one slot at most, so that a round of a large switch does not come as one burst. */
const COUNTER_PORTS_A_SLOT = 12;
/** Agents have run for up to this long when the simulation begins. */
const MAX_UPTIME_MS = 20 * 86_400_000;

/** What a switch is given: its ports' traffic, and how to write packets. */
export interface SwitchSurroundings {
  readonly options: SimulationOptions;
  readonly topology: Topology;
  readonly forwarding: Forwarding;
  readonly ports: Ports;
  readonly packets: PacketWriter;
  /** Where frames change on their way. */
  readonly rewriter: HopRewriter | undefined;
  readonly random: Random;
  readonly sink: DatagramSink;
}

/** The sFlow agent of one switch: samples its ports' packets, polls its counters, and sends both. */
export class SwitchAgent {
  readonly plan: SwitchPlan;
  private readonly options: SimulationOptions;
  private readonly isEgress: boolean;
  private readonly forwarding: Forwarding;
  private readonly ports: Ports;
  private readonly packets: PacketWriter;
  private readonly rewriter: HopRewriter | undefined;
  private readonly topology: Topology;
  private readonly random: Random;
  private readonly datagram: DatagramWriter;
  private readonly sampling: RandomSampling;
  private readonly samples = new SlotSamples();
  /** The hops sampled at port i of this switch: hops[firstHop[i]] … hops[firstHop[i + 1] - 1]. */
  private readonly hops: Int32Array;
  private readonly firstHop: Int32Array;
  private readonly sequence: Uint32Array;
  private readonly counterSequence: Uint32Array;
  /** Sample pools before the start, and the frames since then that could have been sampled. */
  private readonly poolStart: Float64Array;
  private readonly passed: Float64Array;
  /** The next sample of each port to be written in this slot. */
  private readonly nextSample: Int32Array;
  private readonly names: Uint8Array[];
  /** The counters' values when the simulation began. */
  private readonly base: PortTallies;
  private nextCounterPort = 0;
  private counterRoundMs: number;
  private readonly fields: FlowSampleFields;
  private readonly counters: PortCounters;

  constructor(plan: SwitchPlan, base: PortTallies, around: SwitchSurroundings) {
    const {options, topology, forwarding, ports, packets, rewriter, random, sink} = around;
    this.plan = plan;
    this.base = base;
    this.options = options;
    this.isEgress = options.samplingPoint === SamplingPoint.Egress;
    this.forwarding = forwarding;
    this.ports = ports;
    this.packets = packets;
    this.rewriter = rewriter;
    this.topology = topology;
    this.random = random;
    this.counterRoundMs = options.startMs;
    const bootMs = options.startMs - random.below(MAX_UPTIME_MS);
    this.datagram = new DatagramWriter(plan.address, bootMs, options.flushMs, sink);
    this.sampling = new RandomSampling(options.sampling, plan.ports, random);
    this.sequence = new Uint32Array(plan.ports);
    this.counterSequence = new Uint32Array(plan.ports);
    this.poolStart = Float64Array.from({length: plan.ports}, () => random.next());
    this.passed = new Float64Array(plan.ports);
    this.nextSample = new Int32Array(plan.ports);
    this.names = Array.from({length: plan.ports}, (_, port) => Buffer.from(`Ethernet1/${port + 1}`));
    const dataSource = this.isEgress ? forwarding.outPort : forwarding.inPort;
    const own = Array.from(dataSource.keys()).filter((hop) => this.has(dataSource[hop]));
    this.hops = Int32Array.from(own.sort((a, b) => dataSource[a] - dataSource[b] || a - b));
    this.firstHop = new Int32Array(plan.ports + 1);
    for (const hop of this.hops) this.firstHop[dataSource[hop] - plan.firstPort + 1]++;
    for (let port = 0; port < plan.ports; port++) this.firstHop[port + 1] += this.firstHop[port];
    this.fields = {
      sequence: 0,
      sourceIfIndex: 0,
      samplingRate: options.sampling,
      samplePool: 0,
      inputIfIndex: 0,
      output: 0,
      vlan: options.vlan || ACCESS_VLAN,
    };
    this.counters = {
      ifIndex: 0,
      name: this.names[0],
      speed: options.speed,
      inBytes: 0,
      inFrames: 0,
      outBytes: 0,
      outFrames: 0,
      outDiscards: 0,
    };
  }

  /** ifIndex of a port: 1 for the first. */
  ifIndex(port: number): number {
    return port - this.plan.firstPort + 1;
  }

  /**
   * Reads the counters of the ports whose turn it is, before the slot's frames: a round of all ports begins at the
   * start and at each interval after it.
   */
  pollCounters(atMs: number): void {
    if (atMs < this.counterRoundMs) return;
    const last = Math.min(this.plan.ports, this.nextCounterPort + COUNTER_PORTS_A_SLOT);
    while (this.nextCounterPort < last) this.sendCounters(this.nextCounterPort++, atMs);
    if (last < this.plan.ports) return;
    this.nextCounterPort = 0;
    this.counterRoundMs += this.options.counterMs;
  }

  /** Samples the frames that the switch has just forwarded, and sends what is full or due. */
  slot(atMs: number): void {
    for (let port = 0; port < this.plan.ports; port++) this.samplePort(port);
    this.samples.sort();
    for (let rank = 0; rank < this.samples.count; rank++) this.write(this.samples.at(rank), atMs);
    this.samples.count = 0;
    this.datagram.flushIfDue(atMs);
  }

  /** Sends what is left. */
  end(atMs: number): void {
    this.datagram.flush(atMs);
  }

  private has(port: number): boolean {
    return port >= this.plan.firstPort && port < this.plan.firstPort + this.plan.ports;
  }

  private samplePort(port: number): void {
    const {forwarding, hops, isEgress, samples, sampling} = this;
    const tally = isEgress ? this.ports.bin.out : this.ports.bin.in;
    const before = isEgress ? this.ports.before.out : this.ports.before.in;
    const p = this.plan.firstPort + port;
    const passed = before.frames(p) + tally.frames(p);
    const pool = this.poolStart[port] + this.passed[port];
    const passing = passed - this.passed[port];
    this.passed[port] = passed;
    this.nextSample[port] = samples.count;
    if (sampling.passes(port, passing)) return;
    const end = this.firstHop[port + 1];
    let earlier = 0;
    for (let i = this.firstHop[port]; i < end; i++) {
      const hop = hops[i];
      const frames = isEgress ? forwarding.forwarded(hop) : forwarding.received(hop);
      if (frames === 0) continue;
      const taken = sampling.take(port, frames);
      for (let k = 0; k < taken; k++) {
        const offset = sampling.positions[k];
        samples.push(hop, offset, pool + earlier + offset + 1, (offset + this.random.uniform()) / frames);
      }
      earlier += frames;
    }
  }

  /**
   * Writes one sample. The pools of a port's samples were found stream by stream; in the order of time they are dealt
   * out again ascending, so that pool and sequence number both count up and the last pool is the true count.
   */
  private write(index: number, atMs: number): void {
    const {fields, forwarding, samples} = this;
    const hop = samples.hop[index];
    const offset = samples.offset[index];
    const input = this.ifIndex(forwarding.inPort[hop]);
    const output = this.ifIndex(forwarding.outPort[hop]);
    const source = this.isEgress ? output : input;
    fields.sequence = ++this.sequence[source - 1];
    fields.sourceIfIndex = source;
    fields.samplePool = samples.pool[this.nextSample[source - 1]++] >>> 0;
    fields.inputIfIndex = input;
    fields.output = offset < forwarding.forwarded(hop) ? output : DISCARDED;
    const header = writeFlowSample(this.datagram, this.packets, fields, forwarding.stream[hop], offset, atMs);
    this.rewriter?.rewrite(this.datagram.view, header, hop, this.isEgress);
  }

  private sendCounters(port: number, atMs: number): void {
    const {counters, base} = this;
    const {bin, before} = this.ports;
    const p = this.plan.firstPort + port;
    counters.ifIndex = port + 1;
    counters.name = this.names[port];
    counters.speed = this.topology.speed(p);
    counters.inBytes = base.in.bytes(p) + before.in.bytes(p) + bin.in.bytes(p);
    counters.inFrames = base.in.frames(p) + before.in.frames(p) + bin.in.frames(p);
    counters.outBytes = base.out.bytes(p) + before.out.bytes(p) + bin.out.bytes(p);
    counters.outFrames = base.out.frames(p) + before.out.frames(p) + bin.out.frames(p);
    counters.outDiscards = before.dropped.frames(p) + bin.dropped.frames(p);
    writeCounterSample(this.datagram, counters, ++this.counterSequence[port], atMs);
  }
}
