import {LEAST_HOSTS, LEAST_TRAFFIC, type Partition, partition} from './jobs.ts';
import type {PairTotals} from './pair-history.ts';
import type {PairMatrix} from './pairs.ts';
import {type Pattern, patternOf} from './pattern.ts';

/** Services and small groups that are told of, the largest traffic first. */
const MOST_OTHERS = 64;
/** Groups that are looked at. */
const MOST_GROUPS = 64;
/** A host that has so much of its traffic with the hosts of another job is shared with it. */
const SHARED = 0.2;
/** With so much of a host's traffic between them, two groups are looked at as one. */
const NEAR = 0.04;

/** Sums over a window: estimates, with what their bands are made from. */
export interface TrafficSums {
  samples: number;
  frames: number;
  bytes: number;
  squares: number;
  largest: number;
  cnp: number;
  /** Where they have come farthest on their way: samples, frames, and those marked CE among these frames. */
  farSamples: number;
  farFrames: number;
  ce: number;
}

export const NO_TRAFFIC: Readonly<TrafficSums> = {
  samples: 0,
  frames: 0,
  bytes: 0,
  squares: 0,
  largest: 0,
  cnp: 0,
  farSamples: 0,
  farFrames: 0,
  ce: 0,
};
export const ADDED = ['samples', 'frames', 'bytes', 'squares', 'cnp', 'farSamples', 'farFrames', 'ce'] as const;

/** A group of hosts that work together, as found in one window. Hosts are numbers of the window. */
export interface Group {
  hosts: number[];
  traffic: TrafficSums;
  pattern: Pattern;
  /** Others that have hosts in common with it. */
  overlaps: Set<Group>;
  /** Others that some more passes to than nothing. */
  near: Set<Group>;
  /** Hosts that have most of their little traffic with it, and are none of its own. */
  beside: number[];
}

export interface Groups {
  groups: Group[];
  services: {host: number; partners: number; bytes: number}[];
  /** Two or three hosts. */
  small: {hosts: number[]; bytes: number}[];
}

/** Tells who works together by what hosts sent each other. */
export function findGroups(totals: PairTotals): Groups {
  const matrix = matrixOf(totals);
  const found = partition(matrix);
  const numbers = found.sizes.flatMap((size, group) => (size >= LEAST_HOSTS ? [group] : [])).slice(0, MOST_GROUPS);
  const hosts = hostsOf(found);
  const traffic = trafficOf(totals, found.group);
  const byNumber = new Map(
    numbers.map((number): [number, Group] => {
      const pattern = patternOf(within(matrix, found.group, number, hosts[number]));
      return [
        number,
        {hosts: hosts[number], traffic: traffic[number], pattern, overlaps: new Set(), near: new Set(), beside: []},
      ];
    }),
  );
  for (const [host, number] of found.beside.entries()) byNumber.get(number)?.beside.push(host);
  eachShared(matrix, found.group, (number, other, share) => {
    const [a, b] = [byNumber.get(number), byNumber.get(other)];
    if (!a || !b || share < NEAR) return;
    a.near.add(b);
    if (share < SHARED) return;
    a.overlaps.add(b);
    b.overlaps.add(a);
  });
  return {
    groups: [...byNumber.values()],
    services: servicesOf(totals, found),
    small: found.sizes
      .flatMap((size, group) => (size < LEAST_HOSTS ? [{hosts: hosts[group], bytes: traffic[group].bytes}] : []))
      .slice(0, MOST_OTHERS),
  };
}

/** All between hosts as one group: those that have less than a quarter of what is usual are none of its hosts. */
export function groupOf(totals: PairTotals): Group {
  const matrix = matrixOf(totals);
  const sent = new Float64Array(totals.hosts);
  for (let i = 0; i < matrix.source.length; i++) {
    sent[matrix.source[i]] += matrix.samples[i];
    sent[matrix.destination[i]] += matrix.samples[i];
  }
  const active = Array.from(sent.keys()).filter((host) => sent[host] > 0);
  const usual = active.map((host) => sent[host]).sort((a, b) => a - b)[active.length >> 1] ?? 0;
  const hosts = active.filter((host) => sent[host] >= LEAST_TRAFFIC * usual);
  const group = new Int32Array(totals.hosts).fill(-1);
  for (const host of hosts) group[host] = 0;
  const traffic = trafficOf(totals, group)[0] ?? {...NO_TRAFFIC};
  return {
    hosts,
    traffic,
    pattern: patternOf(within(matrix, group, 0, hosts)),
    overlaps: new Set(),
    near: new Set(),
    beside: [],
  };
}

function matrixOf({hosts, source, destination, data}: PairTotals): PairMatrix {
  return {hosts, source, destination, samples: data};
}

function hostsOf({group, sizes}: Partition): number[][] {
  const hosts: number[][] = sizes.map(() => []);
  for (const [host, number] of group.entries()) if (number >= 0) hosts[number].push(host);
  return hosts;
}

/** What passes between the hosts of each group. */
function trafficOf(pairs: PairTotals, group: Int32Array): TrafficSums[] {
  const sums: TrafficSums[] = [];
  for (let i = 0; i < pairs.source.length; i++) {
    const own = group[pairs.source[i]];
    if (own < 0 || group[pairs.destination[i]] !== own) continue;
    const to = (sums[own] ??= {...NO_TRAFFIC});
    for (const name of ADDED) to[name] += pairs[name][i];
    to.largest = Math.max(to.largest, pairs.largest[i]);
  }
  return sums;
}

/** The entries of one group alone, its hosts numbered from 0. */
function within(matrix: PairMatrix, group: Int32Array, number: number, hosts: readonly number[]): PairMatrix {
  const places = new Map(hosts.map((host, place) => [host, place]));
  const entries: number[] = [];
  for (let i = 0; i < matrix.source.length; i++) {
    if (group[matrix.source[i]] === number && group[matrix.destination[i]] === number) entries.push(i);
  }
  return {
    hosts: hosts.length,
    source: Uint32Array.from(entries, (i) => places.get(matrix.source[i])!),
    destination: Uint32Array.from(entries, (i) => places.get(matrix.destination[i])!),
    samples: Float64Array.from(entries, (i) => matrix.samples[i]),
  };
}

/** Visits each group that a host of another has some of its traffic with, both ways, and how much of it. */
function eachShared(
  {hosts, source, destination, samples}: PairMatrix,
  group: Int32Array,
  visit: (own: number, other: number, share: number) => void,
): void {
  const total = new Float64Array(hosts);
  const toGroup = new Map<number, number>();
  const groups = group.reduce((most, number) => Math.max(most, number), -1) + 1;
  const add = (host: number, other: number, count: number) => {
    total[host] += count;
    if (group[host] < 0 || group[other] < 0 || group[host] === group[other]) return;
    const key = host * groups + group[other];
    toGroup.set(key, (toGroup.get(key) ?? 0) + count);
  };
  for (let i = 0; i < source.length; i++) {
    add(source[i], destination[i], samples[i]);
    add(destination[i], source[i], samples[i]);
  }
  for (const [key, count] of toGroup) {
    const host = Math.floor(key / groups);
    visit(group[host], key % groups, count / total[host]);
  }
}

function servicesOf({source, destination, bytes}: PairTotals, {isService}: Partition): Groups['services'] {
  const services = new Map<number, {partners: Set<number>; bytes: number}>();
  const note = (host: number, other: number, count: number) => {
    if (isService[host] === 0) return;
    const known = services.get(host) ?? {partners: new Set<number>(), bytes: 0};
    services.set(host, known);
    known.partners.add(other);
    known.bytes += count;
  };
  for (let i = 0; i < source.length; i++) {
    if (bytes[i] === 0) continue;
    note(source[i], destination[i], bytes[i]);
    note(destination[i], source[i], bytes[i]);
  }
  return [...services]
    .map(([host, {partners, bytes: all}]) => ({host, partners: partners.size, bytes: all}))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_OTHERS);
}
