import type {Agents} from '../agents.ts';
import type {Ports} from '../ports.ts';
import {isName} from './complaints.ts';
import type {NameLists} from './names-parse.ts';
import type {Wiring} from './topology.ts';

const NONE: NameLists = {agents: new Map(), ports: new Map(), hosts: new Map()};

/**
 * What switches, ports and hosts are called. The first of: what was put by the API, the file of names, the topology,
 * what the agent tells.
 */
export class Names {
  /** Grows with every list that is given. */
  revision = 0;
  /** What agents and ports told before the server was started: they are called so until they tell it again. */
  remembered: Omit<NameLists, 'hosts'> = NONE;
  private readonly agents: Agents;
  private readonly ports: Ports;
  private lists: {put: NameLists; file: NameLists} = {put: NONE, file: NONE};
  private state = '';

  constructor(agents: Agents, ports: Ports) {
    this.agents = agents;
    this.ports = ports;
  }

  /** The names that were put by the API. */
  get put(): NameLists {
    return this.lists.put;
  }

  /** Replaces the names that were put, or those of the file. */
  set(list: 'put' | 'file', names: NameLists): void {
    this.lists = {...this.lists, [list]: names};
    this.revision++;
  }

  /** What the operator calls an agent. */
  givenAgent(address: string): string | undefined {
    return this.given('agents', address);
  }

  /** What the operator calls a port, by its link id. */
  givenPort(id: string): string | undefined {
    return this.given('ports', id);
  }

  /** What a host is called; one that has an agent may be so by that. */
  host(address: string): string | undefined {
    const known = this.given('hosts', address);
    if (known !== undefined) return known;
    const agent = this.agents.get(address);
    return agent?.given ?? agent?.name;
  }

  /** Writes the names down with agents and ports, where there is anything new. */
  refresh(wiring: Wiring): void {
    const now = () => `${this.revision}:${wiring.revision}:${this.agents.all.length}:${this.ports.revision}`;
    if (now() === this.state) return;
    for (const agent of this.agents.all) {
      agent.given = this.givenAgent(agent.address) ?? wiring.node(agent.address);
      agent.name ??= this.remembered.agents.get(agent.address);
    }
    for (const port of this.ports.all) {
      this.ports.setGiven(port, this.givenPort(port.id) ?? wiring.portName(port.id));
      const before = this.remembered.ports.get(port.id);
      if (port.name === undefined && before !== undefined) this.ports.setName(port, before);
    }
    this.state = now();
  }

  /** What agents and ports told, now or before the server was started; the former first, at most `max` of each. */
  learned(max: number): Omit<NameLists, 'hosts'> {
    const {agents, ports} = this.remembered;
    return {
      agents: merged(
        this.agents.all.map(({address, name}) => [address, name]),
        agents,
        max,
      ),
      ports: merged(
        this.ports.all.map(({id, name}) => [id, name]),
        ports,
        max,
      ),
    };
  }

  private given(kind: keyof NameLists, key: string): string | undefined {
    return this.lists.put[kind].get(key) ?? this.lists.file[kind].get(key);
  }
}

function merged(
  now: readonly (readonly [string, string | undefined])[],
  before: ReadonlyMap<string, string>,
  max: number,
): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, name] of [...now, ...before]) {
    if (all.size < max && isName(name) && !all.has(key)) all.set(key, name);
  }
  return all;
}
