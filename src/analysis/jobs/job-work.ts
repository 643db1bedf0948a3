import {type PairSlice, SLICE_SECONDS} from '../../fabric/pair-log.ts';
import {FLOW_SLOT_MS} from '../../shared/bins.ts';
import {Union} from '../congestion/union.ts';
import {EdgeLog} from './edge-log.ts';
import {findGroups, type Group, type Groups, groupOf, type TrafficSums} from './job-groups.ts';
import {JobSplits, type KnownSplit, partOfRow} from './job-splits.ts';
import {LEAST_HOSTS} from './jobs.ts';
import {PairAdder, PairHistory, type PairSums, type PairTotals, WINDOW_SECONDS} from './pair-history.ts';
import type {Pattern} from './pattern.ts';

/** Jobs that are told of, the largest traffic first. */
export const MOST_JOBS = 64;

/** A group of hosts that work together, as found in one window. Hosts are numbers of the window. */
export interface FoundJob {
  hosts: number[];
  traffic: TrafficSums;
  pattern: Pattern;
  /** Others of the same answer that have hosts in common with it. */
  overlaps: number[];
  /** Of one of several jobs on the same hosts. */
  part: JobPart | undefined;
  /** ms: periods that do not go together, where these are several jobs that cannot be told apart. */
  mixed: number[];
}

/** One of several jobs on the same hosts, told by when its queue pairs send. */
export interface JobPart {
  /** The same from look to look. */
  mark: string;
  /** Its samples in steps of so many ms, up to the second before the last ones. */
  counts: Float64Array;
  stepMs: number;
  /** ms, of it and of the others; and whether the phases of those with one period went apart. */
  periodMs: number;
  others: number[];
  hasDrift: boolean;
}

export interface FoundJobs extends Omit<Groups, 'groups'> {
  /** Most traffic first. */
  jobs: FoundJob[];
  /** Over the whole window. */
  pairs: PairSums;
}

type Draft = Group & Pick<FoundJob, 'part' | 'mixed'>;

/** Tells who works together, from what hosts sent each other two seconds after two seconds. */
export class JobFinder {
  private readonly history = new PairHistory();
  private readonly edges = new EdgeLog();
  private readonly splits = new JobSplits();
  /** The slices of the window, row by row. */
  private readonly rows: PairSlice[] = [];

  /** Takes the next slice, and looks at the window that ends with it. */
  take(slice: PairSlice): FoundJobs {
    this.history.add(slice);
    this.edges.add(slice);
    this.splits.add(slice);
    this.rows.push(slice);
    while (this.rows[0].number <= slice.number - WINDOW_SECONDS / SLICE_SECONDS) this.rows.shift();
    const totals = this.history.window();
    const {groups, ...others} = findGroups(totals);
    const together = togetherOf(groups);
    this.splits.look(together.map(hostsOf), this.edges, slice.number);
    const jobs = together.flatMap((joined) => this.jobsOf(joined, totals));
    jobs.sort((a, b) => b.traffic.samples - a.traffic.samples);
    const told = jobs.slice(0, MOST_JOBS);
    return {
      ...others,
      jobs: told.map(({hosts, traffic, pattern, part, mixed, overlaps}) => {
        const places = [...overlaps].map((other) => told.indexOf(other as Draft));
        return {hosts, traffic, pattern, part, mixed, overlaps: places.filter((place) => place >= 0)};
      }),
      pairs: sumsOf(totals),
    };
  }

  /** What hosts sent each other in the last so many seconds, as far as they are known. */
  pairs(seconds: number): PairSums {
    return sumsOf(this.history.window(seconds));
  }

  /** The jobs of groups that share hosts. */
  private jobsOf(joined: readonly Group[], totals: PairTotals): Draft[] {
    const hosts = hostsOf(joined);
    const split = this.splits.of(hosts);
    const parts = split ? partsOf(this.rows, totals, split) : [];
    // Jobs without a host in common have been told apart by that.
    if (parts.some(({overlaps}) => overlaps.size > 0)) return parts;
    const mixed = this.splits.mixedOf(hosts);
    return joined.map((group) => Object.assign(group, {part: undefined, mixed}));
  }
}

/** Without the pairs of which nothing but marks was seen. */
function sumsOf({seconds, source, destination, samples, bytes, squares, largest}: PairTotals): PairSums {
  const wasSeen = (_: number, pair: number) => samples[pair] > 0;
  return {
    ...{seconds, source: source.filter(wasSeen), destination: destination.filter(wasSeen)},
    ...{samples: samples.filter(wasSeen), bytes: bytes.filter(wasSeen)},
    ...{squares: squares.filter(wasSeen), largest: largest.filter(wasSeen)},
  };
}

const hostsOf = (groups: readonly Group[]) => [...new Set(groups.flatMap(({hosts, beside}) => [...hosts, ...beside]))];

/** Groups that may share hosts with each other, as one. */
function togetherOf(groups: readonly Group[]): Group[][] {
  const places = new Map(groups.map((group, place) => [group, place]));
  const union = new Union(groups.length);
  for (const [place, {near}] of groups.entries()) {
    for (const other of near) union.join(place, places.get(other)!);
  }
  const together = new Map<number, Group[]>();
  for (const [place, group] of groups.entries()) {
    const root = union.root(place);
    together.set(root, [...(together.get(root) ?? []), group]);
  }
  return [...together.values()];
}

/** The jobs of a split, each with what its own queue pairs sent. */
function partsOf(rows: readonly PairSlice[], {hosts, seconds}: PairTotals, split: KnownSplit): Draft[] {
  const adders = split.parts.map(() => new PairAdder(hosts));
  for (const slice of rows) {
    const {rows: count, scale} = slice;
    const part = Uint8Array.from({length: count}, (_, row) => partOfRow(split, slice, row));
    for (const [own, adder] of adders.entries()) adder.add(slice, count, scale, (row) => part[row] === own);
  }
  const {parts, hasDrift} = split;
  const drafts = parts.map(({mark, periodMs, series}, at): Draft => {
    const others = parts.filter((_, other) => other !== at).map((other) => other.periodMs);
    const part = {mark, counts: series.copy(), stepMs: FLOW_SLOT_MS, periodMs, others, hasDrift};
    return {...groupOf(adders[at].totals(seconds)), part, mixed: []};
  });
  const jobs = drafts.filter((draft) => draft.hosts.length >= LEAST_HOSTS);
  for (const one of jobs) {
    const own = new Set(one.hosts);
    for (const other of jobs) if (other !== one && other.hosts.some((host) => own.has(host))) one.overlaps.add(other);
  }
  return jobs;
}
