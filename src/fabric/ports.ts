import {type Agent, agentLabel} from './agents.ts';
import {CounterColumns} from './counter-columns.ts';
import {PortSlots} from './port-slots.ts';

/** Ports past this bound are refused and counted. */
export const MAX_PORTS = 131_072;

const FIRST_SLOTS = 256;

/** Towards hosts, towards switches, or not known. */
export type Role = 'edge' | 'core' | 'unknown';

/** Rates of the interface's own counters over their last interval; null where the agent keeps none. */
export interface CounterRates {
  /** Epoch ms when the counters arrived, and how long an interval they span. */
  time: number;
  elapsedMs: number;
  inOctetsPerSecond: number | null;
  inPacketsPerSecond: number | null;
  inDiscardsPerSecond: number | null;
  inErrorsPerSecond: number | null;
  outOctetsPerSecond: number | null;
  outPacketsPerSecond: number | null;
  outDiscardsPerSecond: number | null;
  outErrorsPerSecond: number | null;
  /** Of ethernet_counters (0:2): frames with a wrong FCS, and symbol errors. */
  fcsErrorsPerSecond: number | null;
  symbolErrorsPerSecond: number | null;
}

/** One (agent, ifIndex). A link is this port's end of a wire. */
export interface Port {
  /** Row in the heatmap, as long as the port is known. One that was silent for long gives its slot to another. */
  slot: number;
  /** `{agent}~{ifIndex}`, for ever. */
  id: string;
  agent: Agent;
  ifIndex: number;
  /** As the agent names it (0:1005); undefined when it does not. From the wire: text only, never markup. */
  name: string | undefined;
  /** As the operator names it, in a list or a topology. */
  given?: string | undefined;
  /** bit/s; undefined until a counter sample told it. */
  speed: number | undefined;
  counters: CounterRates | undefined;
}

/**
 * The ports of all agents, by admission: newcomers past the bound are refused until those that were silent for long have
 * been released (see `Room`).
 */
export class Ports {
  refused = 0;
  /** Grows whenever a port is new, leaves or is called otherwise. */
  revision = 0;
  /** Ports that came and left since the start, and those of them that left. */
  changes = 0;
  released = 0;
  /** The newest bin of the Partial at hand: ports that are asked for are heard of in it. */
  bin = Number.NEGATIVE_INFINITY;
  /** Whether a newcomer was refused since room was made last. */
  isWanted = false;
  /** The bound. */
  max = MAX_PORTS;
  /** By slot, for those who ask of all ports: bit/s, 0 where it is not known; and the agent's index, -1 where no port is. */
  speeds = new Float64Array(FIRST_SLOTS);
  agents = new Int32Array(FIRST_SLOTS).fill(-1);
  /** By slot: the last bin in which its counters, name or flows were heard of; its rows know of samples. */
  heard = new Float64Array(FIRST_SLOTS);
  /** What `counters` of ports say, for sums over many. */
  readonly counted = new CounterColumns();
  private present: Port[] = [];
  private readonly bySlot: (Port | undefined)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly byId = new Map<string, Port>();
  private readonly known = new PortSlots();

  get(id: string): Port | undefined {
    return this.byId.get(id);
  }

  of({index}: Agent, ifIndex: number): Port | undefined {
    const slot = this.known.get(index, ifIndex);
    return slot < 0 ? undefined : this.bySlot[slot];
  }

  /** Those that are known, in the order in which they came. */
  get all(): readonly Port[] {
    return this.present;
  }

  /** Slots that were ever taken: rows of the heatmap. */
  get slots(): number {
    return this.bySlot.length;
  }

  /** The port in a slot; undefined where one has left and none has come since. */
  at(slot: number): Port | undefined {
    return this.bySlot[slot];
  }

  /** Whether there is a port in one of the slots that are accepted. */
  has(accepts: (slot: number) => boolean): boolean {
    for (let slot = 0; slot < this.slots; slot++) if (this.agents[slot]! >= 0 && accepts(slot)) return true;
    return false;
  }

  /** The slot of a port that is not heard of by this; -1 where it is not known. */
  slotIfKnown({index}: Agent, ifIndex: number): number {
    return this.known.get(index, ifIndex);
  }

  /** The port, made if it is new; undefined where there is no room for it. */
  intern(agent: Agent, ifIndex: number): Port | undefined {
    const slot = this.slotOf(agent, ifIndex);
    return slot < 0 ? undefined : this.bySlot[slot];
  }

  /** The slot of a port that is heard of, made if it is new; -1 where there is no room for it. */
  slotOf(agent: Agent, ifIndex: number): number {
    const known = this.known.get(agent.index, ifIndex);
    const slot = known < 0 ? this.admit(agent, ifIndex) : known;
    if (slot >= 0) this.heard[slot] = this.bin;
    return slot;
  }

  private admit(agent: Agent, ifIndex: number): number {
    if (this.byId.size >= this.max) {
      this.refused++;
      this.isWanted = true;
      return -1;
    }
    const slot = this.freeSlots.pop() ?? this.bySlot.length;
    const id = `${agent.address}~${ifIndex}`;
    const port: Port = {
      ...{slot, id, agent, ifIndex},
      ...{name: undefined, speed: undefined, counters: undefined},
    };
    this.bySlot[slot] = port;
    while (slot >= this.speeds.length) this.growColumns();
    this.agents[slot] = agent.index;
    this.present.push(port);
    this.byId.set(id, port);
    this.known.add(agent.index, ifIndex, slot);
    agent.ports.push(slot);
    this.revision++;
    this.changes++;
    return slot;
  }

  /** Forgets ports. Their slots may be taken by others from now on: nobody must go by them any more. */
  release(ports: ReadonlySet<Port>): void {
    const agents = new Set<Agent>();
    for (const {slot, id, agent, ifIndex} of ports) {
      this.bySlot[slot] = undefined;
      this.agents[slot] = -1;
      this.speeds[slot] = 0;
      this.counted.release(slot);
      this.freeSlots.push(slot);
      this.byId.delete(id);
      this.known.remove(agent.index, ifIndex);
      agents.add(agent);
    }
    for (const agent of agents) agent.ports = agent.ports.filter((slot) => this.bySlot[slot] !== undefined);
    this.present = this.present.filter((port) => !ports.has(port));
    this.revision++;
    this.changes += ports.size;
    this.released += ports.size;
  }

  setName(port: Port, name: string): void {
    if (port.name === name || name === '') return;
    port.name = name;
    this.revision++;
  }

  setGiven(port: Port, name: string | undefined): void {
    if (port.given === name) return;
    port.given = name;
    this.revision++;
  }

  /** bit/s; 0 and all ones are no speed, and leave the last one; less than none takes it back. */
  setSpeed(port: Port, stated: number): void {
    const speed = stated < 0 ? undefined : stated;
    if (port.speed === speed || speed === 0 || stated >= 2 ** 63) return;
    port.speed = speed;
    this.speeds[port.slot] = speed ?? 0;
    this.revision++;
  }

  setCounters(port: Port, counters: CounterRates): void {
    port.counters = counters;
    this.counted.set(port.slot, counters);
  }

  private growColumns(): void {
    const {speeds, agents, heard} = this;
    this.speeds = new Float64Array(2 * speeds.length);
    this.speeds.set(speeds);
    this.agents = new Int32Array(2 * agents.length).fill(-1);
    this.agents.set(agents);
    this.heard = new Float64Array(2 * heard.length);
    this.heard.set(heard);
  }
}

/** What a port is called on a page. */
export function portName(port: Port): string {
  return port.given ?? port.name ?? `ifIndex ${port.ifIndex}`;
}

/** For people: the port with its switch, as `Ethernet7 of leaf1 (10.0.0.1)`. */
export function portLabel(port: Port): string {
  return `${portName(port)} of ${agentLabel(port.agent)}`;
}
