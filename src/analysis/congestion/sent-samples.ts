import {sourcesAtLeast} from './incast.ts';

/** So much of what leaves by a port is for the host that stands behind it. */
const NEARLY_ALL = 0.9;

/** Samples of data that left by a port in some time, by source and by destination. */
export class SentSamples {
  private readonly sources = new Map<string, number>();
  private readonly destinations = new Map<string, number>();

  add(source: string, destination: string, samples: number): void {
    addTo(this.sources, source, samples);
    addTo(this.destinations, destination, samples);
  }

  addAll({sources, destinations}: SentSamples): void {
    for (const [source, samples] of sources) addTo(this.sources, source, samples);
    for (const [destination, samples] of destinations) addTo(this.destinations, destination, samples);
  }

  /** How many sources there are at least. */
  get sourcesAtLeast(): number {
    return sourcesAtLeast(this.sources.values());
  }

  /** The sources with the most samples, these first. */
  topSources(most: number): string[] {
    return ranked(this.sources).slice(0, most);
  }

  /** Who nearly all samples are for; null where there is no such one. */
  get host(): string | null {
    const [most] = ranked(this.destinations);
    const all = [...this.destinations.values()].reduce((sum, samples) => sum + samples, 0);
    return most !== undefined && this.destinations.get(most)! >= NEARLY_ALL * all ? most : null;
  }
}

function addTo(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

const ranked = (counts: ReadonlyMap<string, number>) =>
  [...counts].sort((a, b) => b[1] - a[1]).map(([address]) => address);
