import type {Blueprint} from './blueprint.ts';
import {chooseWay} from './flow-hash.ts';
import {agentAddress, type Bundle, type Hop, type PortRole, type SwitchPlan, type Topology} from './topology.ts';

/** Where a sending host hashes: apart from all switches. */
const HOST_PLACE = 1_000_003;

/** What a graph takes from the options. */
export interface GraphOptions {
  readonly agent: string;
  /** bit/s of the hosts' ports and of those between switches. */
  readonly speed: number;
  readonly coreSpeed: number;
  readonly isRouted: boolean;
  readonly hasOneHash: boolean;
}

/**
 * Switches joined by wires, with shortest paths between leaves and an even spread by flow over all that are equally
 * short. On each switch the hosts' ports come first, in the order of the nodes, then those to other switches.
 */
export class GraphTopology implements Topology {
  readonly switches: readonly SwitchPlan[];
  readonly ports: number;
  readonly nodes: number;
  readonly groups: readonly {readonly first: number; readonly nodes: number}[];
  readonly bundles: readonly Bundle[];
  readonly isRouted: boolean;
  private readonly owner: Int32Array;
  private readonly peers: Int32Array;
  private readonly ranks: Int32Array;
  private readonly nodeHomes: number[][];
  private readonly options: GraphOptions;
  /** next[leaf × switches + switch]: the ports on shortest ways to a leaf. */
  private readonly next: (readonly number[])[];

  constructor(blueprint: Blueprint, options: GraphOptions) {
    const {switches, wires, homes} = blueprint;
    this.options = options;
    this.isRouted = options.isRouted;
    this.nodes = homes.length;
    this.groups = blueprint.groups;
    const counts = new Array<number>(switches.length).fill(0);
    for (const leaf of homes.flat()) counts[leaf]++;
    for (const [lower, upper] of wires) {
      counts[lower]++;
      counts[upper]++;
    }
    this.ports = counts.reduce((sum, count) => sum + count, 0);
    this.switches = planSwitches(blueprint, counts, options.agent);
    this.owner = Int32Array.from(this.switches.flatMap(({ports}, index) => new Array(ports).fill(index)));
    this.peers = new Int32Array(this.ports).fill(-1);
    this.ranks = new Int32Array(this.ports);
    const free = this.switches.map((plan) => plan.firstPort);
    const highest = Math.max(...switches.map(({tier}) => tier));
    const take = (index: number, rank: number) => {
      const port = free[index]++;
      this.ranks[port] = rank;
      return port;
    };
    this.nodeHomes = homes.map((leaves) => leaves.map((leaf) => take(leaf, 2 * highest)));
    for (const [lower, upper] of wires) {
      const up = take(lower, switches[lower].tier);
      const down = take(upper, 2 * highest - switches[upper].tier);
      this.peers[up] = down;
      this.peers[down] = up;
    }
    this.next = switches.flatMap(({tier}, leaf) => (tier === 0 ? this.waysTo(leaf) : []));
    this.bundles = this.findBundles();
  }

  role(port: number): PortRole {
    return this.peers[port] < 0 ? 'edge' : 'core';
  }

  speed(port: number): number {
    return this.peers[port] < 0 ? this.options.speed : this.options.coreSpeed;
  }

  peer(port: number): number {
    return this.peers[port];
  }

  switchOf(port: number): number {
    return this.owner[port];
  }

  homes(node: number): readonly number[] {
    return this.nodeHomes[node];
  }

  rank(port: number): number {
    return this.ranks[port];
  }

  path(source: number, destination: number, flow: number): Hop[] {
    const from = this.nodeHomes[source];
    let inPort = from[chooseWay(flow, HOST_PLACE, from.length)];
    let at = this.owner[inPort];
    // A leaf that has the host itself sends there; the others know it behind each of its leaves.
    const all = this.nodeHomes[destination];
    const near = all.filter((port) => this.owner[port] === at);
    const reachable = near.length > 0 ? near : all;
    const home = reachable[chooseWay(flow, at, reachable.length)];
    const leaf = this.owner[home];
    const hops: Hop[] = [];
    while (at !== leaf) {
      const ways = this.next[leaf * this.switches.length + at];
      if (ways.length === 0) throw new RangeError(`no way from node ${source} to node ${destination}`);
      const outPort = ways[chooseWay(flow, this.options.hasOneHash ? 0 : at, ways.length)];
      hops.push({inPort, outPort});
      inPort = this.peers[outPort];
      at = this.owner[inPort];
    }
    hops.push({inPort, outPort: home});
    return hops;
  }

  /** For each switch the ports that lead nearer to a leaf: breadth first from the leaf. */
  private waysTo(leaf: number): number[][] {
    const ways: number[][] = this.switches.map(() => []);
    const distance = new Int32Array(this.switches.length).fill(-1);
    distance[leaf] = 0;
    const queue = [leaf];
    for (let head = 0; head < queue.length; head++) {
      const at = queue[head];
      const {firstPort, ports} = this.switches[at];
      for (let port = firstPort; port < firstPort + ports; port++) {
        const peer = this.peers[port];
        if (peer < 0) continue;
        const other = this.owner[peer];
        if (distance[other] < 0) {
          distance[other] = distance[at] + 1;
          queue.push(other);
        }
        if (distance[other] === distance[at] + 1) ways[other].push(peer);
      }
    }
    for (const ports of ways) ports.sort((a, b) => a - b);
    return ways;
  }

  /** Each set of ports that is used for some leaf, once. */
  private findBundles(): Bundle[] {
    const found = new Map<string, Bundle>();
    for (const ports of [...this.next, ...this.nodeHomes]) {
      if (ports.length < 2 || ports.some((port) => this.owner[port] !== this.owner[ports[0]])) continue;
      const plan = this.switches[this.owner[ports[0]]];
      const name = `${plan.name}:${ports.map((port) => port - plan.firstPort + 1).join('+')}`;
      if (!found.has(name)) found.set(name, {name, ports});
    }
    return [...found.values()];
  }
}

function planSwitches(blueprint: Blueprint, counts: readonly number[], agent: string): SwitchPlan[] {
  let firstPort = 0;
  const ofTier = new Map<number, number>();
  return blueprint.switches.map(({tier, name}, index) => {
    const number = ofTier.get(tier) ?? 0;
    ofTier.set(tier, number + 1);
    const plan = {...agentAddress(agent, tier, number), name, firstPort, ports: counts[index]};
    firstPort += plan.ports;
    return plan;
  });
}
