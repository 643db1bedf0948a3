import {type ReadonlySignal, signal} from '@preact/signals';
import {useEffect, useMemo, useRef} from 'preact/hooks';
import {useApp} from '../app.ts';

/** How many times as long as an answer took is waited at least: a large fabric is asked less often. */
const REST = 3;

/** Wait after one that failed, in milliseconds. */
const AGAIN_MS = 4_000;

/** What a route has answered. */
export interface Asked<T> {
  /** The newest answer, null before the first. It stays while later ones fail. */
  value: ReadonlySignal<T | null>;
  /** Why the last asking failed; null when it did not. */
  problem: ReadonlySignal<string | null>;
}

/** A path from the server's root on, or what makes it anew for each asking. */
export type Path = string | (() => string);

/** Asks one route again and again, as long as it is told to. */
export class Asking<T> implements Asked<T> {
  readonly value = signal<T | null>(null);
  readonly problem = signal<string | null>(null);
  readonly #headers: () => Record<string, string>;
  readonly #heard: (answer: T) => void;
  #asked: AbortController | null = null;
  #timer = 0;
  #path: Path = '';

  constructor(headers: () => Record<string, string>, heard: (answer: T) => void = () => {}) {
    this.#headers = headers;
    this.#heard = heard;
  }

  /** Asks for a path now and then every `everyMs`, while the page can be seen; answers how to stop. */
  start(path: Path, everyMs: number): () => void {
    if (path !== this.#path) this.value.value = this.problem.value = null;
    this.#path = path;
    const follow = (): void => {
      this.#stop();
      if (!document.hidden) void this.#turn(path, everyMs);
    };
    document.addEventListener('visibilitychange', follow);
    follow();
    return () => {
      document.removeEventListener('visibilitychange', follow);
      this.#stop();
    };
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#asked = null;
  }

  async #turn(path: Path, everyMs: number): Promise<void> {
    const asked = new AbortController();
    this.#asked = asked;
    const start = performance.now();
    let wait = AGAIN_MS;
    try {
      // Relative, for the page may stand below a path of a proxy.
      const response = await fetch((typeof path === 'string' ? path : path()).slice(1), {
        signal: asked.signal,
        headers: this.#headers(),
      });
      if (!response.ok) throw new Error(await reasonOf(response));
      const answer = (await response.json()) as T;
      if (asked.signal.aborted) return;
      this.value.value = answer;
      this.problem.value = null;
      this.#heard(answer);
      const took = performance.now() - start;
      wait = Math.max(everyMs - took, took * REST);
    } catch (error) {
      if (asked.signal.aborted) return;
      this.problem.value = error instanceof Error ? error.message : String(error);
    }
    if (!asked.signal.aborted) this.#timer = window.setTimeout(() => void this.#turn(path, everyMs), wait);
  }
}

/** What the server gave as the reason, where it gave one. */
async function reasonOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => null)) as {detail?: unknown} | null;
  return typeof problem?.detail === 'string' ? problem.detail : `the server answered ${response.status}`;
}

/**
 * Asks a route while the view that calls this is on the page; null asks nothing. Another path is another question: its
 * answer is not the former one's. `heard` is called with every answer.
 */
export function useAnswer<T>(path: Path | null, everyMs: number, heard?: (answer: T) => void): Asked<T> {
  const {connection} = useApp();
  const latest = useRef(heard);
  latest.current = heard;
  const asking = useMemo(
    () =>
      new Asking<T>(
        () => connection.headers(),
        (answer) => latest.current?.(answer),
      ),
    [connection],
  );
  // Where the socket is cut REST will be too: to ask again and again would only fill the browser's log.
  const isCut = connection.status.value === 'lost';
  useEffect(() => (path === null || isCut ? undefined : asking.start(path, everyMs)), [asking, path, everyMs, isCut]);
  return asking;
}
