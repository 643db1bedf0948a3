import {changeText} from '../../analysis/thresholds/threshold-text.ts';
import type {AlertChange, ThresholdAlert, Thresholds} from '../../analysis/thresholds/thresholds.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import {alertNameOf, EventAlerts, OVER_AFTER_MS} from './event-alerts.ts';
import {FiringAlerts} from './firing-alerts.ts';
import type {Notice} from './notice.ts';

/** What happens within one such time is told at once, ms of the bins' time. */
const GATHER_MS = 1_000;

/** After a start thresholds fire again within their own time and so much more, ms: links are looked at bit by bit. */
const FIRE_AGAIN_MS = 60_000;

/** Hands on what thresholds and events have to tell, gathered for a second. */
export class Notifier {
  private readonly fabric: Fabric;
  private readonly tell: (notices: readonly Notice[]) => void;
  private readonly thresholds: Thresholds;
  private readonly firing: FiringAlerts;
  private readonly keep: (firing: unknown) => void;
  private readonly events = new EventAlerts();
  private readonly gathered: Notice[] = [];
  private lastEvent = 0;
  private toldAt = Number.NEGATIVE_INFINITY;
  /** Epoch ms of the first bins. */
  private startedAt = Number.NaN;

  /** `firing` is what fired when the server was stopped; `keep` is given what is to be told so after the next start. */
  constructor(
    fabric: Fabric,
    thresholds: Thresholds,
    tell: (notices: readonly Notice[]) => void,
    firing = new FiringAlerts(),
    keep: (firing: unknown) => void = () => {},
  ) {
    this.fabric = fabric;
    this.thresholds = thresholds;
    this.tell = tell;
    this.firing = firing;
    this.keep = keep;
    thresholds.listen((alert, change) => this.gathered.push(thresholdNotice(alert, change, fabric.time)));
  }

  /** To be called when bins have become complete. */
  advance(): void {
    const {events, time} = this.fabric;
    if (!Number.isFinite(time) || time - this.toldAt < GATHER_MS) return;
    this.toldAt = time;
    if (Number.isNaN(this.startedAt)) this.startedAt = time;
    for (const event of events.after(this.lastEvent)) this.gathered.push(...this.events.take(event));
    this.lastEvent = events.last;
    this.gathered.push(...this.events.expire(time));
    const told = this.firing.take(this.gathered.splice(0));
    told.push(...this.firing.over(time, (notice) => this.dueAt(notice)));
    if (told.length === 0) return;
    this.tell(told);
    this.keep(this.firing.json);
  }

  /** Epoch ms by which what fired before the start fires again if it still does. */
  private dueAt({labels: {threshold, alertname, agent}}: Notice): number {
    if (threshold !== undefined) {
      const guard = this.thresholds.rules.find(({rule}) => rule.name === threshold);
      return guard ? this.startedAt + guard.rule.forMs + FIRE_AGAIN_MS : this.startedAt;
    }
    // Who was silent and has not been heard since is not known, and silent still.
    const isUnheard = agent !== undefined && this.fabric.agents.get(agent) === undefined;
    if (alertname === alertNameOf('agent-silent') && isUnheard) return Number.POSITIVE_INFINITY;
    return this.startedAt + OVER_AFTER_MS;
  }
}

/** What is to be told of a threshold on one subject. */
function thresholdNotice({rule, subject, state}: ThresholdAlert, change: AlertChange, now: number): Notice {
  return {
    labels: {
      alertname: 'TenhertzThreshold',
      threshold: rule.name,
      severity: rule.severity,
      metric: rule.metric,
      ...(subject.kind === 'role' ? {role: subject.role} : {}),
      ...(subject.kind === 'job' ? {job: subject.id} : {}),
      ...(subject.kind === 'agent' ? {agent: subject.agent.address} : {}),
      ...(subject.kind === 'link'
        ? {agent: subject.port.agent.address, link: subject.port.id, direction: rule.direction}
        : {}),
    },
    annotations: {summary: changeText(rule, subject, state.reading!, change)},
    startsAt: state.since,
    endsAt: change === 'crossed' ? undefined : now,
    path: 'api/v1/alerts',
  };
}
