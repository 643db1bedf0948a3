import type {Agent, Agents} from '../agents.ts';
import type {Port, Ports, Role} from '../ports.ts';
import type {RoleSource} from '../roles/roles.ts';
import type {Names} from './names.ts';
import {endKey, type Topology, type TopologyEnd} from './topology-parse.ts';

/** One end of a wire. */
export interface WireEnd {
  /** Name of the wire: of the topology's link. */
  wire: string;
  /** Id of the link at the other end; undefined while that is not known. */
  peer: string | undefined;
  /** The other end by its names. */
  towards: TopologyEnd;
}

/** A switch of the topology, found among the agents. */
interface Place {
  node: string;
  /** A port of a wire that is not known to be one of the agent's yet. */
  missing: string | undefined;
}

/** How the switches are wired, and which agents and ports that means: some are known by name only, once they tell it. */
export class Wiring {
  topology: Topology | undefined;
  /** Grows whenever an answer may be another one. */
  revision = 0;
  private readonly agents: Agents;
  private readonly ports: Ports;
  private readonly names: Names;
  /** By agent address. */
  private places = new Map<string, Place>();
  /** By link id. */
  private ends = new Map<string, WireEnd>();
  private portNames = new Map<string, string>();
  /** Whether the topology leaves anything to be learned. */
  private learns = false;
  private state = '';
  private told: Pick<Agent, 'address' | 'name'>[] = [];

  constructor(agents: Agents, ports: Ports, names: Names) {
    this.agents = agents;
    this.ports = ports;
    this.names = names;
  }

  /** Takes another topology, or none. */
  set(topology: Topology | undefined): void {
    this.topology = topology;
    this.state = '';
    this.resolve();
  }

  /** Looks again where agents or ports are new or tell other names. */
  refresh(): void {
    if (!this.learns) return;
    const state = `${this.ports.revision}:${this.names.revision}`;
    const isTold = this.hearNames();
    if (state === this.state && !isTold) return;
    this.state = state;
    this.resolve();
  }

  /** The name of the switch that an agent is. */
  node(agent: string): string | undefined {
    return this.places.get(agent)?.node;
  }

  /** A port that the topology names on this agent and that is not known yet. */
  missing(agent: string): string | undefined {
    return this.places.get(agent)?.missing;
  }

  /** The wire that a link is an end of. */
  end(link: string): WireEnd | undefined {
    return this.ends.get(link);
  }

  /** What the topology calls a port. */
  portName(link: string): string | undefined {
    return this.portNames.get(link);
  }

  /** Whether an agent is new, has left or calls itself otherwise. */
  private hearNames(): boolean {
    const {all} = this.agents;
    const {told} = this;
    const isTold =
      all.length !== told.length ||
      all.some(({address, name}, i) => told[i]!.address !== address || told[i]!.name !== name);
    if (isTold) this.told = all.map(({address, name}) => ({address, name}));
    return isTold;
  }

  private resolve(): void {
    const {topology} = this;
    this.revision++;
    this.places = new Map();
    this.ends = new Map();
    this.portNames = new Map();
    this.learns = topology !== undefined && !isComplete(topology);
    if (!topology) return;
    const agentOf = this.findNodes(topology);
    const portsByName = this.learns ? this.findPorts() : new Map<string, string | null>();
    const idOf = ({node, port}: TopologyEnd): string | undefined => {
      const agent = agentOf.get(node);
      if (agent === undefined) return undefined;
      const ifIndex = topology.nodes.get(node)?.ports.get(port);
      if (ifIndex !== undefined) return `${agent}~${ifIndex}`;
      const id = portsByName.get(endKey({node: agent, port}));
      if (id) return id;
      this.places.get(agent)!.missing ??= port;
      return undefined;
    };
    for (const {name, ends} of topology.links) {
      const [first, second] = [idOf(ends[0]), idOf(ends[1])];
      if (first !== undefined) this.ends.set(first, {wire: name, peer: second, towards: ends[1]});
      if (second !== undefined) this.ends.set(second, {wire: name, peer: first, towards: ends[0]});
    }
    for (const {name, ports} of topology.nodes.values()) {
      const agent = agentOf.get(name);
      for (const [port, ifIndex] of ports) {
        if (agent !== undefined && ifIndex !== undefined) this.portNames.set(`${agent}~${ifIndex}`, port);
      }
    }
  }

  /** Agent addresses by the names of nodes. A host name that two agents have is nobody's. */
  private findNodes(topology: Topology): Map<string, string> {
    const byName = new Map<string, string | undefined>();
    for (const {address, name: told} of this.agents.all) {
      const name = this.names.givenAgent(address) ?? told;
      if (name !== undefined) byName.set(name, byName.has(name) ? undefined : address);
    }
    const found = new Map<string, string>();
    const listed = new Set([...topology.nodes.values()].map(({agent}) => agent));
    const wanted = new Set([
      ...topology.nodes.keys(),
      ...topology.links.flatMap(({ends}) => ends.map(({node}) => node)),
    ]);
    for (const node of wanted) {
      const given = topology.nodes.get(node)?.agent;
      const learned = byName.get(node);
      const agent = given ?? (listed.has(learned) ? undefined : learned);
      if (agent === undefined) continue;
      found.set(node, agent);
      this.places.set(agent, {node, missing: undefined});
    }
    return found;
  }

  /** Link ids of ports by agent address and by what the operator or else the agent calls them; null: two. */
  private findPorts(): Map<string, string | null> {
    const found = new Map<string, string | null>();
    for (const {id, agent, name: told} of this.ports.all) {
      const name = this.names.givenPort(id) ?? told;
      if (name === undefined) continue;
      const key = endKey({node: agent.address, port: name});
      found.set(key, found.has(key) ? null : id);
    }
    return found;
  }
}

/** Whether a topology says itself which agents and ports it means. */
function isComplete({nodes, links}: Topology): boolean {
  const isKnown = ({node, port}: TopologyEnd) => nodes.get(node)?.ports.get(port) !== undefined;
  return [...nodes.values()].every(({agent}) => agent !== undefined) && links.every(({ends}) => ends.every(isKnown));
}

/**
 * Roles as the topology has them: an end of a wire is core, another port of its switches edge. It is believed whole:
 * ports of agents that it does not name are unknown, for next to roles that are given, guessed ones could count a
 * packet twice.
 */
export class TopologyRoles implements RoleSource {
  readonly from = 'topology';
  private readonly wiring: Wiring;

  constructor(wiring: Wiring) {
    this.wiring = wiring;
  }

  get revision(): number {
    return this.wiring.revision;
  }

  role({id, agent}: Port): Role | undefined {
    if (!this.wiring.topology) return undefined;
    if (this.wiring.end(id)) return 'core';
    return this.wiring.node(agent.address) !== undefined && this.wiring.missing(agent.address) === undefined
      ? 'edge'
      : 'unknown';
  }

  why({id, agent}: Port): string | undefined {
    if (!this.wiring.topology) return undefined;
    const end = this.wiring.end(id);
    if (end) return `by the topology an end of ${end.wire}, to ${end.towards.port} of ${end.towards.node}`;
    const node = this.wiring.node(agent.address);
    if (node === undefined) return `the topology has no switch with the agent ${agent.address}`;
    const missing = this.wiring.missing(agent.address);
    if (missing !== undefined) return `the topology wires port '${missing}' of ${node}, which no port is known to be`;
    return `by the topology a port of ${node}, and on no wire to another switch`;
  }
}
