import type {Fabric} from '../../fabric/fabric.ts';
import type {Port} from '../../fabric/ports.ts';
import {BIN_MS, TICK_MS} from '../../shared/bins.ts';
import type {PeriodFigures} from '../period/period-watch.ts';
import type {Lock} from '../phase-lock.ts';
import type {Analyse} from '../work.ts';
import {ADDED, NO_TRAFFIC, type TrafficSums} from './job-groups.ts';
import {type Identity, JobIdentities} from './job-identities.ts';
import {JobJoins} from './job-joins.ts';
import {type JobName, nameOf, withName} from './job-names.ts';
import {JobPeriods} from './job-periods.ts';
import {JobSeries} from './job-series.ts';
import {appearedText, endedText, joinedText, mixedText, partText} from './job-text.ts';
import type {FoundJob, FoundJobs} from './job-work.ts';
import type {PairSums} from './pair-history.ts';
import type {Pattern} from './pattern.ts';

/** Looks are so far apart; windows are five times as long. */
const LOOK_EVERY_BINS = 20;
/** What a look found is taken in over so many bins, that none of them has to wait. */
const TAKE_BINS = 5;
/** A job that has ended is told of for so long. */
const ENDED_MS = 60_000;
/** Ticks of the series that are compared for being in step, 64 s. */
const LOCK_TICKS = 6_400;

export interface JobHost {
  address: string;
  name: string | undefined;
  /** The edge port that its traffic comes in at; undefined where that is not known. */
  port: Port | undefined;
}

/** Hosts that work together, over the last window. */
export interface Job {
  id: string;
  name: string | undefined;
  /** Epoch ms: when it was seen first, and when it sent last where it does not any more. */
  since: number;
  until: number | undefined;
  /** It is made of groups that never talk to each other. */
  isProbable: boolean;
  why: string;
  hosts: JobHost[];
  /** Addresses of those that talk to each other: one list, or one for each rail. */
  groups: (readonly string[])[];
  /** What the hosts of each of them send each other. */
  groupTraffic: TrafficSums[];
  traffic: TrafficSums;
  period: PeriodFigures | undefined;
  pattern: Pattern | undefined;
  /** Ids of jobs that it has hosts in common with. */
  overlaps: string[];
  /** ms: periods that do not go together, where these are several jobs on the same hosts that cannot be told apart. */
  mixedPeriods: number[];
}

export interface JobReport {
  /** Epoch ms: the end of what was looked at, and how many seconds before it were. */
  time: number;
  windowSeconds: number;
  /** Most traffic first; then those that have ended of late. */
  jobs: Job[];
  services: {address: string; name: string | undefined; partners: number; bytes: number}[];
  small: {hosts: string[]; bytes: number}[];
  /** What passed by pair of hosts, and whom their numbers mean. */
  pairs: PairSums;
  hosts: ReadonlyMap<number, JobHost>;
}

/** What a look knows beside what was found. */
interface Look {
  known: Map<number, JobHost>;
  byAddress: ReadonlyMap<string, JobHost>;
  appeared: readonly Identity[];
  ended: readonly Identity[];
}

/** Looks every two seconds who works together, elsewhere: here only what was sampled is copied. */
export class JobEngine {
  report: JobReport | undefined;
  /** Names that were given to jobs. */
  names: readonly JobName[] = [];
  private readonly fabric: Fabric;
  private readonly analyse: Analyse;
  private readonly identities = new JobIdentities();
  private readonly joins = new JobJoins();
  private readonly series = new Map<string, JobSeries>();
  private readonly periods: JobPeriods;
  private readonly ended: Job[] = [];
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** From the order to look until what was found is taken in. */
  private isLooking = false;
  private readonly steps: (() => void)[] = [];
  private takenBy = 0;
  private isComparing = false;

  constructor(fabric: Fabric, analyse: Analyse) {
    this.fabric = fabric;
    this.analyse = analyse;
    this.periods = new JobPeriods(analyse);
  }

  /** A bin more may be final: looks when it is time, and takes in what the last look found, part by part. */
  advance(): void {
    const {fabric} = this;
    const end = fabric.finalBin;
    if (!Number.isFinite(end)) return;
    this.takeNext(end);
    if (end - this.lookedAt < LOOK_EVERY_BINS || this.isLooking) return;
    this.lookedAt = end;
    const slices = fabric.flows.pairs.takeOver();
    const last = slices.pop();
    if (!last) return;
    // Of those that had to wait the look at the last one tells all.
    for (const slice of slices) this.analyse('jobs', slice, () => {});
    this.isLooking = true;
    this.analyse('jobs', last, (found) => {
      if (found) this.begin(found, end);
      else this.isLooking = false;
    });
  }

  /** The report with pairs of the last so many seconds, as far as they are known; undefined where there is none. */
  over(seconds: number): Promise<JobReport | undefined> {
    return new Promise((resolve) => {
      this.analyse('pairs', {seconds}, (pairs) => {
        const {report} = this;
        resolve(report && pairs && {...report, windowSeconds: pairs.seconds, pairs, hosts: this.knownHosts(pairs)});
      });
    });
  }

  /** Calls a job so from now on, or with undefined by its id again. Returns the names that are to be kept. */
  withName(job: Job, name: string | undefined): JobName[] {
    return withName(
      this.names,
      job.hosts.map(({address}) => address),
      name,
    );
  }

  /** Names were given or taken away. */
  setNames(names: readonly JobName[]): void {
    this.names = names;
    for (const job of this.report?.jobs ?? []) {
      job.name = nameOf(
        names,
        job.hosts.map(({address}) => address),
      );
    }
  }

  /** Lines up what there is to do about what a look found. */
  private begin(found: FoundJobs, end: number): void {
    const {fabric, identities} = this;
    const {pairs} = fabric.flows;
    const time = end * BIN_MS;
    const groups = found.jobs.map(({hosts, part}) => ({
      hosts: hosts.map((host) => pairs.address(host)),
      mark: part?.mark,
    }));
    const {appeared, ended} = identities.update(groups, time);
    const known = new Map<number, JobHost>();
    const byAddress = new Map<string, JobHost>();
    const follow = ({id, hosts, found: place}: Identity) => {
      const series = this.series.get(id) ?? new JobSeries(fabric);
      this.series.set(id, series);
      series.advance(hosts, (address) => byAddress.get(address)?.port);
      if (place >= 0) series.own = found.jobs[place]!.part;
    };
    const follows = identities.shown.map((one) => () => follow(one));
    this.steps.push(
      // As many steps as there are behind them, or all hosts would be found in the first bin.
      ...this.hostSteps(found.pairs, known, byAddress, Math.max(2 * TAKE_BINS, follows.length)),
      ...follows,
      () => this.take(found, time, {known, byAddress, appeared, ended}),
      () => this.compare(time),
      () => {
        this.isLooking = false;
      },
    );
    this.takenBy = end + TAKE_BINS;
  }

  /** Does as much of what there is to do as this bin's share. */
  private takeNext(end: number): void {
    const {steps} = this;
    let due = Math.ceil(steps.length / Math.max(1, this.takenBy - end));
    while (due-- > 0) steps.shift()!();
  }

  private take(found: FoundJobs, time: number, {known, byAddress, appeared, ended}: Look): void {
    const {fabric} = this;
    const {pairs} = fabric.flows;
    const before = this.report?.jobs ?? [];
    for (const {id} of ended) {
      this.forget(id);
      const job = before.find((one) => one.id === id);
      if (job) this.end(job, time);
    }
    this.periods.look(this.series);
    const jobs = this.jobsOf(found, byAddress);
    this.ended.splice(0, this.ended.length, ...this.ended.filter(({until = 0}) => until > time - ENDED_MS));
    this.report = {
      time,
      windowSeconds: found.pairs.seconds,
      jobs: [...jobs.sort((a, b) => b.traffic.bytes - a.traffic.bytes), ...this.ended],
      services: found.services.map(({host, partners, bytes}) => {
        const address = pairs.address(host);
        return {address, name: fabric.names.host(address), partners, bytes};
      }),
      small: found.small.map(({hosts, bytes}) => ({hosts: hosts.map((host) => pairs.address(host)), bytes})),
      pairs: found.pairs,
      hosts: known,
    };
    for (const {id, since} of appeared) {
      const job = jobs.find((one) => one.id === id);
      if (!job) continue;
      const figures = {hosts: job.hosts.length, since};
      fabric.events.raise({time, kind: 'job-appeared', level: 'info', job: id, text: appearedText(job, time), figures});
    }
  }

  /** Hosts by their number in the sums. */
  private knownHosts(pairs: PairSums): Map<number, JobHost> {
    const hosts = new Map<number, JobHost>();
    for (const step of this.hostSteps(pairs, hosts, new Map(), 1)) step();
    return hosts;
  }

  /**
   * What finds the hosts of the sums, by their number in these and by address, in so many equal steps at most: tens of
   * thousands take several bins.
   */
  private hostSteps(
    pairs: PairSums,
    hosts: Map<number, JobHost>,
    byAddress: Map<string, JobHost>,
    most: number,
  ): (() => void)[] {
    const {flows, names} = this.fabric;
    const note = (host: number) => {
      const address = flows.pairs.address(host);
      const one = {address, name: names.host(address), port: flows.pairs.home(host)};
      hosts.set(host, one);
      byAddress.set(address, one);
    };
    const numbers = numbersIn(pairs);
    const each = Math.ceil(numbers.length / most);
    const steps: (() => void)[] = [];
    for (let from = 0; from < numbers.length; from += each) {
      steps.push(() => numbers.slice(from, from + each).forEach(note));
    }
    return steps;
  }

  private jobsOf(found: FoundJobs, byAddress: ReadonlyMap<string, JobHost>): Job[] {
    const {shown} = this.identities;
    const identity = new Map(shown.map((one) => [one.id, one]));
    const clusters = this.joins.clusters(shown.map(({id}) => id));
    /** By place among those that were found: the job that it is part of. */
    const jobAt = new Map<number, string>();
    for (const {ids} of clusters) for (const id of ids) jobAt.set(identity.get(id)!.found, ids[0]);
    return clusters.map(({ids, lock}) => {
      const [id] = ids;
      const members = ids.map((one) => identity.get(one)!);
      const parts = members.flatMap((one) => found.jobs[one.found] ?? []);
      const addresses = members.flatMap((one) => one.hosts);
      const overlaps = parts.flatMap((part) => part.overlaps.flatMap((place) => jobAt.get(place) ?? []));
      const series = members.map((one) => this.series.get(one.id)!.lastActive);
      const isSilent = parts.length === 0;
      return {
        id,
        name: nameOf(this.names, addresses),
        since: Math.min(...members.map(({since}) => since)),
        until: isSilent ? (Math.max(...series) + 1) * BIN_MS || undefined : undefined,
        isProbable: ids.length > 1,
        why: whyOf(ids.length, lock, parts),
        mixedPeriods: parts.flatMap(({mixed}) => mixed),
        hosts: members.flatMap((one) => {
          const portOf = (address: string) => this.series.get(one.id)?.port(address);
          return one.hosts.map((address) => byAddress.get(address) ?? this.silent(address, portOf(address)));
        }),
        groups: members.map((one) => one.hosts),
        groupTraffic: members.map((one) => found.jobs[one.found]?.traffic ?? {...NO_TRAFFIC}),
        traffic: sumOf(parts),
        period: this.periods.of(id),
        pattern: patternOf(parts),
        overlaps: [...new Set(overlaps)].filter((other) => other !== id),
      };
    });
  }

  private silent(address: string, port: Port | undefined): JobHost {
    return {address, name: this.fabric.names.host(address), port};
  }

  private forget(id: string): void {
    this.series.delete(id);
    this.periods.forget(id);
    this.joins.forget(id);
  }

  private end(job: Job, time: number): void {
    const until = job.until ?? time;
    this.ended.push({...job, until, period: undefined, traffic: sumOf([])});
    const text = endedText(job);
    const figures = {hosts: job.hosts.length, since: job.since, until};
    this.fabric.events.raise({time, kind: 'job-ended', level: 'info', job: job.id, text, figures});
  }

  /** Looks which groups are in step: rails of one job never talk to each other. */
  private compare(time: number): void {
    const timed = this.identities.shown.flatMap(({id, hosts}) => {
      const period = this.periods.of(id);
      // Jobs on the same hosts have been told apart by that already.
      if (this.series.get(id)?.own) return [];
      return period ? [{id, hosts: hosts.length, period}] : [];
    });
    if (timed.length < 2 || this.isComparing) return;
    const counts = new Float32Array(timed.length * LOCK_TICKS).fill(Number.NaN);
    for (const [at, {id}] of timed.entries()) {
      const ticks = this.series.get(id)!.copy(LOCK_TICKS);
      counts.set(ticks, (at + 1) * LOCK_TICKS - ticks.length);
    }
    this.isComparing = true;
    const input = {
      periodMs: Float64Array.from(timed, ({period}) => period.periodMs),
      hosts: Uint32Array.from(timed, ({hosts}) => hosts),
      counts,
      length: LOCK_TICKS,
      tickMs: TICK_MS,
    };
    this.analyse('locks', input, (locks) => {
      this.isComparing = false;
      if (!locks) return;
      const named = locks.map((lock) => ({a: timed[lock.a].id, b: timed[lock.b].id, lock}));
      const joined = this.joins.update(named);
      for (const first of new Set(joined.map(({a}) => a))) {
        const others = joined.filter(({a}) => a === first);
        const cycles = Math.min(...others.map(({lock}) => lock.cycles));
        const figures = {cycles, off: Math.max(...others.map(({lock}) => lock.off))};
        const text = joinedText([first, ...others.map(({b}) => b)], figures);
        this.fabric.events.raise({time, kind: 'jobs-joined', level: 'info', job: first, text, figures});
      }
    });
  }
}

function whyOf(groups: number, lock: Lock | undefined, parts: readonly FoundJob[]): string {
  const [first] = parts;
  if (first?.part) return partText(first.part);
  if (first && first.mixed.length > 0) return mixedText(first.mixed);
  if (!lock) return 'its hosts talk to each other';
  const off = (100 * lock.off).toFixed(1);
  return `${groups} groups that never talk to each other keep one phase, to ${off} % of a cycle for ${lock.cycles} cycles`;
}

function sumOf(parts: readonly FoundJob[]): TrafficSums {
  const sum: TrafficSums = {...NO_TRAFFIC};
  for (const {traffic} of parts) {
    for (const name of ADDED) sum[name] += traffic[name];
    sum.largest = Math.max(sum.largest, traffic.largest);
  }
  return sum;
}

/** Of all groups of a job; where they differ, nothing is sure. */
function patternOf(parts: readonly FoundJob[]): Pattern | undefined {
  const [first, ...others] = parts.map(({pattern}) => pattern);
  if (!first) return undefined;
  const isSame = others.every(({kind}) => kind === first.kind);
  return isSame ? first : {...first, kind: 'unknown', confidence: 0, why: 'its groups have different patterns'};
}

/** Hosts of the sums, each once. */
function numbersIn({source, destination}: PairSums): number[] {
  let most = -1;
  for (let i = 0; i < source.length; i++) most = Math.max(most, source[i]!, destination[i]!);
  const isKnown = new Uint8Array(most + 1);
  const numbers: number[] = [];
  for (const hosts of [source, destination]) {
    for (let i = 0; i < hosts.length; i++) {
      const host = hosts[i]!;
      if (isKnown[host] === 1) continue;
      isKnown[host] = 1;
      numbers.push(host);
    }
  }
  return numbers;
}
