import type {SectionData} from '../../account/codec.ts';
import {Basis, columnIndexes, Direction, FLOWS, HOSTS, type SectionSchema} from '../../account/schema.ts';
import {formatAddress} from '../address.ts';
import type {Agent} from '../agents.ts';
import type {Port, Ports} from '../ports.ts';

/** Flows that are followed at once, and sources: so many of a small fabric, and of a large one some for each port. */
const MAX_FLOWS = 49_152;
const LEAST_SOURCES = 16_384;
const SOURCES_A_PORT = 2;
/** Flows that one port may bring up; further ones are followed where another port did. */
const MAX_FLOWS_OF_PORT = 32;
/** Ports that one thing is followed on. */
const MAX_SEEN = 24;
/** Evidence fades by this much a second; less than a fraction of a sample is forgotten. */
const FADING = 0.97;
const FAINT = 0.3;

/** What came in of one thing at one port. */
export interface Seen {
  port: Port;
  /** Highest TTL. Samples with a lower one are not counted: the same source may send with several. */
  ttl: number;
  /** Samples, fading. They count three seconds late: by then all switches have told theirs of the same time. */
  settled: number;
  /** Samples of the last three seconds, the newest first. */
  newest: number;
  newer: number;
  new: number;
  /** The least nominal rate of the samples: what was taken by another port may be at the rate of that one. */
  rate: number;
  /** Taken where they left the switch, so perhaps with one off the TTL. */
  isDerived: boolean;
  /** The first and the last second with a sample. */
  since: number;
  second: number;
}

/** `source` of RoCEv2, which no switch sends; one of its flows; `host`: a source of other IP traffic. */
export type ThingKind = 'source' | 'flow' | 'host';

/** Something that enters the fabric somewhere, and the ports at which it comes in. */
export interface Thing {
  kind: ThingKind;
  /** Source address, as people write it. */
  address: string;
  seen: Seen[];
  /** Came in at more ports alike than are followed: nothing can be told from it. */
  isCrowded: boolean;
  /** Slot of the port that brought it up. */
  by: number;
}

/** Estimated frames a second, over the time that evidence lasts. */
export function framesPerSecond(seen: Seen): number {
  const seconds = Math.min(seen.second - seen.since + 1, 1 / (1 - FADING));
  return (allOf(seen) * seen.rate) / seconds;
}

/** All samples of a sighting, those that do not count yet as well. */
export function allOf({settled, newest, newer, new: waiting}: Seen): number {
  return settled + newest + newer + waiting;
}

/** Where one section keeps what is wanted of it; -1: not at all. */
type Layout = Readonly<Record<'agent' | 'port' | 'side' | 'rate' | 'source0' | 'address0' | 'frames' | 'ttl', number>>;

function layoutOf(schema: SectionSchema): Layout {
  const at = columnIndexes(schema);
  const names = ['agent', 'port', 'side', 'rate', 'source0', 'address0', 'frames', 'ttl'] as const;
  return Object.fromEntries(names.map((name) => [name, at[name] ?? -1])) as Layout;
}

const FLOW = layoutOf(FLOWS);
const HOST = layoutOf(HOSTS);
const ADDRESS_WORDS = 4;
/** Source, destination and destination queue pair; the DSCP may be rewritten on the way. */
const FLOW_WORDS = 9;

/** One row of a section. */
interface Row {
  port: Port;
  section: SectionData;
  /** Its number, and where in it the address begins. */
  i: number;
  address: number;
  frames: number;
  ttl: number;
  rate: number;
  isDerived: boolean;
  second: number;
}

/**
 * Where sources and flows come in: at which ports, how often, with which TTL. What the roles of ports are inferred
 * from. Bounded, and what rests is forgotten.
 */
export class Evidence {
  readonly things = new Map<number, Thing>();
  private readonly ports: Ports;
  private readonly basisOf: (slot: number, direction: number) => number;
  private readonly isAgent: (address: string) => boolean;
  private readonly ofAgent = new WeakMap<Agent, Map<number, Port>>();
  /** By slot: how many flows it brought up; and all of them. */
  private readonly flowsBy: number[] = [];
  private flows = 0;

  /** `basisOf` says which basis counts for a port and direction; `isAgent` knows the switches' own addresses. */
  constructor(
    ports: Ports,
    basisOf: (slot: number, direction: number) => number,
    isAgent: (address: string) => boolean,
  ) {
    this.ports = ports;
    this.basisOf = basisOf;
    this.isAgent = isAgent;
  }

  /** Takes the flows of RoCEv2. */
  applyFlows(section: SectionData, locals: readonly (Agent | undefined)[], second: number): void {
    this.eachRow(section, FLOW, FLOW.source0, locals, second, (row) => {
      this.see('source', hashOf(row, ADDRESS_WORDS, 1), row);
      this.see('flow', hashOf(row, FLOW_WORDS, 2), row);
    });
  }

  /** Takes the sources of other IP traffic. */
  applyHosts(section: SectionData, locals: readonly (Agent | undefined)[], second: number): void {
    this.eachRow(section, HOST, HOST.address0, locals, second, (row) => {
      this.see('host', hashOf(row, ADDRESS_WORDS, 3), row);
    });
  }

  /** A second has passed: evidence settles and fades. */
  age(): void {
    for (const [key, thing] of this.things) {
      let faint = 0;
      for (const seen of thing.seen) {
        seen.settled = seen.settled * FADING + seen.new;
        seen.new = seen.newer;
        seen.newer = seen.newest;
        seen.newest = 0;
        if (allOf(seen) < FAINT) faint++;
      }
      if (faint > 0) thing.seen = thing.seen.filter((seen) => allOf(seen) >= FAINT);
      if (thing.seen.length === 0) this.forget(key, thing);
    }
  }

  /** Ports have left: what came in there is forgotten. */
  release(ports: ReadonlySet<Port>): void {
    for (const {agent, ifIndex} of ports) this.ofAgent.get(agent)?.delete(ifIndex);
    for (const [key, thing] of this.things) {
      if (!thing.seen.some(({port}) => ports.has(port))) continue;
      thing.seen = thing.seen.filter(({port}) => !ports.has(port));
      if (thing.seen.length === 0) this.forget(key, thing);
    }
  }

  private eachRow(
    section: SectionData,
    layout: Layout,
    address: number,
    locals: readonly (Agent | undefined)[],
    second: number,
    take: (row: Row) => void,
  ): void {
    const value = (column: number, i: number) => section.columns[column]![i]!;
    for (let i = 0; i < section.rows; i++) {
      const agent = locals[value(layout.agent, i)];
      const side = value(layout.side, i);
      if (!agent || (side & 1) !== Direction.In) continue;
      const port = this.portOf(agent, value(layout.port, i));
      if (!port || side >>> 1 !== this.basisOf(port.slot, Direction.In)) continue;
      const rate = layout.rate < 0 ? agent.largest.rate : value(layout.rate, i);
      const isDerived = side >>> 1 === Basis.Derived;
      const [frames, ttl] = [value(layout.frames, i), value(layout.ttl, i)];
      take({port, section, i, address, frames, ttl, rate, isDerived, second});
    }
  }

  /** As `Ports` has it, without the id's text: there are tens of thousands of rows a second. */
  private portOf(agent: Agent, ifIndex: number): Port | undefined {
    let ports = this.ofAgent.get(agent);
    if (!ports) {
      ports = new Map();
      this.ofAgent.set(agent, ports);
    }
    const known = ports.get(ifIndex);
    if (known) return known;
    const port = this.ports.intern(agent, ifIndex);
    if (port) ports.set(ifIndex, port);
    return port;
  }

  private see(kind: ThingKind, key: number, row: Row): void {
    const thing = this.things.get(key) ?? this.bringUp(kind, key, row);
    if (!thing || thing.isCrowded) return;
    const seen = seenAt(thing, row.port) ?? follow(thing, row);
    if (!seen || row.ttl < seen.ttl) return;
    if (row.ttl > seen.ttl) Object.assign(seen, {ttl: row.ttl, settled: 0, newest: 0, newer: 0, new: 0});
    seen.newest += row.frames;
    if (row.rate < seen.rate) seen.rate = row.rate;
    seen.isDerived = row.isDerived;
    seen.second = row.second;
  }

  private get isFullOfSources(): boolean {
    return this.things.size - this.flows >= Math.max(LEAST_SOURCES, SOURCES_A_PORT * this.ports.all.length);
  }

  private bringUp(kind: ThingKind, key: number, row: Row): Thing | undefined {
    const {slot} = row.port;
    const flows = this.flowsBy[slot] ?? 0;
    if (kind === 'flow' ? this.flows >= MAX_FLOWS || flows >= MAX_FLOWS_OF_PORT : this.isFullOfSources)
      return undefined;
    const word = (index: number) => row.section.columns[row.address + index]![row.i]!;
    const address = formatAddress(word(0), word(1), word(2), word(3));
    if (this.isAgent(address)) return undefined;
    if (kind === 'flow') {
      this.flowsBy[slot] = flows + 1;
      this.flows++;
    }
    const thing: Thing = {kind, address, seen: [], isCrowded: false, by: slot};
    this.things.set(key, thing);
    return thing;
  }

  private forget(key: number, {kind, by}: Thing): void {
    if (kind === 'flow') {
      this.flowsBy[by]!--;
      this.flows--;
    }
    this.things.delete(key);
  }
}

function seenAt({seen}: Thing, port: Port): Seen | undefined {
  for (let i = 0; i < seen.length; i++) if (seen[i]!.port === port) return seen[i];
  return undefined;
}

/** Follows a thing on one more port. Where there are too many, those farther from its source give way. */
function follow(thing: Thing, {port, ttl, rate, isDerived, second}: Row): Seen | undefined {
  const {seen} = thing;
  const fresh: Seen = {port, ttl, settled: 0, newest: 0, newer: 0, new: 0, rate, isDerived, since: second, second};
  if (seen.length < MAX_SEEN) {
    seen.push(fresh);
    return fresh;
  }
  let farthest = 0;
  let nearest = 0;
  seen.forEach((one, i) => {
    if (one.ttl < seen[farthest]!.ttl) farthest = i;
    if (one.ttl > seen[nearest]!.ttl) nearest = i;
  });
  if (ttl > seen[farthest]!.ttl) {
    seen[farthest] = fresh;
    return fresh;
  }
  if (ttl < seen[nearest]!.ttl) return undefined;
  thing.isCrowded = true;
  thing.seen = seen.slice(0, 1);
  return undefined;
}

/** 53 bits over the first words of a row's addresses; `salt` keeps kinds apart. */
function hashOf({section, i, address}: Row, words: number, salt: number): number {
  let a = Math.imul(salt, 0x9e3779b1);
  let b = ~a;
  for (let index = 0; index < words; index++) {
    const word = section.columns[address + index]![i]!;
    a = Math.imul(a ^ word, 0x85ebca6b);
    a ^= a >>> 13;
    b = Math.imul(b ^ word, 0xc2b2ae35);
    b ^= b >>> 16;
  }
  a = Math.imul(a ^ b, 0x27d4eb2f);
  return ((a ^ (a >>> 15)) >>> 0) * 2 ** 21 + (b >>> 11);
}
