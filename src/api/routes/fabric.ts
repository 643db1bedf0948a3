import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {FABRIC_SCOPE} from '../../fabric/reader.ts';
import {BIN_MS} from '../../shared/bins.ts';
import type {Context} from '../context.ts';
import {parseWindow} from '../duration.ts';
import {meanOver, settledWindow} from '../estimate.ts';
import {EstimateSchema, FinalBefore, Nullable, SeriesQuery, SeriesSchema} from '../schemas.ts';
import {parseSpan, readSeries} from '../series.ts';
import {edgeLinks, missingAgents} from '../summary.ts';
import {finalBefore} from '../time.ts';

const FabricAnswer = Type.Object({
  finalBefore: FinalBefore,
  bin: Nullable(Type.Number({description: 'last bin of the window: floor(epoch ms / 100)'})),
  time: Nullable(Type.Number({description: 'epoch ms of the start of that bin'})),
  agents: Type.Number(),
  agentsMissing: Type.Array(Type.String(), {description: 'agents that are overdue'}),
  complete: Type.Boolean({description: 'no agent is missing'}),
  links: Type.Number(),
  edgeLinks: Type.Number(),
  unknownShare: Type.Number({description: 'share of ports whose role is unknown, 0..1'}),
  countedPerHop: Type.Boolean({description: 'true while roles are unknown: a packet may count on every hop'}),
  roce: EstimateSchema,
  all: EstimateSchema,
});

/** The whole fabric: each packet once, where it enters at an edge port. */
export const fabricRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric} = context;
  server.get(
    '/fabric',
    {
      schema: {
        summary: 'RoCEv2 and total traffic of the fabric',
        tags: ['fabric'],
        querystring: Type.Object({
          window: Type.Optional(Type.String({description: 'mean over the last settled time, default 2s, at most 5m'})),
        }),
        response: {200: FabricAnswer},
      },
    },
    (request) => {
      const {from, to} = settledWindow(fabric, parseWindow(request.query.window));
      const missing = missingAgents(fabric);
      const hasBins = Number.isFinite(to);
      return {
        finalBefore: finalBefore(fabric),
        bin: hasBins ? to : null,
        time: hasBins ? to * BIN_MS : null,
        agents: fabric.agents.all.length,
        agentsMissing: missing,
        complete: missing.length === 0,
        links: fabric.ports.all.length,
        edgeLinks: edgeLinks(fabric),
        unknownShare: fabric.sums.countedPerHop ? 1 : 0,
        countedPerHop: fabric.sums.countedPerHop,
        roce: meanOver(fabric, FABRIC_SCOPE, 'roce', from, to),
        all: meanOver(fabric, FABRIC_SCOPE, 'all', from, to),
      };
    },
  );
  server.get(
    '/fabric/series',
    {
      schema: {
        summary: 'The fabric over time, in bins of 100 ms',
        tags: ['fabric'],
        querystring: SeriesQuery,
        response: {200: SeriesSchema},
      },
    },
    ({query}) => ({
      finalBefore: finalBefore(fabric),
      ...readSeries(fabric, FABRIC_SCOPE, query.measure ?? 'roce', parseSpan(fabric, query)),
    }),
  );
  done();
};
