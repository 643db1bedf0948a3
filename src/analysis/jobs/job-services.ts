import {anyOf, degreesOf, type Neighbours, talk} from './pairs.ts';

/** A service has at least so many partners. */
const LEAST_PARTNERS = 16;
/** So many times as many partners as its partners have. */
const MANY_TIMES = 3;
/** Its partners talk to each other by so much less than theirs do. */
const LESS_CLUSTERED = 0.6;
const DEVIATIONS = 4;
/** Share of a host's typical edge below which a partner is none. */
const TRIFLE = 1 / 4;
/** Pairs of partners that are looked at to know how much they talk to each other, and partners whose own are compared. */
const PAIRS = 400;
const PARTNERS = 15;
/** Most partners of a star that have nobody else are its own: then it is a job with a head, and no service. */
const OWN = 0.8;

/**
 * Hosts that serve many who have nothing to do with each other: storage above all. They are left aside, for by them
 * all jobs would be one. 1 by host.
 */
export function servicesOf(neighbours: Neighbours): Uint8Array {
  const main = mainPartners(neighbours);
  const {hosts, start, partner} = main;
  const isService = new Uint8Array(hosts);
  /** Partners that are no services themselves, as far as they are known. */
  const partners = Int32Array.from({length: hosts}, (_, host) => start[host + 1] - start[host]);
  const known = new Float64Array(hosts).fill(-1);
  const clustering = (host: number) => {
    if (known[host] < 0) known[host] = clusteringOf(neighbours, main, host);
    return known[host];
  };
  const many = Array.from(partners.keys()).filter((host) => partners[host] >= LEAST_PARTNERS);
  // Those with the most first: without them the others have as many as they have in their jobs.
  for (const host of many.sort((a, b) => partners[b] - partners[a] || a - b)) {
    if (partners[host] < LEAST_PARTNERS) continue;
    const some = someOf(main, host, isService);
    const hasMany = partners[host] > MANY_TIMES * median(some.map((other) => partners[other]));
    if (!hasMany && !isLess(clustering(host), median(some.map(clustering)))) continue;
    if (isHeadOfStar(main, host)) continue;
    isService[host] = 1;
    for (let i = start[host]; i < start[host + 1]; i++) partners[partner[i]]--;
  }
  return isService;
}

/** Of each host the partners that have more than a trifle of its traffic. */
function mainPartners(neighbours: Neighbours): Neighbours {
  const {hosts, partner, samples, total} = neighbours;
  const degree = degreesOf(neighbours);
  const kept = {start: new Uint32Array(hosts + 1), partner: partner.slice(), samples: samples.slice()};
  let size = 0;
  for (let host = 0; host < hosts; host++) {
    kept.start[host] = size;
    const least = (TRIFLE * total[host]) / degree[host];
    for (let i = neighbours.start[host]; i < neighbours.start[host + 1]; i++) {
      if (samples[i] < least) continue;
      kept.partner[size] = partner[i];
      kept.samples[size++] = samples[i];
    }
  }
  kept.start[hosts] = size;
  return {...kept, hosts, total};
}

/** Less than of others, and not by the chance of which pairs were looked at. */
function isLess(own: number, usual: number): boolean {
  return own < LESS_CLUSTERED * usual && (usual - own) * PAIRS > DEVIATIONS * Math.sqrt(usual * PAIRS);
}

/** Share of pairs of its partners that talk to each other. */
function clusteringOf(neighbours: Neighbours, {start, partner}: Neighbours, host: number): number {
  const from = start[host];
  const count = start[host + 1] - from;
  let pairs = 0;
  let talking = 0;
  for (let i = 0; i < PAIRS; i++) {
    const a = partner[from + anyOf(count, 2 * i)];
    const b = partner[from + anyOf(count, 2 * i + 1)];
    if (a === b) continue;
    pairs++;
    if (talk(neighbours, a, b)) talking++;
  }
  return pairs > 0 ? talking / pairs : 0;
}

function isHeadOfStar({start, partner}: Neighbours, host: number): boolean {
  let alone = 0;
  for (let i = start[host]; i < start[host + 1]; i++) {
    if (start[partner[i] + 1] - start[partner[i]] === 1) alone++;
  }
  return alone >= OWN * (start[host + 1] - start[host]);
}

/** Evenly over its partners, without services. */
function someOf({start, partner}: Neighbours, host: number, isService: Uint8Array): number[] {
  const others = Array.from(partner.subarray(start[host], start[host + 1])).filter((other) => isService[other] === 0);
  const some = Math.min(PARTNERS, others.length);
  return Array.from({length: some}, (_, i) => others[Math.floor((i * others.length) / some)]);
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
