import {addressAfter, formatAddress, parseAddress} from './address.ts';
import type {SimulationOptions} from './options.ts';

/** In place of a port: the switch itself, its CPU. */
export const CPU = -1;

/** One hop of a path: through which ports a frame crosses one switch. Ports are numbered over all switches. */
export interface Hop {
  readonly inPort: number;
  readonly outPort: number;
  /** Ports that a multicast frame leaves by, when there are several; the others are hops with `isCopy`. */
  readonly copies?: number;
  /** A further output of the frame of an earlier hop. */
  readonly isCopy?: boolean;
  /** Why the switch drops all such frames (sFlow's code); they have no output port then. */
  readonly reason?: number;
}

/** What a port is for: towards hosts or towards other switches. */
export type PortRole = 'edge' | 'core';

export interface SwitchPlan {
  readonly address: Uint8Array;
  /** The address as the truth file and the REST paths write it. */
  readonly agent: string;
  /** Host name: leaf1, spine2, … */
  readonly name: string;
  readonly firstPort: number;
  readonly ports: number;
}

/** Ports of a switch that are equal for some destinations: traffic is spread over them by flow (ECMP or LAG). */
export interface Bundle {
  readonly name: string;
  readonly ports: readonly number[];
}

/** Where everything is plugged in. Every port of a switch belongs to a wire, towards a host or another switch. */
export interface Topology {
  readonly switches: readonly SwitchPlan[];
  readonly ports: number;
  /** End points with an IP address; a host with several NICs on rails is as many nodes. */
  readonly nodes: number;
  /** Groups of nodes that work together: first node and how many. */
  readonly groups: readonly {readonly first: number; readonly nodes: number}[];
  /** Ports between which flows are spread. */
  readonly bundles: readonly Bundle[];
  /** Switches take one from the TTL and rewrite MAC addresses. */
  readonly isRouted: boolean;
  role(port: number): PortRole;
  /** bit/s. */
  speed(port: number): number;
  /** The switch port at the other end of the wire; -1: a host. */
  peer(port: number): number;
  /** Index of the switch that has the port. */
  switchOf(port: number): number;
  /** The ports that a node is plugged into: one, or two when it bonds. */
  homes(node: number): readonly number[];
  /** Every frame leaves by ports of ascending rank on its way, so that drops at low ranks are known at higher ones. */
  rank(port: number): number;
  /** The hops of a flow between two nodes. `flow` is a hash of its 5-tuple; it chooses among equal paths. */
  path(source: number, destination: number, flow: number): Hop[];
}

/** Agent address of switch number `index` of a tier (0: leaves): each tier has 65,536 addresses. */
export function agentAddress(first: string, tier: number, index: number): {address: Uint8Array; agent: string} {
  const parsed = parseAddress(first);
  if (parsed === undefined) throw new Error(`agent must be an IPv4 or IPv6 address, not "${first}"`);
  const address = addressAfter(parsed, tier * 65_536 + index);
  return {address, agent: formatAddress(address)};
}

/** Switches that are not connected, each with its share of the nodes, one port a node: port number = node number. */
export class IslandTopology implements Topology {
  readonly switches: readonly SwitchPlan[];
  readonly groups: readonly {readonly first: number; readonly nodes: number}[];
  readonly nodes: number;
  readonly ports: number;
  readonly bundles = [];
  readonly isRouted = false;
  private readonly portSpeed: number;

  constructor(options: Pick<SimulationOptions, 'nodes' | 'switches' | 'agent' | 'speed'>) {
    const edge = (index: number) => Math.floor((index * options.nodes) / options.switches);
    this.nodes = options.nodes;
    this.ports = options.nodes;
    this.portSpeed = options.speed;
    this.switches = Array.from({length: options.switches}, (_, index) => {
      const firstPort = edge(index);
      const ports = edge(index + 1) - firstPort;
      return {...agentAddress(options.agent, 0, index), name: `leaf${index + 1}`, firstPort, ports};
    });
    this.groups = this.switches.map((plan) => ({first: plan.firstPort, nodes: plan.ports}));
  }

  role(_port: number): PortRole {
    return 'edge';
  }

  speed(_port: number): number {
    return this.portSpeed;
  }

  peer(_port: number): number {
    return -1;
  }

  switchOf(port: number): number {
    return this.switches.findIndex((plan) => port < plan.firstPort + plan.ports);
  }

  homes(node: number): readonly number[] {
    return [node];
  }

  rank(_port: number): number {
    return 0;
  }

  path(source: number, destination: number, _flow: number): Hop[] {
    return [{inPort: source, outPort: destination}];
  }
}
