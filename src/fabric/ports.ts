import type {Agent} from './agents.ts';

/** Ports past this bound are refused and counted. */
export const MAX_PORTS = 131_072;

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
  /** Row in the heatmap; stays as long as the server runs. */
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

export class Ports {
  readonly all: Port[] = [];
  refused = 0;
  /** Grows whenever a port is new or is called otherwise. */
  revision = 0;
  private readonly byId = new Map<string, Port>();

  get(id: string): Port | undefined {
    return this.byId.get(id);
  }

  intern(agent: Agent, ifIndex: number): Port | undefined {
    const id = `${agent.address}~${ifIndex}`;
    const known = this.byId.get(id);
    if (known) return known;
    if (this.all.length >= MAX_PORTS) {
      this.refused++;
      return undefined;
    }
    const slot = this.all.length;
    const port: Port = {slot, id, agent, ifIndex, name: undefined, speed: undefined, counters: undefined};
    this.all.push(port);
    this.byId.set(id, port);
    agent.ports.push(slot);
    this.revision++;
    return port;
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

  /** bit/s; 0 and all ones are no speed. */
  setSpeed(port: Port, speed: number): void {
    if (port.speed === speed || speed <= 0 || speed >= 2 ** 63) return;
    port.speed = speed;
    this.revision++;
  }
}

/** What a port is called on a page. */
export function portName(port: Port): string {
  return port.given ?? port.name ?? `ifIndex ${port.ifIndex}`;
}
