import type {Topology} from './topology.ts';

/** A topology in sFlow-RT's JSON: switches with their agents and ports, and the wires between them. */
export interface TopologyFile {
  nodes: Record<string, {agent: string; ports: Record<string, {ifindex: string}>}>;
  links: Record<string, {node1: string; port1: string; node2: string; port2: string}>;
}

/** What an operator would write down of a simulated fabric; ports have the names that the agents send. */
export function topologyFile(topology: Topology): TopologyFile {
  const file: TopologyFile = {nodes: {}, links: {}};
  for (const {name, agent, ports} of topology.switches) {
    const numbers = Array.from({length: ports}, (_, i) => i + 1);
    const named = Object.fromEntries(numbers.map((number) => [portName(number), {ifindex: String(number)}]));
    file.nodes[name] = {agent, ports: named};
  }
  const end = (port: number) => {
    const {name, firstPort} = topology.switches[topology.switchOf(port)];
    return [name, portName(port - firstPort + 1)] as const;
  };
  let wires = 0;
  for (let port = 0; port < topology.ports; port++) {
    const peer = topology.peer(port);
    if (peer < port) continue;
    wires++;
    const [node1, port1] = end(port);
    const [node2, port2] = end(peer);
    file.links[`L${wires}`] = {node1, port1, node2, port2};
  }
  return file;
}

/** The name of a switch's port by its ifIndex. */
export function portName(ifIndex: number): string {
  return `Ethernet1/${ifIndex}`;
}
