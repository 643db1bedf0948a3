import type {Fabric} from '../../fabric/fabric.ts';
import type {FlowName} from '../../fabric/flows.ts';
import type {Port} from '../../fabric/ports.ts';
import {Episode} from '../congestion/episode.ts';
import {byteBand} from '../sampling-error.ts';
import {CollisionWatch, type FullLink} from './collision.ts';
import {type Hashing, hashingOf, type Imbalance, imbalanceOf, type Verdict, verdictOf} from './imbalance.ts';
import {flowsOfGroups, type GroupFlows} from './imbalance-flows.ts';
import {balancedEvent, collisionEvent, imbalanceEvent} from './imbalance-text.ts';
import {type LinkLoads, type LinkSums, OUT, utilisationOf, WINDOW_BLOCKS, WINDOW_SECONDS} from './link-loads.ts';
import {ParallelGroups, type ParallelLinks} from './parallel-links.ts';

/** What one of a group's links sends; bit/s with its 95 % interval, and the part of the group's. */
export interface MemberReport {
  id: string;
  bitsPerSecond: number;
  low: number;
  high: number;
  share: number;
}

/** Elephants that share a full link though a sibling has room. */
export interface CollisionReport {
  link: string;
  /** Part of the link's speed that frames came for, while it was full. */
  utilisation: number;
  flows: {source: string; destination: string; destQp: number; bitsPerSecond: number}[];
  /** The emptiest of the group's links meanwhile. */
  sibling: string;
}

/** A group of parallel links over the last 10 s. What is null is not known: too little was sent, or is looked at. */
export interface GroupReport {
  id: string;
  agent: string;
  name: string;
  why: string;
  links: MemberReport[];
  samples: number;
  cv: number | null;
  cvLow: number | null;
  cvHigh: number | null;
  pValue: number | null;
  verdict: Verdict;
  hashing: Pick<Hashing, 'flows' | 'expectedCv'>;
  collisions: CollisionReport[];
}

export interface ImbalanceReport {
  /** Epoch ms: the end of the last bin that was looked at. */
  time: number;
  groups: GroupReport[];
}

/** Luck with few flows is worth an event where it fills a link so much, and is so uneven. */
const FULL_ENOUGH = 0.5;
const UNEVEN_ENOUGH = 0.25;
/** It is over where both are below this part of that. */
const OVER_BELOW = 0.7;
/** Links that are hardly used may be as uneven as they like. */
const USED = 0.01;
/** Of what a link sends, an elephant has so much; two of them collide. */
const ELEPHANT = 0.2;
/** Of so much of what is sent the flows must be known. */
const KNOWN = 0.6;

/** Groups that are looked at in one bin at least, and bins that either half of a look may take. */
const GROUPS_A_BIN = 16;
const LOOK_BINS = 6;

/** What is remembered of a group between looks. */
interface GroupState {
  group: ParallelLinks;
  collisions: CollisionWatch | undefined;
  uneven: Episode;
  /** Its flows, and when they were read. */
  flows: {block: number; of: GroupFlows} | undefined;
  /** By link. */
  colliding: Map<Port, Episode>;
}

const NO_FLOWS: GroupFlows = {all: [], ofLink: () => []};

/** What a look sees of a group: what each of its links sent in the window, and those that were full. */
interface Seen {
  group: ParallelLinks;
  members: readonly LinkSums[];
  full: readonly FullLink[];
  imbalance: Imbalance | undefined;
}

/** The flow table is long: it is read where there is something to explain. */
function suspectsOf(seen: readonly Seen[]): ParallelLinks[] {
  return seen.flatMap(({group, imbalance, full}) => {
    const isUneven = imbalance !== undefined && verdictOf(imbalance, {mostCv: 0}) === 'imbalanced';
    return full.length > 0 || isUneven ? [group] : [];
  });
}

/** A look that is being taken, group by group. */
interface Round {
  groups: readonly ParallelLinks[];
  seen: Seen[];
  reports: GroupReport[];
  hasFlows: boolean;
}

/** Looks every 2 s how evenly parallel links carry, and says when they do not. */
export class ImbalanceEngine {
  report: ImbalanceReport | undefined;
  private readonly fabric: Fabric;
  private readonly loads: LinkLoads;
  private readonly parallel: ParallelGroups;
  private states = new Map<string, GroupState>();
  private round: Round | undefined;

  constructor(fabric: Fabric, loads: LinkLoads) {
    this.fabric = fabric;
    this.loads = loads;
    this.parallel = new ParallelGroups(fabric);
  }

  /** A bin of the loads is complete: goes on with the look that has begun. */
  takeBin(): void {
    for (const {collisions} of this.states.values()) collisions?.takeBin();
    this.goOn();
  }

  /** So are two seconds of them: begins to look. Of few groups all is done at once, of many a part a bin. */
  look(): void {
    const groups = this.parallel.current();
    this.follow(groups);
    this.round = {groups, seen: [], reports: [], hasFlows: false};
    this.goOn();
  }

  private goOn(): void {
    const {round} = this;
    if (!round) return;
    const {groups, seen, reports} = round;
    const {block, time} = this.loads;
    let left = Math.max(GROUPS_A_BIN, Math.ceil(groups.length / LOOK_BINS));
    for (; seen.length < groups.length && left > 0; left--) seen.push(this.see(groups[seen.length]!, block));
    if (seen.length < groups.length) return;
    if (!round.hasFlows) {
      round.hasFlows = true;
      this.readFlows(suspectsOf(seen), block);
      // That is a bin's work where the flows are many.
      if (groups.length > GROUPS_A_BIN) return;
      left = GROUPS_A_BIN;
    }
    for (; reports.length < groups.length && left > 0; left--) {
      const one = seen[reports.length]!;
      const report = this.reportOf(one, this.states.get(one.group.id)!.flows?.of ?? NO_FLOWS);
      this.tell(report, one, block);
      reports.push(report);
    }
    if (reports.length < groups.length) return;
    this.report = {time, groups: reports};
    this.round = undefined;
  }

  private see(group: ParallelLinks, block: number): Seen {
    const members = group.ports.map((port) => this.loads.window(port, OUT));
    const full = this.states.get(group.id)!.collisions?.full(block) ?? [];
    return {group, members, full, imbalance: imbalanceOf(members)};
  }

  /** Reads the flows of groups that have something to explain, where that was not done in the last 10 s. */
  private readFlows(groups: readonly ParallelLinks[], block: number): void {
    const wanted = new Set(groups);
    let isOld = false;
    for (const state of this.states.values()) {
      if (!wanted.has(state.group)) state.flows = undefined;
      else if (!state.flows || block - state.flows.block >= WINDOW_BLOCKS) isOld = true;
    }
    if (!isOld) return;
    const flowsOf = flowsOfGroups(this.fabric, groups);
    for (const group of groups) this.states.get(group.id)!.flows = {block, of: flowsOf(group)};
  }

  private reportOf({group, members, full, imbalance}: Seen, flows: GroupFlows): GroupReport {
    const {id, agent, name, why, ports} = group;
    const {verdict, hashing} = this.judge(imbalance, members, flows);
    const sent = members.reduce((sum, {bytes}) => sum + bytes, 0);
    return {
      ...{id, agent, name, why, verdict},
      links: ports.map((port, i) => memberReport(port, members[i]!, sent)),
      samples: imbalance?.samples ?? 0,
      cv: imbalance?.cv ?? null,
      cvLow: imbalance?.cvLow ?? null,
      cvHigh: imbalance?.cvHigh ?? null,
      pValue: imbalance?.pValue ?? null,
      hashing: {flows: hashing.flows, expectedCv: hashing.expectedCv},
      collisions: full.flatMap((link) => this.collision(link, flows) ?? []),
    };
  }

  /** Remembers what there is, and forgets groups that are others now. */
  private follow(groups: readonly ParallelLinks[]): void {
    const states = new Map<string, GroupState>();
    for (const group of groups) {
      const known = this.states.get(group.id);
      states.set(group.id, known && isSame(known.group, group) ? {...known, group} : this.newState(group));
    }
    this.states = states;
  }

  private newState(group: ParallelLinks): GroupState {
    const {ports, speed} = group;
    const collisions = speed === undefined ? undefined : new CollisionWatch(ports, speed, this.loads);
    return {group, collisions, uneven: new Episode(WINDOW_BLOCKS), flows: undefined, colliding: new Map()};
  }

  private judge(
    imbalance: Imbalance | undefined,
    members: readonly LinkSums[],
    {all}: GroupFlows,
  ): {verdict: Verdict; hashing: Hashing} {
    // The flow table's window is shorter.
    const part = this.fabric.flows.windowSeconds / WINDOW_SECONDS;
    const roce = part * members.reduce((sum, one) => sum + one.roceBytes, 0);
    const other = part * members.reduce((sum, one) => sum + one.bytes - one.roceBytes, 0);
    const known = all.reduce((sum, {bytes}) => sum + bytes, 0);
    const hashing = hashingOf(all, known + other, members.length);
    if (!imbalance) return {verdict: 'unknown', hashing};
    const verdict = verdictOf(imbalance, hashing);
    // Other traffic's flows are not known, nor RoCEv2's where the table is too short for them: there is no saying then
    // what a fair hash would make of them.
    const isKnown = known > KNOWN * (roce + other);
    return {verdict: verdict === 'imbalanced' && !isKnown ? 'unknown' : verdict, hashing};
  }

  private collision({port, sibling, utilisation}: FullLink, flows: GroupFlows): CollisionReport | undefined {
    const own = flows.ofLink(port).sort((a, b) => b.bytes - a.bytes);
    const sent = own.reduce((sum, {bytes}) => sum + bytes, 0);
    const elephants = own.filter(({bytes}) => bytes > ELEPHANT * sent);
    if (elephants.length < 2) return undefined;
    const seconds = this.fabric.flows.windowSeconds;
    return {
      link: port.id,
      utilisation,
      flows: elephants.map(({flow, bytes}) => ({...nameOf(flow), bitsPerSecond: (8 * bytes) / seconds})),
      sibling: sibling.id,
    };
  }

  private tell(report: GroupReport, {group, members}: Seen, block: number): void {
    const {fabric} = this;
    const {time} = this.loads;
    const {uneven, colliding} = this.states.get(group.id)!;
    const change = uneven.look(sightOf(report, members, group.speed, uneven.isOpen), block);
    if (change === 'began') fabric.events.raise(imbalanceEvent(fabric, report, group, time));
    if (change === 'ended') fabric.events.raise(balancedEvent(fabric, report, group, time));
    for (const port of group.ports) {
      const collision = report.collisions.find(({link}) => link === port.id);
      if (collision && !colliding.has(port)) colliding.set(port, new Episode(WINDOW_BLOCKS));
      const began = colliding.get(port)?.look(collision ? 'fault' : 'calm', block) === 'began';
      if (began && collision) fabric.events.raise(collisionEvent(fabric, collision, port, time));
      if (colliding.get(port)?.isIdle) colliding.delete(port);
    }
  }
}

/** Whether what a look found is worth an event. */
function sightOf(
  {verdict, cvLow}: GroupReport,
  members: readonly LinkSums[],
  speed: number | undefined,
  isOpen: boolean,
) {
  if (verdict === 'unknown') return 'blind';
  if (verdict === 'balanced') return 'calm';
  const loads = members.map((sums) => utilisationOf(sums, speed));
  const mean = loads.reduce((sum, load) => sum + (load?.utilisation ?? 1), 0) / loads.length;
  if (mean < USED) return 'blind';
  const part = isOpen ? OVER_BELOW : 1;
  const isFull = loads.some((load) => load !== undefined && load.low > part * FULL_ENOUGH);
  return verdict === 'imbalanced' || (isFull && (cvLow ?? 0) > part * UNEVEN_ENOUGH) ? 'fault' : 'calm';
}

const isSame = (a: ParallelLinks, b: ParallelLinks) =>
  a.speed === b.speed && a.ports.length === b.ports.length && a.ports.every((port, i) => port === b.ports[i]);

function memberReport({id}: Port, sums: LinkSums, sent: number): MemberReport {
  const perSecond = sums.bins > 0 ? 8 / sums.seconds : 0;
  const {low, high} = byteBand(sums);
  return {
    id,
    bitsPerSecond: sums.bytes * perSecond,
    low: low * perSecond,
    high: high * perSecond,
    share: sent > 0 ? sums.bytes / sent : 0,
  };
}

const nameOf = ({source, destination, destQp}: FlowName) => ({source, destination, destQp});
