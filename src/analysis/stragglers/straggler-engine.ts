import type {Fabric} from '../../fabric/fabric.ts';
import {TICKS_PER_BIN} from '../../fabric/history/port-ticks.ts';
import {type Port, portLabel} from '../../fabric/ports.ts';
import type {Straggler} from '../../shared/answers.ts';
import {SIDES} from './host-phases.ts';
import type {SlowStep, Step, StepStatistics} from './steps.ts';
import {type Said, stragglerEvent, textOf} from './straggler-text.ts';
import type {StragglerChange, Wait} from './straggler-watch.ts';
import type {StragglerInput, StragglerOutput} from './straggler-work.ts';

/** Samples are handed over this many bins at a time. */
const BATCH_BINS = 10;
/** Ports whose batches are copied at a bin: a fraction of a millisecond. */
const MOST_COPIES = 1_024;
/** Steps that are told. */
const STEPS_KEPT = 600;
/** Of a cycle, what the times of samples may be off by. */
const LEAST_RESOLUTIONS = 10;

/** A host of a job. */
export interface JobHost {
  address: string;
  /** As the operator names it; null where nobody does. */
  name: string | null;
  /** The port that it is at; undefined where that is not known. */
  port: Port | undefined;
}

/** A job whose hosts are held against each other. */
export interface JobHosts {
  id: string;
  name: string | null;
  hosts: readonly JobHost[];
  /** The length of its cycle; null while it has none. */
  periodMs: number | null;
}

/** A host, or an agent, that is late or slow in its job. */
export type StragglerReport = Straggler;

/** How long it takes in a job to name a host that holds the others back. */
export interface WaitReport {
  job: string;
  cycles: number | null;
  seconds: number | null;
  why: string;
}

/** What is known of the steps of a job. */
export interface StepReport {
  /** Length of a cycle now, ms; null while cycles are not followed one by one. */
  periodMs: number | null;
  statistics: StepStatistics | null;
  slowSteps: number;
  steps: readonly Step[];
  slow: readonly SlowStep[];
}

/** Has samples looked at elsewhere; `done` is given `undefined` when it could not be. */
export type LookAtHosts = (input: StragglerInput, done: (output: StragglerOutput | undefined) => void) => void;

/** What is gathered of a job, and what came of it. */
interface Followed {
  job: JobHosts;
  ports: (Port | undefined)[];
  revision: number;
  /** The first of the bins that are gathered, and of how many ports they are copied. */
  bin: number;
  copied: number;
  isBroken: boolean;
  counts: Uint8Array;
  output: StragglerOutput | undefined;
  /** Who is named or suspected; of hosts that the job had before while the present ones are not known yet. */
  reports: StragglerReport[];
  /** Of whom it was told that they are named, by address. */
  named: Set<string>;
  steps: Step[];
  slow: SlowStep[];
  slowSteps: number;
  /** When a slow step was told last, epoch ms. */
  saidSlow: number;
  resolutionMs: number;
}

/**
 * Which hosts of a job hold it up, and how long its steps take. Bin by bin the samples of its hosts' ports are copied,
 * and all else is done elsewhere.
 */
export class StragglerEngine {
  private readonly fabric: Fabric;
  private readonly jobsNow: () => readonly JobHosts[];
  private readonly look: LookAtHosts;
  private readonly followed = new Map<string, Followed>();
  private revision = 0;

  /** `jobsNow` gives the jobs, asked for at every bin: cheap. */
  constructor(fabric: Fabric, jobsNow: () => readonly JobHosts[], look: LookAtHosts) {
    this.fabric = fabric;
    this.jobsNow = jobsNow;
    this.look = look;
  }

  /** Takes the bins that have become final since the last call. */
  advance(): void {
    const {fabric} = this;
    const {portTicks} = fabric;
    const end = fabric.finalBin;
    if (!Number.isFinite(end)) return;
    this.meet(end);
    let left = MOST_COPIES;
    for (const one of this.followed.values()) {
      if (one.bin < fabric.firstBin || end - one.bin > portTicks.depth) {
        breakOff(one, Math.max(fabric.firstBin, end - portTicks.depth));
      }
      // A job that is new has a minute behind it, which is made up for little by little.
      while (left > 0 && one.bin + BATCH_BINS <= end) left -= this.take(one, left);
    }
  }

  /** Ids of the jobs that are followed. */
  jobs(): string[] {
    return [...this.followed.keys()];
  }

  /** Hosts that are named or suspected, the surest first; of one job, or of all. */
  stragglers(job?: string): StragglerReport[] {
    const all = [...this.followed.values()].filter((one) => job === undefined || one.job.id === job);
    return all.flatMap(({reports}) => reports).sort((a, b) => b.z - a.z);
  }

  /** How long it takes to name one. */
  waits(job?: string): WaitReport[] {
    return [...this.followed.values()].flatMap((one) => {
      if (job !== undefined && one.job.id !== job) return [];
      const {cycles, why} = waitOf(one);
      const periodMs = one.output?.periodMs ?? one.job.periodMs;
      const seconds = cycles === null || periodMs === null ? null : (cycles * periodMs) / 1_000;
      return [{job: one.job.id, cycles, seconds, why}];
    });
  }

  /** The steps of a job, undefined where it is not followed. */
  steps(job: string): StepReport | undefined {
    const one = this.followed.get(job);
    if (!one) return undefined;
    const {steps, slow, slowSteps, output} = one;
    return {periodMs: output?.periodMs ?? null, statistics: output?.steps ?? null, slowSteps, steps, slow};
  }

  /** Follows the jobs that there are now and no others. */
  private meet(end: number): void {
    const ids = new Set<string>();
    for (const job of this.jobsNow()) {
      const known = this.followed.get(job.id);
      if (known || job.periodMs !== null) ids.add(job.id);
      if (known?.job === job || (!known && job.periodMs === null)) continue;
      if (known && isSame(known.job.hosts, job.hosts))
        known.job = {...job, periodMs: job.periodMs ?? known.job.periodMs};
      else this.follow({...job, periodMs: job.periodMs ?? known!.job.periodMs}, end, known);
    }
    for (const id of this.followed.keys()) if (!ids.has(id)) this.followed.delete(id);
  }

  /** From as far back as bins are kept: of other hosts than before too, and then what was told is not told again. */
  private follow(job: JobHosts, end: number, before: Followed | undefined): void {
    const ports = job.hosts.map(({port}) => port);
    const bin = Math.max(this.fabric.firstBin, end - this.fabric.portTicks.depth);
    const named = [...(before?.named ?? [])].filter((address) => job.hosts.some((host) => host.address === address));
    this.followed.set(job.id, {
      ...{job, ports, revision: ++this.revision, bin, copied: 0, isBroken: false, resolutionMs: 0},
      ...{counts: countsFor(ports.length), output: undefined, reports: before?.reports ?? [], named: new Set(named)},
      ...{steps: before?.steps ?? [], slow: before?.slow ?? [], slowSteps: before?.slowSteps ?? 0},
      saidSlow: before?.saidSlow ?? 0,
    });
  }

  /** Copies the samples of a batch of bins, of at most so many ports; returns of how many. */
  private take(one: Followed, most: number): number {
    const {portTicks, portTicksOut, skipped} = this.fabric;
    const {ports, counts, bin} = one;
    for (let at = bin + BATCH_BINS - 1; at >= bin; at--) {
      if (!skipped.has(at)) continue;
      breakOff(one, at + 1);
      return 1;
    }
    const width = BATCH_BINS * TICKS_PER_BIN;
    const end = Math.min(ports.length, one.copied + most);
    const copied = end - one.copied;
    for (; one.copied < end; one.copied++) {
      const port = ports[one.copied];
      if (port === undefined) continue;
      const at = SIDES * one.copied * width;
      portTicks.copyCounts(port.slot, bin, bin + BATCH_BINS, counts, at);
      portTicksOut.copyCounts(port.slot, bin, bin + BATCH_BINS, counts, at + width);
    }
    if (one.copied === ports.length) this.handOver(one);
    return Math.max(1, copied);
  }

  private handOver(one: Followed): void {
    const {job, ports, revision, bin, isBroken, counts} = one;
    one.bin += BATCH_BINS;
    one.copied = 0;
    one.isBroken = false;
    one.counts = countsFor(ports.length);
    one.resolutionMs = this.resolutionOf(ports);
    const periodMs = one.job.periodMs!;
    if (LEAST_RESOLUTIONS * one.resolutionMs > periodMs) {
      one.output = undefined;
      one.isBroken = true;
      return;
    }
    const agents = Int32Array.from(ports, (port) => port?.agent.index ?? -1);
    this.look({job: job.id, revision, periodMs, agents, bin, bins: BATCH_BINS, isBroken, counts}, (output) => {
      const now = this.followed.get(job.id);
      if (output && now?.revision === revision) this.learn(now, output);
    });
  }

  private learn(one: Followed, output: StragglerOutput): void {
    const told = (one.steps.at(-1)?.time ?? Number.NEGATIVE_INFINITY) + output.triedMs / 2;
    one.output = output;
    one.reports = this.reportsOf(one, output);
    one.steps.push(...output.newSteps.filter(({time}) => time > told));
    if (one.steps.length > STEPS_KEPT) one.steps.splice(0, one.steps.length - STEPS_KEPT);
    for (const change of output.changes) if (this.isNew(one, change, told)) this.tell(one, change);
  }

  /** Whether a change has not been told of the same job with other hosts. */
  private isNew(one: Followed, change: StragglerChange, told: number): boolean {
    if (change.what === 'slow') return change.step.time > told;
    if (change.what === 'shift') return change.shift.time > told;
    const said = this.said(one);
    const {host, kind} = change.straggler;
    const {address} = kind === 'agent-late' ? said.agent(host) : said.host(host);
    if (change.what === 'cleared') return one.named.delete(address);
    if (one.named.has(address)) return false;
    one.named.add(address);
    return true;
  }

  private tell(one: Followed, change: StragglerChange): void {
    if (change.what === 'slow') {
      one.slowSteps++;
      one.slow.push(change.step);
      if (one.slow.length > STEPS_KEPT) one.slow.shift();
      if (change.step.time - one.saidSlow < SLOW_EVERY_MS) return;
      one.saidSlow = change.step.time;
    }
    this.fabric.events.raise(stragglerEvent(this.said(one), change));
  }

  private said({job, ports, output}: Followed): Said {
    return {
      id: job.id,
      job: job.name ?? job.id,
      host: (index) => {
        const port = ports[index];
        return {...job.hosts[index], link: port?.id ?? null, place: port ? portLabel(port) : null};
      },
      agent: (index) => {
        const agent = this.fabric.agents.all.find((known) => known.index === index);
        return {address: agent?.address ?? String(index), name: agent?.given ?? agent?.name ?? null};
      },
      periodMs: output?.periodMs ?? job.periodMs!,
    };
  }

  private reportsOf(one: Followed, output: StragglerOutput): StragglerReport[] {
    const said = this.said(one);
    return output.stragglers.map((straggler) => {
      const {kind, effectMs, effectLowMs, effectHighMs, share, z, certainty, since, cycles} = straggler;
      const who = kind === 'agent-late' ? {...said.agent(straggler.host), link: null} : said.host(straggler.host);
      return {
        ...{job: one.job.id, host: who.address, name: who.name, link: who.link, kind},
        ...{effectMs, effectLowMs, effectHighMs, shareOfPeriod: share},
        ...{z, certainty, since, cycles, text: textOf(said, straggler)},
      };
    });
  }

  /** By how much the times of the ports' samples may be off, ms: by the worst of their agents. */
  private resolutionOf(ports: readonly (Port | undefined)[]): number {
    const second = Math.floor(this.fabric.time / 1_000);
    const agents = new Set(ports.flatMap((port) => (port ? [port.agent] : [])));
    return Math.max(0, ...[...agents].map(({recent}) => recent.before(second).uncertainMs ?? 0));
  }
}

/** A slow step is told so often at most: of a job that has many the next ones say nothing new. */
const SLOW_EVERY_MS = 10_000;

const countsFor = (hosts: number) => new Uint8Array(hosts * SIDES * BATCH_BINS * TICKS_PER_BIN);

/** What was gathered is forgotten, and what comes, from a bin on, does not follow it. */
function breakOff(one: Followed, bin: number): void {
  one.bin = bin;
  one.copied = 0;
  one.isBroken = true;
  one.counts.fill(0);
}

function isSame(a: readonly JobHost[], b: readonly JobHost[]): boolean {
  return a.length === b.length && a.every(({address, port}, i) => b[i].address === address && b[i].port === port);
}

function waitOf({output, resolutionMs, job}: Followed): Wait {
  if (output) return output.wait;
  if (LEAST_RESOLUTIONS * resolutionMs > job.periodMs!) {
    const why = `the times of its samples are off by up to ${Math.round(resolutionMs)} ms, more than a tenth of a cycle`;
    return {cycles: null, why};
  }
  return {cycles: null, why: 'too few cycles have been seen'};
}
