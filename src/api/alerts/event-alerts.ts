import type {EventKind, FabricEvent} from '../../fabric/watch/events.ts';
import type {Notice} from './notice.ts';

/** The kind of event that ends what another one began. What nothing ends is over by itself. */
const ENDED_BY: Partial<Record<EventKind, EventKind>> = {
  'agent-silent': 'agent-returned',
  'loss-began': 'loss-ended',
  'sampling-rate-wrong': 'sampling-rate-right',
  'drops-began': 'drops-ended',
  'links-imbalanced': 'links-balanced',
};
const BEGUN_BY = new Map(Object.entries(ENDED_BY).map(([begins, ends]) => [ends, begins as EventKind]));

/** Told elsewhere, with more. */
const ELSEWHERE: readonly EventKind[] = ['threshold-crossed', 'threshold-cleared'];
/** What happened at an instant fires for so long, ms. */
export const OVER_AFTER_MS = 300_000;
/** Alerts that are followed; of more nothing is told. */
const MAX_ACTIVE = 10_000;

interface Active {
  notice: Notice;
  /** How many it is about that are still so; an event may stand for many. */
  open: number;
  /** Epoch ms at which it is over by itself. */
  overAt: number;
}

/** Turns events that are warnings into alerts that fire and are resolved. Time is that of the events. */
export class EventAlerts {
  /** By kind and what they are about. */
  private readonly active = new Map<string, Active>();

  /** Takes an event; returns what is to be told of it. */
  take(event: FabricEvent): Notice[] {
    if (ELSEWHERE.includes(event.kind)) return [];
    const begun = BEGUN_BY.get(event.kind);
    if (begun !== undefined) return this.end(begun, event);
    return event.level === 'warning' ? this.begin(event) : [];
  }

  /** What is over by itself at `now`, epoch ms. */
  expire(now: number): Notice[] {
    const over: Notice[] = [];
    for (const [key, {notice, overAt}] of this.active) {
      if (now < overAt) continue;
      this.active.delete(key);
      over.push({...notice, endsAt: overAt});
    }
    return over;
  }

  private begin(event: FabricEvent): Notice[] {
    const key = keyOf(event.kind, event);
    const known = this.active.get(key);
    if (!known && this.active.size >= MAX_ACTIVE) return [];
    const notice: Notice = {
      labels: labelsOf(event),
      annotations: {summary: event.text},
      startsAt: known?.notice.startsAt ?? event.time,
      endsAt: undefined,
      path: `api/v1/events?kind=${event.kind}`,
    };
    const isLasting = ENDED_BY[event.kind] !== undefined;
    const overAt = isLasting ? Number.POSITIVE_INFINITY : event.time + OVER_AFTER_MS;
    const isMany = event.figures?.['count'] !== undefined;
    this.active.set(key, {notice, open: (isMany && known ? known.open : 0) + countOf(event), overAt});
    return [notice];
  }

  /** Ends what was told of the same, else as much of what was told of many at once. */
  private end(begun: EventKind, event: FabricEvent): Notice[] {
    for (const key of [keyOf(begun, event), keyOf(begun, {})]) {
      const active = this.active.get(key);
      if (!active) continue;
      active.open -= countOf(event);
      if (active.open > 0) return [];
      this.active.delete(key);
      return [{...active.notice, annotations: {summary: event.text}, endsAt: event.time}];
    }
    return [];
  }
}

type About = Pick<FabricEvent, 'agent' | 'link' | 'place' | 'group' | 'figures'>;

/** What is the same where something begins and where it ends; the link that shows it most need not be. */
function keyOf(kind: EventKind, {agent, link, place, group, figures}: About): string {
  if (kind === 'drops-began') return JSON.stringify([kind, agent, figures?.['code']]);
  if (kind === 'links-imbalanced') return JSON.stringify([kind, agent, group]);
  return JSON.stringify([kind, agent, link, place]);
}

/** An event about many says about how many. */
const countOf = ({figures}: FabricEvent) => figures?.['count'] ?? 1;

/** `TenhertzAgentSilent`: what an alert of a kind of event is called. */
export const alertNameOf = (kind: EventKind): string =>
  `Tenhertz${kind.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;

function labelsOf({kind, level, agent, link, place, group}: FabricEvent): Record<string, string> {
  return {
    alertname: alertNameOf(kind),
    severity: level,
    ...(agent === undefined ? {} : {agent}),
    ...(link === undefined ? {} : {link}),
    ...(place === undefined ? {} : {place}),
    ...(group === undefined ? {} : {group}),
  };
}
