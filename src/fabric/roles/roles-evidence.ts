import {randomBytes} from 'node:crypto';
import type {SectionData} from '../../account/codec.ts';
import {Basis, columnIndexes, Direction, FLOWS, HOSTS, type SectionSchema} from '../../account/schema.ts';
import {formatAddress} from '../address.ts';
import type {Agent} from '../agents.ts';
import type {Port, Ports} from '../ports.ts';
import {type Sample, Sightings} from './sightings.ts';
import {ThingKind, Things} from './things.ts';

/** Flows that are followed at once, and sources: so many of a small fabric, and of a large one some for each port. */
const MAX_FLOWS = 49_152;
const LEAST_SOURCES = 16_384;
const SOURCES_A_PORT = 2;
/** Flows that one port may bring up; further ones are followed where another port did. */
const MAX_FLOWS_OF_PORT = 32;
/** Ports that one thing is followed on. */
const MAX_SEEN = 24;
/** What is nothing any more is looked for among so many sightings a bin, and among all in so many bins. */
const LEAST_SWEPT = 1_024;
const SWEEP_BINS = 32;

/** Where one section keeps what is wanted of it; -1: not at all. */
type Layout = Readonly<Record<'agent' | 'port' | 'side' | 'rate' | 'address' | 'frames' | 'ttl', number>>;

function layoutOf(schema: SectionSchema, address: string): Layout {
  const at = columnIndexes(schema);
  const of = (name: string) => at[name] ?? -1;
  return {
    ...{agent: of('agent'), port: of('port'), side: of('side'), rate: of('rate')},
    ...{address: of(address), frames: of('frames'), ttl: of('ttl')},
  };
}

const FLOW = layoutOf(FLOWS, 'source0');
const HOST = layoutOf(HOSTS, 'address0');
const ADDRESS_WORDS = 4;
/** Source, destination and destination queue pair; the DSCP may be rewritten on the way. */
const FLOW_WORDS = 9;

/**
 * Where sources and flows come in: at which ports, how often, with which TTL. What the roles of ports are inferred
 * from. Bounded, and what rests is forgotten.
 */
export class Evidence {
  readonly things = new Things();
  readonly sightings = new Sightings();
  private readonly ports: Ports;
  private readonly basisOf: (slot: number, direction: number) => number;
  private readonly isAgent: (address: string) => boolean;
  /** By slot: how many flows it brought up; and all of them. */
  private readonly flowsBy: number[] = [];
  private flows = 0;
  /** By the agent's index: the last second in which it had samples. */
  private readonly sampledAt: number[] = [];
  /** The sighting behind which the next sweep begins. */
  private sweptTo = 0;
  /** Of the row at hand: its sample, the words that name its source and flow, and the hash of one of these. */
  private readonly sample: Sample = {slot: 0, ttl: 0, frames: 0, rate: 0, isDerived: false, second: 0};
  private readonly words = new Uint32Array(FLOW_WORDS);
  private hashA = 0;
  private hashB = 0;
  /** Nobody outside can know it. */
  private readonly salt = randomBytes(4).readInt32LE(0);

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
    const columns = wordColumns(section, FLOW.address, FLOW_WORDS);
    for (let i = 0; i < section.rows; i++) {
      if (!this.takeSample(section, FLOW, i, locals, second)) continue;
      for (let word = 0; word < FLOW_WORDS; word++) this.words[word] = columns[word]![i]!;
      this.see(ThingKind.Source, ADDRESS_WORDS);
      this.see(ThingKind.Flow, FLOW_WORDS);
    }
  }

  /** Takes the sources of other IP traffic. */
  applyHosts(section: SectionData, locals: readonly (Agent | undefined)[], second: number): void {
    const columns = wordColumns(section, HOST.address, ADDRESS_WORDS);
    for (let i = 0; i < section.rows; i++) {
      if (!this.takeSample(section, HOST, i, locals, second)) continue;
      for (let word = 0; word < ADDRESS_WORDS; word++) this.words[word] = columns[word]![i]!;
      this.see(ThingKind.Host, ADDRESS_WORDS);
    }
  }

  /** A second has passed: evidence settles and fades. */
  age(): void {
    this.sightings.grow();
  }

  /** Forgets what is nothing any more, some at a time. */
  sweep(): void {
    const {sightings} = this;
    const {limit} = sightings;
    for (let left = Math.min(limit, Math.max(LEAST_SWEPT, Math.ceil(limit / SWEEP_BINS))); left > 0; left--) {
      if (++this.sweptTo >= limit) this.sweptTo = 1;
      const index = this.sweptTo;
      if (index < limit && sightings.thing(index) !== 0 && sightings.isFaint(index)) this.forget(index);
    }
  }

  /** Ports and agents have left: what came in there is forgotten. */
  release(ports: ReadonlySet<Port>, agents: ReadonlySet<Agent>): void {
    for (const {slot} of ports) {
      for (let index = this.sightings.first(slot); index !== 0; index = this.sightings.first(slot)) this.forget(index);
    }
    for (const {index} of agents) this.sampledAt[index] = 0;
  }

  /** The last second in which an agent had samples, by its index; 0 where it never had. */
  lastSampled(agent: number): number {
    return this.sampledAt[agent] ?? 0;
  }

  /** The source of a thing, as people write it. */
  address(thing: number): string {
    const word = (index: number) => this.things.address(thing, index);
    return formatAddress(word(0), word(1), word(2), word(3));
  }

  /** Whether row `i` is of what came in, in the way that counts there; its sample is at hand then. */
  private takeSample(
    {columns}: SectionData,
    {agent: ofAgent, port, side: ofSide, rate, frames, ttl}: Layout,
    i: number,
    locals: readonly (Agent | undefined)[],
    second: number,
  ): boolean {
    const agent = locals[columns[ofAgent]![i]!];
    const side = columns[ofSide]![i]!;
    if (!agent || (side & 1) !== Direction.In) return false;
    const slot = this.ports.slotOf(agent, columns[port]![i]!);
    if (slot < 0 || side >>> 1 !== this.basisOf(slot, Direction.In)) return false;
    const {sample} = this;
    sample.slot = slot;
    sample.ttl = columns[ttl]![i]!;
    sample.frames = columns[frames]![i]!;
    sample.rate = rate < 0 ? agent.largest.rate : columns[rate]![i]!;
    sample.isDerived = side >>> 1 === Basis.Derived;
    sample.second = second;
    if (second > this.lastSampled(agent.index)) this.noteSampled(agent.index, second);
    return true;
  }

  private noteSampled(agent: number, second: number): void {
    // Without holes, or the array becomes a table that is made anew again and again.
    while (this.sampledAt.length <= agent) this.sampledAt.push(0);
    this.sampledAt[agent] = second;
  }

  /** Counts the sample at hand for what the first words at hand name. */
  private see(kind: number, words: number): void {
    const {things, sightings, sample} = this;
    this.hash(kind, words);
    const thing = things.find(this.hashA, this.hashB) || this.bringUp(kind);
    if (thing === 0 || things.isCrowded(thing)) return;
    let last = 0;
    let index = things.first(thing);
    while (index !== 0 && sightings.slot(index) !== sample.slot) {
      last = index;
      index = sightings.next(index);
    }
    if (index === 0) index = this.follow(thing, last);
    if (index !== 0) sightings.add(index, sample);
  }

  private get isFullOfSources(): boolean {
    return this.things.size - this.flows >= Math.max(LEAST_SOURCES, SOURCES_A_PORT * this.ports.all.length);
  }

  private bringUp(kind: number): number {
    const {slot} = this.sample;
    const flows = this.flowsBy[slot] ?? 0;
    if (kind === ThingKind.Flow ? this.flows >= MAX_FLOWS || flows >= MAX_FLOWS_OF_PORT : this.isFullOfSources)
      return 0;
    const [a, b, c, d] = this.words as unknown as readonly [number, number, number, number];
    if (this.isAgent(formatAddress(a, b, c, d))) return 0;
    if (kind === ThingKind.Flow) {
      while (this.flowsBy.length <= slot) this.flowsBy.push(0);
      this.flowsBy[slot] = flows + 1;
      this.flows++;
    }
    return this.things.add(this.hashA, this.hashB, kind, slot, [a, b, c, d]);
  }

  /**
   * Follows a thing on one more port, behind the last one. Where there are too many, those farther from its source give
   * way.
   */
  private follow(thing: number, last: number): number {
    const {things, sightings, sample} = this;
    if (things.count(thing) < MAX_SEEN) return this.append(thing, last);
    let farthest = things.first(thing);
    let nearest = farthest;
    for (let index = sightings.next(farthest); index !== 0; index = sightings.next(index)) {
      if (sightings.ttl(index) < sightings.ttl(farthest)) farthest = index;
      if (sightings.ttl(index) > sightings.ttl(nearest)) nearest = index;
    }
    if (sample.ttl > sightings.ttl(farthest)) {
      this.takeOut(farthest);
      return this.append(thing, farthest === last ? this.lastOf(thing) : last);
    }
    if (sample.ttl < sightings.ttl(nearest)) return 0;
    things.setCrowded(thing);
    for (let index = sightings.next(things.first(thing)); index !== 0; index = sightings.next(things.first(thing))) {
      this.takeOut(index);
    }
    return 0;
  }

  private append(thing: number, last: number): number {
    const {things, sightings} = this;
    const index = sightings.make(thing, this.sample);
    if (last === 0) things.setFirst(thing, index);
    else sightings.setNext(last, index);
    things.setCount(thing, things.count(thing) + 1);
    return index;
  }

  private lastOf(thing: number): number {
    let last = 0;
    for (let index = this.things.first(thing); index !== 0; index = this.sightings.next(index)) last = index;
    return last;
  }

  /** Takes a sighting from its thing, which may have none then. */
  private takeOut(index: number): void {
    const {things, sightings} = this;
    const thing = sightings.thing(index);
    const next = sightings.next(index);
    let before = things.first(thing);
    if (before === index) {
      things.setFirst(thing, next);
    } else {
      while (sightings.next(before) !== index) before = sightings.next(before);
      sightings.setNext(before, next);
    }
    things.setCount(thing, things.count(thing) - 1);
    sightings.drop(index);
  }

  private forget(index: number): void {
    const {things} = this;
    const thing = this.sightings.thing(index);
    this.takeOut(index);
    if (things.count(thing) > 0) return;
    if (things.kind(thing) === ThingKind.Flow) {
      this.flowsBy[things.by(thing)]!--;
      this.flows--;
    }
    things.remove(thing);
  }

  /** 64 bits over the first words at hand; `kind` keeps kinds apart. */
  private hash(kind: number, words: number): void {
    let a = Math.imul(kind ^ this.salt, 0x9e3779b1);
    let b = ~a;
    for (let index = 0; index < words; index++) {
      const word = this.words[index]!;
      a = Math.imul(a ^ word, 0x85ebca6b);
      a ^= a >>> 13;
      b = Math.imul(b ^ word, 0xc2b2ae35);
      b ^= b >>> 16;
    }
    a = Math.imul(a ^ b, 0x27d4eb2f);
    this.hashA = (a ^ (a >>> 15)) >>> 0;
    this.hashB = b >>> 0;
  }
}

/** Columns side by side, of numbers of one type. */
function wordColumns({columns}: SectionData, from: number, words: number): readonly Uint32Array[] {
  return columns.slice(from, from + words) as Uint32Array[];
}
