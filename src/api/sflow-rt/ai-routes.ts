import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {type TSchema, Type} from 'typebox';
import type {Context} from '../context.ts';
import {Problem} from '../problem.ts';
import {Nullable} from '../schemas.ts';
import {AI_METRICS, AI_TOPS, type AiMetric, type AiTop, type AiValues, aiValues} from './ai-metrics.ts';
import {AiTrend, MAX_POINTS} from './ai-trend.ts';
import {CONTENT_TYPE, exposition, type Family, metricName} from './exposition.ts';
import {periodAnswer} from './period.ts';
import {readFabricAtOnce} from './reading.ts';

/** Where sFlow-RT serves its AI Metrics app. */
export const AI_PREFIX = '/app/ai-metrics/scripts/metrics.js';

const number = (description: string) => Nullable(Type.Number({description}));

const describe = ({scope, unit, meaning}: AiMetric | AiTop) => `${meaning} ${scope}, ${unit}.`;

const top = (description: string) => Type.Record(Type.String(), Type.Number(), {description});

const ValuesSchema = Type.Object(
  Object.fromEntries<TSchema>([
    ...AI_METRICS.map((metric) => [metric.name, number(describe(metric))] as const),
    ...AI_TOPS.map((metric) => [metric.name, top(describe(metric))] as const),
  ]),
  {description: 'means over the last settled 2 s; null where nothing is known'},
);

const AiValueSchema = Type.Union([Type.Number(), Type.Null(), top('by name')]);

const TrendSchema = Type.Object({
  trend: Type.Object({
    maxPoints: Type.Number({description: `the most that there are: ${MAX_POINTS}`}),
    times: Type.Array(Type.Number(), {description: 'epoch ms: the end of the 2 s that a point is the mean of'}),
    trends: Type.Record(Type.String(), Type.Array(AiValueSchema), {
      description: 'by the name of the figure, as long as `times`',
    }),
  }),
});

const PeriodSchema = Type.Object({
  value: number('RoCEv2 frames a second that entered in the last final bin'),
  period: Type.Number({description: 's; 0 where none is found'}),
  threshold: number('RoCEv2 frames a second: the mean of the last 20 s; periods are not found by it'),
  baselineLoad: Type.Object({
    mean: number('RoCEv2 frames a second that entered in the last 20 s'),
    sdev: number('standard deviation of its means over 2 s'),
    min: number('the least of them'),
    max: number('the most'),
  }),
  baselinePeriod: Type.Object({
    mean: number('length of a cycle, s'),
    sdev: number('its standard deviation'),
  }),
});

/** As Prometheus is told them. */
function families(values: AiValues): Family[] {
  const plain = AI_METRICS.map(({name, meaning}) => {
    const value = values[name];
    return {name: metricName(`sflow_ai_${name}`), help: meaning, series: typeof value === 'number' ? [{value}] : []};
  });
  const tops = AI_TOPS.map(({name, meaning, gauge, label}) => {
    const series = Object.entries(values[name] ?? {}).map(([own, value]) => ({labels: {[label]: own}, value}));
    return {name: gauge, help: meaning, series};
  });
  return [...plain, ...tops];
}

/** The paths of sFlow-RT's AI Metrics app, with what they mean there. */
export const aiRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric} = context;
  // Those of the last second are at hand, however many ask.
  const values = () => context.aiTrend?.latest ?? aiValues(readFabricAtOnce(fabric, fabric.finalBin), context);
  const tags = ['sFlow-RT'];
  server.get(
    '/metric/json',
    {schema: {summary: "All figures of sFlow-RT's AI Metrics app", tags, response: {200: ValuesSchema}}},
    values,
  );
  server.get(
    '/metric/:name/json',
    {
      schema: {
        ...{summary: 'One of them', tags},
        params: Type.Object({
          name: Type.String({description: [...AI_METRICS, ...AI_TOPS].map(({name}) => name).join(', ')}),
        }),
        // Written here: Fastify would answer a null with nothing at all.
        response: {200: Type.Unsafe<string>(AiValueSchema)},
      },
    },
    ({params: {name}}, reply) => {
      const all = values();
      if (!Object.hasOwn(all, name)) throw new Problem(404, `there is no metric '${name}'`);
      reply.type('application/json; charset=utf-8').send(JSON.stringify(all[name]));
    },
  );
  server.get(
    '/trend/json',
    {
      schema: {
        ...{summary: 'The last five minutes of them, a point a second', tags},
        querystring: Type.Object({after: Type.Optional(Type.Number({description: 'epoch ms: only later points'}))}),
        response: {200: TrendSchema},
      },
    },
    ({query}) => ({trend: (context.aiTrend ?? new AiTrend(context)).after(query.after ?? Number.NEGATIVE_INFINITY)}),
  );
  server.get(
    '/period/json',
    {schema: {summary: 'The period, and the traffic that it is in', tags, response: {200: PeriodSchema}}},
    () => periodAnswer(context),
  );
  const text = {description: "Prometheus's text format", content: {'text/plain': {schema: Type.String()}}};
  const prometheus = {summary: 'All figures for Prometheus', tags, response: {200: text}};
  server.get('/prometheus/txt', {schema: prometheus}, (_request, reply) => {
    reply.type(CONTENT_TYPE).send(exposition(families(values())));
  });
  done();
};
