import type {Fabric} from '../../fabric/fabric.ts';
import type {Port} from '../../fabric/ports.ts';
import {directionOf} from '../../fabric/rows.ts';

/** Links of a switch among which its hashing chooses: equal-cost ways, or the members of a bundle. */
export interface ParallelLinks {
  /** `{agent}~{name}`; stays while the switch is wired as it is. */
  id: string;
  agent: string;
  /** Of the agent's groups: `uplinks`, or `to {switch}`, with the speed where there are several. */
  name: string;
  /** One sentence: why they are taken for equal ways. */
  why: string;
  /** bit/s of each; undefined where no counters told it. */
  speed: number | undefined;
  ports: readonly Port[];
}

const OUT = directionOf('out');

/**
 * Which links of the fabric are equal ways. By the topology: wires between the same two switches, and of a switch all
 * that lead one step further from the hosts. Without one: the core ports of a switch that has edge ports too; among those
 * of others the ways up cannot be told from the ways down. Always of one speed.
 */
export class ParallelGroups {
  private readonly fabric: Fabric;
  private groups: readonly ParallelLinks[] = [];
  private state = '';

  constructor(fabric: Fabric) {
    this.fabric = fabric;
  }

  /** The groups there are now. Found anew only where ports, roles or the topology have changed. */
  current(): readonly ParallelLinks[] {
    const {ports, roles, wiring} = this.fabric;
    const state = `${ports.revision}:${roles.revision}:${wiring.revision}`;
    if (state === this.state) return this.groups;
    this.state = state;
    this.groups = wiring.topology ? this.byTopology() : this.inferred();
    return this.groups;
  }

  private byTopology(): ParallelLinks[] {
    const {agents, ports, wiring} = this.fabric;
    const tiers = this.tiers();
    const found: ParallelLinks[] = [];
    for (const {address, ports: slots} of agents.all) {
      const node = wiring.node(address);
      if (node === undefined) continue;
      const up: Port[] = [];
      const beside = new Map<string, Port[]>();
      for (const port of slots.map((slot) => ports.at(slot)!)) {
        const towards = wiring.end(port.id)?.towards.node;
        if (towards === undefined) continue;
        if ((tiers.get(towards) ?? 0) > (tiers.get(node) ?? Number.POSITIVE_INFINITY)) up.push(port);
        else beside.set(towards, [...(beside.get(towards) ?? []), port]);
      }
      found.push(...ofOneSpeed(address, 'uplinks', `by the topology all lead from ${node} away from the hosts`, up));
      for (const [peer, bundle] of beside) {
        found.push(...ofOneSpeed(address, `to ${peer}`, `by the topology all lead from ${node} to ${peer}`, bundle));
      }
    }
    return found;
  }

  /** How many steps each switch of the topology is away from one with edge ports. */
  private tiers(): Map<string, number> {
    const {ports, roles, wiring} = this.fabric;
    const tiers = new Map<string, number>();
    for (const port of ports.all) {
      const node = wiring.node(port.agent.address);
      if (node !== undefined && roles.of(port).role === 'edge') tiers.set(node, 0);
    }
    const neighbours = new Map<string, Set<string>>();
    for (const {ends} of wiring.topology!.links) {
      const [a, b] = [ends[0].node, ends[1].node];
      neighbours.set(a, (neighbours.get(a) ?? new Set()).add(b));
      neighbours.set(b, (neighbours.get(b) ?? new Set()).add(a));
    }
    // A map goes on through what is added meanwhile.
    for (const [node, tier] of tiers) {
      for (const next of neighbours.get(node) ?? []) if (!tiers.has(next)) tiers.set(next, tier + 1);
    }
    return tiers;
  }

  private inferred(): ParallelLinks[] {
    const {agents, ports, roles, rows} = this.fabric;
    return agents.all.flatMap(({address, ports: slots}) => {
      const own = slots.map((slot) => ports.at(slot)!);
      if (!own.some((port) => roles.of(port).role === 'edge')) return [];
      const core = own.filter((port) => roles.of(port).role === 'core' && rows.of(port.slot, OUT).length > 0);
      return ofOneSpeed(address, 'uplinks', 'towards other switches, all of a switch that has hosts', core);
    });
  }
}

/** Splits ports by their speed; of each speed that two or more have a group. */
function ofOneSpeed(agent: string, name: string, why: string, all: readonly Port[]): ParallelLinks[] {
  const bySpeed = new Map<number | undefined, Port[]>();
  for (const port of all) bySpeed.set(port.speed, [...(bySpeed.get(port.speed) ?? []), port]);
  const isOne = bySpeed.size === 1;
  return [...bySpeed]
    .filter(([, ports]) => ports.length > 1)
    .map(([speed, ports]) => {
      const called = isOne ? name : `${name} ${speed === undefined ? 'of unknown speed' : `${speed / 1e9}G`}`;
      const speeds = speed === undefined ? 'their speeds are not known' : `${speed / 1e9} Gbit/s each`;
      return {id: `${agent}~${called}`, agent, name: called, why: `${why}; ${speeds}`, speed, ports};
    });
}
