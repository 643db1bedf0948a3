import {degreesOf, type Neighbours, neighboursOf, type PairMatrix} from './pairs.ts';

/** Share of the typical edge of both ends that an edge must have to be part of a shape. */
const OF_TYPICAL = 0.3;

/** Who sends to whom within a job, as its shape is told by. */
export interface PatternGraph {
  hosts: number;
  samples: number;
  /** Both directions together. */
  both: Neighbours;
  /** By host: what it sends and receives in all. */
  sent: Float64Array;
  received: Float64Array;
  /** Effective receivers of a host, and senders, over all hosts; NaN where too little is known. */
  degreeOut: number;
  degreeIn: number;
  /** Σ c(c − 1) over what hosts sent: how much the degree is worth. */
  alike: number;
  /** Samples from one host to another. */
  count(from: number, to: number): number;
  /** Edges without trifles, each once, `a` < `b`; by host its partners by them. */
  edges: readonly Edge[];
  partners: readonly number[][];
  /** Share of all samples that these edges have. */
  share: number;
}

export interface Edge {
  a: number;
  b: number;
  /** Samples from a to b and from b to a. */
  forth: number;
  back: number;
}

export function graphOf(pairs: PairMatrix): PatternGraph {
  const {hosts, source, destination, samples} = pairs;
  const both = neighboursOf(pairs);
  const sent = new Float64Array(hosts);
  const received = new Float64Array(hosts);
  const counts = new Map<number, number>();
  for (let i = 0; i < source.length; i++) {
    if (source[i] === destination[i]) continue;
    const key = source[i] * hosts + destination[i];
    counts.set(key, (counts.get(key) ?? 0) + samples[i]);
    sent[source[i]] += samples[i];
    received[destination[i]] += samples[i];
  }
  let alike = 0;
  for (const count of counts.values()) alike += count * Math.max(0, count - 1);
  const count = (from: number, to: number) => counts.get(from * hosts + to) ?? 0;
  const {edges, partners} = mainEdges(both, count);
  const all = sent.reduce((sum, value) => sum + value, 0);
  const main = edges.reduce((sum, {forth, back}) => sum + forth + back, 0);
  return {
    ...{hosts, samples: all, both, sent, received, alike, count, edges, partners},
    degreeOut: pooledDegree(sent, alike),
    degreeIn: pooledDegree(received, alike),
    share: all > 0 ? main / all : 0,
  };
}

/** As of one host, over all: Σ n(n − 1) / Σ c(c − 1). */
function pooledDegree(totals: Float64Array, alike: number): number {
  let pairs = 0;
  for (const total of totals) pairs += total * Math.max(0, total - 1);
  return alike > 0 ? pairs / alike : Number.NaN;
}

function mainEdges(both: Neighbours, count: (from: number, to: number) => number) {
  const {hosts, start, partner, samples, total} = both;
  const degree = degreesOf(both);
  const edges: Edge[] = [];
  const partners: number[][] = Array.from({length: hosts}, () => []);
  for (let a = 0; a < hosts; a++) {
    for (let i = start[a]; i < start[a + 1]; i++) {
      const b = partner[i];
      if (b < a || samples[i] < OF_TYPICAL * Math.max(total[a] / degree[a], total[b] / degree[b])) continue;
      edges.push({a, b, forth: count(a, b), back: count(b, a)});
      partners[a].push(b);
      partners[b].push(a);
    }
  }
  return {edges, partners};
}

/** The graph of some of its edges alone. */
export function part(graph: PatternGraph, isKept: (edge: Edge) => boolean): PatternGraph {
  const kept = graph.edges.filter(isKept);
  const forth = kept.filter((edge) => edge.forth > 0);
  const back = kept.filter((edge) => edge.back > 0);
  return graphOf({
    hosts: graph.hosts,
    source: Uint32Array.from([...forth.map(({a}) => a), ...back.map(({b}) => b)]),
    destination: Uint32Array.from([...forth.map(({b}) => b), ...back.map(({a}) => a)]),
    samples: Float64Array.from([...forth.map((edge) => edge.forth), ...back.map((edge) => edge.back)]),
  });
}

/** Connected components by the main edges: how many, hosts without any left out, and hosts that have some. */
export function componentsOf({hosts, partners}: PatternGraph): {components: number; hosts: number} {
  const seen = new Uint8Array(hosts);
  let components = 0;
  let members = 0;
  for (let first = 0; first < hosts; first++) {
    if (seen[first] === 1 || partners[first].length === 0) continue;
    components++;
    const stack = [first];
    seen[first] = 1;
    for (let host = stack.pop(); host !== undefined; host = stack.pop()) {
      members++;
      for (const other of partners[host]) {
        if (seen[other] === 1) continue;
        seen[other] = 1;
        stack.push(other);
      }
    }
  }
  return {components, hosts: members};
}
