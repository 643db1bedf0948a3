import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {EVENT_KINDS, EVENTS_KEPT, type EventKind, type FabricEvent} from '../../fabric/watch/events.ts';
import type {Context} from '../context.ts';
import {parseDuration} from '../duration.ts';
import {EventWaiters} from '../event-waiters.ts';
import {Problem} from '../problem.ts';
import {FinalBefore} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const MAX_TIMEOUT_MS = 300_000;

export const EventSchema = Type.Object({
  id: Type.Number({description: 'counts up from 1 since the server was started'}),
  time: Type.Number({description: 'epoch ms, by the time of the bins'}),
  kind: Type.String(),
  level: Type.String({description: 'info; warning: figures get worse; good: a warning is over'}),
  text: Type.String({description: 'for people; may hold names from the wire'}),
  agent: Type.Optional(Type.String({description: 'agent address that it is about'})),
  link: Type.Optional(Type.String({description: 'id of the link that it is about'})),
  group: Type.Optional(Type.String({description: 'parallel links that it is about, by what they are called together'})),
  place: Type.Optional(Type.String({description: 'the part of the server that it is about: kernel, ring, thinning'})),
  threshold: Type.Optional(Type.String({description: 'name of the threshold that it is about'})),
  job: Type.Optional(Type.String({description: 'id of the job that it is about'})),
  figures: Type.Optional(Type.Record(Type.String(), Type.Number(), {description: 'what was measured'})),
});

const Query = Type.Object({
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'only events with a greater id, the oldest of them; one from a former start: all. Without it the newest',
    }),
  ),
  limit: Type.Optional(Type.Integer({minimum: 1, maximum: EVENTS_KEPT, default: 100, description: 'at most so many'})),
  kind: Type.Optional(Type.Unsafe<EventKind>(Type.String({enum: EVENT_KINDS, description: 'only this kind'}))),
  timeout: Type.Optional(
    Type.String({description: 'wait so long for an event where there is none yet, e.g. 60s; at most 5m'}),
  ),
});

/** What has happened. */
export const eventRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric} = context;
  const {events} = fabric;
  const waiters = new EventWaiters(events);

  const newer = (after: number, kind: EventKind | undefined): FabricEvent[] =>
    events.after(after > events.last ? 0 : after).filter((event) => kind === undefined || event.kind === kind);

  const parseTimeout = (text: string): number => {
    const ms = parseDuration(text, 'timeout');
    if (ms > MAX_TIMEOUT_MS) throw new Problem(400, `timeout: '${text}' is more than 5m`);
    return ms;
  };

  server.get(
    '/events',
    {
      schema: {
        summary: 'What has happened, newest first; with a timeout, waits for the next event',
        tags: ['events'],
        querystring: Query,
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            last: Type.Number({description: 'the next `after`: nothing before it is left out'}),
            events: Type.Array(EventSchema),
          }),
        },
      },
    },
    async ({query: {after, limit = 100, kind, timeout}}, reply) => {
      const timeoutMs = timeout === undefined ? 0 : parseTimeout(timeout);
      const from = after ?? 0;
      let found = newer(from, kind);
      if (found.length === 0 && timeoutMs > 0) {
        const isTaken = await waiters.wait(() => newer(from, kind).length > 0, timeoutMs, reply.raw);
        if (!isTaken) throw new Problem(503, 'too many requests are waiting for events');
        found = newer(from, kind);
      }
      // Who goes on behind an event is to miss none.
      const told = after === undefined ? found.slice(-limit) : found.slice(0, limit);
      const isWhole = after === undefined || told.length === found.length;
      const last = isWhole ? events.last : told.at(-1)!.id;
      return {finalBefore: finalBefore(fabric), last, events: told.reverse()};
    },
  );
  done();
};
