import type {PairWindow} from '../../fabric/pair-log.ts';
import {LEAST_HOSTS, type Partition, partition} from './jobs.ts';
import type {PairMatrix} from './pairs.ts';
import {type Pattern, patternOf} from './pattern.ts';

/** Jobs that are told of, the largest traffic first; and of services and small groups. */
export const MOST_JOBS = 64;
const MOST_OTHERS = 64;
/** A host that has so much of its traffic with the hosts of another job is shared with it. */
const SHARED = 0.2;

/** Sums over a window: estimates, with what their bands are made from. */
export interface TrafficSums {
  samples: number;
  frames: number;
  bytes: number;
  squares: number;
  largest: number;
  ce: number;
  cnp: number;
}

/** A group of hosts that work together, as found in one window. Hosts are numbers of the window. */
export interface FoundJob {
  hosts: number[];
  traffic: TrafficSums;
  pattern: Pattern;
  /** Others of the same answer that have hosts in common with it. */
  overlaps: number[];
}

/** What hosts sent each other, added up by pair; arrays of equal length. */
export interface PairSums {
  seconds: number;
  source: Uint32Array;
  destination: Uint32Array;
  samples: Float64Array;
  bytes: Float64Array;
  squares: Float64Array;
  largest: Float64Array;
}

export interface FoundJobs {
  jobs: FoundJob[];
  services: {host: number; partners: number; bytes: number}[];
  /** Two or three hosts. */
  small: {hosts: number[]; bytes: number}[];
  pairs: PairSums;
}

/** Adds a window up by pair, and tells who works together in it. */
export function findJobs(window: PairWindow): FoundJobs {
  const {pairs, data, marks} = addUp(window);
  const matrix: PairMatrix = {hosts: window.hosts, source: pairs.source, destination: pairs.destination, samples: data};
  const found = partition(matrix);
  const jobs = found.sizes.flatMap((size, group) => (size >= LEAST_HOSTS ? [group] : [])).slice(0, MOST_JOBS);
  const placeOf = new Map(jobs.map((group, place) => [group, place]));
  const hosts = hostsOf(found);
  const traffic = trafficOf(pairs, marks, found.group);
  const overlaps = overlapsOf(matrix, found.group);
  return {
    jobs: jobs.map((group) => ({
      hosts: hosts[group],
      traffic: traffic[group],
      pattern: patternOf(within(matrix, found.group, group, hosts[group])),
      overlaps: [...(overlaps.get(group) ?? [])].flatMap((other) => placeOf.get(other) ?? []),
    })),
    services: servicesOf(pairs, found),
    small: found.sizes
      .flatMap((size, group) => (size < LEAST_HOSTS ? [{hosts: hosts[group], bytes: traffic[group].bytes}] : []))
      .slice(0, MOST_OTHERS),
    pairs,
  };
}

/** By pair: all sums, samples of data, and frames and marks. */
function addUp(window: PairWindow) {
  const {hosts, source, destination} = window;
  const places = new Map<number, number>();
  const placeOf = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const key = source[i] * hosts + destination[i];
    let place = places.get(key);
    if (place === undefined) places.set(key, (place = places.size));
    placeOf[i] = place;
  }
  const sum = (values: Float32Array) => {
    const sums = new Float64Array(places.size);
    for (let i = 0; i < values.length; i++) sums[placeOf[i]] += values[i];
    return sums;
  };
  const largest = new Float64Array(places.size);
  for (let i = 0; i < placeOf.length; i++) largest[placeOf[i]] = Math.max(largest[placeOf[i]], window.largest[i]);
  const keys = Array.from(places.keys());
  const pairs: PairSums = {
    seconds: window.seconds,
    source: Uint32Array.from(keys, (key) => Math.floor(key / hosts)),
    destination: Uint32Array.from(keys, (key) => key % hosts),
    samples: sum(window.samples),
    bytes: sum(window.bytes),
    squares: sum(window.squares),
    largest,
  };
  const marks = {frames: sum(window.frames), ce: sum(window.ce), cnp: sum(window.cnp)};
  return {pairs, data: sum(window.data), marks};
}

function hostsOf({group, sizes}: Partition): number[][] {
  const hosts: number[][] = sizes.map(() => []);
  for (const [host, number] of group.entries()) if (number >= 0) hosts[number].push(host);
  return hosts;
}

interface Marks {
  frames: Float64Array;
  ce: Float64Array;
  cnp: Float64Array;
}

/** What passes between the hosts of each group. */
function trafficOf(pairs: PairSums, marks: Marks, group: Int32Array): TrafficSums[] {
  const sums: TrafficSums[] = [];
  for (let i = 0; i < pairs.source.length; i++) {
    const own = group[pairs.source[i]];
    if (own < 0 || group[pairs.destination[i]] !== own) continue;
    const to = (sums[own] ??= {samples: 0, frames: 0, bytes: 0, squares: 0, largest: 0, ce: 0, cnp: 0});
    to.samples += pairs.samples[i];
    to.bytes += pairs.bytes[i];
    to.squares += pairs.squares[i];
    to.largest = Math.max(to.largest, pairs.largest[i]);
    to.frames += marks.frames[i];
    to.ce += marks.ce[i];
    to.cnp += marks.cnp[i];
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

/** Groups that a host of another group has much of its traffic with, both ways. */
function overlapsOf({hosts, source, destination, samples}: PairMatrix, group: Int32Array): Map<number, Set<number>> {
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
  const overlaps = new Map<number, Set<number>>();
  const note = (a: number, b: number) => {
    const known = overlaps.get(a);
    if (known) known.add(b);
    else overlaps.set(a, new Set([b]));
  };
  for (const [key, count] of toGroup) {
    const host = Math.floor(key / groups);
    if (count < SHARED * total[host]) continue;
    note(group[host], key % groups);
    note(key % groups, group[host]);
  }
  return overlaps;
}

function servicesOf({source, destination, bytes}: PairSums, {isService}: Partition): FoundJobs['services'] {
  const services = new Map<number, {partners: Set<number>; bytes: number}>();
  const note = (host: number, other: number, count: number) => {
    if (isService[host] === 0) return;
    const known = services.get(host) ?? {partners: new Set<number>(), bytes: 0};
    services.set(host, known);
    known.partners.add(other);
    known.bytes += count;
  };
  for (let i = 0; i < source.length; i++) {
    note(source[i], destination[i], bytes[i]);
    note(destination[i], source[i], bytes[i]);
  }
  return [...services]
    .map(([host, {partners, bytes: all}]) => ({host, partners: partners.size, bytes: all}))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_OTHERS);
}
