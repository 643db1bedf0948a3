import type {Fabric} from '../../fabric/fabric.ts';
import type {Port} from '../../fabric/ports.ts';
import {ROLES} from '../../fabric/roles/roles.ts';
import type {EventKind, EventLevel} from '../../fabric/watch/events.ts';
import {Herd} from '../../fabric/watch/watch-herd.ts';
import type {Engines} from './threshold-found.ts';
import type {ThresholdScope} from './threshold-metric.ts';
import {metricOf} from './threshold-metrics.ts';
import {type Subject, ThresholdReader} from './threshold-readings.ts';
import {isSameLimit, isSameRule, type ThresholdRule} from './threshold-rules.ts';
import {type ThresholdChange, ThresholdState} from './threshold-state.ts';
import {changeText, manyText} from './threshold-text.ts';

/** Links that are looked at in one bin: a few ms at most. More links than ten times that are looked at less often. */
const LINKS_PER_BIN = 512;
/** Thresholds that may be pending or firing at once; more are counted and not followed. */
export const MAX_ALERTS = 10_000;

/** A threshold that is pending or firing on one subject. */
export interface ThresholdAlert {
  readonly rule: ThresholdRule;
  readonly subject: Subject;
  /** Link id, agent address or role; empty for the fabric. */
  readonly key: string;
  readonly state: ThresholdState;
}

/** What has become of an alert: `crossed`, or why it is over. */
export type AlertChange = ThresholdChange | 'removed';
const CHANGES: readonly AlertChange[] = ['crossed', 'back', 'unknown', 'removed'];

type Watched = ThresholdAlert & {round: number};

/** A rule in force, with what it is pending or firing on. */
interface Guard {
  rule: ThresholdRule;
  from: 'config' | 'put';
  watched: Map<string, Watched>;
  /** By what has become of them: only those that are back are told to be back. */
  herds: ReadonlyMap<AlertChange, Herd>;
}

/**
 * Looks at all thresholds once a second of the bins' time, a share of the links each bin, raises events when one is
 * crossed or is over, and tells those who listen. Rules that were put come before those of the same name in the
 * configuration.
 */
export class Thresholds {
  /** Subjects that found no room in the last round. */
  hidden = 0;
  private readonly fabric: Fabric;
  private readonly reader: ThresholdReader;
  private readonly configured: ReadonlyMap<string, ThresholdRule>;
  private putRules: ReadonlyMap<string, ThresholdRule> = new Map();
  private guards: readonly Guard[] = [];
  private readonly listeners: ((alert: ThresholdAlert, change: AlertChange) => void)[] = [];
  /** What this round has not looked at yet; undefined between two rounds. */
  private left: Port[] | undefined;
  private round = 0;
  private roundAt = Number.NEGATIVE_INFINITY;
  private refused = 0;

  constructor(fabric: Fabric, configured: ReadonlyMap<string, ThresholdRule> = new Map(), engines: Engines = {}) {
    this.fabric = fabric;
    this.configured = configured;
    this.reader = new ThresholdReader(fabric, engines);
    this.put = new Map();
  }

  /** Rules in force, by name. */
  get rules(): readonly Readonly<Pick<Guard, 'rule' | 'from'>>[] {
    return this.guards;
  }

  /** Rules that were put. What fires and is pending by a rule goes on where the new one calls the same beyond. */
  get put(): ReadonlyMap<string, ThresholdRule> {
    return this.putRules;
  }

  set put(rules: ReadonlyMap<string, ThresholdRule>) {
    this.putRules = rules;
    const names = [...new Set([...this.configured.keys(), ...rules.keys()])].sort();
    const next = names.map((name): Guard => {
      const rule = (rules.get(name) ?? this.configured.get(name))!;
      const from = rules.has(name) ? 'put' : 'config';
      const last = this.guards.find((guard) => isSameLimit(guard.rule, rule));
      if (last) return {...last, rule: isSameRule(last.rule, rule) ? last.rule : rule, from};
      return {rule, from, watched: new Map(), herds: new Map(CHANGES.map((change) => [change, new Herd()]))};
    });
    for (const guard of this.guards) {
      const heir = next.find(({watched}) => watched === guard.watched);
      if (!heir) this.dismiss(guard);
      else if (heir.rule !== guard.rule) this.handOver(heir);
    }
    this.guards = next;
  }

  /** Tells `listener` of each alert that begins to fire, and of its end. */
  listen(listener: (alert: ThresholdAlert, change: AlertChange) => void): void {
    this.listeners.push(listener);
  }

  /** What is pending or firing, by rule. */
  *alerts(): Generator<ThresholdAlert> {
    for (const {watched} of this.guards) yield* watched.values();
  }

  /** To be called when bins have become complete. */
  advance(): void {
    const second = Math.floor(this.fabric.time / 1_000);
    if (!Number.isFinite(second) || this.guards.length === 0) return;
    if (this.left === undefined) {
      if (second <= this.roundAt) return;
      this.roundAt = second;
      this.begin();
    }
    this.lookAtLinks(this.left!);
    if (this.left!.length === 0) this.end();
  }

  private begin(): void {
    this.round++;
    this.refused = 0;
    const {agents, ports} = this.fabric;
    this.look({kind: 'fabric'}, '');
    if (this.has('role')) for (const role of ROLES) this.look({kind: 'role', role}, role);
    if (this.has('agent')) for (const agent of agents.all) this.look({kind: 'agent', agent}, agent.address);
    if (this.has('job'))
      for (const {id, name} of this.reader.found.runningJobs().values()) this.look({kind: 'job', id, name}, id);
    this.left = this.has('link') ? ports.all.slice().reverse() : [];
  }

  private has(scope: ThresholdScope): boolean {
    return this.guards.some(({rule}) => rule.scope === scope);
  }

  private lookAtLinks(left: Port[]): void {
    for (let links = 0; links < LINKS_PER_BIN && left.length > 0; links++) {
      const port = left.pop()!;
      // One that has left meanwhile has given its slot away.
      if (this.fabric.ports.at(port.slot) === port) this.look({kind: 'link', port}, port.id);
    }
  }

  private look(subject: Subject, key: string): void {
    for (const guard of this.guards) {
      if (guard.rule.scope === subject.kind && this.isMeant(guard.rule, subject, key)) this.lookBy(guard, subject, key);
    }
  }

  private isMeant({of}: ThresholdRule, subject: Subject, key: string): boolean {
    if (of === undefined || of === key) return true;
    if (subject.kind === 'job') return of === subject.name;
    if (subject.kind !== 'link') return false;
    const {port} = subject;
    return of === port.agent.address || of === this.fabric.roles.at(port.slot, this.fabric.newest);
  }

  private lookBy(guard: Guard, subject: Subject, key: string): void {
    const {rule, watched} = guard;
    const reading = metricOf(rule.metric).read(this.reader, subject, rule.direction, rule.comparison);
    const known = watched.get(key);
    const alert = known ?? {rule, subject, key, state: new ThresholdState(), round: this.round};
    const change = alert.state.look(rule, reading, this.fabric.time);
    alert.round = this.round;
    if (change) this.tell(guard, alert, change);
    if (alert.state.phase === 'idle') watched.delete(key);
    else if (!known) this.admit(guard, alert);
  }

  private admit({watched}: Guard, alert: Watched): void {
    const all = this.guards.reduce((sum, guard) => sum + guard.watched.size, 0);
    if (all < MAX_ALERTS) watched.set(alert.key, alert);
    else this.refused++;
  }

  /** Whatever was not looked at in this round is not there any more, or is not meant any more. */
  private end(): void {
    this.left = undefined;
    this.hidden = this.refused;
    for (const guard of this.guards) {
      for (const alert of guard.watched.values()) {
        if (alert.round === this.round) continue;
        guard.watched.delete(alert.key);
        if (alert.state.phase === 'firing') this.tell(guard, alert, 'removed');
      }
      this.raise(guard);
    }
  }

  /** What was watched by a rule is watched by one that differs from it in how it is told and when it is over. */
  private handOver({rule, watched}: Guard): void {
    for (const [key, last] of watched) {
      const alert = {...last, rule};
      watched.set(key, alert);
      // Who was told of it knows it by its severity. In the fabric nothing has happened.
      if (alert.state.phase !== 'firing' || rule.severity === last.rule.severity) continue;
      for (const listener of this.listeners) listener(last, 'removed');
      for (const listener of this.listeners) listener(alert, 'crossed');
    }
  }

  private dismiss(guard: Guard): void {
    for (const alert of guard.watched.values()) {
      if (alert.state.phase === 'firing') this.tell(guard, alert, 'removed');
    }
    this.raise(guard);
  }

  private tell({rule, herds}: Guard, alert: ThresholdAlert, change: AlertChange): void {
    const {subject, state, key} = alert;
    const kind: EventKind = change === 'crossed' ? 'threshold-crossed' : 'threshold-cleared';
    const reading = state.reading!;
    herds.get(change)!.add({
      kind,
      level: levelOf(rule, change),
      name: key,
      text: changeText(rule, subject, reading, change),
      threshold: rule.name,
      ...(subject.kind === 'agent' ? {agent: subject.agent.address} : {}),
      ...(subject.kind === 'link' ? {agent: subject.port.agent.address, link: subject.port.id} : {}),
      ...(subject.kind === 'job' ? {job: subject.id} : {}),
      figures: {...reading, threshold: rule.value},
    });
    for (const listener of this.listeners) listener(alert, change);
  }

  private raise({rule, herds}: Guard): void {
    const {events, time} = this.fabric;
    for (const [change, herd] of herds) {
      const say = (many: string) => manyText(rule, many, change);
      herd.raise(events, time, {'threshold-crossed': say, 'threshold-cleared': say});
    }
  }
}

/** How many subjects are pending and firing, by rule; none of those without any. */
export function alertCounts(thresholds: Thresholds): Map<ThresholdRule, {pending: number; firing: number}> {
  const counts = new Map<ThresholdRule, {pending: number; firing: number}>();
  for (const {rule, state} of thresholds.alerts()) {
    const count = counts.get(rule) ?? {pending: 0, firing: 0};
    counts.set(rule, count);
    if (state.phase !== 'idle') count[state.phase]++;
  }
  return counts;
}

/** What is not known or not watched any more is no good news. */
function levelOf({severity}: ThresholdRule, change: AlertChange): EventLevel {
  if (severity === 'info') return 'info';
  return change === 'crossed' ? 'warning' : change === 'back' ? 'good' : 'info';
}
