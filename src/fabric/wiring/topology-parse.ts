import {canonicalAddress, parseIfIndex} from '../address.ts';
import {Complaints, isName, isRecord} from './complaints.ts';

/** A switch as the topology has it. What is undefined is learned from the agents. */
export interface TopologyNode {
  name: string;
  /** Agent address, in the form of link ids. */
  agent: string | undefined;
  /** ifIndexes by the names of the ports. */
  ports: ReadonlyMap<string, number | undefined>;
}

/** A port by its names. */
export interface TopologyEnd {
  node: string;
  port: string;
}

/** A wire between two switches. */
export interface TopologyLink {
  name: string;
  ends: readonly [TopologyEnd, TopologyEnd];
}

/** How the switches are wired, checked. */
export interface Topology {
  /** As it was given, with all that is not read here. */
  json: Readonly<Record<string, unknown>>;
  nodes: ReadonlyMap<string, TopologyNode>;
  links: readonly TopologyLink[];
}

/**
 * Reads a topology in sFlow-RT's JSON. `links` must be there, `nodes` need not: a node that is not listed, or has no
 * `agent`, is the agent with that host name; a port that has no `ifindex` is the one that the agent calls so. But a
 * list that is there is complete: what it lacks is taken for misspelt. Throws `EntryError`.
 */
export function parseTopology(json: unknown): Topology {
  const complaints = new Complaints();
  if (!isRecord(json)) complaints.add('topology', 'must be an object');
  else if (!isRecord(json['links'])) complaints.add('links', 'must be an object; {} where there are none');
  complaints.raise();
  const given = json as Record<string, unknown>;
  const nodes = parseNodes(given['nodes'], complaints);
  const links = parseLinks(given['links'] as Record<string, unknown>, nodes, complaints);
  complaints.raise();
  return {json: given, nodes, links};
}

function parseNodes(value: unknown, complaints: Complaints): Map<string, TopologyNode> {
  const nodes = new Map<string, TopologyNode>();
  if (value === undefined) return nodes;
  if (!isRecord(value)) {
    complaints.add('nodes', 'must be an object');
    return nodes;
  }
  const owners = new Map<string, string>();
  for (const [name, node] of Object.entries(value)) {
    const entry = `nodes.${name}`;
    if (!isName(name)) complaints.add(entry, 'is no name');
    if (!isRecord(node)) {
      complaints.add(entry, 'must be an object');
      continue;
    }
    const agent = canonicalAddress(node['agent']);
    if (node['agent'] !== undefined && agent === undefined) complaints.add(`${entry}.agent`, 'must be an IP address');
    if (agent !== undefined) {
      const owner = owners.get(agent);
      if (owner !== undefined) complaints.add(`${entry}.agent`, `${agent} is the agent of ${owner} too`);
      owners.set(agent, name);
    }
    nodes.set(name, {name, agent, ports: parsePorts(node['ports'], entry, complaints)});
  }
  return nodes;
}

function parsePorts(value: unknown, node: string, complaints: Complaints): Map<string, number | undefined> {
  const ports = new Map<string, number | undefined>();
  if (value === undefined) return ports;
  if (!isRecord(value)) {
    complaints.add(`${node}.ports`, 'must be an object');
    return ports;
  }
  const owners = new Map<number, string>();
  for (const [name, port] of Object.entries(value)) {
    const entry = `${node}.ports.${name}`;
    if (!isName(name)) complaints.add(entry, 'is no name');
    if (!isRecord(port)) {
      complaints.add(entry, 'must be an object');
      continue;
    }
    const ifIndex = parseIfIndex(port['ifindex']);
    if (port['ifindex'] !== undefined && ifIndex === undefined) {
      complaints.add(`${entry}.ifindex`, 'must be a whole number, 1 at least');
    }
    if (ifIndex !== undefined) {
      const owner = owners.get(ifIndex);
      if (owner !== undefined) complaints.add(`${entry}.ifindex`, `${ifIndex} is the ifindex of ${owner} too`);
      owners.set(ifIndex, name);
    }
    ports.set(name, ifIndex);
  }
  return ports;
}

function parseLinks(
  value: Record<string, unknown>,
  nodes: ReadonlyMap<string, TopologyNode>,
  complaints: Complaints,
): TopologyLink[] {
  const links: TopologyLink[] = [];
  const taken = new Map<string, string>();
  for (const [name, link] of Object.entries(value)) {
    const entry = `links.${name}`;
    if (!isName(name)) complaints.add(entry, 'is no name');
    if (!isRecord(link)) {
      complaints.add(entry, 'must be an object');
      continue;
    }
    const end = (number: 1 | 2): TopologyEnd => {
      const node = link[`node${number}`];
      const port = link[`port${number}`];
      const known = nodes.get(node as string);
      if (!isName(node)) complaints.add(`${entry}.node${number}`, 'must be the name of a node');
      else if (nodes.size > 0 && !known) complaints.add(`${entry}.node${number}`, `nodes has no '${node}'`);
      if (!isName(port)) complaints.add(`${entry}.port${number}`, 'must be the name of a port');
      else if (known && known.ports.size > 0 && !known.ports.has(port)) {
        complaints.add(`${entry}.port${number}`, `${known.name} has no port '${port}'`);
      } else if (isName(node)) {
        const key = endKey({node, port});
        const other = taken.get(key);
        if (other !== undefined)
          complaints.add(`${entry}.port${number}`, `${node} ${port} is an end of ${other} already`);
        taken.set(key, name);
      }
      return {node: String(node), port: String(port)};
    };
    links.push({name, ends: [end(1), end(2)]});
  }
  return links;
}

/** One text for a port by its names, neither of which holds a line feed. */
export function endKey({node, port}: TopologyEnd): string {
  return `${node}\n${port}`;
}
