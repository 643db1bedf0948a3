import type {Union} from '../congestion/union.ts';
import type {Neighbours} from './pairs.ts';

/** Rounds of merging: each at least halves what is far apart. */
const ROUNDS = 24;
/** How much likelier (log) what passes between two groups must be as one job than as talk of strangers. */
const LEAST_EVIDENCE = 10;
/** Hosts on either side that must take part, where there are as many. */
const LEAST_TAKING_PART = 3;
/** A host alone joins a group only if it has so much of its traffic with it; few may if all of theirs together is. */
const MAIN_SHARE = 0.25;
/** A group so many times as large takes in small ones without being looked at anew. */
const MUCH_LARGER = 8;
/** Groups are one if most hosts of either have a partner in the other that they exchange so many samples with. */
const MOST_HOSTS = 0.75;
const SURE_SAMPLES = 4;
/** What is known of strangers beforehand: this share of all samples is theirs, and so many pairs say so. */
const STRANGERS = 0.002;
const PRIOR_PAIRS = 2;
/**
 * Little traffic that is spread evenly and thinly over the other group, instead of going to certain hosts of it: that of
 * a service on all hosts.
 */
const LITTLE = 0.12;
const TELLING_PAIRS = 5;
const EVENLY = 3;
const THINLY = 0.2;

/** What passes between two groups, `a` < `b` by their roots. */
interface Cut {
  a: number;
  b: number;
  samples: number;
  /** Pairs of hosts that have samples: how many each has is the business of that pair. */
  pairs: number;
  /** Hosts of either that take part. */
  hostsOfA: number;
  hostsOfB: number;
  /** And those that do with `SURE_SAMPLES` of one pair. */
  sureOfA: number;
  sureOfB: number;
  /** Σ c(c − 1) over pairs of hosts, and what it would be if each host of either spread its samples evenly. */
  alike: number;
  alikeIfEven: number;
}

/** Joins groups between which more passes, and by more hosts, than between strangers. */
export function mergeGroups(neighbours: Neighbours, union: Union): void {
  const {hosts, total} = neighbours;
  const talking = total.reduce((sum, samples) => sum + (samples > 0 ? 1 : 0), 0);
  const all = total.reduce((sum, samples) => sum + samples, 0) / 2;
  if (talking < 2) return;
  const pairs = (talking * (talking - 1)) / 2;
  const prior = (STRANGERS * all) / pairs;
  for (let round = 0; round < ROUNDS; round++) {
    const within = new Float64Array(hosts);
    const cuts = cutsOf(neighbours, union, within);
    const totals = new Float64Array(hosts);
    for (let host = 0; host < hosts; host++) totals[union.root(host)] += total[host];
    // Pairs of hosts of different groups, those that talk and all.
    let crossing = 0;
    let apart = pairs;
    for (const cut of cuts) crossing += cut.pairs;
    for (let host = 0; host < hosts; host++) {
      if (union.root(host) === host && total[host] > 0) apart -= (union.size[host] * (union.size[host] - 1)) / 2;
    }
    const likely: {cut: Cut; evidence: number}[] = [];
    for (const cut of cuts) {
      const own = union.size[cut.a] * union.size[cut.b];
      const expected = (own * (crossing - cut.pairs + PRIOR_PAIRS)) / (Math.max(0, apart - own) + PRIOR_PAIRS / prior);
      const evidence = evidenceOf(cut.pairs, expected);
      if (evidence < LEAST_EVIDENCE && !takesMost(cut, union)) continue;
      if (!takesPart(cut, totals, union) || isDiffuse(cut, union, within, totals)) continue;
      likely.push({cut, evidence});
    }
    if (likely.length === 0) return;
    likely.sort((x, y) => y.evidence - x.evidence);
    // Each group once a round, for what has grown is looked at anew; but what is large takes in many small ones.
    const isTaken = new Uint8Array(hosts);
    for (const {cut} of likely) {
      if (isTaken[cut.a] === 1 || isTaken[cut.b] === 1) continue;
      const [small, large] = union.size[cut.a] < union.size[cut.b] ? [cut.a, cut.b] : [cut.b, cut.a];
      isTaken[small] = 1;
      if (union.size[small] * MUCH_LARGER > union.size[large]) isTaken[large] = 1;
      union.join(large, small);
    }
  }
}

/** Log likelihood of a Poisson count with its own mean, against that with `expected`; 0 where it is no more. */
function evidenceOf(count: number, expected: number): number {
  return count > expected ? count * Math.log(count / expected) - (count - expected) : 0;
}

/** Strangers are few: what few groups there are may be all that is known of them. */
function takesMost({a, b, sureOfA, sureOfB}: Cut, {size}: Union): boolean {
  const most = (hosts: number, root: number) => hosts >= LEAST_TAKING_PART && hosts >= MOST_HOSTS * size[root];
  return most(sureOfA, a) && most(sureOfB, b);
}

function takesPart({a, b, hostsOfA, hostsOfB, samples}: Cut, totals: Float64Array, {size}: Union): boolean {
  const enough = (hosts: number, root: number) => hosts >= Math.min(LEAST_TAKING_PART, size[root]);
  // Of few hosts one may have been led astray by a stranger.
  const isFew = (root: number) => size[root] <= LEAST_TAKING_PART && samples >= MAIN_SHARE * totals[root];
  if (size[a] === 1 || size[b] === 1) return isFew(size[a] === 1 ? a : b) && enough(hostsOfA, a) && enough(hostsOfB, b);
  return (isFew(a) || enough(hostsOfA, a)) && (isFew(b) || enough(hostsOfB, b));
}

function isDiffuse(cut: Cut, {size}: Union, within: Float64Array, totals: Float64Array): boolean {
  if (cut.alikeIfEven < TELLING_PAIRS || cut.alike > EVENLY * cut.alikeIfEven) return false;
  const {a, b, samples} = cut;
  if (samples >= LITTLE * Math.min(totals[a], totals[b])) return false;
  const density = samples / (size[a] * size[b]);
  const inside = (root: number) => within[root] / ((size[root] * (size[root] - 1)) / 2);
  return size[a] > 1 && size[b] > 1 && density < THINLY * Math.min(inside(a), inside(b));
}

/** What a host sends to another group. */
interface Sent {
  samples: number;
  alike: number;
  pairs: number;
  isSure: boolean;
}

/** All pairs of groups that anything passes between; what stays inside is added to `within`, by root. */
function cutsOf(neighbours: Neighbours, union: Union, within: Float64Array): Cut[] {
  const {hosts, start, partner, samples} = neighbours;
  const cuts = new Map<number, Cut>();
  // What a host sends to each other group, while it is looked at.
  const toGroup = new Map<number, Sent>();
  for (let host = 0; host < hosts; host++) {
    const own = union.root(host);
    toGroup.clear();
    for (let i = start[host]; i < start[host + 1]; i++) {
      const count = samples[i];
      const other = union.root(partner[i]);
      if (other === own) {
        within[own] += count / 2;
        continue;
      }
      const known = toGroup.get(other);
      const alike = count * Math.max(0, count - 1);
      const isSure = count >= SURE_SAMPLES;
      if (!known) toGroup.set(other, {samples: count, alike, pairs: 1, isSure});
      else {
        known.samples += count;
        known.alike += alike;
        known.pairs++;
        known.isSure ||= isSure;
      }
    }
    for (const [other, sent] of toGroup) addTo(cuts, hosts, own, other, sent, union);
  }
  return [...cuts.values()];
}

function addTo(cuts: Map<number, Cut>, hosts: number, own: number, other: number, sent: Sent, union: Union): void {
  const [a, b] = own < other ? [own, other] : [other, own];
  const key = a * hosts + b;
  let cut = cuts.get(key);
  if (!cut) {
    cut = {a, b, samples: 0, pairs: 0, hostsOfA: 0, hostsOfB: 0, sureOfA: 0, sureOfB: 0, alike: 0, alikeIfEven: 0};
    cuts.set(key, cut);
  }
  if (own === a) cut.hostsOfA++;
  else cut.hostsOfB++;
  if (sent.isSure && own === a) cut.sureOfA++;
  else if (sent.isSure) cut.sureOfB++;
  // Each pair of hosts is met from both of its ends.
  cut.samples += sent.samples / 2;
  cut.pairs += sent.pairs / 2;
  cut.alike += sent.alike;
  cut.alikeIfEven += (sent.samples * Math.max(0, sent.samples - 1)) / union.size[other];
}
