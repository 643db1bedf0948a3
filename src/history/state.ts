import type {Fabric} from '../fabric/fabric.ts';
import {MAX_PORTS} from '../fabric/ports.ts';
import {type NameLists, parseNames} from '../fabric/wiring/names-parse.ts';
import {parseTopology, type Topology} from '../fabric/wiring/topology-parse.ts';
import type {Store} from './store.ts';

/** Files of the store. */
const TOPOLOGY = 'topology';
const NAMES = 'names';
const LEARNED = 'learned-names';
const THRESHOLDS = 'thresholds';
const JOB_NAMES = 'job-names';
const FIRING = 'firing-alerts';

/** What was given on the command line or in the settings. */
export interface Given {
  topology?: Topology | undefined;
  names?: NameLists | undefined;
}

/**
 * What an operator says about the fabric, and what outlives a restart of it. What is put while the server runs comes
 * before what it was started with. Without a store nothing outlives.
 */
export class State {
  private readonly fabric: Fabric;
  private readonly store: Store | undefined;
  private given: Topology | undefined;
  /** What the store holds, so that it is only written when it is another. */
  private learned = '';

  constructor(fabric: Fabric, store?: Store) {
    this.fabric = fabric;
    this.store = store;
  }

  /** Takes what was given at the start and, over it, what was kept. Returns what the operator may wonder about. */
  restore(given: Given = {}): string[] {
    const {names, wiring} = this.fabric;
    const notes: string[] = [];
    this.given = given.topology;
    if (given.names) names.set('file', given.names);
    const put = this.store?.read(NAMES, parseNames);
    if (put) names.set('put', put);
    const kept = this.store?.read(TOPOLOGY, parseTopology);
    if (kept && given.topology)
      notes.push('the topology that was put is in force, not the file: DELETE it to change that');
    wiring.set(kept ?? given.topology);
    const learned = this.store?.read(LEARNED, parseNames);
    if (learned) {
      names.remembered = learned;
      this.learned = this.learnedText();
    }
    this.fabric.callByNames();
    return notes;
  }

  /**
   * Puts a topology, or with undefined goes back to the one that was given at the start. When it cannot be kept it is
   * not taken either: rejects with what the file system says. `now` is epoch ms, for the event.
   */
  async putTopology(topology: Topology | undefined, now: number): Promise<void> {
    const {fabric} = this;
    await this.store?.write(TOPOLOGY, topology?.json);
    const before = fabric.wiring.topology;
    const next = topology ?? this.given;
    if (before === undefined && next === undefined) return;
    fabric.wiring.set(next);
    fabric.callByNames();
    const time = Number.isFinite(fabric.time) ? fabric.time : now;
    fabric.events.raise({time, kind: 'topology-changed', level: 'info', text: textOf(next)});
  }

  /** Puts lists of names in the place of those that were put before; rejects as `putTopology`. */
  async putNames(names: NameLists): Promise<void> {
    await this.store?.write(NAMES, listsJson(names));
    this.fabric.names.set('put', names);
    this.fabric.callByNames();
  }

  /** The thresholds that were put before, read by `parse`. */
  readThresholds<T>(parse: (data: unknown) => T): T | undefined {
    return this.store?.read(THRESHOLDS, parse);
  }

  /** Keeps the thresholds that were put; rejects as `putTopology`. */
  async keepThresholds(json: unknown): Promise<void> {
    await this.store?.write(THRESHOLDS, json);
  }

  /** The names that were given to jobs before, read by `parse`. */
  readJobNames<T>(parse: (data: unknown) => T): T | undefined {
    return this.store?.read(JOB_NAMES, parse);
  }

  /** Keeps the names of jobs; rejects as `putTopology`. */
  async keepJobNames(json: unknown): Promise<void> {
    await this.store?.write(JOB_NAMES, json);
  }

  /** The alerts that fired when the server was stopped, read by `parse`. */
  readFiring<T>(parse: (data: unknown) => T): T | undefined {
    return this.store?.read(FIRING, parse);
  }

  /** Keeps the alerts that fire; rejects as `putTopology`. */
  async keepFiring(json: unknown): Promise<void> {
    await this.store?.write(FIRING, json);
  }

  /** Keeps what agents and ports are called by themselves, where that is not kept yet. */
  async keepLearned(): Promise<void> {
    if (!this.store) return;
    const text = this.learnedText();
    if (text === this.learned) return;
    await this.store.write(LEARNED, JSON.parse(text));
    this.learned = text;
  }

  private learnedText(): string {
    const {agents, ports} = this.fabric.names.learned(MAX_PORTS);
    return JSON.stringify(listsJson({agents, ports, hosts: new Map()}));
  }
}

/** Lists of names as they are put. */
export function listsJson({agents, ports, hosts}: NameLists): Record<keyof NameLists, Record<string, string>> {
  return {
    agents: Object.fromEntries(agents),
    ports: Object.fromEntries(ports),
    hosts: Object.fromEntries(hosts),
  };
}

function textOf(topology: Topology | undefined): string {
  if (!topology) return 'there is no topology any more: roles are inferred';
  const {nodes, links} = topology;
  const switches = new Set([...nodes.keys(), ...links.flatMap(({ends}) => ends.map(({node}) => node))]);
  return `the topology has ${switches.size} switches and ${links.length} wires between them now`;
}
