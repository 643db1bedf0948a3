/** What may happen to a fabric or to the server; the `kind` of an event. */
export const EVENT_KINDS = [
  'agent-appeared',
  'agent-silent',
  'agent-returned',
  'agent-restarted',
  'sampling-rate-changed',
  'sampling-rate-wrong',
  'sampling-rate-right',
  'loss-began',
  'loss-ended',
  'speed-changed',
  'speed-wrong',
  'clock-stepped',
  'stalled',
  'topology-changed',
  'threshold-crossed',
  'threshold-cleared',
  'drops-began',
  'drops-ended',
  'pfc-storm',
  'links-imbalanced',
  'links-balanced',
  'elephants-collide',
  'incast',
  'job-appeared',
  'job-ended',
  'jobs-joined',
  'straggler-named',
  'straggler-cleared',
  'step-slow',
  'steps-slower',
  'steps-faster',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** `info` is worth knowing, `warning` makes figures worse, `good` ends a warning. */
export type EventLevel = 'info' | 'warning' | 'good';

/** One event. Text is for people and may hold names from the wire: text only, never markup. */
export interface FabricEvent {
  /** Counts up from 1; with it a reader goes on where he was. */
  id: number;
  /** Epoch ms, by the time of the bins. */
  time: number;
  kind: EventKind;
  level: EventLevel;
  text: string;
  /** The agent address or link id that it is about. */
  agent?: string;
  link?: string;
  /** Of parallel links: what they are called together. */
  group?: string;
  /** The part of the server that it is about. */
  place?: 'kernel' | 'ring' | 'thinning';
  /** The name of the threshold that was crossed. */
  threshold?: string;
  /** The id of the job that it is about. */
  job?: string;
  /** What was measured, by name. */
  figures?: Readonly<Record<string, number>>;
}

/** Events that are kept; older ones give way. */
export const EVENTS_KEPT = 10_000;

/** The last events, oldest first. */
export class EventLog {
  private readonly kept: FabricEvent[] = [];
  private readonly listeners = new Set<() => void>();
  /** How many there were of each kind since the start. */
  readonly totals = new Map<EventKind, number>();
  /** Id of the newest event; 0 before the first. */
  last = 0;

  /** Notes an event and wakes those who wait for one. */
  raise(event: Omit<FabricEvent, 'id'>): void {
    this.kept.push({id: ++this.last, ...event});
    if (this.kept.length > EVENTS_KEPT) this.kept.shift();
    this.totals.set(event.kind, (this.totals.get(event.kind) ?? 0) + 1);
    for (const listener of this.listeners) listener();
  }

  /** Events behind `after`, oldest first, those that are kept. */
  after(after: number): readonly FabricEvent[] {
    const skip = Math.max(0, this.kept.length - (this.last - after));
    return this.kept.slice(skip);
  }

  /** Calls `listener` at each event, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
