import {computed, effect, signal} from '@preact/signals';
import type {AgentAnswer, HealthAnswer, LinkAnswer} from '../../../src/shared/health.ts';
import {type AgentRow, Rates, rowsOf} from './rows.ts';

/** Time between two askings, and how many times as long as they took: a large fabric is asked less often. */
const EVERY_MS = 2_000;
const REST = 10;
/** After one that failed. */
const AGAIN_MS = 4_000;

/** What the feed needs of the page: where it is, what is open, and the headers of a request. */
export interface FeedSource {
  isShown: () => boolean;
  agent: () => string;
  headers: () => Record<string, string>;
}

/** Keeps the answers of REST that the page of data health shows, and asks only while somebody looks. */
export class HealthFeed {
  readonly health = signal<HealthAnswer | null>(null);
  readonly agents = signal<readonly AgentRow[]>([]);
  /** The ports of the agent that is opened; null until they have come. */
  readonly links = signal<{agent: string; links: readonly LinkAnswer[]} | null>(null);
  /** Why the last asking failed; null when it did not. */
  readonly problem = signal<string | null>(null);
  /** True once there is something to show. */
  readonly isReady = computed(() => this.health.value !== null);
  readonly #source: FeedSource;
  readonly #rates = new Rates();
  #timer = 0;
  #asked: AbortController | null = null;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  /** Follows the page from now on. */
  start(): void {
    const visible = signal(!document.hidden);
    document.addEventListener('visibilitychange', () => (visible.value = !document.hidden));
    effect(() => {
      void this.#source.agent();
      this.#stop();
      if (this.#source.isShown() && visible.value) void this.#turn();
    });
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#asked = null;
  }

  async #turn(): Promise<void> {
    const asked = new AbortController();
    this.#asked = asked;
    const start = performance.now();
    let wait = AGAIN_MS;
    try {
      await this.#ask(asked.signal);
      this.problem.value = null;
      wait = Math.max(EVERY_MS, (performance.now() - start) * REST);
    } catch (error) {
      if (asked.signal.aborted) return;
      this.problem.value = error instanceof Error ? error.message : String(error);
    }
    if (!asked.signal.aborted) this.#timer = window.setTimeout(() => void this.#turn(), wait);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const agent = this.#source.agent();
    const [health, agents, links] = await Promise.all([
      this.#get<HealthAnswer>('health', signal),
      this.#get<{finalBefore: number; agents: AgentAnswer[]}>('agents', signal),
      agent === '' ? null : this.#get<{links: LinkAnswer[]}>(`links?agent=${encodeURIComponent(agent)}`, signal),
    ]);
    this.#rates.read(agents.finalBefore, agents.agents);
    this.health.value = health;
    this.agents.value = rowsOf(agents.agents, this.#rates);
    this.links.value = links === null ? null : {agent, links: links.links};
  }

  async #get<T>(path: string, signal: AbortSignal): Promise<T> {
    const response = await fetch(`api/v1/${path}`, {signal, headers: this.#source.headers()});
    if (!response.ok) throw new Error(`the server answered ${response.status} to ${path}`);
    return (await response.json()) as T;
  }
}
