import {type TString, Type} from 'typebox';
import {COMPARISONS, SCOPES} from '../analysis/thresholds/threshold-metric.ts';
import {METRIC_IDS} from '../analysis/thresholds/threshold-metrics.ts';
import {SEVERITIES} from '../analysis/thresholds/threshold-rules.ts';
import {MAX_ALERTS} from '../analysis/thresholds/thresholds.ts';
import {FinalBefore, Nullable} from './schemas.ts';

/** One of some texts. */
export const oneOf = <T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>(Type.String({enum: values as T[], description}) as TString);

const rule = {
  metric: oneOf(METRIC_IDS, 'what is looked at; GET /thresholds lists all with their meaning'),
  scope: oneOf(SCOPES, 'what it is looked at of'),
  of: Type.Optional(
    Type.String({
      description:
        'only this link id, agent address, role, or id or name of a job; links also by agent or role; else all',
    }),
  ),
  direction: oneOf(['in', 'out'], 'of links and agents: what they receive or send'),
  comparison: oneOf(COMPARISONS, 'beyond is above or below'),
  value: Type.Number({description: "in the metric's unit"}),
  clear: Type.Number({description: 'it is over when the figure is back here for 3 s; value unless said otherwise'}),
  for: Type.String({description: 'how long the figure must be beyond value, such as 0s, 10s or 5m; 10s by default'}),
  severity: oneOf(SEVERITIES, 'warning by default'),
  sure: Type.Boolean({
    description: 'only where all of the 95 % interval is beyond value, so that no noise of sampling fires; the default',
  }),
};
const RuleSchema = Type.Object(rule, {title: 'Threshold'});
const {metric, value, ...optional} = rule;
/** A rule as it is put. */
export const RuleBody = Type.Object({metric, value, ...Type.Partial(Type.Object(optional)).properties});

const MetricSchema = Type.Object({
  id: Type.String(),
  unit: Type.String({description: 'bit/s, 1/s, s, bytes, count, ratio, share (0..1), or as GET /counters has it'}),
  scopes: Type.Array(Type.String()),
  meaning: Type.String(),
});

/** A rule in force, and how many subjects are beyond it. */
export const ThresholdInForce = Type.Object({
  name: Type.String(),
  ...RuleSchema.properties,
  from: oneOf(['config', 'put'], 'whether it stands in the configuration or was put'),
  pending: Type.Number({description: 'subjects that are beyond it, not yet for long enough'}),
  firing: Type.Number({description: 'subjects that it fires on'}),
});

/** Answer of GET /thresholds. */
export const ThresholdsAnswer = Type.Object({
  finalBefore: FinalBefore,
  metrics: Type.Array(MetricSchema, {description: 'what thresholds can be set on'}),
  thresholds: Type.Array(ThresholdInForce, {description: 'in force, by name'}),
});

const number = (description: string) => Nullable(Type.Number({description}));

const AlertSchema = Type.Object({
  threshold: Type.String({description: 'name of the rule'}),
  severity: Type.String(),
  state: oneOf(['pending', 'firing'], 'pending until it has been beyond for long enough'),
  metric: Type.String(),
  unit: Type.String(),
  scope: Type.String(),
  agent: Type.Optional(Type.String()),
  link: Type.Optional(Type.String({description: 'link id'})),
  role: Type.Optional(Type.String()),
  job: Type.Optional(Type.String({description: 'id of the job'})),
  subject: Type.String({description: 'what it is about, for people; may hold names from the wire'}),
  value: number('the last figure that was known'),
  low: number('lower end of its 95 % interval; the same where it is counted and not estimated'),
  high: number('upper end'),
  since: Type.Number({description: 'epoch ms when it was first beyond'}),
  firedAt: number('epoch ms when that had lasted for long enough'),
});

/** Answer of GET /alerts. */
export const AlertsAnswer = Type.Object({
  finalBefore: FinalBefore,
  pending: Type.Number(),
  firing: Type.Number(),
  hidden: Type.Number({description: `subjects beyond a threshold for which there was no room: at most ${MAX_ALERTS}`}),
  alerts: Type.Array(AlertSchema, {description: 'firing ones first, then by when they began, newest first'}),
});

/** Parameters of a path that ends in a rule's name. */
export const Name = Type.Object({
  name: Type.String({description: '1 to 63 letters, digits, dots, dashes or underlines'}),
});
