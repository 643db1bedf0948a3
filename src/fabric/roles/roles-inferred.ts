import type {SectionData} from '../../account/codec.ts';
import type {Agent, Agents} from '../agents.ts';
import type {Port, Ports, Role} from '../ports.ts';
import type {RoleSource} from './roles.ts';
import {Evidence, framesPerSecond, type Seen, type Thing} from './roles-evidence.ts';
import {type Arrival, ENOUGH, rarity, weigh} from './roles-odds.ts';

/** TTLs that hosts begin with: one of them has crossed no router. */
const INITIAL_TTLS = new Set([64, 128, 255]);
/** Things that are weighed at one port: the most frequent ones. */
const MAX_ARRIVALS = 96;
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
/**
 * Frames a second that a source of other IP traffic must send to be taken for a host: switches send some of their own
 * (telemetry, sFlow itself at some 1,000 datagrams).
 */
const HOST_FRAMES_PER_SECOND = 2_000;

/** Things and ports that are looked at in one bin at most. */
const THINGS_A_STEP = 24_576;
const PORTS_A_STEP = 12_288;

const TOO_FEW = 'too few samples have come in here yet to tell';

/** What is concluded of one port. */
interface Verdict {
  role: Role;
  why: string;
  doubts: number;
  /** Looks in which flows were also seen coming in at an edge port. */
  coreLooks: number;
}

/** Why a port is not shown to be where its traffic enters the fabric; undefined when it is shown. */
type Objection = {why: string; isSure: boolean};

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
  revision = 0;
  private readonly agents: Agents;
  private readonly evidence: Evidence;
  /** By slot. */
  private readonly verdicts: (Verdict | undefined)[] = [];
  private readonly sampledAt = new Map<Agent, number>();
  private readonly ports: Ports;
  private readonly unknownShare: () => number;
  private second = Number.NEGATIVE_INFINITY;
  /** Revisions as they were last, and the second in which they changed. */
  private known = -1;
  private newsAt = 0;
  /** The look that is under way. */
  private looking: Generator<void, void> | undefined;

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
  }

  role({slot}: Port): Role | undefined {
    const role = this.verdicts[slot]?.role;
    return role === 'unknown' ? undefined : role;
  }

  why({slot}: Port): string | undefined {
    const verdict = this.verdicts[slot];
    return verdict && (verdict.role === 'unknown' ? verdict.why : `inferred: ${verdict.why}`);
  }

  /** Takes what a producer saw in the last second; `time` is epoch ms. */
  apply(flows: SectionData, hosts: SectionData | undefined, locals: readonly (Agent | undefined)[], time: number) {
    const second = Math.floor(time / 1_000);
    if (this.agents.all.length < 2 || !this.isWatched(second)) return;
    this.evidence.applyFlows(flows, locals, second);
    if (hosts) this.evidence.applyHosts(hosts, locals, second);
    if (second <= this.second) return;
    while (this.looking) this.advance();
    this.second = second;
    this.evidence.age();
    this.looking = this.look(time);
    this.advance();
  }

  /** Goes on with what was begun, a step with each call. */
  advance(): void {
    if (this.looking?.next().done) this.looking = undefined;
  }

  /** Ports have left, and agents. */
  release(ports: ReadonlySet<Port>, agents: ReadonlySet<Agent>): void {
    this.looking = undefined; // it may hold some of them
    this.evidence.release(ports);
    for (const {slot} of ports) this.verdicts[slot] = undefined;
    for (const agent of agents) this.sampledAt.delete(agent);
    this.revision++;
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
    const arrivals = yield* this.collect();
    const {all} = this.agents;
    const talking = all.filter(({ports}) => ports.length > 0);
    if (talking.length < 2) return;
    const rarest = Math.max(...talking.map(rarity));
    const isOverdue = talking.some((agent) => this.isOverdue(agent, time));
    let weighed = 0;
    for (const [port, here] of arrivals) {
      if (++weighed % PORTS_A_STEP === 0) yield;
      if (here.length > 1) here.sort((a, b) => b.seen.settled - a.seen.settled).splice(MAX_ARRIVALS);
      if (!isOverdue) this.weighEdge(port, here, rarest);
    }
    for (const [port, here] of arrivals) {
      if (++weighed % PORTS_A_STEP === 0) yield;
      this.weighCore(port, here);
    }
  }

  /** What came in at each port whose turn it is. */
  private *collect(): Generator<void, Map<Port, Arrival[]>> {
    const arrivals = new Map<Port, Arrival[]>();
    let collected = 0;
    for (const thing of this.evidence.things.values()) {
      if (++collected % THINGS_A_STEP === 0) yield;
      for (const seen of thing.seen) {
        const {port, second} = seen;
        if (second > (this.sampledAt.get(port.agent) ?? 0)) this.sampledAt.set(port.agent, second);
        if (thing.isCrowded || !this.isTurnOf(port)) continue;
        const here = arrivals.get(port);
        if (here) here.push({thing, seen});
        else arrivals.set(port, [{thing, seen}]);
      }
    }
    return arrivals;
  }

  private isTurnOf({slot}: Port): boolean {
    const verdict = this.verdicts[slot];
    return !verdict || verdict.role === 'unknown' || verdict.doubts > 0 || (slot + this.second) % AGAIN_EVERY === 0;
  }

  private isOverdue(agent: Agent, time: number): boolean {
    const isSampling = this.second - (this.sampledAt.get(agent) ?? Number.NEGATIVE_INFINITY) <= TALKING_SECONDS;
    return isSampling && time - agent.lastArrival > OVERDUE_MS;
  }

  private weighEdge(port: Port, here: readonly Arrival[], rarest: number): void {
    const objection = this.objection(port, here, rarest);
    const verdict = this.verdictOf(port);
    if (!objection) {
      verdict.doubts = verdict.role === 'core' ? verdict.doubts + 1 : 0;
      if (verdict.role === 'core' && verdict.doubts < DOUBTS) return;
      this.conclude(verdict, 'edge', describe(here.filter(isFromHost)));
    } else if (verdict.role === 'edge') {
      verdict.doubts = objection.isSure ? verdict.doubts + 1 : 0;
      if (verdict.doubts >= DOUBTS) this.conclude(verdict, 'unknown', objection.why);
    } else {
      verdict.doubts = 0;
      if (verdict.role === 'unknown') verdict.why = objection.why;
    }
  }

  /** Why it is not sure that what comes in at a port comes from hosts. */
  private objection(port: Port, all: readonly Arrival[], rarest: number): Objection | undefined {
    const here = all.filter(isFromHost);
    if (here.length === 0) {
      const [first] = all;
      const why =
        first && !hasInitialTtl(first.seen)
          ? `what comes in has crossed a router before (TTL ${first.seen.ttl}), and where it entered is not known`
          : 'so little comes in here that a switch might send it by itself';
      return {why, isSure: false};
    }
    const {alone, others} = weigh(port, here, rarest);
    if (alone < ENOUGH) return {why: TOO_FEW, isSure: false};
    for (const [other, odds] of others) {
      if (odds >= ENOUGH) continue;
      const shared = here.find(({thing}) => thing.seen.some((seen) => seen.port.agent === other)) ?? here[0]!;
      const why = `${shared.thing.address} comes in here and at ${other.address} alike: which is first cannot be told`;
      return {why, isSure: odds < ENOUGH / 4};
    }
    return undefined;
  }

  private weighCore(port: Port, here: readonly Arrival[]): void {
    const verdict = this.verdictOf(port);
    if (verdict.role === 'edge') return;
    let isFarther = false;
    let atOnce = 0;
    let witness: {thing: Thing; edge: Port} | undefined;
    for (const {thing, seen} of here) {
      const edge = thing.seen.find((one) => one.port.agent !== port.agent && this.isEdge(one.port));
      if (!edge || edge.ttl < seen.ttl) continue;
      if (edge.ttl > seen.ttl && (thing.kind === 'flow' || !hasInitialTtl(seen))) isFarther = true;
      else if (edge.ttl === seen.ttl && thing.kind === 'flow' && this.isRecent(seen) && this.isRecent(edge))
        atOnce += seen.newer + seen.new;
      else continue;
      witness ??= {thing, edge: edge.port};
    }
    if (!witness) return;
    if (atOnce >= AT_ONCE_SAMPLES) verdict.coreLooks++;
    // What came in at an edge port with a higher TTL has crossed a router since: one sample is enough.
    if (!isFarther && verdict.coreLooks < AT_ONCE_LOOKS) return;
    this.conclude(verdict, 'core', `brings in ${witness.thing.address}, which enters at ${witness.edge.id}`);
  }

  private isRecent({second}: Seen): boolean {
    return this.second - second <= AT_ONCE_SECONDS;
  }

  private isEdge({slot}: Port): boolean {
    return this.verdicts[slot]?.role === 'edge';
  }

  private verdictOf({slot}: Port): Verdict {
    // Without holes, or the array becomes a table that is made anew again and again.
    while (this.verdicts.length <= slot) this.verdicts.push(undefined);
    return (this.verdicts[slot] ??= {role: 'unknown', why: TOO_FEW, doubts: 0, coreLooks: 0});
  }

  private conclude(verdict: Verdict, role: Role, why: string): void {
    if (verdict.role !== role) {
      verdict.doubts = 0;
      verdict.coreLooks = 0;
      this.revision++;
    }
    verdict.role = role;
    verdict.why = why;
  }
}

/** Whether it has crossed no router; a sample that was taken on the way out may have crossed the switch itself. */
function hasInitialTtl({ttl, isDerived}: Seen): boolean {
  return INITIAL_TTLS.has(ttl) || (isDerived && INITIAL_TTLS.has(ttl + 1));
}

/** Whether it comes straight from its host. Of other IP traffic than RoCEv2 there must be more than a switch sends itself. */
function isFromHost({thing, seen}: Arrival): boolean {
  if (!hasInitialTtl(seen)) return false;
  return thing.kind !== 'host' || framesPerSecond(seen) >= HOST_FRAMES_PER_SECOND;
}

/** "10.1.2.3 and 2 more send from here, 0 hops away, 412 samples, …" */
function describe(here: readonly Arrival[]): string {
  const sources = here.filter(({thing}) => thing.kind !== 'flow');
  const [first] = sources;
  const samples = Math.round(sources.reduce((sum, {seen}) => sum + seen.settled, 0));
  const more = sources.length > 1 ? ` and ${sources.length - 1} more come` : ' comes';
  return `${first?.thing.address}${more} in here with the TTL of the host (${first?.seen.ttl}), ${samples} samples, and at no other switch before`;
}
