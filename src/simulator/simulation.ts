import {agentOptionsOf} from './agent-options.ts';
import {drawFabric} from './blueprint.ts';
import {CollectiveJob} from './collective-job.ts';
import type {DatagramSink} from './datagram-writer.ts';
import {flowHash} from './flow-hash.ts';
import {Flows, type TrafficModel, TrafficPlan} from './flows.ts';
import {Forwarding} from './forwarding.ts';
import {GraphTopology} from './graph-topology.ts';
import {HopRewriter} from './hop-rewriter.ts';
import type {OperationTruth} from './operation-truth.ts';
import {BIN_MS, findFault, type SimulationOptions} from './options.ts';
import {PacketWriter} from './packet-writer.ts';
import {PairFactory} from './pairs.ts';
import type {PortRange} from './port-sampling.ts';
import {FrameKind, Ports, PortTallies, Tally} from './ports.ts';
import {QueueModel} from './queue-model.ts';
import {Random} from './random.ts';
import {Shapes} from './shape.ts';
import {Streams} from './streams.ts';
import {SubAgent} from './sub-agent.ts';
import {IslandTopology, type SwitchPlan, type Topology} from './topology.ts';
import {type TrafficFactory, trafficOf} from './traffic.ts';
import type {TruthSink} from './truth.ts';

/** Independent generators from one seed: what one of them draws changes nothing for the others (see traffic.ts too). */
const RandomStream = {Traffic: 0, Packets: 2, Counters: 3, FirstSwitch: 16} as const;
/** Counters begin anywhere below this, so that a collector must take differences. */
const MAX_BASE_BYTES = 2 ** 45;
const TYPICAL_FRAME_BYTES = 2_048;

/**
 * The fabric in time. Nothing in it reads a clock: `advance` says how far to go, and the same options give the same
 * bytes. A slot's packets are those of the milliseconds after its start, all in one bin; they are handed to the sinks
 * when the slot starts, so that a collector that bins by arrival puts them into the bin that the truth has them in.
 */
export class Simulation {
  readonly options: SimulationOptions;
  readonly topology: Topology;
  /** There where any agent tells of queues or of priority flow control. */
  readonly queues: QueueModel | undefined;
  private readonly streams: Streams;
  private readonly flows: Flows;
  private readonly models: TrafficModel[];
  private readonly forwarding: Forwarding;
  private readonly ports: Ports;
  private readonly lostOf = (stream: number) => this.forwarding.lostOf(stream);
  private readonly markedOf = (stream: number) => this.forwarding.markedOf(stream);
  private readonly agents: SubAgent[];
  private readonly truth: TruthSink | undefined;
  /** Told of what the hosts send, operation by operation. */
  operations: OperationTruth | undefined;
  /** Slots that are over; a count, so that fractions of a millisecond never add up. */
  private slots = 0;
  private readonly slotsPerBin: number;

  constructor(options: SimulationOptions, sink: DatagramSink, truth?: TruthSink, traffic?: TrafficFactory) {
    const fault = findFault(options);
    if (fault !== undefined) throw new RangeError(fault);
    this.options = options;
    this.truth = truth;
    this.slotsPerBin = BIN_MS / options.slotMs;
    this.topology = makeTopology(options);
    const random = new Random(options.seed, RandomStream.Traffic);
    const style = {shapes: new Shapes(options.vlan > 0, options.ipv6), ...options};
    const plan = new TrafficPlan();
    const pairs = new PairFactory(style.shapes, random);
    this.models = (traffic ?? trafficOf(options, random))(plan, this.topology, pairs);
    this.streams = new Streams(plan.streams);
    this.flows = new Flows(plan.flows, this.streams, () => random.uniform());
    this.ports = new Ports(this.topology.ports);
    const paths = plan.streams.map(
      (stream) => stream.path ?? this.topology.path(stream.source, stream.destination, flowHash(stream)),
    );
    const trims = new Set(
      this.topology.switches.flatMap(({name, firstPort, ports}) =>
        agentOptionsOf(name, options).trims ? Array.from({length: ports}, (_, i) => firstPort + i) : [],
      ),
    );
    const {slotMs} = options;
    this.forwarding = new Forwarding(paths, this.streams, this.ports, this.topology, slotMs, (port) => trims.has(port));
    const rewriter = this.topology.isRouted
      ? new HopRewriter(this.forwarding, this.topology, plan.streams, style)
      : undefined;
    const packets = new PacketWriter(this.streams, style, new Random(options.seed, RandomStream.Packets));
    const base = counterBase(this.topology.ports, new Random(options.seed, RandomStream.Counters));
    const {forwarding, ports, topology} = this;
    const tells = ({name}: SwitchPlan) => {
      const {hasQueues, hasPfc} = agentOptionsOf(name, options);
      return hasQueues || hasPfc;
    };
    const queues = topology.switches.some(tells) ? new QueueModel(forwarding, topology, options.slotMs) : undefined;
    this.queues = queues;
    let subAgents = 0;
    this.agents = topology.switches.flatMap((plan) => {
      const agent = agentOptionsOf(plan.name, options);
      return shareOut(plan, agent.subAgents).map((range, index) => {
        const own = new Random(options.seed, RandomStream.FirstSwitch + subAgents++);
        const around = {options, topology, forwarding, ports, base, packets, rewriter, queues, random: own, sink};
        return new SubAgent(plan, agent, range, index, around);
      });
    });
  }

  /** The jobs of the options, to hear of their exchanges. */
  get jobs(): CollectiveJob[] {
    return this.models.filter((model) => model instanceof CollectiveJob);
  }

  /** Epoch milliseconds at which the next slot starts. */
  get nowMs(): number {
    return this.options.startMs + this.slots * this.options.slotMs;
  }

  /** Simulates all slots that start before this time. */
  advance(untilMs: number): void {
    while (this.nowMs < untilMs) this.slot();
  }

  /** Ends the simulation: part-filled datagrams are sent and an open bin is reported as far as it went. */
  end(): void {
    for (const agent of this.agents) agent.end(this.nowMs);
    if (this.slots % this.slotsPerBin !== 0) this.closeBin();
    this.slots = Number.POSITIVE_INFINITY;
  }

  private slot(): void {
    const atMs = this.nowMs;
    for (const agent of this.agents) agent.begin(atMs);
    this.flows.answer();
    for (const model of this.models) model.draw(this.flows, atMs, this.options.slotMs);
    this.operations?.count(this.streams);
    this.forwarding.forward();
    this.flows.see(this.forwarding.hasMarks ? this.markedOf : undefined);
    this.queues?.advance();
    for (const agent of this.agents) agent.slot(atMs);
    if (this.forwarding.hasDrops) this.flows.notice(this.lostOf, this.streams);
    this.streams.advance();
    this.slots++;
    if (this.slots % this.slotsPerBin === 0) this.closeBin();
  }

  private closeBin(): void {
    const bin = Math.floor(this.options.startMs / BIN_MS) + Math.ceil(this.slots / this.slotsPerBin) - 1;
    for (const plan of this.topology.switches) this.truth?.(bin, plan, this.ports.bin);
    this.ports.closeBin();
  }
}

/** A switch's ports in even shares. */
function shareOut({firstPort, ports}: SwitchPlan, shares: number): PortRange[] {
  const edge = (index: number) => firstPort + Math.floor((index * ports) / shares);
  return Array.from({length: shares}, (_, i) => ({firstPort: edge(i), ports: edge(i + 1) - edge(i)}));
}

/** The fabric that the options describe. */
export function makeTopology(options: SimulationOptions): Topology {
  const {fabric, nodes, agent, speed} = options;
  if (fabric.kind === 'islands') return new IslandTopology(options);
  const {coreSpeed = speed, isRouted = true, hasOneHash = false} = fabric;
  return new GraphTopology(drawFabric(fabric, nodes), {agent, speed, coreSpeed, isRouted, hasOneHash});
}

/** What the ports had counted before the simulation began. */
function counterBase(ports: number, random: Random): PortTallies {
  const base = new PortTallies(ports);
  for (const tally of [base.in, base.out]) {
    for (let port = 0; port < ports; port++) {
      const bytes = Math.floor(random.uniform() * MAX_BASE_BYTES);
      tally.addAt(Tally.place(port, FrameKind.Other), Math.floor(bytes / TYPICAL_FRAME_BYTES), bytes);
    }
  }
  return base;
}
