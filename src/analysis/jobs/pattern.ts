import type {PairMatrix} from './pairs.ts';
import {componentsOf, graphOf, type PatternGraph, part} from './pattern-graph.ts';

export const PATTERN_KINDS = [
  'ring',
  'tree',
  'pipeline',
  'all-to-all',
  'halving-doubling',
  'broadcast',
  'gather',
  'mixed',
  'unknown',
] as const;
export type PatternKind = (typeof PATTERN_KINDS)[number];

/** How the hosts of a job exchange. */
export interface Pattern {
  kind: PatternKind;
  /** 0 to 1: the share of the traffic, or of the hosts, that fits it; 0 for `unknown`. */
  confidence: number;
  /** Hosts that a host sends to, as if all had an equal share; NaN where too little is known. */
  degree: number;
  /** What it is told by, for people. */
  why: string;
}

type Found = Omit<Pattern, 'degree'>;

/** Σ c(c − 1) from which on a degree means something, and samples that a host must have sent and received on average. */
const LEAST_ALIKE = 20;
const LEAST_SAMPLES = 12;
/** Below it a shape is not sure enough to be told. */
const LEAST_CONFIDENCE = 0.8;

/** Tells the pattern of one job by the samples between its hosts, numbered from 0. `unknown` unless it is sure. */
export function patternOf(pairs: PairMatrix): Pattern {
  const graph = graphOf(pairs);
  const degree = graph.alike >= LEAST_ALIKE ? graph.degreeOut : Number.NaN;
  const perHost = (2 * graph.samples) / Math.max(1, graph.hosts);
  if (graph.hosts < 3 || graph.alike < LEAST_ALIKE || perHost < LEAST_SAMPLES) {
    return {kind: 'unknown', confidence: 0, degree, why: 'too few samples to tell'};
  }
  const found = starOf(graph) ?? allToAllOf(graph) ?? shapeOf(graph) ?? mixedOf(graph);
  if (found && found.confidence >= LEAST_CONFIDENCE) return {...found, degree};
  return {kind: 'unknown', confidence: 0, degree, why: 'no pattern that is known fits'};
}

/** One host sends or receives nearly everything. */
const HEAD_SHARE = 0.85;

function starOf({hosts, samples, sent, received, both}: PatternGraph): Found | undefined {
  for (const [kind, totals] of [
    ['broadcast', sent],
    ['gather', received],
  ] as const) {
    const head = totals.indexOf(totals.reduce((most, value) => Math.max(most, value), 0));
    const partners = both.start[head + 1] - both.start[head];
    const share = totals[head] / samples;
    if (share < HEAD_SHARE || partners < 0.5 * (hosts - 1)) continue;
    const what = kind === 'broadcast' ? 'sends' : 'receives';
    return {kind, confidence: share, why: `one host ${what} ${percent(share)} of all, with ${partners} partners`};
  }
  return undefined;
}

/** Effective degree as a share of all others, and pairs without samples beyond chance, as a share of all. */
const EVEN = 0.7;
const MOST_EMPTY = 0.1;

function allToAllOf({hosts, samples, degreeOut, count}: PatternGraph): Found | undefined {
  const even = degreeOut / (hosts - 1);
  if (!(even > EVEN)) return undefined;
  const pairs = hosts * (hosts - 1);
  let empty = 0;
  for (let a = 0; a < hosts; a++) for (let b = 0; b < hosts; b++) if (a !== b && count(a, b) === 0) empty++;
  const beyond = empty / pairs - Math.exp(-samples / pairs);
  if (beyond > MOST_EMPTY) return undefined;
  const why = `each host sends to ${degreeOut.toFixed(0)} of ${hosts - 1} others as if in equal shares`;
  return {kind: 'all-to-all', confidence: Math.min(1, even) * (1 - Math.max(0, beyond)), why};
}

/** Main edges must hold so much of the traffic for their shape to be that of the job. */
const LEAST_SHARE = 0.85;

/** Shapes of few edges a host. */
function shapeOf(graph: PatternGraph): Found | undefined {
  const halving = halvingOf(graph);
  if (halving) return halving;
  if (graph.share < LEAST_SHARE) return undefined;
  return pathOf(graph) ?? ringOf(graph) ?? treeOf(graph);
}

/** Of what passes along an edge the lesser direction, in a shape that uses one direction only. */
const ONE_WAY = 0.25;

/** Cycles that cover the hosts, one way or both ways; several rings over the same hosts in other orders too. */
function ringOf(graph: PatternGraph): Found | undefined {
  const {hosts, edges, partners} = graph;
  const isOneWay = lesserShare(graph) < ONE_WAY;
  const rings = isOneWay ? Math.round(edges.length / hosts) : 1;
  if (rings < 1 || rings > 4) return undefined;
  // On a ring a host has as many next ones as previous ones.
  const next = new Int32Array(hosts);
  for (const {a, b, forth, back} of edges) next[forth >= back ? a : b]++;
  let fitting = 0;
  for (let host = 0; host < hosts; host++) {
    const isOnRing = partners[host].length === 2 * rings && (!isOneWay || next[host] === rings);
    if (isOnRing) fitting++;
  }
  const {components, hosts: covered} = componentsOf(graph);
  const confidence = (fitting / hosts) * (covered / hosts);
  if (confidence < LEAST_CONFIDENCE || covered / components < 3) return undefined;
  const many = rings > 1 ? `${rings} rings` : components > 1 ? `${components} rings` : 'one ring';
  const ways = isOneWay ? 'one way' : 'both ways';
  return {kind: 'ring', confidence, why: `each host has ${rings} next and ${rings} previous: ${many}, ${ways}`};
}

/** Of all edges' samples the lesser directions', of both, doubled: 0 one way, near 1 both ways. */
function lesserShare({edges}: PatternGraph): number {
  let lesser = 0;
  let all = 0;
  for (const {forth, back} of edges) {
    lesser += Math.min(forth, back);
    all += forth + back;
  }
  return all > 0 ? (2 * lesser) / all : 0;
}

function pathOf(graph: PatternGraph): Found | undefined {
  const {hosts, edges, partners, share} = graph;
  const ends = partners.filter(({length}) => length === 1).length;
  const within = partners.filter(({length}) => length === 2).length;
  const {components, hosts: covered} = componentsOf(graph);
  if (components !== 1 || ends !== 2 || ends + within !== covered || covered < LEAST_CONFIDENCE * hosts)
    return undefined;
  const why = `a path of ${edges.length + 1} hosts with two ends`;
  return {kind: 'pipeline', confidence: share * (covered / hosts), why};
}

/** Most partners in a tree, or in two trees over the same hosts. */
const MOST_PARTNERS = 6;

function treeOf(graph: PatternGraph): Found | undefined {
  const {hosts, edges, partners, share} = graph;
  const {components, hosts: covered} = componentsOf(graph);
  const most = Math.max(...partners.map(({length}) => length));
  if (components !== 1 || covered < LEAST_CONFIDENCE * hosts || most > MOST_PARTNERS) return undefined;
  if (lesserShare(graph) < 2 * ONE_WAY) return undefined;
  const confidence = share * (covered / hosts);
  const leaves = partners.filter(({length}) => length === 1).length;
  if (edges.length === covered - 1 && leaves >= covered / 3) {
    return {kind: 'tree', confidence, why: `no cycles, ${leaves} of ${covered} hosts are leaves, both ways`};
  }
  // Edges that both trees have are one; the trees' roots have fewer.
  const ofTwo = edges.length / (2 * (covered - 1));
  const isTwo = ofTwo > 0.8 && ofTwo <= 1.01 && partners.some(({length}) => length < 4);
  if (!isTwo || spreadOf(graph) > MOST_SPREAD) return undefined;
  return {kind: 'tree', confidence, why: `${edges.length} edges of equal weight over ${covered} hosts: two trees`};
}

/** Squared coefficient of variation of the edges' real loads, beyond chance, in a shape of equal edges. */
const MOST_SPREAD = 0.25;

function spreadOf({edges}: PatternGraph): number {
  const counts = edges.map(({forth, back}) => forth + back);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  return Math.max(0, variance - mean) / mean ** 2;
}

/** Each host's partners by volume are each other's too, with half of the one before. */
const MUTUAL = 0.75;
const HALF = {from: 0.33, to: 0.72};

function halvingOf({hosts, both, count}: PatternGraph): Found | undefined {
  if (hosts < 4 || (hosts & (hosts - 1)) !== 0) return undefined;
  const {start, partner, samples, total} = both;
  // Each host's first and second partner by volume.
  const order = Array.from({length: hosts}, (_, host) => {
    const places = Array.from({length: start[host + 1] - start[host]}, (_, i) => start[host] + i);
    return places.sort((x, y) => samples[y] - samples[x]).slice(0, 2);
  });
  let mutual = 0;
  const sums = [0, 0, 0];
  let oneWay = 0;
  for (let host = 0; host < hosts; host++) {
    const [first, second] = order[host];
    if (first === undefined || second === undefined) return undefined;
    if (order[partner[first]].some((place, rank) => rank === 0 && partner[place] === host)) mutual++;
    sums[0] += samples[first];
    sums[1] += samples[second];
    sums[2] += total[host];
    oneWay += Math.abs(count(host, partner[first]) - count(partner[first], host));
  }
  const ratio = sums[1] / sums[0];
  const share = sums[0] / sums[2];
  const expected = 1 / (2 - 2 / hosts);
  const isHalf = ratio > HALF.from && ratio < HALF.to && Math.abs(share - expected) < 0.12;
  if (!isHalf || mutual < MUTUAL * hosts || oneWay > 0.5 * sums[0]) return undefined;
  const why = `each host has ${percent(share)} of its traffic with one partner, and ${percent(ratio)} of that with the next`;
  return {kind: 'halving-doubling', confidence: Math.min(1, (1 + mutual / hosts) / 2), why};
}

/** Traffic that the light edges must have, and how much lighter they are than the heaviest of a host: each is tried. */
const LEAST_LIGHT = 0.12;
const LIGHTER = [0.4, 0.5, 0.6, 0.7];

/** Heavy edges have a shape of their own, and light ones carry something beside them. */
function mixedOf(graph: PatternGraph): Found | undefined {
  const heaviest = new Float64Array(graph.hosts);
  for (const {a, b, forth, back} of graph.edges) {
    heaviest[a] = Math.max(heaviest[a], forth + back);
    heaviest[b] = Math.max(heaviest[b], forth + back);
  }
  let best: Found | undefined;
  for (const lighter of LIGHTER) {
    const heavy = part(graph, ({a, b, forth, back}) => forth + back >= lighter * Math.max(heaviest[a], heaviest[b]));
    const light = 1 - heavy.samples / graph.samples;
    if (light < LEAST_LIGHT || heavy.alike < LEAST_ALIKE) continue;
    const found = pathOf(heavy) ?? ringOf(heavy) ?? treeOf(heavy);
    if (!found || found.confidence <= (best?.confidence ?? 0)) continue;
    const why = `${percent(1 - light)} in a ${found.kind} (${found.why}), ${percent(light)} beside it`;
    best = {kind: 'mixed', confidence: found.confidence, why};
  }
  return best;
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
