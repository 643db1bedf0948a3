import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {Context} from '../context.ts';
import {topFlows} from '../flows.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const FlowSchema = Type.Object({
  source: Type.String(),
  sourceName: Type.Optional(Type.String({description: 'what the host is called, where that is known'})),
  destination: Type.String(),
  destinationName: Type.Optional(Type.String()),
  destQp: Type.Number({description: 'queue pair at the destination'}),
  dscp: Type.Number(),
  bitsPerSecond: Type.Number(),
  low: Type.Number(),
  high: Type.Number(),
  samples: Type.Number(),
  operationsPerSecond: Type.Number({description: 'operations begun a second'}),
  operationsLow: Type.Number({description: '95 % interval, a second'}),
  operationsHigh: Type.Number(),
  ce: Type.Number({
    description:
      'share of its frames that are marked CE where they leave the fabric at edge links, 0..1; where that is not seen, where they have come farthest. Switches mark what they send: without the marks of the last one where only what comes in is sampled',
  }),
  ceLow: Type.Number({description: '95 % interval, of the samples there'}),
  ceHigh: Type.Number(),
  cnpPerSecond: Type.Number({
    description: 'CNPs that the destination sent back to the source, of all their queue pairs',
  }),
  cnpLow: Type.Number({description: "95 % interval, a CNP's sample weighed as the flow's own"}),
  cnpHigh: Type.Number(),
  packetsByPsn: Nullable(
    Type.Object(
      {
        perSecond: Type.Number(),
        low: Type.Number({description: '95 % interval, packets a second'}),
        high: Type.Number(),
      },
      {
        description:
          'new packets of SENDs and WRITEs a second by their packet sequence numbers; what was sent again is not in it. Null where the numbers do not tell: with READs on the same queue pair, or without a sample just before the window',
      },
    ),
  ),
  retransmissions: Type.Number({
    description:
      'times that its sender was seen to go back between two samples of the window; it did so at least as often',
  }),
  links: Type.Array(Type.String(), {description: 'links it was seen on, most traffic first'}),
});

/** Who is sending to whom. */
export const flowRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get(
    '/flows',
    {
      schema: {
        summary: 'The largest RoCEv2 flows of the last seconds',
        tags: ['flows'],
        querystring: Type.Object({
          top: Type.Optional(Type.Integer({minimum: 1, maximum: 10_000, default: 20})),
          host: Type.Optional(Type.String({description: 'address of source or destination'})),
          link: Type.Optional(Type.String({description: 'id of a link'})),
        }),
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            window: Type.Number({description: 'seconds that the rates are taken over'}),
            flows: Type.Array(FlowSchema),
            other: Type.Object({
              flows: Type.Number(),
              bitsPerSecond: Type.Number(),
              low: Type.Number({description: '95 % interval'}),
              high: Type.Number(),
            }),
          }),
        },
      },
    },
    ({query: {top = 20, host, link}}) => ({
      finalBefore: finalBefore(context.fabric),
      ...topFlows(context.fabric, {top, host, link}),
    }),
  );
  done();
};
