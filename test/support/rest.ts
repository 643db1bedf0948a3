/** What end-to-end tests read over REST, loosely typed: the shapes themselves are held by the tests of the API. */
import type {Estimate} from '../../src/shared/live.ts';

export interface RestSeries {
  finalBefore: number;
  start: number;
  step: number;
  values: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  samples: (number | null)[];
}

export interface RestLink {
  id: string;
  ifIndex: number;
  name: string;
  basis: {in: string; out: string};
  in: {roce: Estimate; all: Estimate};
  out: {roce: Estimate; all: Estimate};
}

export interface RestHealth {
  status: string;
  receiver: string;
  finalBefore: number;
  waterfall: Record<string, number> & {
    datagramsRejected: Record<string, number>;
    flowSamplesUnusable: Record<string, number>;
  };
}

export interface RestFlow {
  source: string;
  destination: string;
  destQp: number;
  dscp: number;
  bitsPerSecond: number;
  ce: number;
  cnpPerSecond: number;
  links: string[];
}

export interface RestEvent {
  id: number;
  time: number;
  kind: string;
  level: string;
  text: string;
  agent?: string;
  link?: string;
  figures?: Record<string, number>;
}

export class Rest {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1/${path}`, {signal: AbortSignal.timeout(10_000)});
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  health(): Promise<RestHealth> {
    return this.get('health');
  }

  async links(): Promise<RestLink[]> {
    return (await this.get<{links: RestLink[]}>('links')).links;
  }

  async flows(query = ''): Promise<RestFlow[]> {
    return (await this.get<{flows: RestFlow[]}>(`flows?top=1000${query}`)).flows;
  }

  /** Newest first. */
  async events(query = ''): Promise<RestEvent[]> {
    return (await this.get<{events: RestEvent[]}>(`events?limit=1000${query}`)).events;
  }

  fabricSeries(query: string): Promise<RestSeries> {
    return this.get(`fabric/series?${query}`);
  }

  linkSeries(id: string, query: string): Promise<RestSeries> {
    return this.get(`links/${encodeURIComponent(id)}/series?${query}`);
  }
}

/** Asks until the answer will do, a bounded number of times. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  enough: (answer: T) => boolean,
  seconds = 30,
): Promise<T> {
  let answer: T | undefined;
  for (let i = 0; i < 10 * seconds; i++) {
    answer = await ask();
    if (enough(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not after ${seconds} s, but ${JSON.stringify(answer)?.slice(0, 500)}`);
}

/** Sum over a series in bytes, from bit/s in steps; null bins count as nothing. */
export function bytesOf(series: RestSeries, column: 'values' | 'low' | 'high'): number {
  const bits = series[column].reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return (bits * series.step) / 8_000;
}
