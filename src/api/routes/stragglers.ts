import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {Context} from '../context.ts';
import {Problem} from '../problem.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const text = (description: string) => Nullable(Type.String({description}));
const number = (description: string) => Nullable(Type.Number({description}));

const StragglerSchema = Type.Object(
  {
    job: Type.String({description: 'id of its job'}),
    host: Type.String({description: 'address of the host; of agent-late that of the agent'}),
    name: text('as it is called; null where it has no name'),
    link: text('id of the link that the host is at; null where that is not known, and of agent-late'),
    kind: Type.Union(
      [Type.Literal('late'), Type.Literal('slow'), Type.Literal('finishes-late'), Type.Literal('agent-late')],
      {
        description:
          'late: begins its exchange late; slow: takes longer for it; finishes-late: its exchange ends late; agent-late: all hosts of an agent are late alike',
      },
    ),
    effectMs: Type.Number({description: 'how late; of a slow host how much longer its exchange takes, ms'}),
    effectLowMs: Type.Number({
      description: '95 % interval: what sampling leaves open, and of late ones a hundredth of the cycle more',
    }),
    effectHighMs: Type.Number(),
    shareOfPeriod: Type.Number({
      description: 'the same as a share of the cycle',
    }),
    z: Type.Number({
      description:
        "deviations from the median of its job's hosts, by their own spread where that is more than sampling's",
    }),
    certainty: Type.Union([Type.Literal('named'), Type.Literal('suspected')], {
      description:
        'named: from 5.6 deviations on; suspected: first of all, twice in cycles that have nothing in common',
    }),
    since: Type.Number({description: 'epoch ms: when it was first seen so'}),
    cycles: Type.Number({description: 'cycles of the window that shows it best'}),
    text: Type.String({description: 'the same in words'}),
  },
  {title: 'Straggler'},
);

const WaitSchema = Type.Object({
  job: Type.String(),
  cycles: number('cycles until a host is named that is late by 5 % of a cycle; null where none can be'),
  seconds: number('the same in seconds'),
  why: Type.String({description: 'what that follows from, or why none can be named'}),
});

const StepSchema = Type.Object({
  time: Type.Number({description: 'epoch ms: when its exchange began'}),
  ms: Type.Number({description: 'how long after the exchange before, ms'}),
});

/** Which hosts hold up their jobs, and how long the steps of jobs take. */
export const stragglerRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get(
    '/stragglers',
    {
      schema: {
        summary:
          'Hosts that are late or slow against the others of their job, the surest first; looked at once a second',
        tags: ['analysis'],
        querystring: Type.Object({
          job: Type.Optional(Type.String({description: 'of this job alone', maxLength: 64})),
        }),
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            stragglers: Type.Array(StragglerSchema),
            waits: Type.Array(WaitSchema, {description: 'how long it takes, job by job'}),
          }),
        },
      },
    },
    ({query: {job}}) => stragglersAnswer(context, job),
  );
  server.get(
    '/jobs/:id/steps',
    {
      schema: {
        summary: 'The last steps of a job: cycles of compute and exchange, one by one, up to 600',
        tags: ['analysis'],
        params: Type.Object({id: Type.String({description: 'id of the job', maxLength: 64})}),
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            periodMs: number('usual length of a step now, ms; null while they are not followed one by one'),
            count: Type.Number({description: 'steps since the job is followed'}),
            mean: number('of the steps that are told, ms'),
            p50: number('the same'),
            p99: number('the same'),
            slowSteps: Type.Number({description: 'slow ones since the job is followed'}),
            steps: Type.Array(StepSchema, {description: 'oldest first'}),
            slow: Type.Array(
              Type.Object({
                ...StepSchema.properties,
                share: Type.Number({description: 'by how much longer than the median of the sixty before, as a share'}),
              }),
              {description: 'longer than that median by five deviations and by a tenth; oldest first'},
            ),
          }),
        },
      },
    },
    ({params: {id}}) => {
      const report = context.stragglers?.steps(id);
      if (!report) throw new Problem(404, `the steps of no job '${id}' are followed`);
      const {periodMs, statistics, slowSteps, steps, slow} = report;
      const {count = 0, mean = null, p50 = null, p99 = null} = statistics ?? {};
      return {
        ...{finalBefore: finalBefore(context.fabric), periodMs, count, mean, p50, p99, slowSteps},
        ...{steps: [...steps], slow: [...slow]},
      };
    },
  );
  done();
};

/** Who holds up a job, or any. */
export function stragglersAnswer({fabric, stragglers}: Context, job?: string) {
  return {
    finalBefore: finalBefore(fabric),
    stragglers: stragglers?.stragglers(job) ?? [],
    waits: stragglers?.waits(job) ?? [],
  };
}
