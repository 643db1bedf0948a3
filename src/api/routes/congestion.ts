import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {CONGESTION_RANKS, type CongestedLink, type CongestionRank} from '../../analysis/congestion/congestion.ts';
import {WINDOW_SECONDS} from '../../analysis/imbalance/link-loads.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import type {Context} from '../context.ts';
import {DirectionSchema, FinalBefore, Nullable} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const number = (description: string) => Nullable(Type.Number({description}));

const LinkSchema = Type.Object({
  id: Type.String({description: 'link id'}),
  direction: DirectionSchema,
  samples: Type.Number({description: 'RoCEv2 samples that shares rest on'}),
  ceShare: Type.Number({
    description:
      'CE-marked part of its RoCEv2 frames, 0..1. Switches mark what they send: it shows on the hops behind, and what the last one marks only where frames are sampled as they leave',
  }),
  ceShareLow: Type.Number({description: '95 % interval (Wilson)'}),
  ceShareHigh: Type.Number(),
  ceFramesPerSecond: Type.Number({description: 'CE-marked frames a second'}),
  ceFramesLow: Type.Number({description: '95 % interval'}),
  ceFramesHigh: Type.Number(),
  cnpPerSecond: Type.Number({
    description: 'congestion notifications a second that went the other way: answers to marks on frames of this one',
  }),
  cnpLow: Type.Number({description: '95 % interval'}),
  cnpHigh: Type.Number(),
  utilisation: number(
    'part of its speed with preambles and gaps; over 1 where frames found no room; null without speed',
  ),
  utilisationLow: number('95 % interval'),
  utilisationHigh: number('95 % interval'),
  discards: Nullable(
    Type.Object(
      {
        perSecond: Type.Number(),
        ageMs: Type.Number({description: 'how long ago the counters came'}),
        elapsedMs: Type.Number({description: 'interval that they span'}),
      },
      {description: "by the interface's own counters; null where it keeps none"},
    ),
  ),
});

const IncastSchema = Type.Object({
  link: Type.String({description: 'id of the edge port, out'}),
  host: Nullable(
    Type.String({
      description:
        'address of the host behind that port, which nearly all that left there in bursts was for; null where there is no such one',
    }),
  ),
  hostName: Type.Optional(Type.String({description: 'what it is called, where that is known'})),
  since: Type.Number({description: 'epoch ms of the first burst of the last minute'}),
  last: Type.Number({description: 'epoch ms of the end of the last one'}),
  bursts: Type.Number({description: 'full bins in a row, in the last minute; one that goes on counts each 2 s'}),
  sources: Type.Number({description: 'hosts that sent data in a burst, at least (Chao1), in the median'}),
  addresses: Type.Array(Type.String(), {description: 'of them, most samples first, at most 32'}),
  usualSources: Type.Number({description: 'at times when it is not busy, or at other edge ports meanwhile'}),
  utilisation: Type.Number({description: 'part of its speed that frames came for in bursts'}),
  ceShare: Type.Number({description: 'CE-marked part of the RoCEv2 frames of bursts'}),
  cnpPerFrame: Type.Number({description: 'congestion notifications that came back for a RoCEv2 frame of bursts'}),
  periodic: Type.Boolean({description: 'at one phase of a cycle of the fabric, or at even distances'}),
  periodMs: number('that cycle, ms'),
});

/** Where the fabric is congested. */
export const congestionRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get(
    '/congestion',
    {
      schema: {
        summary: 'Links by marks, notifications and discards, and ports that many hosts send to at once',
        tags: ['analysis'],
        querystring: Type.Object({
          by: Type.Optional(
            Type.Unsafe<CongestionRank>(
              Type.String({
                enum: CONGESTION_RANKS,
                default: 'ce-share',
                description: 'ranked by the lower end of the interval of this',
              }),
            ),
          ),
          top: Type.Optional(Type.Integer({minimum: 1, maximum: 1_000, default: 50})),
        }),
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            window: Type.Number({description: 'seconds, up to the last final bin; up to 2 s less'}),
            links: Type.Array(LinkSchema, {description: 'without those that show nothing'}),
            incasts: Type.Array(IncastSchema, {description: 'most sources first'}),
          }),
        },
      },
    },
    ({query}) => congestionAnswer(context, query),
  );
  done();
};

/** What is congested, unless said otherwise the 50 links with the largest shares of marks. */
export function congestionAnswer(
  {fabric, congestion}: Context,
  {by = 'ce-share', top = 50}: {by?: CongestionRank; top?: number} = {},
) {
  return {
    finalBefore: finalBefore(fabric),
    window: WINDOW_SECONDS,
    links: (congestion?.congested(by, top) ?? []).map(linkRow),
    incasts: (congestion?.incasts.report ?? []).map((incast) => ({...incast, ...hostName(fabric, incast.host)})),
  };
}

function hostName({names}: Fabric, address: string | null): {hostName?: string} {
  const name = address === null ? undefined : names.host(address);
  return name === undefined ? {} : {hostName: name};
}

function linkRow(link: CongestedLink) {
  const {port, direction, samples, ceShare, ceFramesPerSecond, cnpPerSecond, utilisation, discards} = link;
  return {
    ...{id: port.id, direction, samples},
    ...{ceShare: ceShare.value, ceShareLow: ceShare.low, ceShareHigh: ceShare.high},
    ceFramesPerSecond: ceFramesPerSecond.value,
    ceFramesLow: ceFramesPerSecond.low,
    ceFramesHigh: ceFramesPerSecond.high,
    ...{cnpPerSecond: cnpPerSecond.value, cnpLow: cnpPerSecond.low, cnpHigh: cnpPerSecond.high},
    utilisation: utilisation?.utilisation ?? null,
    utilisationLow: utilisation?.low ?? null,
    utilisationHigh: utilisation?.high ?? null,
    discards: discards ?? null,
  };
}
