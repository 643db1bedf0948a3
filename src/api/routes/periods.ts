import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {Context} from '../context.ts';
import {periodAnswer} from '../period.ts';
import {FinalBefore, Nullable, PeriodSchema} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const number = (description: string) => Nullable(Type.Number({description}));

const PeriodsAnswer = Type.Object({
  finalBefore: FinalBefore,
  scope: Type.Literal('fabric'),
  time: number('epoch ms: the end of the last bin that was looked at; null before the first look'),
  history: number('ms that the look reached back'),
  shortest: number(
    'ms: what is shorter cannot be found: 60 in ticks of 10 ms, 600 in bins of 100 ms, twice resolution in any',
  ),
  longest: number('ms: what is longer is not looked for; eight cycles must have been seen to be sure'),
  resolution: number('ms that the times of samples may be off by'),
  periods: Type.Array(PeriodSchema, {description: 'cycles that run now, strongest first; empty where there is none'}),
});

/** Cycles of compute and exchange, found in when samples come. */
export const periodRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get(
    '/periods',
    {
      schema: {
        summary: 'Periods of the compute and exchange cycles in the RoCEv2 traffic, looked for every 2 s',
        tags: ['analysis'],
        response: {200: PeriodsAnswer},
      },
    },
    () => periodsAnswer(context),
  );
  done();
};

/** Cycles of the fabric's traffic. */
export function periodsAnswer({fabric, periods}: Context) {
  const report = periods?.report;
  return {
    finalBefore: finalBefore(fabric),
    scope: 'fabric' as const,
    time: report?.time ?? null,
    history: report?.historyMs ?? null,
    shortest: report?.shortestMs ?? null,
    longest: report?.longestMs ?? null,
    resolution: report?.timeResolutionMs ?? null,
    periods: (report?.periods ?? []).map(periodAnswer),
  };
}
