import type {Agent, Agents} from '../agents.ts';
import {Steps} from '../history/steps.ts';
import type {Port, Ports, Role} from '../ports.ts';

/** Where the roles of a fabric come from: of those that know any, the first. */
export type RolesFrom = 'topology' | 'single switch' | 'inferred' | 'unknown';

/** A role and the sentence that says why. */
export interface RoleReason {
  role: Role;
  why: string;
}

/** Something that may know roles. */
export interface RoleSource {
  readonly from: RolesFrom;
  /** Grows whenever an answer may be another one than before. */
  readonly revision: number;
  /** Undefined where it does not know. */
  role(port: Port): Role | undefined;
  /** One sentence: why a port has the role that was given, or why it is not known. */
  why(port: Port): string | undefined;
}

export const ROLES: readonly Role[] = ['edge', 'core', 'unknown'];

/** Changes that are remembered; the oldest give way, long after their bins left the history. */
const MOST_CHANGES = 16;

/** What there is before anything was decided. */
const UNDECIDED = new Steps<Role>('unknown');
const UNKNOWN = ROLES.indexOf('unknown');
const FIRST_SLOTS = 256;
const NO_EDGE = new Steps(false);

/** Where one agent only has ports, they are all towards hosts. */
export class SingleSwitch implements RoleSource {
  readonly from = 'single switch';
  private readonly agents: Agents;

  constructor(agents: Agents) {
    this.agents = agents;
  }

  get revision(): number {
    return this.isSingle() ? 1 : 0;
  }

  role(): Role | undefined {
    return this.isSingle() ? 'edge' : undefined;
  }

  why(): string | undefined {
    return this.isSingle() ? 'the only switch: every port is towards hosts' : undefined;
  }

  private isSingle(): boolean {
    let switches = 0;
    for (const {ports} of this.agents.all) if (ports.length > 0 && ++switches > 1) return false;
    return switches === 1;
  }
}

/**
 * The role of every port, bin by bin, from the first source that knows it. A change counts from the first bin that is
 * still open.
 */
export class Roles {
  /** Grows whenever a role changes. */
  revision = 0;
  from: RolesFrom = 'unknown';
  /** How many ports have each role. */
  readonly counts: Record<Role, number> = {edge: 0, core: 0, unknown: 0};
  private readonly agents: Agents;
  private readonly ports: Ports;
  private readonly sources: readonly RoleSource[];
  /** By slot. */
  private readonly steps: (Steps<Role> | undefined)[] = [];
  /** By slot: the place in `ROLES` of the role in force, and the first bin that it counts in. */
  private inForce = new Uint8Array(FIRST_SLOTS).fill(UNKNOWN);
  private sinceBin = new Float64Array(FIRST_SLOTS).fill(Number.NEGATIVE_INFINITY);
  /** By agent: whether it has an edge port. */
  private readonly edges: (Steps<boolean> | undefined)[] = [];
  private decided = '';

  /** `sources`: the one that is believed first comes first. */
  constructor(agents: Agents, ports: Ports, sources: readonly RoleSource[]) {
    this.agents = agents;
    this.ports = ports;
    this.sources = sources;
  }

  /** Decides anew where something is new. Returns whether bins from `openFrom` on have to be summed again. */
  decide(openFrom: number): boolean {
    const state = `${this.ports.changes}:${this.sources.map(({revision}) => revision).join(':')}`;
    if (state === this.decided) return false;
    this.decided = state;
    const before = this.revision;
    for (const role of ROLES) this.counts[role] = 0;
    let first = this.sources.length;
    for (const port of this.ports.all) {
      const at = this.sources.findIndex((source) => source.role(port) !== undefined);
      const role = this.sources[at]?.role(port) ?? 'unknown';
      if (role !== 'unknown') first = Math.min(first, at);
      this.counts[role]++;
      this.set(port, role, openFrom);
    }
    this.from = this.sources[first]?.from ?? 'unknown';
    this.markEdges(openFrom);
    return this.revision !== before;
  }

  /** The role of a port in a bin. */
  at(slot: number, bin: number): Role {
    const now = this.numberSince(slot, bin);
    return now === undefined ? (this.steps[slot] ?? UNDECIDED).at(bin) : ROLES[now]!;
  }

  /** The same by its place in `ROLES`, for those who ask of all ports. */
  numberAt(slot: number, bin: number): number {
    return this.numberSince(slot, bin) ?? ROLES.indexOf(this.at(slot, bin));
  }

  /** The same for all bins from `from` on; undefined where it changes within them. */
  numberSince(slot: number, from: number): number | undefined {
    if (slot >= this.sinceBin.length) return UNKNOWN;
    return from >= this.sinceBin[slot]! ? this.inForce[slot]! : undefined;
  }

  /** The role in force, and why. */
  of(port: Port): RoleReason {
    for (const source of this.sources) {
      const role = source.role(port);
      if (role) return {role, why: source.why(port) ?? ''};
    }
    const whyNot = this.sources.map((source) => source.why(port)).find((why) => why !== undefined);
    return {role: 'unknown', why: whyNot ?? 'nothing has come in here yet that tells'};
  }

  /** Whether an agent had an edge port in a bin. */
  hasEdge(agentIndex: number, bin: number): boolean {
    return (this.edges[agentIndex] ?? NO_EDGE).at(bin);
  }

  /** A port has left; its slot is to begin as unknown. */
  release({slot}: Port): void {
    this.steps[slot] = undefined;
    this.force(slot, UNDECIDED);
  }

  /** An agent has left. */
  releaseAgent({index}: Agent): void {
    this.edges[index] = undefined;
  }

  private set({slot}: Port, role: Role, from: number): void {
    const steps = (this.steps[slot] ??= new Steps<Role>('unknown', MOST_CHANGES));
    if (steps.last === role) return;
    steps.set(from, role);
    this.force(slot, steps);
    this.revision++;
  }

  private force(slot: number, {last, since}: Steps<Role>): void {
    while (slot >= this.sinceBin.length) this.grow();
    this.inForce[slot] = ROLES.indexOf(last);
    this.sinceBin[slot] = since;
  }

  private grow(): void {
    const {inForce, sinceBin} = this;
    this.inForce = new Uint8Array(2 * inForce.length).fill(UNKNOWN);
    this.inForce.set(inForce);
    this.sinceBin = new Float64Array(2 * sinceBin.length).fill(Number.NEGATIVE_INFINITY);
    this.sinceBin.set(sinceBin);
  }

  private markEdges(from: number): void {
    for (const agent of this.agents.all) {
      const hasEdge = agent.ports.some((slot) => this.steps[slot]?.last === 'edge');
      (this.edges[agent.index] ??= new Steps(false, MOST_CHANGES)).set(from, hasEdge);
    }
  }
}
