import {INTERNAL_INTERFACE, InterfaceFormat, SourceClass} from '../sflow/constants.ts';
import {type AgentOptions, SamplingPoint} from './agent-options.ts';
import {BurstSender} from './burst-sender.ts';
import {CounterPoller} from './counter-poller.ts';
import {type DatagramSink, DatagramWriter} from './datagram-writer.ts';
import {DropNotifier, NO_BUFFER_SPACE} from './drop-notifier.ts';
import {type FlowSampleFields, writeFlowSample} from './flow-sample-writer.ts';
import type {Forwarding} from './forwarding.ts';
import type {HopRewriter} from './hop-rewriter.ts';
import {BackOff, Policer} from './limits.ts';
import type {SimulationOptions} from './options.ts';
import type {PacketWriter} from './packet-writer.ts';
import {type PortRange, PortSampling} from './port-sampling.ts';
import type {Ports, PortTallies} from './ports.ts';
import type {QueueModel} from './queue-model.ts';
import type {Random} from './random.ts';
import {SlotSamples} from './slot-samples.ts';
import type {SwitchPlan, Topology} from './topology.ts';

/** VLAN of the access ports where frames are untagged. */
const ACCESS_VLAN = 100;
/** Agents have run for up to this long when the simulation begins. */
const MAX_UPTIME_MS = 20 * 86_400_000;
/** Index of the bridge in data sources of Open vSwitch's form. */
const BRIDGE_INDEX = 1_000;
/** What is left before they wrap: milliseconds of uptime, datagrams, samples and packets of a data source. */
const NearWrap = {UptimeMs: 3_000, Datagrams: 5, Samples: 3, Pool: 100_000} as const;
const U32 = 2 ** 32;

/** What a sub-agent is given: its ports' traffic, and how to write packets. */
export interface AgentSurroundings {
  readonly options: SimulationOptions;
  readonly topology: Topology;
  readonly forwarding: Forwarding;
  readonly ports: Ports;
  /** What the ports had counted before the simulation began. */
  readonly base: PortTallies;
  readonly packets: PacketWriter;
  /** Where frames change on their way. */
  readonly rewriter: HopRewriter | undefined;
  /** There where any agent tells of queues or of priority flow control. */
  readonly queues: QueueModel | undefined;
  readonly random: Random;
  readonly sink: DatagramSink;
}

/** A sub-agent of a switch, often its only one: samples packets of its ports, polls counters, and sends both. */
export class SubAgent {
  private readonly around: AgentSurroundings;
  private readonly agent: AgentOptions;
  private readonly range: PortRange;
  private readonly firstIfIndex: number;
  private readonly datagram: DatagramWriter;
  private readonly burst: BurstSender | undefined;
  private readonly poller: CounterPoller;
  private readonly notifier: DropNotifier | undefined;
  private readonly policer: Policer | undefined;
  private readonly backOff: BackOff | undefined;
  private readonly sides: PortSampling[] = [];
  private readonly samples = new SlotSamples();
  /** By data source: one for each port, or one for all. */
  private readonly sequence: Uint32Array;
  private readonly drops: Uint32Array;
  /** By port: what N is without back-off; the sample pool before this slot; its next sample of this slot. */
  private readonly rates: readonly number[];
  private readonly pool: Float64Array;
  private readonly nextSample: Int32Array;
  /** The pool of all ports before this slot, and the packets of this slot. */
  private devicePool = 0;
  private devicePassing = 0;
  private restarts = 0;
  private silentUntilMs = 0;
  private readonly fields: FlowSampleFields;

  constructor(plan: SwitchPlan, agent: AgentOptions, range: PortRange, index: number, around: AgentSurroundings) {
    const {options, topology, forwarding, ports, packets, rewriter, random, sink} = around;
    const {startMs, flushMs} = options;
    this.around = around;
    this.agent = agent;
    this.range = range;
    this.firstIfIndex = range.firstPort - plan.firstPort + 1;
    this.rates = Array.from(
      {length: range.ports},
      (_, i) => agent.rates[(this.firstIfIndex - 1 + i) % agent.rates.length],
    );
    const bootMs = agent.isNearWrap ? startMs - U32 + NearWrap.UptimeMs : startMs - random.below(MAX_UPTIME_MS);
    const {burstMs} = agent;
    this.burst = burstMs > 0 ? new BurstSender(sink, startMs + random.below(burstMs), burstMs) : undefined;
    const out: DatagramSink = this.burst === undefined ? sink : (bytes, length) => this.burst?.keep(bytes, length);
    this.datagram = new DatagramWriter(plan.address, bootMs, flushMs, out, index);
    for (const isEgress of sidesOf(agent.samplingPoint)) {
      this.sides.push(new PortSampling(isEgress, this.rates, range, {forwarding, ports, random}));
    }
    this.sequence = new Uint32Array(range.ports);
    this.drops = new Uint32Array(range.ports);
    this.pool = Float64Array.from(this.rates, () => (agent.isNearWrap ? U32 - NearWrap.Pool : random.next()));
    this.nextSample = new Int32Array(range.ports);
    this.policer = agent.policer > 0 ? new Policer(agent.policer) : undefined;
    this.backOff = agent.backOff > 0 ? new BackOff(agent.backOff) : undefined;
    this.poller = new CounterPoller(
      {
        ...agent,
        range,
        firstIfIndex: this.firstIfIndex,
        ports,
        base: around.base,
        queues: around.queues,
        hostName: agent.hasHostName && index === 0 ? plan.name : undefined,
        speed: (port) => topology.speed(port),
      },
      this.datagram,
      startMs,
      options.counterMs,
    );
    if (agent.dropNotifications > 0) {
      const surroundings = {forwarding, packets, rewriter, random, datagram: this.datagram};
      this.notifier = new DropNotifier(agent.dropNotifications, range, this.firstIfIndex, surroundings);
    }
    if (agent.isNearWrap) {
      this.datagram.restart(bootMs, U32 - NearWrap.Datagrams);
      this.sequence.fill(U32 - NearWrap.Samples);
      this.devicePool = U32 - NearWrap.Pool;
    }
    this.fields = {
      isExpanded: agent.isExpanded,
      sequence: 0,
      sourceClass: agent.dataSource === 'bridge' ? SourceClass.Entity : SourceClass.Interface,
      sourceIndex: agent.dataSource === 'bridge' ? BRIDGE_INDEX : 0,
      samplingRate: 0,
      samplePool: 0,
      drops: 0,
      inputIfIndex: 0,
      outputFormat: InterfaceFormat.Single,
      outputValue: 0,
      vlan: options.vlan || ACCESS_VLAN,
      timestampMs: -1,
      queueDepth: -1,
      delay: 0,
    };
  }

  /** What is due before the slot's frames: a restart, and counters. */
  begin(atMs: number): void {
    const next = this.agent.restarts[this.restarts];
    if (next !== undefined && atMs >= this.around.options.startMs + next.afterMs) this.restart(atMs + next.silentMs);
    if (atMs >= this.silentUntilMs) this.poller.poll(atMs);
  }

  /** Samples the frames that the switch has just forwarded, and sends what is full or due. */
  slot(atMs: number): void {
    const {samples, burst} = this;
    const {slotMs} = this.around.options;
    this.devicePassing = 0;
    for (let port = 0; port < this.range.ports; port++) this.samplePort(port);
    if (this.backOff?.count(samples.count, slotMs)) this.changeRates(this.backOff.factor);
    if (atMs >= this.silentUntilMs) {
      samples.sort();
      this.policer?.refill(slotMs);
      for (let rank = 0; rank < samples.count; rank++) this.write(rank, atMs);
      this.notifier?.slot(atMs, slotMs);
      this.datagram.flushIfDue(atMs);
      if (burst?.isDue(atMs)) this.flush(atMs);
    }
    this.devicePool += this.devicePassing;
    samples.count = 0;
  }

  /** Sends what is left. */
  end(atMs: number): void {
    this.flush(atMs);
  }

  private flush(atMs: number): void {
    this.datagram.flush(atMs);
    this.burst?.release(atMs);
  }

  private samplePort(port: number): void {
    const {samples, sides, pool} = this;
    this.nextSample[port] = samples.count;
    const before = pool[port];
    for (const side of sides) pool[port] += side.sample(port, pool[port], samples);
    this.devicePassing += pool[port] - before;
  }

  /**
   * Writes one sample. The pools of a port's samples were found stream by stream; in the order of time they are dealt
   * out again ascending, so that pool and sequence number both count up and the last pool is the true count.
   */
  private write(rank: number, atMs: number): void {
    const {fields, samples, agent, sequence} = this;
    const {forwarding, packets, rewriter} = this.around;
    const index = samples.at(rank);
    const hop = samples.hop[index];
    const offset = samples.offset[index];
    const isEgress = samples.egress[index] === 1;
    const input = forwarding.inPort[hop];
    const port = (isEgress ? forwarding.outPort[hop] : input) - this.range.firstPort;
    const hasPortSource = agent.dataSource === 'port';
    const source = hasPortSource ? port : 0;
    const portPool = samples.pool[this.nextSample[port]++];
    const claims = this.claimed(port);
    if (this.policer?.admits() === false) {
      this.drops[source]++;
      return;
    }
    // A number of 32 bits: the columns wrap by themselves.
    sequence[source]++;
    fields.sequence = sequence[source];
    if (hasPortSource) fields.sourceIndex = this.firstIfIndex + port;
    fields.samplingRate = claims;
    fields.samplePool = this.poolOf(source, portPool, samples.timeAt(rank), claims) >>> 0;
    fields.drops = this.drops[source];
    fields.inputIfIndex = input < 0 ? INTERNAL_INTERFACE : this.ifIndex(input);
    this.setOutput(hop, offset, isEgress);
    this.setQueue(forwarding.outPort[hop], samples.timeAt(rank));
    fields.timestampMs = agent.hasTimestamps ? this.agentTime(atMs) : -1;
    const header = writeFlowSample(this.datagram, packets, fields, forwarding.stream[hop], offset, atMs);
    rewriter?.rewrite(this.datagram.view, header, hop, isEgress);
    if (forwarding.isTrimmed(hop, offset, isEgress)) packets.trim(this.datagram.view, header);
    if (forwarding.hasMarks) packets.mark(this.datagram.view, header, forwarding.markedShare(hop, isEgress));
  }

  private setOutput(hop: number, offset: number, isEgress: boolean): void {
    const {fields} = this;
    const {forwarding} = this.around;
    const output = forwarding.outPort[hop];
    const reason = forwarding.reasonOf(hop);
    const isDropped = reason > 0 || offset >= forwarding.forwarded(hop);
    const copies = forwarding.copiesOf(hop);
    fields.outputFormat = InterfaceFormat.Single;
    if (isDropped) {
      fields.outputFormat = InterfaceFormat.Discarded;
      fields.outputValue = reason || NO_BUFFER_SPACE;
    } else if (copies > 1 && !isEgress) {
      fields.outputFormat = InterfaceFormat.Multiple;
      fields.outputValue = copies;
    } else {
      fields.outputValue = output < 0 ? INTERNAL_INTERFACE : this.ifIndex(output);
    }
  }

  /** What a frame found that left by a port of the switch when a share of the slot had passed. */
  private setQueue(output: number, time: number): void {
    const {fields, agent} = this;
    const {queues} = this.around;
    const isQueued = agent.hasQueues && output >= 0 && fields.outputFormat === InterfaceFormat.Single;
    fields.queueDepth = queues !== undefined && isQueued ? queues.depthAt(output, time) : -1;
    if (queues !== undefined && isQueued) fields.delay = queues.delayAt(output, fields.queueDepth);
  }

  /** The sample pool as the agent tells it. */
  private poolOf(source: number, portPool: number, time: number, claims: number): number {
    const {agent} = this;
    if (agent.pool === 'zero') return 0;
    if (agent.pool === 'nominal') return this.sequence[source] * claims;
    const isOfPort = agent.pool === 'true' && agent.dataSource === 'port';
    return isOfPort ? portPool : this.devicePool + Math.floor(time * this.devicePassing);
  }

  private claimed(port: number): number {
    return (this.agent.claims || this.rates[port]) * (this.backOff?.factor ?? 1);
  }

  private changeRates(factor: number): void {
    for (const side of this.sides) {
      for (const [port, rate] of this.rates.entries()) side.setRate(port, rate * factor);
    }
  }

  /** ifIndex of a port of the switch: 1 for its first. */
  private ifIndex(port: number): number {
    return port - this.range.firstPort + this.firstIfIndex;
  }

  /** What the agent's clock shows. */
  private agentTime(atMs: number): number {
    const {clockOffsetMs, clockSteps} = this.agent;
    let time = atMs + clockOffsetMs;
    for (const {afterMs, byMs} of clockSteps) if (atMs >= this.around.options.startMs + afterMs) time += byMs;
    return time;
  }

  private restart(bootMs: number): void {
    this.restarts++;
    this.silentUntilMs = bootMs;
    this.datagram.restart(bootMs);
    this.burst?.clear();
    this.poller.restart();
    this.notifier?.restart();
    this.sequence.fill(0);
    this.drops.fill(0);
    this.pool.fill(0);
    this.devicePool = 0;
  }
}

function sidesOf(point: SamplingPoint): boolean[] {
  if (point === SamplingPoint.Both) return [false, true];
  return [point === SamplingPoint.Egress];
}
