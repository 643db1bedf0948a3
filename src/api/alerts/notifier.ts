import {changeText} from '../../analysis/thresholds/threshold-text.ts';
import type {AlertChange, ThresholdAlert, Thresholds} from '../../analysis/thresholds/thresholds.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import {EventAlerts} from './event-alerts.ts';
import type {Notice} from './notice.ts';

/** What happens within one such time is told at once, ms of the bins' time. */
const GATHER_MS = 1_000;

/** Hands on what thresholds and events have to tell, gathered for a second. */
export class Notifier {
  private readonly fabric: Fabric;
  private readonly tell: (notices: readonly Notice[]) => void;
  private readonly events = new EventAlerts();
  private readonly gathered: Notice[] = [];
  private lastEvent = 0;
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(fabric: Fabric, thresholds: Thresholds, tell: (notices: readonly Notice[]) => void) {
    this.fabric = fabric;
    this.tell = tell;
    thresholds.listen((alert, change) => this.gathered.push(thresholdNotice(alert, change, fabric.time)));
  }

  /** To be called when bins have become complete. */
  advance(): void {
    const {events, time} = this.fabric;
    if (time - this.toldAt < GATHER_MS) return;
    this.toldAt = time;
    for (const event of events.after(this.lastEvent)) this.gathered.push(...this.events.take(event));
    this.lastEvent = events.last;
    this.gathered.push(...this.events.expire(time));
    if (this.gathered.length > 0) this.tell(this.gathered.splice(0));
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
