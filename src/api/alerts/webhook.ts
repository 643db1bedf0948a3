import {fingerprint, type Notice, webhookBody} from './notice.ts';

export interface WebhookLimits {
  /** Time that a request may take, ms. */
  timeoutMs: number;
  /** What is waited before a request is tried again, ms: at first, and at most. It doubles in between. */
  retryMs: number;
  longestRetryMs: number;
  /** Alerts that may wait; the news of more are given up, and counted. */
  waiting: number;
}

export const WEBHOOK_LIMITS: WebhookLimits = {
  timeoutMs: 10_000,
  retryMs: 1_000,
  longestRetryMs: 60_000,
  waiting: 10_000,
};

/** Alerts that one request tells of. */
const ALERTS_PER_REQUEST = 100;
/** Answers of a receiver that may take the same request later. */
const LATER = new Set([408, 425, 429]);

/** What came of the requests, for Prometheus. */
export interface WebhookCounts {
  /** Requests that were taken. */
  readonly sent: number;
  /** Requests that failed, each try by itself. */
  readonly failed: number;
  /** Alerts whose news was given up: refused, or without room to wait. */
  readonly dropped: number;
  /** Alerts whose news waits. */
  readonly waiting: number;
}

/**
 * Sends alerts to a URL, one request at a time. What cannot be sent waits, and of each alert only the newest: a receiver
 * that was away for an hour is told how things are. Nothing here is ever waited for.
 */
export class Webhook implements WebhookCounts {
  sent = 0;
  failed = 0;
  dropped = 0;
  /** This server's address, for those who read the alert. */
  externalUrl = '';
  private readonly url: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly limits: WebhookLimits;
  private readonly warn: (message: string) => void;
  /** By fingerprint, the longest waiting first. */
  private readonly outbox = new Map<string, Notice>();
  private isSending = false;
  private retryMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly stopped = new AbortController();

  constructor(url: string, warn: (message: string) => void, limits: Partial<WebhookLimits> = {}) {
    const {href, credentials} = withoutCredentials(url);
    this.url = href;
    this.headers = {
      'content-type': 'application/json',
      ...(credentials === undefined ? {} : {authorization: `Basic ${credentials}`}),
    };
    this.warn = warn;
    this.limits = {...WEBHOOK_LIMITS, ...limits};
  }

  get waiting(): number {
    return this.outbox.size;
  }

  /** Sends soon what is told here. */
  tell(notices: readonly Notice[]): void {
    for (const notice of notices) {
      const key = fingerprint(notice.labels);
      if (this.outbox.size < this.limits.waiting || this.outbox.has(key)) this.outbox.set(key, notice);
      else this.dropped++;
    }
    if (!this.isSending && this.timer === undefined) this.send();
  }

  stop(): void {
    this.stopped.abort();
    clearTimeout(this.timer);
  }

  private send(): void {
    this.timer = undefined;
    const batch = this.nextBatch();
    if (batch.size === 0 || this.stopped.signal.aborted) return;
    this.isSending = true;
    this.post([...batch.values()])
      .then((outcome) => this.finish(batch, outcome))
      .catch((error: Error) => this.finish(batch, {isRefused: false, why: whyUnheard(error, this.limits.timeoutMs)}));
  }

  /** The longest waiting alert, and those of the same name. */
  private nextBatch(): Map<string, Notice> {
    const batch = new Map<string, Notice>();
    const [first] = this.outbox.values();
    for (const [key, notice] of this.outbox) {
      if (batch.size === ALERTS_PER_REQUEST) break;
      if (notice.labels['alertname'] === first!.labels['alertname']) batch.set(key, notice);
    }
    return batch;
  }

  private async post(notices: readonly Notice[]): Promise<{isRefused: boolean; why: string} | undefined> {
    const {timeoutMs} = this.limits;
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: this.headers,
      body: JSON.stringify(webhookBody(notices, this.externalUrl)),
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.stopped.signal]),
    });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    const isRefused = answer.status >= 400 && answer.status < 500 && !LATER.has(answer.status);
    return {isRefused, why: `it answered ${answer.status}`};
  }

  private finish(batch: Map<string, Notice>, problem: {isRefused: boolean; why: string} | undefined): void {
    this.isSending = false;
    if (this.stopped.signal.aborted) return;
    if (problem) {
      this.failed++;
      if (this.retryMs === 0) this.warn(`alerts cannot be sent to ${originOf(this.url)}: ${problem.why}`);
    } else {
      this.sent++;
    }
    if (!problem || problem.isRefused) {
      // News that came meanwhile is yet to be told.
      for (const [key, notice] of batch) if (this.outbox.get(key) === notice) this.outbox.delete(key);
      if (problem) this.dropped += batch.size;
    }
    const {retryMs, longestRetryMs} = this.limits;
    this.retryMs = problem ? Math.min(longestRetryMs, Math.max(retryMs, 2 * this.retryMs)) : 0;
    this.timer = setTimeout(() => this.send(), this.retryMs);
    this.timer.unref();
  }
}

/** `fetch` takes no URL with a name and a password in it: they go into a header (RFC 7617). */
function withoutCredentials(text: string): {href: string; credentials: string | undefined} {
  const url = new URL(text);
  const {username, password} = url;
  if (username === '' && password === '') return {href: url.href, credentials: undefined};
  url.username = '';
  url.password = '';
  return {href: url.href, credentials: Buffer.from(`${plain(username)}:${plain(password)}`).toString('base64')};
}

/** What a part of a URL stands for; itself where its percent signs stand for nothing. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Why there was no answer. What `fetch` says itself tells nothing, or holds the URL; what caused it does not. */
function whyUnheard({name, cause}: Error, timeoutMs: number): string {
  if (name === 'TimeoutError') return `it said nothing for ${timeoutMs} ms`;
  if (!(cause instanceof Error)) return name;
  return 'code' in cause ? String(cause.code) : cause.message;
}

/** What of a URL may stand in a log: its path and query may hold a secret. */
function originOf(url: string): string {
  return new URL(url).origin;
}
