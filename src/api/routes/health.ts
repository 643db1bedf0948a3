import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {lossPerSecond} from '../../fabric/findings/activity.ts';
import {countersAge} from '../../fabric/findings/counters-age.ts';
import {findings} from '../../fabric/findings/findings.ts';
import {ingestThreads} from '../../fabric/findings/ingest-threads.ts';
import {clockOf, missingByPlace, samplesOf, waterfallOf} from '../../fabric/findings/waterfall.ts';
import {memoryUse} from '../../fabric/history/memory-use.ts';
import {STAGES, type Stage} from '../../shared/health.ts';
import type {Context} from '../context.ts';
import {gatherFacts} from '../facts.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {missingAgents} from '../summary.ts';
import {finalBefore} from '../time.ts';

const reasons = (description: string) => Type.Record(Type.String(), Type.Number(), {description});

const WaterfallSchema = Type.Object({
  kernelDropped: Type.Number({description: 'dropped in front of the socket; not among the received'}),
  ringDropped: Type.Number({description: 'found the ring of the native receiver full; not among the received'}),
  datagramsReceived: Type.Number({description: '= decoded + duplicate + thinned + Σ rejected'}),
  datagramsRejected: reasons('by reason'),
  datagramsDuplicate: Type.Number(),
  datagramsThinned: Type.Number({description: 'left out at random by the receiver, so as to keep up'}),
  datagramsForwarded: Type.Number({description: 'copies that went on to other collectors'}),
  forwardsFailed: Type.Number({description: 'copies that could not be sent at once, and were given up'}),
  datagramsDecoded: Type.Number(),
  datagramsDamaged: reasons('decoded up to some damage, by reason; among the decoded'),
  flowSamples: Type.Number({description: '= counted + Σ unusable'}),
  flowSamplesCounted: Type.Number(),
  flowSamplesUnusable: reasons('by reason'),
  roceSamples: Type.Number({description: 'RoCEv2, among the counted'}),
  counterSamples: Type.Number(),
  discardedPackets: Type.Number({description: 'drop notifications: packets that a switch says it dropped'}),
  otherSamples: Type.Number({description: 'samples of other kinds, skipped'}),
  datagramsMissing: Type.Number({description: 'missing by sequence number, all agents'}),
  agentDrops: Type.Number({description: 'samples that agents say they could not take'}),
  tablesRefused: Type.Number({description: 'rows, ports, agents and readings of counters that found no room'}),
  rowsLate: Type.Number({description: 'rows of bins that were final already'}),
  partialsLost: Type.Number({description: 'deltas of ingest threads that never came'}),
});

const SamplesSchema = Type.Object(
  {expected: Type.Number(), received: Type.Number(), missing: Type.Number()},
  {description: 'flow and counter samples by their sequence numbers: expected = received + missing'},
);

const MissingSchema = Type.Object(
  {
    kernel: Type.Number({description: 'dropped in front of the socket'}),
    ring: Type.Number({description: 'found the ring of the native receiver full'}),
    thinned: Type.Number({description: 'left out at random'}),
    elsewhere: Type.Number({description: 'the rest of those that sequence numbers miss: lost on the way'}),
  },
  {description: 'datagrams, by where they went'},
);

const MemorySchema = Type.Object({
  budgetBytes: Nullable(Type.Number({description: 'bytes that all may take together (--memory)'})),
  historyBudgetBytes: Nullable(Type.Number({description: 'of them for the history of 100 ms'})),
  historyBytes: Type.Number({description: 'bytes that the history takes'}),
  coarseBytes: Type.Number({description: 'bytes that seconds up to an hour and tens of seconds up to a day take'}),
  portTickBytes: Type.Number({description: 'bytes that samples of ports by 10 ms take'}),
  flowBytes: Type.Number({description: 'bytes that flows take, about'}),
  operationBytes: Type.Number({description: 'bytes that operations of the last seconds take'}),
  historyMs: Type.Number({description: 'how far back bins of 100 ms are kept; shorter where many ports are active'}),
  tables: Type.Array(
    Type.Object({
      name: Type.String({
        description:
          'agents, sub-agents (of all ingest threads), ports, rows (what is counted apart of a port) or flows',
      }),
      entries: Type.Number(),
      most: Type.Number({description: 'entries that it holds at most'}),
      refused: Type.Number({
        description: 'entries that found no room, since the start; of sub-agents, their datagrams',
      }),
    }),
  ),
});

const FindingSchema = Type.Object({
  level: Type.Union([Type.Literal('ok'), Type.Literal('warning'), Type.Literal('bad')], {
    description: 'warning: figures hold, with wider bands or coarser time; bad: they are wrong or lack something',
  }),
  where: Type.Unsafe<Stage>(Type.String({enum: STAGES})),
  what: Type.String({description: 'one sentence, with its figures; may hold names from the wire'}),
  do: Type.String({description: 'what to do about it; may be empty'}),
  agents: Type.Optional(Type.Array(Type.String(), {description: 'the first agents that it is about'})),
});

const HealthAnswer = Type.Object({
  finalBefore: FinalBefore,
  status: Type.String({description: 'starting, waiting (nothing received yet), ok, or degraded'}),
  version: Type.String(),
  receiver: Nullable(Type.String({description: 'native or dgram; null for a recording'})),
  receiveBufferBytes: Nullable(Type.Number({description: 'as granted by the kernel'})),
  waterfall: WaterfallSchema,
  samples: SamplesSchema,
  missing: MissingSchema,
  recent: Type.Object(
    {
      seconds: Type.Number({description: '10, or as many as there are'}),
      waterfall: WaterfallSchema,
      samples: SamplesSchema,
      missing: MissingSchema,
    },
    {description: 'the same for what happened in the last seconds'},
  ),
  counters: Type.Object(
    {
      ports: Type.Number(),
      known: Type.Number({description: 'ports that sent any'}),
      newestMs: Nullable(Type.Number()),
      oldestMs: Nullable(Type.Number()),
    },
    {description: 'interface counters, and the age of the last ones of the ports'},
  ),
  clock: Type.Object({
    steps: Type.Number({description: 'times that time was set forward by a step of the wall clock'}),
    stepMs: Type.Number({description: 'by how much in all'}),
    stalls: Type.Number({description: 'times that the ingest thread stood still for longer than a bin'}),
    stallMs: Type.Number({description: 'for how long in all'}),
  }),
  ingest: Type.Object(
    {
      threads: Type.Array(
        Type.Object({
          thread: Type.Integer(),
          agents: Type.Integer({description: 'agents whose last datagram it handled'}),
          datagrams: Type.Number({description: 'received since the start'}),
          busySeconds: Nullable(Type.Number({description: 'that it has worked since its start'})),
        }),
      ),
      moves: Type.Number({
        description: 'handovers of agents from one thread to another, so that all have as much to do',
      }),
      movesLost: Type.Number({description: 'of them those that took too long: the agent was begun with anew'}),
    },
    {description: 'the threads that decode and account; all datagrams of an agent are handled by one'},
  ),
  memory: MemorySchema,
  findings: Type.Array(FindingSchema, {
    description: 'from the switches to the bins; a stage where all is well says so',
  }),
});

function ingestOf({fabric, info}: Context) {
  const busySeconds = info.busySeconds?.() ?? [];
  const {threads, ...moves} = ingestThreads(fabric);
  return {threads: threads.map((one) => ({...one, busySeconds: busySeconds[one.thread] ?? null})), ...moves};
}

/** How the server itself is. */
export const healthRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric, info} = context;
  server.get(
    '/health',
    {
      schema: {
        summary: 'What was received, where datagrams and samples went, and what to do about it',
        tags: ['health'],
        response: {200: HealthAnswer},
      },
    },
    () => {
      const facts = gatherFacts(context);
      const {total, recent} = facts;
      const waterfall = waterfallOf(total);
      const found = findings(facts);
      // What was ever lost stays in the counts; the status is about now. A full table turns away for as long as it is full.
      const isLossy = lossPerSecond(fabric) > 0 || missingAgents(fabric).length > 0 || total.tablesRefused > 0;
      const isBad = found.some(({level}) => level === 'bad');
      const hasAny = waterfall.datagramsReceived > 0;
      return {
        finalBefore: finalBefore(fabric),
        status: !info.ready ? 'starting' : !hasAny ? 'waiting' : isLossy || isBad ? 'degraded' : 'ok',
        version: info.version,
        receiver: info.receiver ?? null,
        receiveBufferBytes: info.receiveBufferBytes ?? null,
        waterfall,
        samples: samplesOf(total),
        missing: missingByPlace(total),
        recent: {
          seconds: facts.recentSeconds,
          waterfall: waterfallOf(recent),
          samples: samplesOf(recent),
          missing: missingByPlace(recent),
        },
        counters: countersAge(fabric),
        clock: clockOf(fabric.counts),
        ingest: ingestOf(context),
        memory: memoryUse(fabric),
        findings: found,
      };
    },
  );
  done();
};

/** Probes for orchestrators; outside /api and without a token. */
export const probeRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get('/livez', {schema: {hide: true}}, (_request, reply) => reply.type('text/plain').send('ok\n'));
  server.get('/readyz', {schema: {hide: true}}, (_request, reply) => {
    const {ready} = context.info;
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain')
      .send(ready ? 'ok\n' : 'the collector is not listening yet\n');
  });
  done();
};
