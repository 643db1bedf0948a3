import {Union} from '../congestion/union.ts';
import {mergeGroups} from './job-merge.ts';
import {servicesOf} from './job-services.ts';
import {anyOf, degreesOf, type Neighbours, neighboursOf, type PairMatrix, talk} from './pairs.ts';

/** Hosts of the smallest group that is a job. */
export const LEAST_HOSTS = 4;
/** What makes an edge strong, beside its share of the typical edge of both ends. */
const LEAST_SAMPLES = 3;
const OF_TYPICAL = 1 / 4;
/** The only edge between two groups must be nearly as strong as those within, and not by chance. */
const LIKE_OTHERS = 0.45;
const LEAST_OF_BRIDGE = 10;
/** Share of the traffic of a group's usual host that its hosts must have. */
export const LEAST_TRAFFIC = 0.25;
/** Share of a host's own traffic that must be with its group. */
const LEAST_OWN = 0.4;
/** Effective partners from which on a host has many, and what it must have with one of them to say much all the same. */
const MANY = 6;
const MAIN_SHARE = 0.5;
/** Pairs of partners that are looked at, and that must talk. */
const SUPPORTERS = 120;
const LEAST_SUPPORT = 4;

/** Who works together. */
export interface Partition {
  /** By host: the number of its group, the largest traffic first; -1 where it has none. */
  group: Int32Array;
  /** By group: its hosts and the samples between them. */
  sizes: number[];
  samples: number[];
  /** By host: the number of the group that it has most of its traffic with, though it has too little to be of it; -1. */
  beside: Int32Array;
  /** By host: 1 where it serves many who have nothing to do with each other. */
  isService: Uint8Array;
}

/**
 * Groups of hosts that exchange with each other, told apart from what only happens to talk. Hosts whose edge is strong
 * for both are in one group at once; groups become one when more of their hosts talk to each other than strangers do.
 */
export function partition(matrix: PairMatrix): Partition {
  const all = neighboursOf(matrix);
  const isService = servicesOf(all);
  const neighbours = withoutServices(all, isService);
  const union = new Union(neighbours.hosts);
  joinStrong(neighbours, union);
  mergeGroups(neighbours, union);
  return {...numbered(neighbours, union), isService};
}

function withoutServices({hosts, start, partner, samples}: Neighbours, isService: Uint8Array): Neighbours {
  const kept = {start: new Uint32Array(hosts + 1), partner: partner.slice(), samples: samples.slice()};
  const total = new Float64Array(hosts);
  let size = 0;
  for (let host = 0; host < hosts; host++) {
    kept.start[host] = size;
    if (isService[host] === 1) continue;
    for (let i = start[host]; i < start[host + 1]; i++) {
      if (isService[partner[i]] === 1) continue;
      kept.partner[size] = partner[i];
      kept.samples[size++] = samples[i];
      total[host] += samples[i];
    }
  }
  kept.start[hosts] = size;
  return {...kept, hosts, total};
}

/**
 * Joins the ends of strong edges, the strongest first. Where an end has many partners one edge says little, and the partners
 * of the one must talk to those of the other; where both have a group already, it must be as the others are.
 */
function joinStrong(neighbours: Neighbours, union: Union): void {
  const {start, partner, samples, total} = neighbours;
  const degree = degreesOf(neighbours);
  const edges = strongEdges(neighbours, degree);
  const isSupported = supportIn(neighbours, degree);
  edges.sort((a, b) => b.strength - a.strength);
  for (const {host, at, strength} of edges) {
    const other = partner[at];
    const [a, b] = [union.root(host), union.root(other)];
    if (a === b) continue;
    const isBridge = Math.min(union.size[a], union.size[b]) >= LEAST_HOSTS;
    if (isBridge && (strength < LIKE_OTHERS || samples[at] < LEAST_OF_BRIDGE)) continue;
    const isMain = samples[at] >= MAIN_SHARE * Math.min(total[host], total[other]);
    const saysLittle = Math.max(degree[host], degree[other]) > MANY && !isMain;
    if (!saysLittle || isSupported(host, other)) union.join(a, b);
  }

  function strongEdges({hosts}: Neighbours, degree: Float64Array) {
    const edges: {host: number; at: number; strength: number}[] = [];
    for (let host = 0; host < hosts; host++) {
      for (let at = start[host]; at < start[host + 1]; at++) {
        const other = partner[at];
        if (other < host || samples[at] < LEAST_SAMPLES) continue;
        const own = total[host] / degree[host];
        const others = total[other] / degree[other];
        const strength = samples[at] / Math.min(own, others);
        if (samples[at] < OF_TYPICAL * Math.max(own, others)) continue;
        edges.push({host, at, strength});
      }
    }
    return edges;
  }
}

/** Asks whether the main partners of two hosts talk to each other. */
function supportIn(neighbours: Neighbours, degree: Float64Array): (a: number, b: number) => boolean {
  const {start, partner, samples, total} = neighbours;
  const known = new Map<number, Uint32Array>();
  const mainOf = (host: number) => {
    let main = known.get(host);
    if (main) return main;
    const least = (OF_TYPICAL * total[host]) / degree[host];
    main = partner.subarray(start[host], start[host + 1]).filter((_, i) => samples[start[host] + i] >= least);
    known.set(host, main);
    return main;
  };
  return (a, b) => {
    const [ofA, ofB] = [mainOf(a), mainOf(b)];
    let talking = 0;
    for (let i = 0; i < SUPPORTERS; i++) {
      const x = ofA[anyOf(ofA.length, 2 * i)];
      const y = ofB[anyOf(ofB.length, 2 * i + 1)];
      if (x === b || y === a) continue;
      if ((x === y || talk(neighbours, x, y)) && ++talking >= LEAST_SUPPORT) return true;
    }
    return false;
  };
}

/**
 * Groups of two and more in the order of their samples, without hosts that only talked to one of them: with much less
 * traffic than the others, or most of it elsewhere.
 */
function numbered({hosts, start, partner, samples, total}: Neighbours, union: Union): Omit<Partition, 'isService'> {
  const members = new Map<number, number[]>();
  for (let host = 0; host < hosts; host++) {
    const root = union.root(host);
    if (union.size[root] === 1) continue;
    const known = members.get(root);
    if (known) known.push(host);
    else members.set(root, [host]);
  }
  const own = new Float64Array(hosts);
  for (let host = 0; host < hosts; host++) {
    for (let i = start[host]; i < start[host + 1]; i++) {
      if (union.root(partner[i]) === union.root(host)) own[host] += samples[i];
    }
  }
  const every = [...members.values()].map((all) => {
    const usual = all.map((host) => total[host]).sort((a, b) => a - b)[all.length >> 1];
    const isBeside = (host: number) => own[host] >= LEAST_OWN * total[host];
    const isOne = (host: number) => total[host] >= LEAST_TRAFFIC * usual && isBeside(host);
    return {kept: all.filter(isOne), left: all.filter((host) => !isOne(host) && isBeside(host)), within: 0};
  });
  const groups = every.filter(({kept}) => kept.length > 1);
  const group = new Int32Array(hosts).fill(-1);
  const beside = new Int32Array(hosts).fill(-1);
  const assign = () => {
    for (const [number, {kept, left}] of groups.entries()) {
      for (const host of kept) group[host] = number;
      for (const host of left) beside[host] = number;
    }
  };
  assign();
  for (let host = 0; host < hosts; host++) {
    if (group[host] >= 0) groups[group[host]].within += own[host] / 2;
  }
  groups.sort((a, b) => b.within - a.within || a.kept[0] - b.kept[0]);
  assign();
  return {group, beside, sizes: groups.map(({kept}) => kept.length), samples: groups.map(({within}) => within)};
}
