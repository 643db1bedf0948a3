import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {FABRIC_SCOPE} from '../../fabric/reader.ts';
import {BIN_MS} from '../../shared/bins.ts';
import type {Context} from '../context.ts';
import {parseWindow} from '../duration.ts';
import {settledWindow} from '../estimate.ts';
import {MarksSchema, marksOf} from '../marks.ts';
import {fabricQuartiles, RoleQuartilesSchema} from '../quartiles.ts';
import {EstimateSchema, FinalBefore, Nullable, SeriesQuery, SeriesSchema} from '../schemas.ts';
import {parseSpan, readSeries} from '../series.ts';
import {byRole, missingAgents, unknownShare} from '../summary.ts';
import {finalBefore} from '../time.ts';

const RoleSchema = Type.Object({links: Type.Number(), roce: EstimateSchema, all: EstimateSchema});

const FabricAnswer = Type.Object({
  finalBefore: FinalBefore,
  bin: Nullable(Type.Number({description: 'last bin of the window: floor(epoch ms / 100)'})),
  time: Nullable(Type.Number({description: 'epoch ms of the start of that bin'})),
  agents: Type.Number(),
  agentsMissing: Type.Array(Type.String(), {description: 'agents that are overdue'}),
  complete: Type.Boolean({
    description: 'no agent is missing, and no sample found a table full in the last ten seconds',
  }),
  links: Type.Number(),
  edgeLinks: Type.Number(),
  unknownShare: Type.Number({
    description:
      'of the bytes that entered at edge links and at links of unknown role, the share of the latter, 0..1: as much as may be missing below',
  }),
  rolesFrom: Type.Union(
    [Type.Literal('topology'), Type.Literal('single switch'), Type.Literal('inferred'), Type.Literal('unknown')],
    {description: 'where the roles of links come from'},
  ),
  roce: EstimateSchema,
  all: EstimateSchema,
  roles: Type.Object(
    {edge: RoleSchema, core: RoleSchema, unknown: RoleSchema},
    {description: 'what entered at the links of each role; that of the edge is the figure of the fabric'},
  ),
  quartiles: RoleQuartilesSchema,
  marks: MarksSchema,
});

/** The whole fabric: each packet once, where it enters at an edge link. */
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
      const roles = byRole(fabric, from, to);
      return {
        finalBefore: finalBefore(fabric),
        bin: hasBins ? to : null,
        time: hasBins ? to * BIN_MS : null,
        agents: fabric.agents.all.length,
        agentsMissing: missing,
        complete: missing.length === 0 && !fabric.rows.refusals.isRecent(fabric.newest),
        links: fabric.ports.all.length,
        edgeLinks: roles.edge.links,
        unknownShare: unknownShare(fabric, from, to),
        rolesFrom: fabric.roles.from,
        roce: roles.edge.roce,
        all: roles.edge.all,
        roles,
        quartiles: fabricQuartiles(fabric, from, to),
        marks: marksOf(fabric, from, to),
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
