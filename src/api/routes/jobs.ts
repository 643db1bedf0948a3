import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {Job} from '../../analysis/jobs/job-engine.ts';
import {parseJobName} from '../../analysis/jobs/job-names.ts';
import {LEAST_WINDOW_SECONDS, MOST_WINDOW_SECONDS, WINDOW_SECONDS} from '../../analysis/jobs/pair-history.ts';
import type {State} from '../../history/state.ts';
import type {Context} from '../context.ts';
import {parseDuration} from '../duration.ts';
import {JobAnswer, JobParams, JobsAnswer, MatrixAnswer, MatrixQuery} from '../job-schemas.ts';
import {jobAnswer, jobVolume, matrixOf} from '../jobs.ts';
import {kept, readBody, takeJson, unchecked} from '../json-body.ts';
import {Problem} from '../problem.ts';
import {finalBefore} from '../time.ts';

export interface JobOptions {
  context: Context;
  state: State;
}

const EMPTY = {
  rows: [],
  columns: [],
  bitsPerSecond: [],
  low: [],
  high: [],
  restBitsPerSecond: 0,
  restLow: null,
  restHigh: null,
};

/** Seconds of a window that pairs are kept for; throws a 400. */
function parseMatrixWindow(text = `${WINDOW_SECONDS}s`): number {
  const seconds = parseDuration(text, 'window') / 1_000;
  const isKept = seconds >= LEAST_WINDOW_SECONDS && seconds <= MOST_WINDOW_SECONDS;
  if (isKept && seconds % LEAST_WINDOW_SECONDS === 0) return seconds;
  const [least, most] = [`${LEAST_WINDOW_SECONDS}s`, `${MOST_WINDOW_SECONDS}s`];
  throw new Problem(400, `window: '${text}' is not ${least} to ${most} in steps of ${least}`);
}

/** Who works together, and who sends to whom. */
export const jobRoutes: FastifyPluginCallbackTypebox<JobOptions> = (server, {context, state}, done) => {
  const {fabric} = context;
  takeJson(server as never);

  const find = (id: string): {job: Job; seconds: number} => {
    const {jobs = [], windowSeconds = 1} = context.jobs?.report ?? {};
    const job = jobs.find((one) => one.id === id);
    if (!job) throw new Problem(404, `there is no job '${id}'`);
    return {job, seconds: windowSeconds};
  };

  // One name after the other: each list is made from what the one before has left.
  let last: Promise<void> = Promise.resolve();
  const call = (job: Job, name: string | undefined): Promise<void> => {
    const called = last.then(async () => {
      const names = context.jobs!.withName(job, name);
      await state.keepJobNames(names);
      context.jobs!.setNames(names);
    });
    last = called.catch(() => {}); // who asked for it hears of it
    return called;
  };

  server.get(
    '/jobs',
    {
      schema: {
        summary: 'Jobs: hosts that exchange RoCEv2 with each other, told without any configuration, every 2 s',
        tags: ['jobs'],
        response: {200: JobsAnswer},
      },
    },
    () => jobsAnswer(context),
  );
  server.get(
    '/jobs/:id',
    {schema: {summary: 'One job', tags: ['jobs'], params: JobParams, response: {200: JobAnswer}}},
    ({params}) => {
      const {job, seconds} = find(params.id);
      return {
        finalBefore: finalBefore(fabric),
        ...jobAnswer(job, seconds, context),
        byNumbers: jobVolume(job, context),
      };
    },
  );
  server.put(
    '/jobs/:id/name',
    {
      schema: {
        summary:
          'Names a job, or with null takes its name away; kept for the job of these hosts, also when it comes again',
        tags: ['jobs'],
        params: JobParams,
        body: Type.Object({name: Type.Union([Type.String(), Type.Null()])}),
        response: {204: Type.Null({description: 'taken, and kept'})},
      },
      validatorCompiler: unchecked,
    },
    async ({params, body}, reply) => {
      const {job} = find(params.id);
      await kept(call(job, readBody(body, parseJobName)));
      return reply.code(204).send(null);
    },
  );
  server.get(
    '/matrix',
    {
      schema: {
        summary: 'Who sends to whom: RoCEv2 over the last seconds, by host, by switch or by rail',
        tags: ['jobs'],
        querystring: MatrixQuery,
        response: {200: MatrixAnswer},
      },
    },
    async ({query: {by = 'host', top = 64, window}}) => {
      const seconds = parseMatrixWindow(window);
      const {jobs} = context;
      const report = seconds === WINDOW_SECONDS ? jobs?.report : await jobs?.over(seconds);
      return {
        finalBefore: finalBefore(fabric),
        time: report?.time ?? null,
        window: report?.windowSeconds ?? null,
        by,
        ...(report ? matrixOf(report, by, top) : EMPTY),
      };
    },
  );
  done();
};

/** All jobs, and what is none. */
export function jobsAnswer(context: Context) {
  const {fabric, jobs} = context;
  const report = jobs?.report;
  const seconds = report?.windowSeconds ?? 1;
  const rate = (bytes: number) => (8 * bytes) / seconds;
  return {
    finalBefore: finalBefore(fabric),
    time: report?.time ?? null,
    window: report?.windowSeconds ?? null,
    jobs: (report?.jobs ?? []).map((job) => jobAnswer(job, seconds, context)),
    services: (report?.services ?? []).map(({address, name, partners, bytes}) => {
      return {address, name: name ?? null, partners, bitsPerSecond: rate(bytes)};
    }),
    small: (report?.small ?? []).map(({hosts, bytes}) => ({hosts, bitsPerSecond: rate(bytes)})),
  };
}
