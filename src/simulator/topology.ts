import {addressAfter, formatAddress, parseAddress} from './address.ts';
import type {SimulationOptions} from './options.ts';

/** One hop of a path: through which ports a frame crosses one switch. Ports are numbered over all switches. */
export interface Hop {
  readonly inPort: number;
  readonly outPort: number;
}

export interface SwitchPlan {
  readonly address: Uint8Array;
  /** The address as the truth file and the REST paths write it. */
  readonly agent: string;
  readonly firstPort: number;
  readonly ports: number;
}

/** Where everything is plugged in. A leaf-spine fabric is another class with these members. */
export interface Topology {
  readonly switches: readonly SwitchPlan[];
  readonly ports: number;
  readonly nodes: number;
  /** Groups of nodes that work together: first node and how many. */
  readonly groups: readonly {readonly first: number; readonly nodes: number}[];
  /** The hops of a flow between two nodes. `flow` chooses among equal paths. */
  path(source: number, destination: number, flow: number): Hop[];
}

/** Switches that are not connected, each with its share of the nodes, one port a node: port number = node number. */
export class IslandTopology implements Topology {
  readonly switches: readonly SwitchPlan[];
  readonly groups: readonly {readonly first: number; readonly nodes: number}[];
  readonly nodes: number;
  readonly ports: number;

  constructor(options: Pick<SimulationOptions, 'nodes' | 'switches' | 'agent'>) {
    const first = parseAddress(options.agent);
    if (first === undefined) throw new Error(`agent must be an IPv4 or IPv6 address, not "${options.agent}"`);
    const edge = (index: number) => Math.floor((index * options.nodes) / options.switches);
    this.nodes = options.nodes;
    this.ports = options.nodes;
    this.switches = Array.from({length: options.switches}, (_, index) => {
      const address = addressAfter(first, index);
      const firstPort = edge(index);
      return {address, agent: formatAddress(address), firstPort, ports: edge(index + 1) - firstPort};
    });
    this.groups = this.switches.map((plan) => ({first: plan.firstPort, nodes: plan.ports}));
  }

  path(source: number, destination: number, _flow: number): Hop[] {
    return [{inPort: source, outPort: destination}];
  }
}
