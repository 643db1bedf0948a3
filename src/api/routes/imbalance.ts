import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {WINDOW_SECONDS} from '../../analysis/imbalance/link-loads.ts';
import {railsOf} from '../../analysis/imbalance/rails.ts';
import type {Context} from '../context.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const number = (description: string) => Nullable(Type.Number({description}));

const MemberSchema = Type.Object({
  id: Type.String({description: 'link id'}),
  bitsPerSecond: Type.Number({description: 'what the link sends, bit/s'}),
  low: Type.Number({description: '95 % interval'}),
  high: Type.Number(),
  share: Type.Number({description: 'part of what the group sends, 0..1'}),
});

const CollisionSchema = Type.Object({
  link: Type.String({description: 'link id'}),
  utilisation: Type.Number({
    description: 'part of its speed that frames came for while it was full; over 1 where some found no room',
  }),
  flows: Type.Array(
    Type.Object({
      source: Type.String(),
      destination: Type.String(),
      destQp: Type.Number({description: 'queue pair at the destination'}),
      bitsPerSecond: Type.Number({description: 'over the last 5 s'}),
    }),
    {description: 'each more than a fifth of what the link sends, largest first'},
  ),
  sibling: Type.String({description: 'id of the emptiest parallel link meanwhile: below half its speed'}),
});

const GroupSchema = Type.Object({
  id: Type.String({description: '{agent}~{name}'}),
  agent: Type.String(),
  name: Type.String({description: "uplinks, or where they lead to; one of the agent's groups"}),
  why: Type.String({description: 'why these links are taken for equal ways'}),
  links: Type.Array(MemberSchema),
  samples: Type.Number({description: 'samples of all links in the window'}),
  cv: number(
    'coefficient of variation of what the links really carry: standard deviation over mean, what sampling adds taken off; null where there is no sample',
  ),
  cvLow: number('95 % interval'),
  cvHigh: number('95 % interval'),
  pValue: number('chance that links which carry the same differ as much in their samples; 0 below 1e-308'),
  verdict: Type.Union(
    [Type.Literal('balanced'), Type.Literal('few-flows'), Type.Literal('imbalanced'), Type.Literal('unknown')],
    {
      description:
        'few-flows: uneven as a fair hash of these few large flows may be; imbalanced: more than that explains (a polarised hash, a slow or dead link); unknown: too few samples, or unevenness of traffic whose flows are not known',
    },
  ),
  hashing: Type.Object({
    flows: number(
      'how many equal flows would be as coarse as those of the group (inverse Simpson by volume); null where that was not looked up, for links that carry the same, or the flows are too fine to tell',
    ),
    expectedCv: Type.Number({description: 'what hashing so many flows gives on average (root of the mean square)'}),
  }),
  collisions: Type.Array(CollisionSchema, {
    description: 'large flows that share a full link though a sibling has room',
  }),
});

const RailsSchema = Type.Object({
  job: Type.String({description: 'id of the job'}),
  name: Nullable(Type.String({description: 'as it was named by PUT'})),
  rails: Type.Array(
    Type.Object({
      rail: Type.Number({description: 'counts from 1, in the order of the groups of the job'}),
      hosts: Type.Array(Type.String(), {description: 'addresses'}),
      bitsPerSecond: Type.Number({description: 'what its hosts send each other, bit/s'}),
      low: Type.Number({description: '95 % interval'}),
      high: Type.Number(),
      share: Type.Number({description: 'part of what all rails carry, 0..1'}),
    }),
  ),
  samples: Type.Number({description: 'samples of all rails in the window'}),
  cv: number(
    'coefficient of variation of what the rails really carry, what sampling adds taken off; null without a sample',
  ),
  cvLow: number('95 % interval'),
  cvHigh: number('95 % interval'),
  pValue: number('chance that rails which carry the same differ as much in their samples; 0 below 1e-308'),
  verdict: Type.Union([Type.Literal('balanced'), Type.Literal('imbalanced'), Type.Literal('unknown')], {
    description: 'imbalanced: surely by more than 5 %; nothing is hashed to rails, so that luck is no excuse',
  }),
  text: Type.String(),
});

/** How evenly parallel links and rails carry. */
export const imbalanceRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get(
    '/imbalance',
    {
      schema: {
        summary:
          'How evenly groups of parallel links and the rails of jobs carry, beyond what sampling explains; looked at every 2 s',
        tags: ['analysis'],
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            time: number('epoch ms: the end of the last bin that was looked at; null before the first look'),
            window: Type.Number({description: 'seconds before that'}),
            groups: Type.Array(GroupSchema),
            rails: Type.Array(RailsSchema, {
              description: 'jobs whose hosts form rails that never cross, over the window that jobs are looked at',
            }),
          }),
        },
      },
    },
    () => imbalanceAnswer(context),
  );
  done();
};

/** All groups of parallel links, and all rails. */
export function imbalanceAnswer({fabric, imbalance, jobs}: Context) {
  const report = imbalance?.report;
  const seen = jobs?.report;
  return {
    finalBefore: finalBefore(fabric),
    time: report?.time ?? null,
    window: WINDOW_SECONDS,
    groups: report?.groups ?? [],
    rails: seen ? railsOf(seen.jobs, seen.windowSeconds) : [],
  };
}
