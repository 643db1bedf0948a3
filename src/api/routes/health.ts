import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {lossPerSecond} from '../../fabric/activity.ts';
import {waterfall} from '../../fabric/waterfall.ts';
import type {Context} from '../context.ts';
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
  datagramsThinned: Type.Number(),
  datagramsDecoded: Type.Number(),
  datagramsDamaged: reasons('decoded up to some damage, by reason; among the decoded'),
  flowSamples: Type.Number({description: '= counted + Σ unusable'}),
  flowSamplesCounted: Type.Number(),
  flowSamplesUnusable: reasons('by reason'),
  roceSamples: Type.Number({description: 'RoCEv2, among the counted'}),
  counterSamples: Type.Number(),
  otherSamples: Type.Number({description: 'samples of other kinds, skipped'}),
  datagramsMissing: Type.Number({description: 'missing by sequence number, all agents'}),
  tablesRefused: Type.Number({description: 'rows, ports and agents that found no room'}),
  rowsLate: Type.Number({description: 'rows of bins that were final already'}),
  partialsLost: Type.Number({description: 'deltas of ingest threads that never came'}),
});

/** How the server itself is. */
export const healthRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric, info} = context;
  server.get(
    '/health',
    {
      schema: {
        summary: 'What was received, and where datagrams and samples went',
        tags: ['health'],
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            status: Type.String({description: 'starting, waiting (nothing received yet), ok, or degraded'}),
            version: Type.String(),
            receiver: Nullable(Type.String({description: 'native or dgram; null for a recording'})),
            receiveBufferBytes: Nullable(Type.Number({description: 'as granted by the kernel'})),
            waterfall: WaterfallSchema,
          }),
        },
      },
    },
    () => {
      const counts = waterfall(fabric);
      // What was ever lost stays in the counts; the status is about now. A full table turns away for as long as it is full.
      const isLossy = lossPerSecond(fabric) > 0 || missingAgents(fabric).length > 0 || counts.tablesRefused > 0;
      const hasAny = counts.datagramsReceived > 0;
      return {
        finalBefore: finalBefore(fabric),
        status: !info.ready ? 'starting' : !hasAny ? 'waiting' : isLossy ? 'degraded' : 'ok',
        version: info.version,
        receiver: info.receiver ?? null,
        receiveBufferBytes: info.receiveBufferBytes ?? null,
        waterfall: counts,
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
