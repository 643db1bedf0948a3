import {nearest} from '../../config.ts';
import {canonicalAddress, parseIfIndex} from '../../fabric/address.ts';
import {ROLES} from '../../fabric/roles/roles.ts';
import {Complaints, isRecord} from '../../fabric/wiring/complaints.ts';
import {durationMs, durationText} from '../../shared/duration.ts';
import {COMPARISONS, type Comparison, SCOPES, type ThresholdScope} from './threshold-metric.ts';
import {METRIC_IDS, metricOf} from './threshold-metrics.ts';
import {outOfRange} from './threshold-range.ts';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A threshold on a metric. */
export interface ThresholdRule {
  name: string;
  metric: string;
  scope: ThresholdScope;
  /** The one link id, agent address, role, or id or name of a job that it is about; links also by agent or role. Undefined: all there are. */
  of: string | undefined;
  /** Of links and agents: what they receive or what they send. */
  direction: 'in' | 'out';
  comparison: Comparison;
  value: number;
  /** It is over when the figure is back here or beyond. */
  clear: number;
  /** ms for which the figure must be beyond `value` before it counts. */
  forMs: number;
  severity: Severity;
  /** Only what is beyond with all of its 95 % interval counts: no noise of sampling fires. */
  sure: boolean;
}

/** What is looked at costs time each second: more rules are refused. */
export const MAX_THRESHOLDS = 64;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** Longest id or name of a job. */
const MAX_JOB = 64;
const DEFAULT_FOR_MS = 10_000;
const MAX_FOR_MS = 86_400_000;

const KEYS = ['metric', 'scope', 'of', 'direction', 'comparison', 'value', 'clear', 'for', 'severity', 'sure'] as const;
type Key = (typeof KEYS)[number];

/** Reads `{name: rule}`, as in the configuration and on disk. Throws `EntryError`, which names what is wrong. */
export function parseThresholds(json: unknown): Map<string, ThresholdRule> {
  const complaints = new Complaints();
  const rules = new Map<string, ThresholdRule>();
  if (!isRecord(json)) complaints.add('thresholds', 'must be an object of rules by name');
  else {
    const entries = Object.entries(json);
    if (entries.length > MAX_THRESHOLDS) complaints.add('thresholds', `must be at most ${MAX_THRESHOLDS}`);
    for (const [name, rule] of entries.slice(0, MAX_THRESHOLDS)) {
      const read = readRule(name, rule, `thresholds.${name}`, complaints);
      if (read) rules.set(name, read);
    }
  }
  complaints.raise();
  return rules;
}

/** Reads one rule. Throws likewise. */
export function parseThreshold(name: string, json: unknown): ThresholdRule {
  const complaints = new Complaints();
  const rule = readRule(name, json, name, complaints);
  complaints.raise();
  return rule!;
}

/** A rule as it was written, with all defaults. */
export function thresholdJson(rule: ThresholdRule): Record<Key, string | number | boolean | undefined> {
  const {metric, scope, of, direction, comparison, value, clear, forMs, severity, sure} = rule;
  return {metric, scope, of, direction, comparison, value, clear, for: durationText(forMs), severity, sure};
}

/** Whether two rules call the same figures of the same subjects beyond: what is pending or firing by one is so by the other. */
export function isSameLimit(a: ThresholdRule, b: ThresholdRule): boolean {
  return LIMIT.every((key) => a[key] === b[key]);
}

/** Whether two rules are the same in all. */
export function isSameRule(a: ThresholdRule, b: ThresholdRule): boolean {
  return isSameLimit(a, b) && REST.every((key) => a[key] === b[key]);
}

const LIMIT = ['name', 'metric', 'scope', 'of', 'direction', 'comparison', 'value', 'sure'] as const;
const REST = ['clear', 'forMs', 'severity'] as const satisfies readonly Exclude<
  keyof ThresholdRule,
  (typeof LIMIT)[number]
>[];

function readRule(name: string, json: unknown, entry: string, complaints: Complaints): ThresholdRule | undefined {
  if (!NAME.test(name)) complaints.add(entry, 'the name must be 1 to 63 letters, digits, dots, dashes or underlines');
  if (!isRecord(json)) {
    complaints.add(entry, 'must be an object');
    return undefined;
  }
  const known: readonly string[] = KEYS;
  for (const key of Object.keys(json)) {
    if (!known.includes(key)) complaints.add(`${entry}.${key}`, `is not known; did you mean '${nearest(key, known)}'?`);
  }
  const fields = new Fields(json, entry, complaints);
  const metric = fields.metric();
  const scope = fields.scope(metric);
  const comparison = fields.choice('comparison', COMPARISONS, '>');
  const value = fields.number('value', metric);
  return {
    name,
    metric,
    scope,
    of: fields.of(scope),
    direction: fields.direction(scope),
    comparison,
    value,
    clear: fields.clear(metric, comparison, value),
    forMs: fields.duration(),
    severity: fields.choice('severity', SEVERITIES, 'warning'),
    sure: fields.choice('sure', [true, false], true),
  };
}

/** The fields of one rule. What is wrong is complained of; what is returned then is not used. */
class Fields {
  private readonly json: Record<string, unknown>;
  private readonly entry: string;
  private readonly complaints: Complaints;

  constructor(json: Record<string, unknown>, entry: string, complaints: Complaints) {
    this.json = json;
    this.entry = entry;
    this.complaints = complaints;
  }

  metric(): string {
    const {metric} = this.json;
    if (typeof metric === 'string' && METRIC_IDS.includes(metric)) return metric;
    this.wrong(
      'metric',
      typeof metric === 'string'
        ? `'${metric}' is no metric; did you mean '${nearest(metric, METRIC_IDS)}'?`
        : `must be one of ${METRIC_IDS.join(', ')}`,
    );
    return METRIC_IDS[0]!;
  }

  scope(metric: string): ThresholdScope {
    const {scopes} = metricOf(metric);
    const scope = this.choice('scope', SCOPES, scopes[0]!);
    if (!scopes.includes(scope)) this.wrong('scope', `${metric} is known of ${scopes.join(', ')}`);
    return scope;
  }

  of(scope: ThresholdScope): string | undefined {
    const {of} = this.json;
    if (of === undefined) return undefined;
    const known = typeof of === 'string' ? subjectOf(scope, of) : undefined;
    if (known === undefined) this.wrong('of', OF_NEEDED[scope]);
    return known;
  }

  direction(scope: ThresholdScope): 'in' | 'out' {
    const direction = this.choice('direction', ['in', 'out'], 'in');
    const isAny = scope === 'link' || scope === 'agent';
    if (direction === 'out' && !isAny) this.wrong('direction', 'of the fabric and of roles there is what enters only');
    return direction;
  }

  number(key: Key, metric: string): number {
    const value = this.json[key];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      this.wrong(key, 'must be a number');
      return Number.NaN;
    }
    // Of a metric that is misspelt nothing is known.
    const wrong = this.json['metric'] === metric ? outOfRange(metric, value) : undefined;
    if (wrong !== undefined) this.wrong(key, `${value} ${wrong}`);
    return value;
  }

  clear(metric: string, comparison: '>' | '<', value: number): number {
    if (this.json['clear'] === undefined) return value;
    const clear = this.number('clear', metric);
    if (comparison === '>' ? clear > value : clear < value) {
      this.wrong('clear', `must not be ${comparison === '>' ? 'above' : 'below'} value`);
    }
    return clear;
  }

  duration(): number {
    const text = this.json['for'] ?? durationText(DEFAULT_FOR_MS);
    const ms = typeof text === 'string' ? durationMs(text) : undefined;
    if (ms === undefined || ms > MAX_FOR_MS) this.wrong('for', 'must be a duration such as 0s, 10s or 5m, at most 24h');
    return ms ?? 0;
  }

  choice<T extends string | boolean>(key: Key, choices: readonly T[], usual: T): T {
    const value = this.json[key] ?? usual;
    if (!choices.includes(value as T)) this.wrong(key, `must be ${choices.join(' or ')}`);
    return value as T;
  }

  private wrong(key: Key, what: string): void {
    this.complaints.add(`${this.entry}.${key}`, what);
  }
}

const OF_NEEDED: Readonly<Record<ThresholdScope, string>> = {
  fabric: 'there is one fabric only: leave it out',
  role: `must be ${ROLES.join(', ')}`,
  agent: 'must be an agent address',
  job: `must be the id or the name of a job, up to ${MAX_JOB} characters`,
  link: `must be a link id {agent}~{ifIndex}, an agent address, or ${ROLES.join(', ')}`,
};

const isRole = (text: string) => (ROLES as readonly string[]).includes(text);

/** The form in which subjects are compared with it; undefined where there can be none such. */
function subjectOf(scope: ThresholdScope, of: string): string | undefined {
  if (scope === 'role') return isRole(of) ? of : undefined;
  if (scope === 'agent') return canonicalAddress(of);
  if (scope === 'fabric') return undefined;
  if (scope === 'job') return of.length > 0 && of.length <= MAX_JOB ? of : undefined;
  if (isRole(of)) return of;
  const [agent, index, ...more] = of.split('~');
  const address = canonicalAddress(agent);
  if (address === undefined || more.length > 0) return undefined;
  const ifIndex = parseIfIndex(index);
  return index === undefined ? address : ifIndex === undefined ? undefined : `${address}~${ifIndex}`;
}
