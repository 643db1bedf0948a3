import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {Context} from '../context.ts';
import {GaugeSchema, gaugesOf} from '../gauges.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const CounterSchema = Type.Object(
  {
    agent: Type.String(),
    link: Nullable(Type.String({description: 'the port that it is about; null where it is about a device'})),
    device: Nullable(
      Type.String({
        description: 'class:index of the data source that is no port; 2:1 is usually the device itself, 3:n one in it',
      }),
    ),
    ...GaugeSchema.properties,
  },
  {title: 'Counter'},
);

const Query = Type.Object({
  agent: Type.Optional(Type.String({description: 'only those of this agent'})),
  metric: Type.Optional(Type.String({description: 'only this metric, or these, with commas between them'})),
  top: Type.Optional(Type.Integer({minimum: 1, maximum: 100_000, default: 1_000, description: 'values, at most'})),
});

/** What counter samples tell beside interface counters. */
export const counterRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric} = context;
  server.get(
    '/counters',
    {
      schema: {
        summary: "Last values of PFC, optics, buffers, processors, hosts and GPUs, from the agents' counters",
        description:
          'PFC as its record has it: sums over all priorities; which of requests and indications means sent differs ' +
          'between agents. Values that were not told for ten minutes are left out.',
        tags: ['counters'],
        querystring: Query,
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            counters: Type.Array(CounterSchema),
            others: Type.Number({description: 'values that are not listed'}),
          }),
        },
      },
    },
    ({query: {agent, metric, top = 1_000}}) => {
      const counters = [];
      let others = 0;
      const wanted = metric === undefined ? undefined : new Set(metric.split(','));
      for (const {agent: of, port, source, values} of fabric.gauges.all(agent)) {
        for (const value of values) {
          if (wanted && !wanted.has(value.metric.id)) continue;
          const about = {agent: of.address, link: port?.id ?? null, device: port ? null : source};
          if (counters.length < top) counters.push({...about, ...gaugesOf(value)});
          else others++;
        }
      }
      return {finalBefore: finalBefore(fabric), counters, others};
    },
  );
  done();
};
