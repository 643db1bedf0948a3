import type {SectionData} from '../../account/codec.ts';
import type {Agent, Agents} from '../agents.ts';
import type {Port, Ports, Role} from '../ports.ts';
import {Arrivals} from './arrivals.ts';
import type {RoleSource} from './roles.ts';
import {Evidence} from './roles-evidence.ts';
import {ENOUGH, Odds, rarity} from './roles-odds.ts';
import {Verdict, Verdicts} from './verdicts.ts';

/** Decided ports are looked at again every so many seconds that are watched, undecided ones always. */
const AGAIN_EVERY = 8;
/**
 * Evidence is gathered all the time until no role has changed and no port has appeared for so many seconds, and while
 * more than this share of the traffic enters where the role is unknown; else for some of every so many seconds. It costs
 * more than all else that is done with flows.
 */
const UNKNOWN_SHARE = 0.005;
const WATCHED_AFTER_NEWS = 40;
const WATCHED_SECONDS = 6;
const WATCHED_OF_SECONDS = 40;
/** A switch that was sampling until so many seconds ago and says nothing for so many may still have samples to tell. */
const TALKING_SECONDS = 15;
const OVERDUE_MS = 2_500;
/** Where TTLs are the same, flows must be seen at both ports at once, with so many samples and in so many looks. */
const AT_ONCE_SAMPLES = 4;
const AT_ONCE_LOOKS = 3;
const AT_ONCE_SECONDS = 2;
/** A role that stands is given up when so many looks in a row speak against it. */
const DOUBTS = 3;
/** Steps that a look at all ports is made in, less than the bins of a second; and the least work of one: sightings, ports. */
const STEPS = 8;
const LEAST_STEP = 8_192;

const TOO_FEW = 'too few samples have come in here yet to tell';

/** Why a port is not shown to be where its traffic enters the fabric; undefined when it is shown. */
type Objection = {why: string; isSure: boolean};

const OBJECT_TO_FEW: Objection = {why: TOO_FEW, isSure: false};
const OBJECT_TO_LITTLE: Objection = {
  why: 'so little comes in here that a switch might send it by itself',
  isSure: false,
};

/**
 * Roles from the samples alone; rather unknown than wrong. A wire that leads to another switch brings only what came in
 * at that switch before, with the same TTL where it bridges and a higher one where it routes. So
 * - a port is **edge** when each other switch has sampled too little of what comes in there, with as high a TTL, to have
 *   sent it: then it comes from hosts. Frames must have the TTL that hosts begin with, or there is a router between that
 *   sends no samples.
 * - a port is **core** when what comes in there also comes in at an edge port of another switch: with a higher TTL, or,
 *   where TTLs are the same, the same flows at the same time (which hosts that are bonded to two switches do not do).
 * - all else is unknown; what looks alike from either end, such as one talking host on a bridge, stays so.
 */
export class InferredRoles implements RoleSource {
  readonly from = 'inferred';
  private readonly agents: Agents;
  private readonly evidence: Evidence;
  private readonly verdicts = new Verdicts();
  private readonly odds = new Odds();
  private readonly ports: Ports;
  private readonly unknownShare: () => number;
  /** Grows whenever ports leave. */
  private releases = 0;
  private second = Number.NEGATIVE_INFINITY;
  /** Revisions as they were last, and the second in which they changed. */
  private known = -1;
  private newsAt = 0;
  /** The look that is under way. */
  private looking: Generator<void, void> | undefined;
  /** What has come in at the port that is looked at. */
  private readonly arrivals: Arrivals;

  /** `basisOf` says which basis counts for a port and direction; `unknownShare` how much enters at unknown ports now. */
  constructor(
    agents: Agents,
    ports: Ports,
    basisOf: (slot: number, direction: number) => number,
    unknownShare: () => number,
  ) {
    this.agents = agents;
    this.ports = ports;
    this.unknownShare = unknownShare;
    this.evidence = new Evidence(ports, basisOf, (address) => agents.get(address) !== undefined);
    this.arrivals = new Arrivals(this.evidence);
  }

  get revision(): number {
    return this.verdicts.revision + this.releases;
  }

  role({slot}: Port): Role | undefined {
    const role = this.verdicts.role(slot);
    return role === 'unknown' ? undefined : role;
  }

  why({slot}: Port): string | undefined {
    const why = this.verdicts.why(slot);
    return why === undefined || this.verdicts.of(slot) === Verdict.Unknown ? why : `inferred: ${why}`;
  }

  /** Takes what a producer saw in the last second; `time` is epoch ms. */
  apply(flows: SectionData, hosts: SectionData | undefined, locals: readonly (Agent | undefined)[], time: number) {
    const second = Math.floor(time / 1_000);
    if (this.agents.all.length < 2 || !this.isWatched(second)) return;
    this.evidence.applyFlows(flows, locals, second);
    if (hosts) this.evidence.applyHosts(hosts, locals, second);
    if (second <= this.second) return;
    while (this.looking) this.goOn();
    this.second = second;
    this.evidence.age();
    this.looking = this.look(time);
    this.goOn();
  }

  /** A bin has passed: goes on with what was begun. */
  advance(): void {
    this.evidence.sweep();
    this.goOn();
  }

  /** Ports have left, and agents. */
  release(ports: ReadonlySet<Port>, agents: ReadonlySet<Agent>): void {
    this.looking = undefined; // it may hold some of them
    this.evidence.release(ports, agents);
    for (const {slot} of ports) this.verdicts.release(slot);
    this.releases++;
  }

  private goOn(): void {
    if (this.looking?.next().done) this.looking = undefined;
  }

  /** Whether this second's evidence is gathered. */
  private isWatched(second: number): boolean {
    const known = this.ports.revision + this.revision;
    if (known !== this.known) {
      this.known = known;
      this.newsAt = second;
    }
    const isTurn = second % WATCHED_OF_SECONDS < WATCHED_SECONDS;
    return isTurn || second - this.newsAt < WATCHED_AFTER_NEWS || this.unknownShare() > UNKNOWN_SHARE;
  }

  /** Weighs the evidence of the ports whose turn it is, in steps: of thousands of ports it would hold up a bin. */
  private *look(time: number): Generator<void, void> {
    const talking = this.agents.all.filter(({ports}) => ports.length > 0);
    if (talking.length < 2) return;
    const rarest = talking.reduce((most, agent) => Math.max(most, rarity(agent)), 0);
    const isOverdue = talking.some((agent) => this.isOverdue(agent, time));
    const {slots} = this.ports;
    const step = Math.max(LEAST_STEP, Math.ceil((2 * (slots + this.evidence.sightings.size)) / STEPS));
    let work = 0;
    for (const isCore of isOverdue ? [true] : [false, true]) {
      for (let slot = 0; slot < slots; slot++) {
        if (work >= step) {
          work = 0;
          yield;
        }
        work++;
        if (!this.isTurnOf(slot) || (isCore && this.verdicts.of(slot) === Verdict.Edge)) continue;
        work += this.arrivals.gather(slot);
        if (this.arrivals.here.length === 0) continue;
        if (isCore) this.weighCore(slot);
        else this.weighEdge(slot, rarest);
      }
    }
  }

  private isTurnOf(slot: number): boolean {
    const {verdicts} = this;
    return (
      verdicts.of(slot) === Verdict.Unknown || verdicts.doubts(slot) > 0 || (slot + this.second) % AGAIN_EVERY === 0
    );
  }

  private isOverdue({index, lastArrival}: Agent, time: number): boolean {
    const isSampling = this.second - this.evidence.lastSampled(index) <= TALKING_SECONDS;
    return isSampling && time - lastArrival > OVERDUE_MS;
  }

  private weighEdge(slot: number, rarest: number): void {
    const {verdicts} = this;
    const objection = this.objection(slot, rarest);
    const verdict = verdicts.of(slot);
    if (!objection) {
      verdicts.setDoubts(slot, verdict === Verdict.Core ? verdicts.doubts(slot) + 1 : 0);
      if (verdict === Verdict.Core && verdicts.doubts(slot) < DOUBTS) return;
      this.concludeEdge(slot);
    } else if (verdict === Verdict.Edge) {
      verdicts.setDoubts(slot, objection.isSure ? verdicts.doubts(slot) + 1 : 0);
      if (verdicts.doubts(slot) >= DOUBTS) verdicts.conclude(slot, Verdict.Unknown, objection.why);
    } else {
      verdicts.setDoubts(slot, 0);
      if (verdict === Verdict.Unknown) verdicts.conclude(slot, verdict, objection.why);
    }
  }

  /** Why it is not sure that what comes in at a port comes from hosts. */
  private objection(slot: number, rarest: number): Objection | undefined {
    const {odds, arrivals} = this;
    const {sightings} = this.evidence;
    const {here, fromHosts} = arrivals;
    if (fromHosts.length === 0) {
      if (arrivals.hasInitialTtl(here[0]!)) return OBJECT_TO_LITTLE;
      const ttl = sightings.ttl(here[0]!);
      const why = `what comes in has crossed a router before (TTL ${ttl}), and where it entered is not known`;
      return {why, isSure: false};
    }
    odds.clear(rarest);
    for (const index of fromHosts) {
      odds.add(sightings.settled(index), sightings.rate(index), arrivals.isFlow(index));
    }
    if (odds.alone() < ENOUGH) return OBJECT_TO_FEW;
    this.weighOthers(slot);
    for (let other = 0; other < odds.otherSwitches; other++) {
      const notByIt = odds.notBy(other);
      if (notByIt < ENOUGH) return {why: this.alike(odds.agent(other)), isSure: notByIt < ENOUGH / 4};
    }
    return undefined;
  }

  /** What other switches have sampled of it, where they may have had it before: with the same TTL or a higher one. */
  private weighOthers(slot: number): void {
    const {sightings, things} = this.evidence;
    const {agents} = this.ports;
    this.arrivals.fromHosts.forEach((index, arrival) => {
      const ttl = sightings.ttl(index);
      for (let other = things.first(sightings.thing(index)); other !== 0; other = sightings.next(other)) {
        const agent = agents[sightings.slot(other)]!;
        if (agent !== agents[slot] && sightings.ttl(other) >= ttl)
          this.odds.addOther(arrival, agent, sightings.all(other));
      }
    });
  }

  private alike(agent: number): string {
    const {sightings, things} = this.evidence;
    const {agents} = this.ports;
    let there = 0;
    const isShared = (index: number) => {
      there = things.first(sightings.thing(index));
      while (there !== 0 && agents[sightings.slot(there)] !== agent) there = sightings.next(there);
      return there !== 0;
    };
    const shared = this.arrivals.fromHosts.find(isShared)!;
    const other = this.ports.at(sightings.slot(there))!.agent.address;
    const address = this.evidence.address(sightings.thing(shared));
    return `${address} comes in here and at ${other} alike: which is first cannot be told`;
  }

  private concludeEdge(slot: number): void {
    const {sightings, things} = this.evidence;
    let first = 0;
    let more = 0;
    let samples = 0;
    for (const index of this.arrivals.fromHosts) {
      if (this.arrivals.isFlow(index)) continue;
      if (first === 0) first = index;
      else more++;
      samples += sightings.settled(index);
    }
    // There may be no room for its sources.
    const shown = first || this.arrivals.fromHosts[0]!;
    const address = [0, 1, 2, 3].map((word) => things.address(sightings.thing(shown), word));
    this.verdicts.concludeEdge(slot, address, sightings.ttl(shown), samples, more);
  }

  private weighCore(slot: number): void {
    const {verdicts, arrivals} = this;
    const {sightings} = this.evidence;
    let isFarther = false;
    let atOnce = 0;
    let shown = 0;
    let edgeShown = 0;
    for (const index of arrivals.here) {
      const thing = sightings.thing(index);
      const edge = this.edgeOf(thing, slot);
      const isFlow = arrivals.isFlow(index);
      const farther = edge === 0 ? -1 : sightings.ttl(edge) - sightings.ttl(index);
      if (farther < 0) continue;
      if (farther > 0 && (isFlow || !arrivals.hasInitialTtl(index))) isFarther = true;
      else if (farther === 0 && isFlow && this.isRecent(index) && this.isRecent(edge))
        atOnce += sightings.recent(index);
      else continue;
      if (shown !== 0) continue;
      shown = index;
      edgeShown = edge;
    }
    if (shown === 0) return;
    const looks = atOnce >= AT_ONCE_SAMPLES ? verdicts.lookLikeCore(slot) : verdicts.looksLikeCore(slot);
    // What came in at an edge port with a higher TTL has crossed a router since: one sample is enough.
    if (!isFarther && looks < AT_ONCE_LOOKS) return;
    const address = this.evidence.address(sightings.thing(shown));
    const {id} = this.ports.at(sightings.slot(edgeShown))!;
    verdicts.conclude(slot, Verdict.Core, `brings in ${address}, which enters at ${id}`);
  }

  /** The first edge port of another switch that a thing was seen at, as its sighting there; 0 where there is none. */
  private edgeOf(thing: number, slot: number): number {
    const {sightings, things} = this.evidence;
    const {agents} = this.ports;
    for (let index = things.first(thing); index !== 0; index = sightings.next(index)) {
      const there = sightings.slot(index);
      if (this.verdicts.of(there) === Verdict.Edge && agents[there] !== agents[slot]) return index;
    }
    return 0;
  }

  private isRecent(index: number): boolean {
    return this.second - this.evidence.sightings.second(index) <= AT_ONCE_SECONDS;
  }
}
