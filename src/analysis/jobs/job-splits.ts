import type {PairSlice} from '../../fabric/pair-log.ts';
import {type EdgeLog, EdgeMap, type EdgeTimes, eachSlot, SLOTS_OF_SLICE} from './edge-log.ts';
import {NO_PART} from './edge-parts.ts';
import {JobSplitter, type Split} from './job-split.ts';

/** Seconds without which nothing is looked for. */
const LEAST_SECONDS = 20;
/** Slices after which a group is looked at again, and so many more for each look that found nothing new; up to these. */
const AGAIN_SLICES = 5;
const MOST_AGAIN_SLICES = 20;
/** Looks in a row that must find no split before one that was found is forgotten, or jobs that cannot be told apart told. */
const LOOKS = 2;
/** A group with so much of the hosts of a split is the one that was split. */
const SAME = 0.5;
/** Slots that a series keeps: 640 s. */
const MOST_SLOTS = 25_600;
/** Hosts whose last look is remembered. */
const MOST_HOSTS = 65_536;

/** When one of several jobs on the same hosts sent, in slots of 25 ms. */
export class PartSeries {
  private counts: Float64Array;
  private firstSlot: number;
  private end: number;

  /** Takes the times of its edges that are known. */
  constructor({start, slot, slots, firstSlot}: EdgeTimes, isOwn: (edge: number) => boolean) {
    this.counts = new Float64Array(slots);
    this.firstSlot = firstSlot;
    this.end = slots;
    for (let edge = 0; edge + 1 < start.length; edge++) {
      if (!isOwn(edge)) continue;
      for (let i = start[edge]!; i < start[edge + 1]!; i++) this.counts[slot[i]!]!++;
    }
  }

  /** Something was sent in a slot, counted since the epoch. */
  add(slot: number): void {
    const at = slot - this.firstSlot;
    if (at < 0) return;
    if (at >= this.counts.length) {
      const longer = new Float64Array(Math.max(2 * this.counts.length, at + SLOTS_OF_SLICE));
      longer.set(this.counts);
      this.counts = longer;
    }
    this.counts[at]!++;
  }

  /** All is known up to this slot, exclusive. */
  extend(slot: number): void {
    this.end = Math.max(this.end, slot - this.firstSlot);
    const drop = this.end - MOST_SLOTS;
    if (drop <= 0) return;
    this.counts.copyWithin(0, drop);
    this.counts.fill(0, this.counts.length - drop);
    this.firstSlot += drop;
    this.end -= drop;
  }

  /** Counts by slot, as far as all is known. */
  copy(): Float64Array {
    const copy = new Float64Array(this.end);
    copy.set(this.counts.subarray(0, this.end));
    return copy;
  }
}

/** A group of hosts that several jobs run on. */
export interface KnownSplit {
  hosts: ReadonlySet<number>;
  /** By edge: the place of its job among `parts`. */
  partOf: EdgeMap<number>;
  /** By pair of hosts, either way (the lesser number · 2^16 + the other): the same, where all of its edges are of one. */
  partOfPair: ReadonlyMap<number, number>;
  parts: {mark: string; periodMs: number; series: PartSeries}[];
  hasDrift: boolean;
  missing: number;
}

interface Mixed {
  hosts: ReadonlySet<number>;
  periods: number[];
  seen: number;
}

/** A look at a group of hosts: in which slice, how much time it saw, how many jobs it found, and when the next one is due. */
interface Look {
  number: number;
  seconds: number;
  parts: number;
  /** Slices from this look to the next. */
  again: number;
}

/** Which groups of hosts are several jobs, from look to look. */
export class JobSplits {
  private readonly splitter = new JobSplitter();
  private splits: KnownSplit[] = [];
  private mixes: Mixed[] = [];
  /** By host: the last look at its group. */
  private readonly looked = new Map<number, Look>();
  private last = 0;

  /** Takes what was sent in two seconds. */
  add(slice: PairSlice): void {
    if (this.splits.length === 0) return;
    const {number, rows, source, destination, destQp, data} = slice;
    for (let row = 0; row < rows; row++) {
      if (data[row] === 0) continue;
      for (const {partOf, parts} of this.splits) {
        const part = partOf.of(source[row]!, destination[row]!, destQp[row]!);
        if (part !== undefined) eachSlot(slice, row, (slot) => parts[part]!.series.add(slot));
      }
    }
    for (const {parts} of this.splits) for (const {series} of parts) series.extend(number * SLOTS_OF_SLICE);
  }

  /** Looks at one of the groups, the one that is due longest. */
  look(groups: readonly (readonly number[])[], edges: EdgeLog, number: number): void {
    this.splits = this.splits.filter(({hosts}) => groups.some((group) => isSame(hosts, group)));
    this.mixes = this.mixes.filter(({hosts}) => groups.some((group) => isSame(hosts, group)));
    if (edges.seconds < LEAST_SECONDS) return;
    const due = (group: readonly number[]) =>
      group.reduce((least, host) => Math.min(least, dueOf(this.looked.get(host))), Number.POSITIVE_INFINITY);
    const [next] = [...groups].sort((a, b) => due(a) - due(b));
    if (!next || due(next) > number) return;
    const members = new Set(next);
    const times = edges.times((host) => members.has(host));
    const split = this.splitter.split(times);
    this.remember(next, {number, seconds: edges.seconds, parts: split.parts});
    this.take(members, times, split);
  }

  /** The jobs that a group was found to be; undefined where it is one. */
  of(group: readonly number[]): KnownSplit | undefined {
    return this.splits.find(({hosts}) => isSame(hosts, group));
  }

  /** Periods of a group that do not go together, where its edges cannot be told apart. */
  mixedOf(group: readonly number[]): number[] {
    const mixed = this.mixes.find(({hosts}) => isSame(hosts, group));
    return mixed && mixed.seen >= LOOKS ? mixed.periods : [];
  }

  /** Where a look found what the one before did, though that did not see less, the next one has more time. */
  private remember(group: readonly number[], look: Omit<Look, 'again'>): void {
    const before = group.map((host) => this.looked.get(host));
    const isSettled = before.every((last) => last && last.parts === look.parts && last.seconds >= look.seconds);
    const longest = before.reduce((most, last) => Math.max(most, last?.again ?? 0), 0);
    const again = Math.min(MOST_AGAIN_SLICES, AGAIN_SLICES + (isSettled ? longest : 0));
    if (this.looked.size > MOST_HOSTS) this.looked.clear();
    for (const host of group) this.looked.set(host, {...look, again});
  }

  private take(members: ReadonlySet<number>, times: EdgeTimes, split: Split): void {
    const before = this.of([...members]);
    if (split.parts > 1) {
      this.mixes = this.mixes.filter(({hosts}) => !isSame(hosts, [...members]));
      this.splits = this.splits.filter((one) => one !== before);
      this.splits.push(this.knownOf(members, times, split, before));
      return;
    }
    if (before && ++before.missing >= LOOKS) this.splits = this.splits.filter((one) => one !== before);
    const mixed = this.mixes.find(({hosts}) => isSame(hosts, [...members]));
    if (split.mixed.length === 0) this.mixes = this.mixes.filter((one) => one !== mixed);
    else if (mixed) Object.assign(mixed, {periods: split.mixed, seen: mixed.seen + 1});
    else this.mixes.push({hosts: members, periods: split.mixed, seen: 1});
  }

  /** Each part is the one before that it has most edges in common with. */
  private knownOf(
    members: ReadonlySet<number>,
    times: EdgeTimes,
    {part, periods, hasDrift}: Split,
    before: KnownSplit | undefined,
  ): KnownSplit {
    const common = periods.map(() => new Map<number, number>());
    const partOf = new EdgeMap<number>();
    const partOfPair = new Map<number, number>();
    for (const [i, edge] of times.edges.entries()) {
      const own = part[i]!;
      if (own === NO_PART) continue;
      partOf.set(edge, own);
      const pair = pairOf(edge.source, edge.destination);
      partOfPair.set(pair, (partOfPair.get(pair) ?? own) === own ? own : NO_PART);
      const was = before?.partOf.get(edge);
      if (was !== undefined) common[own]!.set(was, (common[own]!.get(was) ?? 0) + 1);
    }
    const taken = new Set<number>();
    const pairs = common.flatMap((all, own) => [...all].map(([was, count]) => ({own, was, count})));
    const old = new Map<number, KnownSplit['parts'][number]>();
    for (const {own, was} of pairs.sort((a, b) => b.count - a.count)) {
      if (old.has(own) || taken.has(was)) continue;
      taken.add(was);
      old.set(own, before!.parts[was]!);
    }
    const parts = periods.map((periodMs, own) => {
      const known = old.get(own);
      if (known) return {...known, periodMs};
      return {mark: `${++this.last}`, periodMs, series: new PartSeries(times, (edge) => part[edge] === own)};
    });
    return {hosts: members, partOf, partOfPair, parts, hasDrift, missing: 0};
  }
}

/** The slice in which a host's group is to be looked at; one that never was, at once. */
const dueOf = (look: Look | undefined) => (look ? look.number + look.again : Number.NEGATIVE_INFINITY);

/** Two hosts, whoever sends. */
const pairOf = (a: number, b: number) => Math.min(a, b) * 65_536 + Math.max(a, b);

/**
 * Which job a row is of, `NO_PART` where that is not known. Acknowledges and notifications have queue pairs of their own
 * and go back: they are of the job that all data between the two hosts is of.
 */
export function partOfRow(
  {partOf, partOfPair}: KnownSplit,
  {source, destination, destQp}: PairSlice,
  row: number,
): number {
  const own = partOf.of(source[row]!, destination[row]!, destQp[row]!);
  return own ?? partOfPair.get(pairOf(source[row]!, destination[row]!)) ?? NO_PART;
}

function isSame(hosts: ReadonlySet<number>, group: readonly number[]): boolean {
  const common = group.filter((host) => hosts.has(host)).length;
  return common >= SAME * Math.max(hosts.size, group.length);
}
