import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {METRIC_IDS, metricOf} from '../../analysis/thresholds/threshold-metrics.ts';
import {
  MAX_THRESHOLDS,
  parseThreshold,
  type ThresholdRule,
  thresholdJson,
} from '../../analysis/thresholds/threshold-rules.ts';
import {subjectText} from '../../analysis/thresholds/threshold-text.ts';
import {alertCounts, MAX_ALERTS, type ThresholdAlert, type Thresholds} from '../../analysis/thresholds/thresholds.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import type {State} from '../../history/state.ts';
import type {Context} from '../context.ts';
import {kept, readBody, takeJson, unchecked} from '../json-body.ts';
import {Problem} from '../problem.ts';
import {FinalBefore} from '../schemas.ts';
import {AlertsAnswer, Name, oneOf, RuleBody, ThresholdInForce, ThresholdsAnswer} from '../threshold-schemas.ts';
import {finalBefore} from '../time.ts';

export interface ThresholdOptions {
  context: Context;
  state: State;
  thresholds: Thresholds;
}

/** Thresholds, and what is beyond them. */
export const thresholdRoutes: FastifyPluginCallbackTypebox<ThresholdOptions> = (server, options, done) => {
  const {context, state, thresholds} = options;
  const {fabric} = context;
  takeJson(server as never);

  // One change after the other: each is made from what the one before has left.
  let last: Promise<void> = Promise.resolve();
  const change = (make: (put: Map<string, ThresholdRule>) => void): Promise<void> => {
    const changed = last.then(async () => {
      const next = new Map(thresholds.put);
      make(next);
      await state.keepThresholds(Object.fromEntries([...next].map(([name, rule]) => [name, thresholdJson(rule)])));
      thresholds.put = next;
    });
    last = changed.catch(() => {}); // who asked for it hears of it
    return changed;
  };

  server.get(
    '/thresholds',
    {
      schema: {
        summary: 'Thresholds in force, and the metrics there are',
        tags: ['alerts'],
        response: {200: ThresholdsAnswer},
      },
    },
    () => thresholdsAnswer(fabric, thresholds),
  );
  server.get(
    '/thresholds/:name',
    {
      schema: {
        summary: 'One threshold in force',
        tags: ['alerts'],
        params: Name,
        response: {200: Type.Object({finalBefore: FinalBefore, ...ThresholdInForce.properties})},
      },
    },
    ({params}) => {
      const found = inForce(thresholds).find(({name}) => name === params.name);
      if (!found) throw new Problem(404, `there is no threshold '${params.name}'`);
      return {finalBefore: finalBefore(fabric), ...found};
    },
  );
  server.put(
    '/thresholds/:name',
    {
      schema: {
        summary: 'Sets a threshold, in the place of one of this name; on an error nothing changes',
        tags: ['alerts'],
        params: Name,
        body: RuleBody,
        response: {204: Type.Null({description: 'taken, and kept'})},
      },
      validatorCompiler: unchecked,
    },
    async ({params, body}, reply) => {
      const {name} = params as {name: string};
      const rule = readBody(body, (json) => parseThreshold(name, json));
      await kept(
        change((put) => {
          const names = new Set([...thresholds.rules.map((one) => one.rule.name), name]);
          if (names.size > MAX_THRESHOLDS) throw new Problem(400, `there are ${MAX_THRESHOLDS} thresholds already`);
          put.set(name, rule);
        }),
      );
      return reply.code(204).send(null);
    },
  );
  server.delete(
    '/thresholds/:name',
    {
      schema: {
        summary: 'Removes a threshold that was put; one of this name in the configuration is in force again',
        tags: ['alerts'],
        params: Name,
        response: {204: Type.Null({description: 'removed'})},
      },
    },
    async ({params: {name}}, reply) => {
      await kept(
        change((put) => {
          if (put.delete(name)) return;
          const isConfigured = thresholds.rules.some(({rule}) => rule.name === name);
          if (isConfigured) throw new Problem(400, `'${name}' was not put, but stands in the configuration`);
          throw new Problem(404, `there is no threshold '${name}'`);
        }),
      );
      return reply.code(204).send(null);
    },
  );
  server.get(
    '/alerts',
    {
      schema: {
        summary: 'What is beyond a threshold now',
        tags: ['alerts'],
        querystring: Type.Object({
          state: Type.Optional(oneOf(['pending', 'firing'], 'only these')),
          limit: Type.Optional(
            Type.Integer({minimum: 1, maximum: MAX_ALERTS, default: 1_000, description: 'at most so many'}),
          ),
        }),
        response: {200: AlertsAnswer},
      },
    },
    ({query}) => alertsAnswer(fabric, thresholds, query),
  );
  done();
};

function inForce(thresholds: Thresholds) {
  const counts = alertCounts(thresholds);
  return thresholds.rules.map(({rule, from}) => {
    return {name: rule.name, ...ruleAnswer(rule), from, ...(counts.get(rule) ?? {pending: 0, firing: 0})};
  });
}

/** Thresholds in force, and what they can be set on. */
export function thresholdsAnswer(fabric: Fabric, thresholds: Thresholds) {
  return {
    finalBefore: finalBefore(fabric),
    metrics: METRIC_IDS.map((id) => {
      const {unit, scopes, meaning} = metricOf(id);
      return {id, unit, scopes: [...scopes], meaning};
    }),
    thresholds: inForce(thresholds),
  };
}

/** What is beyond thresholds, at most 1,000 unless said otherwise. */
export function alertsAnswer(
  fabric: Fabric,
  thresholds: Thresholds,
  {state: wanted, limit = 1_000}: {state?: 'pending' | 'firing'; limit?: number} = {},
) {
  const all = [...thresholds.alerts()];
  const isFiring = ({state}: ThresholdAlert) => state.phase === 'firing';
  const firing = all.filter(isFiring).length;
  const shown = all.filter(({state}) => wanted === undefined || state.phase === wanted);
  shown.sort((a, b) => Number(isFiring(b)) - Number(isFiring(a)) || b.state.since - a.state.since);
  return {
    finalBefore: finalBefore(fabric),
    pending: all.length - firing,
    firing,
    hidden: thresholds.hidden,
    alerts: shown.slice(0, limit).map(alertAnswer),
  };
}

function ruleAnswer(rule: ThresholdRule) {
  const {metric, scope, of, direction, comparison, value, clear, severity, sure} = rule;
  const {for: duration} = thresholdJson(rule);
  const about = of === undefined ? {} : {of};
  return {metric, scope, ...about, direction, comparison, value, clear, for: String(duration), severity, sure};
}

function alertAnswer({rule, subject, state}: ThresholdAlert) {
  const {reading, phase, since, firedAt} = state;
  return {
    threshold: rule.name,
    severity: rule.severity,
    state: phase === 'firing' ? ('firing' as const) : ('pending' as const),
    metric: rule.metric,
    unit: metricOf(rule.metric).unit,
    scope: rule.scope,
    ...(subject.kind === 'agent' ? {agent: subject.agent.address} : {}),
    ...(subject.kind === 'link' ? {agent: subject.port.agent.address, link: subject.port.id} : {}),
    ...(subject.kind === 'role' ? {role: subject.role} : {}),
    ...(subject.kind === 'job' ? {job: subject.id} : {}),
    subject: subjectText(subject, rule.direction),
    value: reading?.value ?? null,
    low: reading?.low ?? null,
    high: reading?.high ?? null,
    since,
    firedAt: phase === 'firing' ? firedAt : null,
  };
}
