/** Who sent to whom, sparse: one entry for each pair of hosts and direction that had samples in the window. */
export interface PairMatrix {
  /** Hosts are numbered from 0 to this, exclusive. */
  hosts: number;
  /** By entry: sender and receiver. */
  source: Uint32Array;
  destination: Uint32Array;
  /** By entry: samples of data frames. */
  samples: Float64Array;
}

/**
 * The same without direction, by host: its partners, ascending, and the samples between them both ways. Of host h the
 * entries `start[h]` to `start[h + 1]`, exclusive, of `partner` and `samples`.
 */
export interface Neighbours {
  hosts: number;
  start: Uint32Array;
  partner: Uint32Array;
  samples: Float64Array;
  /** Samples of each host with all of its partners. */
  total: Float64Array;
}

/** Adds up both directions; what a host sent to itself is left out. */
export function neighboursOf({hosts, source, destination, samples}: PairMatrix): Neighbours {
  const start = new Uint32Array(hosts + 1);
  for (let i = 0; i < source.length; i++) {
    if (source[i] === destination[i] || samples[i] <= 0) continue;
    start[source[i] + 1]++;
    start[destination[i] + 1]++;
  }
  for (let host = 0; host < hosts; host++) start[host + 1] += start[host];
  const partner = new Uint32Array(start[hosts]);
  const both = new Float64Array(start[hosts]);
  const next = start.slice();
  const put = (host: number, other: number, count: number) => {
    const at = next[host]++;
    partner[at] = other;
    both[at] = count;
  };
  for (let i = 0; i < source.length; i++) {
    if (source[i] === destination[i] || samples[i] <= 0) continue;
    put(source[i], destination[i], samples[i]);
    put(destination[i], source[i], samples[i]);
  }
  return merged(hosts, start, partner, both);
}

/** One entry for each partner, where both directions made two. */
function merged(hosts: number, start: Uint32Array, partner: Uint32Array, samples: Float64Array): Neighbours {
  const total = new Float64Array(hosts);
  const seenAt = new Int32Array(hosts).fill(-1);
  let size = 0;
  let from = 0;
  for (let host = 0; host < hosts; host++) {
    const to = start[host + 1];
    const first = size;
    for (let i = from; i < to; i++) {
      const other = partner[i];
      total[host] += samples[i];
      if (seenAt[other] >= first) {
        samples[seenAt[other]] += samples[i];
        continue;
      }
      seenAt[other] = size;
      partner[size] = other;
      samples[size++] = samples[i];
    }
    from = to;
    start[host] = first;
  }
  start[hosts] = size;
  return sorted({hosts, start, partner: partner.subarray(0, size), samples: samples.subarray(0, size), total});
}

/** Partners in ascending order: who goes through the hosts in order meets the partners of each in order. */
function sorted({hosts, start, partner, samples, total}: Neighbours): Neighbours {
  const next = start.slice();
  const ascending = {partner: new Uint32Array(partner.length), samples: new Float64Array(samples.length)};
  for (let host = 0; host < hosts; host++) {
    for (let i = start[host]; i < start[host + 1]; i++) {
      const at = next[partner[i]]++;
      ascending.partner[at] = host;
      ascending.samples[at] = samples[i];
    }
  }
  return {hosts, start, ...ascending, total};
}

/** Whether two hosts talk to each other. */
export function talk({start, partner}: Neighbours, a: number, b: number): boolean {
  let low = start[a];
  let high = start[a + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (partner[middle] < b) low = middle + 1;
    else high = middle;
  }
  return low < start[a + 1] && partner[low] === b;
}

/**
 * How many partners a host would have if all had an equal share: n(n − 1) / Σ c(c − 1) over its counts, the inverse
 * Simpson index without bias by n. Where no partner has two samples nothing is known but that there are many: NaN.
 */
export function effectiveDegree(samples: number, pairsAlike: number): number {
  return pairsAlike > 0 ? (samples * (samples - 1)) / pairsAlike : Number.NaN;
}

/** One of so many, as good as at random (a step of splitmix32), and always the same for the same `i`. */
export function anyOf(count: number, i: number): number {
  let z = Math.imul(i + 1, 0x9e3779b9);
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return ((z ^ (z >>> 15)) >>> 0) % count;
}

/** Effective partners of each host, both directions together; where they cannot be known, all. */
export function degreesOf({hosts, start, samples, total}: Neighbours): Float64Array {
  return Float64Array.from({length: hosts}, (_, host) => {
    let alike = 0;
    for (let i = start[host]; i < start[host + 1]; i++) alike += samples[i] * Math.max(0, samples[i] - 1);
    const known = effectiveDegree(total[host], alike);
    return known > 0 ? known : start[host + 1] - start[host];
  });
}
